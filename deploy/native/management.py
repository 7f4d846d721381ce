"""Makes the users of a broker that somebody else runs, through its management HTTP API."""

import base64
import json
import urllib.request
from urllib.error import URLError
from urllib.parse import quote, unquote, urlsplit

from deploy.native.addresses import Addresses
from deploy.native.errors import StackError
from shared.messaging.topology import PERMISSIONS

ANSWER_SECONDS = 10


def make_users(management_url: str, wanted: Addresses) -> None:
    """Create each user or renew its password, then set what it may do."""
    virtual_host = quote(unquote(urlsplit(wanted.amqp_url).path.removeprefix("/")) or "/", safe="")
    try:
        for url in wanted.amqp_urls.values():
            parts = urlsplit(url)
            user = unquote(parts.username or "")
            if user not in PERMISSIONS:
                continue
            password = unquote(parts.password or "")
            _put(management_url, f"users/{user}", {"password": password, "tags": ""})
            granted = dict(PERMISSIONS[user]._asdict())
            _put(management_url, f"permissions/{virtual_host}/{user}", granted)
    except (URLError, OSError) as error:
        message = f"The broker's management at COFFER_AMQP_MANAGEMENT_URL refused: {error}"
        raise StackError(message) from error


def _put(management_url: str, path: str, body: dict[str, str]) -> None:
    parts = urlsplit(management_url)
    if parts.scheme not in ("http", "https"):
        message = "COFFER_AMQP_MANAGEMENT_URL must begin with http:// or https://."
        raise StackError(message)
    place = parts.netloc.rpartition("@")[2]
    secret = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    request = urllib.request.Request(  # noqa: S310 -- the scheme is checked above
        f"{parts.scheme}://{place}{parts.path.rstrip('/')}/api/{path}",
        data=json.dumps(body).encode(),
        method="PUT",
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}",
        },
    )
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310 -- as above
        pass
