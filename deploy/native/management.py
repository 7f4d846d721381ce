"""Makes the users of a broker that somebody else runs, through its management HTTP API."""

import base64
import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit

from deploy.native.addresses import Addresses
from deploy.native.errors import BrokerRefusedError, SettingsError, StackError
from shared.messaging.topology import PERMISSIONS, node_permission, node_topic

ANSWER_SECONDS = 10


def make_users(management_url: str, wanted: Addresses) -> None:
    """Create each user or renew its password, then set what it may do."""
    virtual_host = _virtual_host(wanted.amqp_url)
    with _answering():
        for url in wanted.amqp_urls.values():
            parts = urlsplit(url)
            user = unquote(parts.username or "")
            if user not in PERMISSIONS:
                continue
            password = unquote(parts.password or "")
            _put(management_url, f"users/{user}", {"password": password, "tags": ""})
            granted = dict(PERMISSIONS[user]._asdict())
            _put(management_url, f"permissions/{virtual_host}/{user}", granted)


def has_node(management_url: str, amqp_url: str, user: str) -> bool:
    """Whether a node's user is whole: what it may do is set last, so one that lacks it is not."""
    with _answering():
        try:
            _call(management_url, f"permissions/{_virtual_host(amqp_url)}/{user}", "GET")
        except HTTPError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return False
            raise
        return True


def make_node(management_url: str, amqp_url: str, user: str, password: str) -> None:
    """Create a node's user or renew its password; it may do nothing before all else is set."""
    virtual_host = _virtual_host(amqp_url)
    with _answering():
        _put(management_url, f"users/{user}", {"password": password, "tags": ""})
        topic = dict(node_topic(user)._asdict())
        _put(management_url, f"topic-permissions/{virtual_host}/{user}", topic)
        granted = dict(node_permission(user)._asdict())
        _put(management_url, f"permissions/{virtual_host}/{user}", granted)


def _virtual_host(amqp_url: str) -> str:
    return quote(unquote(urlsplit(amqp_url).path.removeprefix("/")) or "/", safe="")


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except HTTPError as error:
        message = f"The broker's management at COFFER_AMQP_MANAGEMENT_URL refused: {error}"
        raise BrokerRefusedError(message) from error
    except (URLError, OSError) as error:
        message = f"The broker's management at COFFER_AMQP_MANAGEMENT_URL does not answer: {error}"
        raise StackError(message) from error


def _put(management_url: str, path: str, body: Mapping[str, str]) -> None:
    _call(management_url, path, "PUT", json.dumps(body).encode())


def _call(management_url: str, path: str, method: str, body: bytes | None = None) -> None:
    parts = urlsplit(management_url)
    if parts.scheme not in ("http", "https"):
        message = "COFFER_AMQP_MANAGEMENT_URL must begin with http:// or https://."
        raise SettingsError(message)
    place = parts.netloc.rpartition("@")[2]
    secret = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    request = urllib.request.Request(  # noqa: S310 -- the scheme is checked above
        f"{parts.scheme}://{place}{parts.path.rstrip('/')}/api/{path}",
        data=body,
        method=method,
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}",
        },
    )
    with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310 -- as above
        pass
