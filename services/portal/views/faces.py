"""Who an id is: names and addresses live in membership alone, and are asked for as needed (A20)."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from services.portal.asking import Asking
from shared.contracts.accounts import AccountFound, AccountsFound, FindAccounts
from shared.contracts.people import Role

# Whoever is forgotten is gone from every page within this time.
REMEMBERED_SECONDS = 30.0
REMEMBERED_MAX = 20_000
AT_ONCE = 500


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
    wanted = list(dict.fromkeys(accounts))
    known = {account: face for account in wanted if (face := _remembered(account)) is not None}
    unknown = [account for account in wanted if account not in known]
    parts = [unknown[start : start + AT_ONCE] for start in range(0, len(unknown), AT_ONCE)]
    for found in await asyncio.gather(*(_asked(asking, part) for part in parts)):
        known |= found
    return known


async def face_of(asking: Asking, account: UUID) -> Face:
    """Find out who one id is."""
    return (await faces_of(asking, (account,)))[account]


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


async def _asked(asking: Asking, accounts: Sequence[UUID]) -> dict[UUID, Face]:
    found = await asking.show(FindAccounts(account_ids=tuple(accounts)), AccountsFound)
    by_id = {face.account_id: called(face) for face in found.accounts}
    faces = {account: by_id.get(account) or _forgotten(account) for account in accounts}
    if len(_REMEMBERED) + len(faces) > REMEMBERED_MAX:
        _REMEMBERED.clear()
    _REMEMBERED.update((account, (monotonic(), face)) for account, face in faces.items())
    return faces


def _remembered(account: UUID) -> Face | None:
    at, face = _REMEMBERED.get(account, (float("-inf"), None))
    return face if monotonic() - at < REMEMBERED_SECONDS else None


def _forgotten(account: UUID) -> Face:
    return Face(account, "Somebody who was forgotten", registered=False)
