"""Which address each service and user has on a database and a broker, ours or the operator's."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from deploy.native import broker, database
from deploy.native.ports import LOOPBACK, Ports
from deploy.native.settings import SERVICES, Settings

ADMINISTRATORS = (database.ADMINISTRATOR, broker.ADMINISTRATOR)


@dataclass(frozen=True)
class Addresses:
    """The administrative addresses, and one for each service and each user made from them."""

    database_url: str
    amqp_url: str
    database_urls: Mapping[str, str]
    amqp_urls: Mapping[str, str]


def native_database_url(ports: Ports, passwords: Mapping[str, str]) -> str:
    user = database.ADMINISTRATOR
    place = f"{LOOPBACK}:{ports.database}/postgres?sslmode=disable"
    return f"postgresql://{user}:{passwords[user]}@{place}"


def native_amqp_url(ports: Ports, passwords: Mapping[str, str]) -> str:
    user = broker.ADMINISTRATOR
    return f"amqp://{user}:{passwords[user]}@{LOOPBACK}:{ports.broker}/"


def addresses(
    settings: Settings, *, database_url: str, amqp_url: str, passwords: Mapping[str, str]
) -> Addresses:
    """What the operator names for a service wins. A broker whose users we cannot make has one."""
    roles = {service: f"coffer_{service}" for service in SERVICES}
    may_make_users = not settings.amqp_url or settings.amqp_management_url
    return Addresses(
        database_url=database_url,
        amqp_url=amqp_url,
        database_urls={
            service: settings.database_url_by_service.get(service)
            or as_user(database_url, role, passwords[role], path=f"/{role}")
            for service, role in roles.items()
        },
        amqp_urls={
            user: settings.amqp_url_by_service.get(user.removeprefix("coffer_"))
            or (as_user(amqp_url, user, passwords[user]) if may_make_users else amqp_url)
            for user in passwords
            if user not in ADMINISTRATORS
        },
    )


def is_same_server(one_url: str, other_url: str) -> bool:
    one, other = urlsplit(one_url), urlsplit(other_url)
    return (one.hostname, one.port) == (other.hostname, other.port)


def as_user(url: str, user: str, password: str, *, path: str | None = None) -> str:
    """The same place for another user."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    changed: SplitResult = parts._replace(
        netloc=f"{quote(user)}:{quote(password, safe='')}@{place}",
        path=parts.path if path is None else path,
    )
    return changed.geturl()
