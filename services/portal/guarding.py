"""Headers that every answer carries: what a page may load, who may frame it, who hears of it."""

from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Without a referrer a form's Origin would be null, and it could not be told from a forged one.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
BODY_BYTES_MAX = 6_000_000
A_YEAR = "max-age=31536000"
NOT_KEPT = "no-store"


class SecurityHeaders:
    """Adds them to whatever is answered, errors included."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        """Stand before the application; over TLS browsers are told to stay there."""
        self._app = app
        self._headers = {**HEADERS, **({"Strict-Transport-Security": A_YEAR} if is_https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", NOT_KEPT)
            await send(message)

        await self._app(scope, receive, guarded)


class BodyLimit:
    """Takes no more of a body than the largest upload there is, whatever it says of its length."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before whoever reads it."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > BODY_BYTES_MAX:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "At most 6 MB.")
            return message

        await self._app(scope, limited, send)
