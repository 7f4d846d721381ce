"""Makes the organizations of a plan by messages alone, as the store and Administrators would."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from deploy.operator.replay.plan import Group, Person, Plan
from shared.clock import Clock
from shared.contracts.accounts import RegisterAccount, ShowAccount
from shared.contracts.catalogue import COMMAND_BY_TYPE, fact_type
from shared.contracts.credit_queries import ListCreditAccess, ShowPool
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.credits import SetCreditAccess
from shared.contracts.membership import AddMember
from shared.contracts.message import (
    CLOUDEVENT_CONTENT_TYPE,
    CommandData,
    Fact,
    Refused,
    Verdict,
)
from shared.contracts.money import parse_credits
from shared.contracts.purchases import CreditLine, LicenseLine, OrderLine, OrderPaid
from shared.messaging.ask import Asker, asker
from shared.messaging.publisher import Outgoing
from shared.messaging.topology import STORE

STORE_NAME = "replay"
PRODUCT = "Lumen for Max"
AT_ONCE = 64
ANSWER_SECONDS = 30.0
SETTLE_SECONDS = 120.0
ASK_AGAIN_SECONDS = 0.1
PAGE = 500

Answer = TypeVar("Answer")


class SetupError(Exception):
    """The stack did not become what the plan needs; says what was refused or did not come."""


@dataclass(frozen=True)
class Stage:
    """Asks on behalf of the people of the plan; only demo and ephemeral stacks let it."""

    asks: Asker
    clock: Clock
    at_once: asyncio.Semaphore

    async def ask(self, data: CommandData, *, by: UUID, owner: UUID | None = None) -> Verdict:
        command = COMMAND_BY_TYPE[data.TYPE](
            id=self.clock.new_id(),
            type=data.TYPE,
            actor=self.asks.user,
            on_behalf_of=by,
            owner=owner,
            sent_at=self.clock.now(),
            data=data,
        )
        async with self.at_once:
            return await self.asks.ask(command, answer_seconds=ANSWER_SECONDS)

    async def order(self, data: CommandData, *, by: UUID, owner: UUID | None = None) -> None:
        verdict = await self.ask(data, by=by, owner=owner)
        if verdict.refused is not None:
            raise SetupError(_said(data, verdict.refused))


async def set_up(amqp_url: str, plan: Plan, tell: Callable[[int], None]) -> dict[int, UUID]:
    """Make every organization with its people, credits and quotas; returns their ids by group.

    Raises SetupError, NoAnswer, NotConfirmed.
    """
    async with asker(amqp_url) as asks:
        stage = Stage(asks, Clock(), asyncio.Semaphore(AT_ONCE))
        async with asyncio.TaskGroup() as tasks:
            made = {
                group.number: tasks.create_task(_make(stage, group, tell)) for group in plan.groups
            }
        return {number: task.result() for number, task in made.items()}


async def agree(amqp_url: str, terms: SetPoolTerms, *, by: UUID, owner: UUID) -> None:
    """Set an organization's terms as an operator does; raises as `set_up`."""
    async with asker(amqp_url) as asks:
        await Stage(asks, Clock(), asyncio.Semaphore(AT_ONCE)).order(terms, by=by, owner=owner)


async def _make(stage: Stage, group: Group, tell: Callable[[int], None]) -> UUID:
    await _register(stage, group)
    await _buy(stage, group)
    organization = await _until(
        f"group {group.number} has no organization", lambda: _organization_of(stage, group)
    )
    await _together(
        stage.order(
            AddMember(account_id=person.id, role="MEMBER"),
            by=group.administrator,
            owner=organization,
        )
        for person in group.people
    )
    await _until(
        f"the ledger misses credits or people of group {group.number}",
        lambda: _ledger_is_ready(stage, group, organization),
    )
    await _together(
        stage.order(_access(person), by=group.administrator, owner=organization)
        for person in group.people
    )
    tell(group.number)
    return organization


