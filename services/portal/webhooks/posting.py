"""One request to an organization's own system: to the address that was checked, and bounded."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from services.portal.webhooks.addresses import (
    ForbiddenAddressError,
    Resolve,
    checked_address,
    read_url,
    resolve,
)

ATTEMPT_SECONDS = 10.0
CONNECT_SECONDS = 5.0
ANSWER_BYTES_MAX = 65_536
GONE = 410
USER_AGENT = "Coffer-Webhooks/1"
TROUBLE_MAX = 200
# What httpx and the machine raise when a request does not come to its end.
FAILURES = (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError)


@dataclass(frozen=True)
class Answered:
    """How one attempt ended: with a status, or with trouble before there was one."""

    status: int | None = None
    trouble: str | None = None
    wished_pause: timedelta | None = None

    @property
    def arrived(self) -> bool:
        """Whether the system took it: any status of success, and nothing else."""
        return self.status is not None and httpx.codes.is_success(self.status)

    @property
    def is_gone(self) -> bool:
        """Whether the system asks for no more."""
        return self.status == GONE


@dataclass
class Poster:
    """Posts bodies; certificates are read once, for that takes longer than a request."""

    to_loopback: bool
    ask: Resolve = resolve
    trust: ssl.SSLContext = field(default_factory=httpx.create_ssl_context)

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> Answered:
        """Post once; whatever goes wrong is told as trouble."""
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                return await self._posted(url, body, headers)
        except ForbiddenAddressError as error:
            return Answered(trouble=str(error))
        except TimeoutError:
            return Answered(trouble=f"no answer within {ATTEMPT_SECONDS:.0f} seconds")
        except FAILURES as error:
            return Answered(trouble=_told(error))

    async def _posted(self, url: str, body: str, headers: Mapping[str, str]) -> Answered:
        place = read_url(url, to_loopback=self.to_loopback)
        address = await checked_address(place, to_loopback=self.to_loopback, ask=self.ask)
        asked = httpx.URL(url)
        pinned = asked.copy_with(host=address)
        # The name stays in the header and in what the certificate is held against; only where the
        # connection goes is settled here.
        all_headers = {
            **headers,
            "host": asked.netloc.decode("ascii"),
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "accept-encoding": "identity",
        }
        async with (
            httpx.AsyncClient(
                verify=self.trust,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(ATTEMPT_SECONDS, connect=CONNECT_SECONDS),
            ) as client,
            client.stream(
                "POST",
                pinned,
                content=body.encode(),
                headers=all_headers,
                extensions={"sni_hostname": place.host},
            ) as response,
        ):
            await _read_some(response)
            return _answered(response)


def _answered(response: httpx.Response) -> Answered:
    status = response.status_code
    trouble = None if httpx.codes.is_success(status) else f"answered {status}"
    if httpx.codes.is_redirect(status):
        trouble = f"answered {status}: redirects are not followed"
    return Answered(status, trouble, _wished_pause(response.headers.get("retry-after", "")))


async def _read_some(response: httpx.Response) -> None:
    """Take what the other side says about it, as long as it is short; it is not looked at."""
    taken = 0
    async for piece in response.aiter_raw():
        taken += len(piece)
        if taken > ANSWER_BYTES_MAX:
            return


def _wished_pause(told: str) -> timedelta | None:
    """How long the other side wishes to be left alone: in seconds, or until a date."""
    if told.isascii() and told.isdecimal():
        return timedelta(seconds=min(int(told), 10**9))
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return max(until - datetime.now(UTC), timedelta())


def _told(error: Exception) -> str:
    """What went wrong, in few words and without what the other side may have put into them."""
    if isinstance(error, httpx.ConnectTimeout | httpx.ReadTimeout | httpx.WriteTimeout):
        return "no answer in time"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not valid: {cause.verify_message}"[:TROUBLE_MAX]
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError | OSError) and not isinstance(error, httpx.ReadError):
        return "could not connect"
    return "the connection broke before the answer"
