"""An organization whose seats are checked out, without any that is assigned from the beginning."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.checkouts import (
    BorrowCheckout,
    CloseCheckout,
    ListCheckouts,
    OpenCheckout,
    RenewCheckout,
    SetFloating,
)
from shared.contracts.licensing import AssignLicense, ReassignLicense, RevokeLicense
from shared.contracts.message import Verdict
from shared.contracts.people import JoinedRole
from shared.contracts.purchases import LicenseKind
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, a_license_line, a_purchase, an_id, in_a_year
from tests.databases import Database
from tests.doors.licensing.voices import Membership, licenses
from tests.speaking import Portal, Store
from tests.waiting import eventually


@dataclass
class Studio:
    """Ana administers it; its people are registered."""

    portal: Portal
    says: Membership
    store: Store
    database: Database
    id: UUID
    ana: UUID
    people: tuple[UUID, ...] = ()

    async def opens(
        self, who: UUID, *, machine: str = "desk", product: str = LUMEN, lease_seconds: int = 600
    ) -> Verdict:
        asked = OpenCheckout(product=product, machine=machine, lease_seconds=lease_seconds)
        return await self.portal.ask(asked, by=who)

    async def renews(self, checkout: UUID, *, by: UUID, lease_seconds: int = 600) -> Verdict:
        asked = RenewCheckout(checkout_id=checkout, lease_seconds=lease_seconds)
        return await self.portal.ask(asked, by=by)

    async def borrows(self, checkout: UUID, *, by: UUID, until: datetime) -> Verdict:
        return await self.portal.ask(BorrowCheckout(checkout_id=checkout, until=until), by=by)

    async def closes(self, checkout: UUID, *, by: UUID) -> Verdict:
        return await self.portal.ask(CloseCheckout(checkout_id=checkout), by=by)

    async def floats(
        self,
        *people: UUID,
        everyone: bool = False,
        by: UUID | None = None,
        product: str = LUMEN,
    ) -> Verdict:
        asked = SetFloating(product=product, everyone=everyone, account_ids=people)
        return await self.portal.ask(asked, by=by or self.ana, owner=self.id)

    async def assigns(self, who: UUID) -> Verdict:
        asked = AssignLicense(product=LUMEN, account_id=who)
        return await self.portal.ask(asked, by=self.ana, owner=self.id)

    async def revokes(self, who: UUID) -> Verdict:
        asked = RevokeLicense(product=LUMEN, account_id=who)
        return await self.portal.ask(asked, by=self.ana, owner=self.id)

    async def reassigns(self, giver: UUID, taker: UUID, *, force: bool = False) -> Verdict:
        asked = ReassignLicense(
            product=LUMEN, from_account_id=giver, to_account_id=taker, force=force
        )
        return await self.portal.ask(asked, by=self.ana, owner=self.id)

    async def buys(
        self,
        seats: int,
        *,
        by: UUID | None = None,
        ends: datetime | None = None,
        kind: LicenseKind = "COMMERCIAL",
    ) -> None:
        bought = a_license_line(seats=seats, expires_at=ends or in_a_year(), license_kind=kind)
        await self.store.says(a_purchase(account_id=by or self.ana, lines=(bought,)))

    async def joins(self, who: UUID, *, role: JoinedRole = "MEMBER") -> None:
        await self.says.registers(who)
        await self.says.adds(self.id, who, role=role)

    async def shown(self, asked: ListCheckouts) -> dict[str, Any]:
        verdict = await self.portal.ask(asked, by=self.ana, owner=self.id)
        assert verdict.result is not None, verdict.refused
        return dict(verdict.result)

    async def seats(self) -> tuple[int, int, int]:
        """How many seats of Lumen there are, are assigned and are in use besides."""
        row = await self.database.fetchrow(
            """
            SELECT seats, assigned, in_use
            FROM product_seats
            WHERE organization_id = $1 AND product = $2
            """,
            self.id,
            LUMEN,
        )
        return (row["seats"], row["assigned"], row["in_use"]) if row else (0, 0, 0)

    async def leases(self) -> int:
        """How many leases are open on its seats by what the rows say."""
        count: int = await self.database.fetchval(
            "SELECT count(*) FROM checkout WHERE organization_id = $1 AND closed_at IS NULL",
            self.id,
        )
        return count

    async def lets_lapse(self, checkout: UUID) -> None:
        """Its lease ends now: nobody waits for one in a test."""
        await self.database.execute(
            "UPDATE checkout SET lease_until = now() - interval '1 second' WHERE id = $1", checkout
        )


@dataclass
class Ground:
    """What studios are built on."""

    portal: Portal
    says: Membership
    store: Store
    database: Database

    async def studio(self, *, seats: int, people: int, role: JoinedRole = "MEMBER") -> Studio:
        here = Studio(
            self.portal,
            self.says,
            self.store,
            self.database,
            an_id(),
            an_id(),
            tuple(an_id() for _ in range(people)),
        )
        await self.says.registers(here.ana)
        await self.says.activates(here.id, here.ana)
        for person in here.people:
            await here.joins(person, role=role)
        await eventually(lambda: self._known(here.id), lambda seen: seen == people + 1)
        if seats:
            await here.buys(seats)
            await eventually(
                lambda: licenses(self.portal, here.id, by=here.ana),
                lambda seen: sum(one["seats"] for one in seen.get("products", ())) == seats,
            )
        if seats == 1:
            assert (await here.revokes(here.ana)).accepted  # one seat was given to her (A13)
        return here

    async def account(self) -> UUID:
        """Somebody who is registered, and in no organization."""
        who = an_id()
        await self.says.registers(who)
        registered = "SELECT EXISTS (SELECT 1 FROM registered_account WHERE account_id = $1)"
        await eventually(lambda: self.database.fetchval(registered, who), bool)
        return who

    async def _known(self, organization_id: UUID) -> int:
        known: int = await self.database.fetchval(
            """
            SELECT count(*)
            FROM role_held
            INNER JOIN registered_account USING (account_id)
            WHERE organization_id = $1
            """,
            organization_id,
        )
        return known


async def lets_expire(database: Database, account_id: UUID, product: str = LUMEN) -> None:
    """What somebody bought last ends now: nobody hurries to use what lasts for two seconds."""
    await database.execute(
        """
        UPDATE license SET expires_at = now()
        WHERE id = (
            SELECT id
            FROM license
            WHERE account_id = $1 AND product = $2
            ORDER BY activated_at DESC
            LIMIT 1
        )
        """,
        account_id,
        product,
    )


async def administers(database: Database, who: UUID, organization_id: UUID) -> None:
    """Wait until licensing has heard who administers an organization."""
    found = "SELECT administrator_id FROM organization WHERE id = $1"
    await eventually(lambda: database.fetchval(found, organization_id), lambda seen: seen == who)


def id_of(verdict: Verdict) -> UUID:
    """The checkout that was opened."""
    assert verdict.result is not None, verdict.refused
    return UUID(str(verdict.result["checkout_id"]))


def source_of(verdict: Verdict) -> str:
    assert verdict.result is not None, verdict.refused
    return str(verdict.result["source"])


def code_of(verdict: Verdict) -> RefusalCode:
    assert verdict.refused is not None
    return verdict.refused.code
