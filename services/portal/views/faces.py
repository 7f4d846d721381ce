"""Who an id is: names and addresses live in membership alone, and are asked for as needed (A20)."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from services.portal.asking import Asking, RefusedError
from shared.contracts.accounts import AccountFound, FindAccount
from shared.contracts.people import Role

# Whoever is forgotten is gone from every page within this time.
REMEMBERED_SECONDS = 30.0
REMEMBERED_MAX = 20_000


@dataclass(frozen=True)
class Face:
    """A person as pages call him; one who was forgotten has neither name nor address."""

    account_id: UUID
    name: str
    email: str | None = None
    role: Role | None = None
    registered: bool = True

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0]


_REMEMBERED: dict[UUID, tuple[float, Face]] = {}


async def faces_of(asking: Asking, accounts: Iterable[UUID]) -> dict[UUID, Face]:
    """Find out who several ids are; an unknown one is somebody who was forgotten."""
    wanted = set(accounts)
    found = await asyncio.gather(*(face_of(asking, account) for account in wanted))
    return {face.account_id: face for face in found}


async def face_of(asking: Asking, account: UUID) -> Face:
    """Find out who one id is."""
    known = _REMEMBERED.get(account)
    if known is not None and monotonic() - known[0] < REMEMBERED_SECONDS:
        return known[1]
    face = await _asked(asking, account)
    if len(_REMEMBERED) >= REMEMBERED_MAX:
        _REMEMBERED.clear()
    _REMEMBERED[account] = (monotonic(), face)
    return face


def called(face: AccountFound) -> Face:
    """Call somebody by his name, one who has none by his address."""
    return Face(
        account_id=face.account_id,
        name=face.name or face.email or "Somebody who was forgotten",
        email=face.email,
        role=face.role,
        registered=face.registered,
    )


def organization_called(name: str | None, administrator: str) -> str:
    """Call an organization by its name; until it has one, people know it by who runs it."""
    return name or f"{administrator}\N{RIGHT SINGLE QUOTATION MARK}s organization"


async def _asked(asking: Asking, account: UUID) -> Face:
    try:
        return called(await asking.show(FindAccount(account_id=account), AccountFound))
    except RefusedError:
        return Face(account, "Somebody who was forgotten", registered=False)
