"""What the books of a fact are called: by who runs the organization, or by whose own they are."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from services.portal.asking import Asking, RefusedError
from services.portal.rooms import Rooms
from services.portal.views.faces import face_of, organization_called
from shared.contracts.organizations import ListOrganizations, OrganizationList
from shared.messaging.ask import NoAnswer

NAME = "ops.names"
REMEMBERED_SECONDS = 300.0
REMEMBERED_MAX = 2_000
ASKED_AT_ONCE = 10


@dataclass
class Names:
    """Names that were asked for lately; who is forgotten is gone from them in minutes (A20)."""

    _known: dict[str, tuple[float, str]] = field(default_factory=dict)

    def of(self, subject: str) -> str:
        """The name of an organization, or the beginning of an id that is none."""
        known = self._known.get(subject)
        return known[1] if known else f"{subject[:8]}…"

    async def learn(self, asking: Asking, subjects: Iterable[str]) -> None:
        """Ask for names that are not known yet, a few at a time."""
        old = monotonic() - REMEMBERED_SECONDS
        if len(self._known) > REMEMBERED_MAX:
            self._known.clear()
        wanted = [one for one in dict.fromkeys(subjects) if self._known.get(one, (0.0,))[0] < old]
        await asyncio.gather(*(self._ask(asking, subject) for subject in wanted[:ASKED_AT_ONCE]))

    async def _ask(self, asking: Asking, subject: str) -> None:
        try:
            found = await asking.show(ListOrganizations(search=subject, limit=5), OrganizationList)
        except (NoAnswer, RefusedError):
            return
        name = ""
        for listed in found.organizations:
            if UUID(subject) in (listed.organization_id, listed.administrator_id):
                name = organization_called(listed.name, listed.administrator_name)
        self._known[subject] = (monotonic(), name or await self._own(asking, UUID(subject)))

    async def _own(self, asking: Asking, account: UUID) -> str:
        """One who is not registered, or forgotten, is told by his id alone."""
        try:
            face = await face_of(asking, account)
        except NoAnswer:
            face = None
        return face.name if face is not None and face.registered else f"{str(account)[:8]}…"


def names_of(rooms: Rooms) -> Names:
    """The names that this process knows."""
    names = rooms.running.rooms.setdefault(NAME, Names())
    assert isinstance(names, Names)
    return names
