"""An organization, what people ask for in it, and how it stands in the database."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.contracts.credit_facts import AccessReleased
from shared.contracts.credit_notices import PersonalCreditsActive, PersonalCreditsExhausted
from shared.contracts.licensing import (
    LicenseActivated,
    SeatAssigned,
    SeatRevoked,
    SeatsReleased,
)
from shared.contracts.membership import AddMember, ChangeRole, LeaveOrganization, RemoveMember
from shared.contracts.message import FactData, Verdict
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.transfers import (
    AcceptTransfer,
    CancelTransfer,
    DeclineTransfer,
    RequestTransfer,
)
from shared.messaging.publisher import Publisher
from shared.messaging.topology import FACTS
from tests.builders import LUMEN, an_account, an_id, in_a_year
from tests.databases import Database
from tests.listening import Listener
from tests.speaking import Portal, a_fact, outgoing
from tests.waiting import eventually

CLOCK = Clock()


@dataclass
class Voices:
    """Speaks in licensing's and in the ledger's name, in their sequences."""

    licensing: Publisher
    ledger: Publisher
    last: Counter[UUID] = field(default_factory=Counter)

    async def licensing_says(self, data: FactData, subject: UUID) -> None:
        self.last[subject] += 1
        fact = a_fact(data, subject=subject, sequence=self.last[subject])
        await self.licensing.publish(outgoing(fact, exchange=FACTS))

    async def ledger_says(self, data: FactData, subject: UUID, sequence: int | None = None) -> None:
        fact = a_fact(data, subject=subject, sequence=sequence)
        await self.ledger.publish(outgoing(fact, exchange=FACTS))

    async def license(self, account_id: UUID, **changes: Any) -> None:  # noqa: ANN401  # any field
        valid: dict[str, Any] = {
            "license_id": an_id(),
            "account_id": account_id,
            "product": LUMEN,
            "kind": "COMMERCIAL",
            "seats": 3,
            "activated_at": CLOCK.now(),
            "expires_at": in_a_year(),
        }
        data = LicenseActivated.model_validate({**valid, **changes})
        await self.licensing_says(data, account_id)

    async def seat(self, organization_id: UUID, account_id: UUID, product: str = LUMEN) -> None:
        data = SeatAssigned(
            organization_id=organization_id,
            account_id=account_id,
            product=product,
            assigned_at=CLOCK.now(),
        )
        await self.licensing_says(data, organization_id)

    async def no_seat(self, organization_id: UUID, account_id: UUID, product: str = LUMEN) -> None:
        data = SeatRevoked(
            organization_id=organization_id,
            account_id=account_id,
            product=product,
            reason="revoked",
            revoked_at=CLOCK.now(),
        )
        await self.licensing_says(data, organization_id)

    async def seats_released(self, organization_id: UUID, account_id: UUID, at: datetime) -> None:
        data = SeatsReleased(organization_id=organization_id, account_id=account_id, removed_at=at)
        await self.licensing_says(data, organization_id)

    async def access_released(self, organization_id: UUID, account_id: UUID, at: datetime) -> None:
        data = AccessReleased(organization_id=organization_id, account_id=account_id, removed_at=at)
        await self.ledger_says(data, organization_id)

    async def own_credits(self, account_id: UUID, sequence: int, *, active: bool) -> None:
        kind = PersonalCreditsActive if active else PersonalCreditsExhausted
        lines = [{"account_id": str(account_id)}]
        said = {"owner": str(account_id), "available": "0", "lines": lines}
        data = kind.model_validate(said, strict=False)
        await self.ledger_says(data, account_id, sequence)


@dataclass
class Larkspur:
    """One organization and its first Administrator."""

    id: UUID
    ana: UUID
    portal: Portal
    database: Database

    async def somebody(self) -> UUID:
        account = an_account()
        assert (await self.portal.ask(account)).accepted
        return account.account_id

    async def joined(self, role: str = "MEMBER") -> UUID:
        who = await self.somebody()
        assert (await self.add(who, role)).accepted
        return who

    async def add(self, who: UUID, role: str = "MEMBER") -> Verdict:
        added = AddMember(account_id=who, role=role)
        return await self.portal.ask(added, by=self.ana, owner=self.id)

    async def invite(self, email: str, role: str = "MEMBER") -> Verdict:
        return await self.portal.ask(AddMember(email=email, role=role), by=self.ana, owner=self.id)

    async def remove(self, who: UUID, *, strict: bool = False, by: UUID | None = None) -> Verdict:
        removed = RemoveMember(account_id=who, strict=strict)
        return await self.portal.ask(removed, by=by or self.ana, owner=self.id)

    async def removed(self, who: UUID) -> datetime:
        """Remove somebody, and tell when his interval ended."""
        verdict = await self.remove(who)
        assert verdict.result is not None, verdict
        return datetime.fromisoformat(str(verdict.result["removed_at"]))

    async def leave(self, who: UUID) -> Verdict:
        return await self.portal.ask(LeaveOrganization(), by=who, owner=self.id)

    async def change_role(self, who: UUID, role: str, *, by: UUID | None = None) -> Verdict:
        changed = ChangeRole(account_id=who, role=role)
        return await self.portal.ask(changed, by=by or self.ana, owner=self.id)

    async def request(
        self, to: UUID, *, by: UUID | None = None, invoices_to: str = "new"
    ) -> Verdict:
        asked = {"to_account_id": to, "invoices_to": invoices_to}
        requested = RequestTransfer.model_validate(asked)
        return await self.portal.ask(requested, by=by or self.ana, owner=self.id)

    async def offered(self, to: UUID, *, by: UUID | None = None, invoices_to: str = "new") -> UUID:
        """Offer the Administrator's place, and tell under which id."""
        verdict = await self.request(to, by=by, invoices_to=invoices_to)
        assert verdict.result is not None, verdict
        return UUID(str(verdict.result["transfer_id"]))

    async def accept(self, transfer_id: UUID, by: UUID) -> Verdict:
        return await self.portal.ask(AcceptTransfer(transfer_id=transfer_id), by=by, owner=self.id)

    async def decline(self, transfer_id: UUID, by: UUID) -> Verdict:
        return await self.portal.ask(DeclineTransfer(transfer_id=transfer_id), by=by, owner=self.id)

    async def cancel(self, transfer_id: UUID, by: UUID | None = None) -> Verdict:
        cancelled = CancelTransfer(transfer_id=transfer_id)
        return await self.portal.ask(cancelled, by=by or self.ana, owner=self.id)

    async def roles(self) -> dict[UUID, str]:
        """Who is in the organization now, as the database has it."""
        rows = await self.database.fetch(
            """
            SELECT administrator_id AS account_id, 'ADMINISTRATOR' AS role
            FROM organization WHERE id = $1
            UNION ALL
            SELECT account_id, role FROM membership WHERE organization_id = $1 AND state = 'ACTIVE'
            """,
            self.id,
        )
        assert len({row["account_id"] for row in rows}) == len(rows), "one account, one role"
        return {row["account_id"]: row["role"] for row in rows}

    async def intervals(self, who: UUID) -> list[tuple[str, str, str | None]]:
        """Each time that somebody was in: as what, how far he is out, and why."""
        rows = await self.database.fetch(
            """
            SELECT role, state, reason FROM membership
            WHERE organization_id = $1 AND account_id = $2
            ORDER BY added_at
            """,
            self.id,
            who,
        )
        return [tuple(row) for row in rows]

    async def trail_of(self, act: str) -> list[tuple[UUID, dict[str, Any], dict[str, Any]]]:
        """What the trail has of one kind of act: about whom, before and after, in its order."""
        rows = await self.database.fetch(
            """
            SELECT about, before, after FROM audit
            WHERE subject = $1 AND act = $2
            ORDER BY number
            """,
            self.id,
            act,
        )
        return [tuple(row) for row in rows]

    async def offers(self) -> list[str]:
        """What became of each offer, the first one first."""
        rows = await self.database.fetch(
            "SELECT state FROM transfer WHERE organization_id = $1 ORDER BY requested_at", self.id
        )
        return [row["state"] for row in rows]


