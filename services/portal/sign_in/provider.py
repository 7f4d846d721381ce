"""The identity provider, asked by OpenID Connect's code flow with PKCE."""

import warnings
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from services.portal.settings import PortalSettings

with warnings.catch_warnings():
    # Authlib would rather have the successor of httpx, which the rest of us does not use yet.
    warnings.simplefilter("ignore")
    from authlib.integrations.base_client.errors import OAuthError
    from authlib.integrations.httpx_client import AsyncOAuth2Client

SCOPE = "openid email profile"
WELL_KNOWN = "/.well-known/openid-configuration"
CALLBACK = "/sign-in/callback"
ASKED_SECONDS = 10.0
KNOWN_SECONDS = 3_600.0
LEEWAY_SECONDS = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
NAME_CHARACTERS_MAX = 200


class ProviderError(Exception):
    """The provider does not answer, or what it answers cannot be trusted."""


@dataclass(frozen=True)
class Claims:
    """What the provider vouches for."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    name: str


@dataclass
class Provider:
    """One provider; what it says of itself and its keys is asked again each hour."""

    settings: PortalSettings
    _metadata: dict[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _asked_at: float = float("-inf")

    async def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent to sign in."""
        await self._know()
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                self._metadata["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_verifier=verifier,
            )
        return str(address)

    async def claims(self, *, code: str, nonce: str, verifier: str) -> Claims:
        """Turn the code that came back into what the provider vouches for; raises ProviderError."""
        await self._know()
        async with self._client() as client:
            try:
                token = await client.fetch_token(
                    self._metadata["token_endpoint"],
                    code=code,
                    code_verifier=verifier,
                    grant_type="authorization_code",
                )
                claims = await self._read_patiently(token, nonce)
                if "email" not in claims and "userinfo_endpoint" in self._metadata:
                    claims |= await self._asked_besides(client, claims["sub"])
            except (OAuthError, JoseError, httpx.HTTPError, KeyError, ValueError) as error:
                raise ProviderError(repr(error)) from error
        return _claims(claims)

    async def end_address(self, back: str) -> str | None:
        """Where somebody signs out of the provider as well, if it lets him."""
        await self._know()
        endpoint = self._metadata.get("end_session_endpoint")
        if endpoint is None:
            return None
        told = {"client_id": self.settings.oidc_client_id, "post_logout_redirect_uri": back}
        return str(httpx.URL(endpoint).copy_merge_params(told))

    async def is_its_own(self, issuer: str | None) -> bool:
        """Whether an answer names this provider, or none: then the state has to do (RFC 9207).

        The portal that sent the browser away may have been another, or this one before a restart.
        """
        await self._know()
        return issuer is None or issuer == self._metadata["issuer"]

    async def _read_patiently(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        """Read a token, with the provider's newest keys if it was signed by one we do not know."""
        try:
            return self._read(token, nonce)
        except InvalidKeyIdError:
            self._asked_at = float("-inf")
            await self._know()
            return self._read(token, nonce)

    def _read(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        assert self._keys is not None
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        signed = jwt.decode(token["id_token"], key=self._keys, registry=registry)
        options = {
            "iss": {"essential": True, "values": [self._metadata["issuer"]]},
            "aud": {"essential": True, "value": self.settings.oidc_client_id},
        }
        known = {
            "nonce": nonce,
            "client_id": self.settings.oidc_client_id,
            "access_token": token.get("access_token"),
        }
        claims = CodeIDToken(signed.claims, signed.header, options, known)
        claims.validate(leeway=LEEWAY_SECONDS)
        return dict(claims)

    async def _asked_besides(self, client: AsyncOAuth2Client, subject: str) -> dict[str, Any]:
        """Many providers keep the address out of the token."""
        answer = await client.get(self._metadata["userinfo_endpoint"])
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        if told.get("sub") != subject:
            message = "userinfo is of somebody else"
            raise ValueError(message)
        return told

    async def _know(self) -> None:
        if monotonic() - self._asked_at < KNOWN_SECONDS:
            return
        issuer = self.settings.oidc_issuer.rstrip("/")
        try:
            async with httpx.AsyncClient(timeout=ASKED_SECONDS) as client:
                metadata = (await client.get(f"{issuer}{WELL_KNOWN}")).raise_for_status().json()
                keys = (await client.get(metadata["jwks_uri"])).raise_for_status().json()
            self._keys = KeySet.import_key_set(keys)
        except (httpx.HTTPError, JoseError, KeyError, ValueError) as error:
            raise ProviderError(repr(error)) from error
        if metadata.get("issuer", "").rstrip("/") != issuer:
            message = f"{issuer} calls itself {metadata.get('issuer')}"
            raise ProviderError(message)
        self._metadata, self._asked_at = metadata, monotonic()

    def _client(self) -> AsyncOAuth2Client:
        secret = self.settings.oidc_client_secret.get_secret_value()
        return AsyncOAuth2Client(
            client_id=self.settings.oidc_client_id,
            client_secret=secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=SCOPE,
            redirect_uri=f"{self.settings.address}{CALLBACK}",
            code_challenge_method="S256",
            timeout=ASKED_SECONDS,
        )


def _claims(told: dict[str, Any]) -> Claims:
    email = str(told.get("email", "")).strip()
    return Claims(
        issuer=str(told["iss"]),
        subject=str(told["sub"]),
        email=email,
        is_verified=told.get("email_verified") in (True, "true"),
        name=(str(told.get("name") or "").strip() or email.partition("@")[0])[:NAME_CHARACTERS_MAX],
    )
