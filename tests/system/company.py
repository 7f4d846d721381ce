"""A company in the making: its people, what it buys, and what the services know of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from shared.client.courier import Courier
from shared.client.letters import Letter, Sender
from shared.contracts.accounts import ShowAccount
from shared.contracts.credit_queries import ListCreditAccess, ShowPool
from shared.contracts.credits import SetCreditAccess
from shared.contracts.licensing import AssignLicense, ListLicenses
from shared.contracts.membership import ListMembers
from shared.contracts.message import CommandData, Verdict
from shared.contracts.money import parse_credits
from tests.builders import an_account, an_id
from tests.speaking import Portal, Store
from tests.waiting import eventually

NAMES = ("Ana", "Ben", "Chloe")
SETTLE_SECONDS = 30.0


@dataclass(frozen=True)
class Voices:
    """Who speaks to the stack: people by the portal, the store, render nodes."""

    portal: Portal
    store: Store
    node: Courier


@dataclass
class Company:
    """Ana's company; Ben and Chloe may join it."""

    voices: Voices
    ids: Mapping[str, UUID] = field(default_factory=lambda: {name: an_id() for name in NAMES})
    organization: UUID = field(default_factory=an_id)

    async def registers(self) -> None:
        for account in self.ids.values():
            data = an_account(account_id=account)
            assert (await self.voices.portal.ask(data, by=account)).accepted

    async def appears(self) -> None:
        """Wait until Ana's license has made her an organization, of which all have heard."""

        async def organization() -> str | None:
            ana = self.ids["Ana"]
            shown = await self.voices.portal.ask(ShowAccount(account_id=ana), by=ana)
            return str((shown.result or {}).get("organization_id") or "")

        found = await eventually(organization, bool, wait_seconds=SETTLE_SECONDS)
        self.organization = UUID(found)
        for shown in (ShowPool(), ListLicenses()):
            await eventually(partial(self.does, shown), lambda verdict: verdict.accepted)

    async def does(self, data: CommandData, *, by: str = "Ana") -> Verdict:
        return await self.voices.portal.ask(data, by=self.ids[by], owner=self.organization)

    async def does_when_heard(self, data: CommandData) -> Verdict:
        """A service that has not heard of somebody yet is asked again, as a person would."""
        return await eventually(
            lambda: self.does(data),
            lambda verdict: (
                verdict.refused is None or verdict.refused.code != "not_in_organization"
            ),
        )

    async def is_known_to_all(self) -> None:
        """Wait until the ledger and licensing have heard who is in the company."""

        async def known() -> int:
            people = ((await self.does(ListCreditAccess())).result or {}).get("people")
            return len(people) if isinstance(people, list) else 0

        await eventually(known, lambda count: count == len(NAMES), wait_seconds=SETTLE_SECONDS)
        for name in NAMES[1:]:
            # Of somebody it knows, licensing refuses the product that nobody sells.
            await self.does_when_heard(AssignLicense(product="none", account_id=self.ids[name]))

    async def gives(self, who: str, limit: str) -> Verdict:
        quota = SetCreditAccess(account_id=self.ids[who], mode="quota", limit=parse_credits(limit))
        return await self.does_when_heard(quota)

    async def pool(self) -> dict[str, Any]:
        shown = (await self.does(ShowPool())).result or {}
        return {name: shown.get(name) for name in ("granted", "posted", "held", "available")}

    async def pool_becomes(self, **figures: str) -> None:
        await eventually(
            self.pool, lambda pool: figures.items() <= pool.items(), wait_seconds=SETTLE_SECONDS
        )

    async def seats_become(self, seats: int) -> None:
        """Wait until licensing has booked so many seats, of whatever product."""

        async def bought() -> int:
            products: Any = ((await self.does(ListLicenses())).result or {}).get("products", ())
            return sum(each["seats"] for each in products)

        await eventually(bought, lambda count: count == seats)

    async def standing(self) -> dict[str, Any]:
        """All that the services know of the company, by names instead of ids."""
        people = (await self.does(ListMembers())).result or {}
        seats = (await self.does(ListLicenses())).result or {}
        access = (await self.does(ListCreditAccess())).result or {}
        told = orjson.dumps([people.get("members"), seats.get("products"), access.get("people")])
        for name, account in self.ids.items():
            told = told.replace(str(account).encode(), name.encode())
        members, products, spenders = orjson.loads(told)
        return {
            "pool": await self.pool(),
            "members": sorted((each["account_id"], each["role"]) for each in members),
            "seats": sorted(
                (each["product"], each["free"], sorted(each["account_ids"])) for each in products
            ),
            "access": sorted(
                (each["account_id"], each["mode"], each["limit"], each["used"], each["held"])
                for each in spenders
            ),
        }

    def authorize(self, who: str, amount: str, hold: UUID) -> Letter:
        return self._sender().authorize(
            str(hold),
            owner=str(self.organization),
            account=str(self.ids[who]),
            amount=amount,
            lease_seconds=3_600,
            job=None,
        )

    def capture(self, who: str, amount: str, hold: UUID) -> Letter:
        return self._sender().capture(
            str(an_id()),
            owner=str(self.organization),
            account=str(self.ids[who]),
            hold=str(hold),
            amount=amount,
            final=True,
        )

    async def sends(self, letter: Letter) -> str:
        """What a render node is answered: `accepted`, or the code of the refusal."""
        verdict = (await self.voices.node.send(letter))[letter.id]
        refused = verdict.get("refused")
        return str(refused["code"]) if isinstance(refused, Mapping) else "accepted"

    async def sends_doubtfully(self, letter: Letter) -> None:
        """A node that hears nothing at once sends the same again."""
        answered = self.sends(letter)
        self.voices.node.send_copy(letter)
        assert await answered == "accepted"

    def _sender(self) -> Sender:
        return Sender(user=self.voices.node.wire.user, node="rn-01")