async def _register(stage: Stage, group: Group) -> None:
    named = {group.administrator: f"administrator-{group.number}"}
    named |= {person.id: f"user-{person.user}-of-{group.number}" for person in group.people}
    await _together(
        stage.order(
            RegisterAccount(
                account_id=account, email=f"{name}.{account.hex}@example.com", name=name
            ),
            by=account,
        )
        for account, name in named.items()
    )


async def _buy(stage: Stage, group: Group) -> None:
    license_line = LicenseLine(
        kind="license",
        line_no=1,
        product=PRODUCT,
        license_kind="COMMERCIAL",
        seats=len(group.people) + 1,
    )
    await _publish_order(stage, group, "license", (license_line,))
    await _together(
        _publish_order(
            stage,
            group,
            f"credits-{number}",
            (CreditLine(kind="credits", line_no=1, credits=bought),),
        )
        for number, bought in enumerate(group.purchases)
    )


async def _publish_order(
    stage: Stage, group: Group, name: str, lines: tuple[OrderLine, ...]
) -> None:
    now = datetime.now(UTC)
    order = OrderPaid(
        store=STORE_NAME,
        order_id=f"{group.administrator.hex}-{name}",
        account_id=group.administrator,
        placed_at=now,
        paid_at=now,
        lines=lines,
    )
    event = Fact[OrderPaid](
        id=stage.clock.new_id(),
        source=f"/store/{STORE_NAME}",
        type=fact_type(OrderPaid),
        subject=group.administrator,
        time=now,
        data=order,
    )
    await stage.asks.publisher.publish(
        Outgoing(
            exchange=STORE,
            routing_key=OrderPaid.ROUTING_KEY,
            body=event.model_dump_json(exclude_none=True).encode(),
            message_id=event.id,
            type=event.type,
            content_type=CLOUDEVENT_CONTENT_TYPE,
        )
    )


async def _organization_of(stage: Stage, group: Group) -> UUID | None:
    admin = group.administrator
    verdict = await stage.ask(ShowAccount(account_id=admin), by=admin)
    found = (verdict.result or {}).get("organization_id")
    return UUID(str(found)) if found else None


async def _ledger_is_ready(stage: Stage, group: Group, organization: UUID) -> bool:
    """Whether the ledger has heard of the purchases and of everybody who was added."""
    pool = await stage.ask(ShowPool(), by=group.administrator, owner=organization)
    if pool.result is None:
        return False
    if parse_credits(str(pool.result["available"])) < sum(group.purchases):
        return False
    return await _known_to_the_ledger(stage, group, organization) >= {
        person.id for person in group.people
    }


async def _known_to_the_ledger(stage: Stage, group: Group, organization: UUID) -> set[UUID]:
    known: list[UUID] = []
    while True:
        question = ListCreditAccess(after=known[-1] if known else None, limit=PAGE)
        page = await stage.ask(question, by=group.administrator, owner=organization)
        people = (page.result or {}).get("people")
        assert isinstance(people, list)
        known += [UUID(str(each["account_id"])) for each in people if isinstance(each, dict)]
        if len(people) < PAGE:
            return set(known)


def _access(person: Person) -> SetCreditAccess:
    return SetCreditAccess(account_id=person.id, mode=person.mode, limit=person.quota)


async def _together(orders: Iterable[Coroutine[None, None, None]]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for order in orders:
            tasks.create_task(order)


async def _until(
    complaint: str, answer: Callable[[], Coroutine[None, None, Answer | None]]
) -> Answer:
    """Ask until there is an answer; the other side tells nobody that it is ready."""
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            while not (found := await answer()):  # noqa: ASYNC110  # no event tells of another
                await asyncio.sleep(ASK_AGAIN_SECONDS)
            return found
    except TimeoutError as error:
        message = f"After {SETTLE_SECONDS} s {complaint}."
        raise SetupError(message) from error


def _said(data: CommandData, refused: Refused) -> str:
    return f"{type(data).__name__} was refused: {refused.code} ({refused.message})"
