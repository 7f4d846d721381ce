"""What the portal is told by its environment, COFFER_PORTAL_*; secrets may be files."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import SECRETS_FOLDER

RATE_MAX = 1_000_000
PASSPHRASE_CHARACTERS_MIN = 32


class PortalSettings(BaseSettings):
    """Where the portal listens, whom it trusts, and how long a session lives."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="COFFER_PORTAL_")

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65_535)
    public_url: str = ""
    demo: bool = Field(default=False, validation_alias="COFFER_DEMO")
    operator_amqp_url: str = ""
    vendor: str = "Coffer"
    store_url: str = "https://store.example/"
    support: str = "the vendor's staff"
    locale: str = "en"
    zone: str = "UTC"

    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    staff_emails: str = ""
    ops_emails: str = ""
    idle_minutes: int = Field(default=30, ge=1, le=24 * 60)
    session_hours: int = Field(default=12, ge=1, le=7 * 24)

    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "coffer@localhost"
    webhook_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    stripe_secret: SecretStr = SecretStr("")
    webhooks_to_loopback: bool = False
    sealing_keys: SecretStr = SecretStr("")

    api_token_per_second: float = Field(default=50, gt=0, le=RATE_MAX)
    api_token_burst: int = Field(default=100, ge=1, le=RATE_MAX)
    api_organization_per_second: float = Field(default=200, gt=0, le=RATE_MAX)
    api_organization_burst: int = Field(default=400, ge=1, le=RATE_MAX)
    api_address_per_second: float = Field(default=5, gt=0, le=RATE_MAX)
    api_address_burst: int = Field(default=50, ge=1, le=RATE_MAX)

    @field_validator("sealing_keys")
    @classmethod
    def _are_long(cls, told: SecretStr) -> SecretStr:
        """Passphrases are made by machines; one that a person thinks up can be tried out."""
        if any(len(one) < PASSPHRASE_CHARACTERS_MIN for one in told.get_secret_value().split()):
            message = f"each has {PASSPHRASE_CHARACTERS_MIN} characters at least"
            raise ValueError(message)
        return told

    @property
    def address(self) -> str:
        """Where people find the portal, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        return urlsplit(self.address).scheme == "https"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which we answer; any other is somebody's trick with a resolver."""
        named = urlsplit(self.address).hostname or self.host
        return tuple(dict.fromkeys((named, self.host, "127.0.0.1", "localhost")))

    @property
    def has_personas(self) -> bool:
        """Whether the story's people may come in unasked: on a demo stack, on loopback alone."""
        named = urlsplit(self.address).hostname or ""
        return self.demo and is_loopback(self.host) and is_loopback(named) and not self.is_https

    def is_staff(self, email: str) -> bool:
        return email.casefold() in _listed(self.staff_emails)

    def is_ops(self, email: str) -> bool:
        return email.casefold() in _listed(self.ops_emails)


def read_settings() -> PortalSettings:
    """Read them; a bad one is a ValidationError that names it."""
    secrets: Path | None = SECRETS_FOLDER if SECRETS_FOLDER.is_dir() else None
    return PortalSettings(_secrets_dir=secrets)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listed(emails: str) -> frozenset[str]:
    return frozenset(one.strip().casefold() for one in emails.split(",") if one.strip())