async def an_organization(
    portal: Portal, voices: Voices, told: Listener, database: Database
) -> Larkspur:
    """A fresh organization that a commercial license made (R3)."""
    ana = an_account()
    await portal.ask(ana)
    await voices.license(ana.account_id)
    arisen = await told.fact(OrganizationActivated, ana.account_id)
    return Larkspur(arisen.subject, ana.account_id, portal, database)


async def held_licenses(larkspur: Larkspur, account_id: UUID, count: int) -> None:
    counted = "SELECT count(*) FROM held_license WHERE account_id = $1"
    await eventually(
        lambda: larkspur.database.fetchval(counted, account_id), lambda seen: seen == count
    )


async def has_heard_of(database: Database, license_id: UUID) -> None:
    """Wait until a license is heard of."""
    found = "SELECT EXISTS (SELECT 1 FROM held_license WHERE id = $1)"
    await eventually(lambda: database.fetchval(found, license_id), bool)


async def has_heard_its_end(database: Database, license_id: UUID) -> None:
    """Wait until a license is heard to have run out."""
    expired = "SELECT expired FROM held_license WHERE id = $1"
    await eventually(lambda: database.fetchval(expired, license_id), bool)


def code_of(verdict: Verdict) -> str:
    """Why a command was refused; `accepted` when it was not."""
    return verdict.refused.code if verdict.refused else "accepted"


def said(told: Listener, subject: UUID) -> list[str]:
    """What was told of a subject in its sequence, by kind, the audit left out."""
    facts = sorted(
        (fact for fact in told.facts_of(subject) if fact.sequence is not None),
        key=lambda fact: fact.sequence or 0,
    )
    kinds = [type(fact.data).__name__ for fact in facts]
    return [kind for kind in kinds if kind != "MembershipActRecorded"]
