"""Purchases become licenses once, whenever and however often they are told (T19-T21, A13)."""

import asyncio
import random
from typing import Any

from shared.contracts.licensing import LicenseActivated
from tests.builders import LUMEN, a_credit_line, a_license_line, a_purchase, an_id, in_a_year
from tests.doors.licensing.voices import Membership, licenses
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal, Store
from tests.waiting import eventually


async def test_T20_a_license_counts_before_anybody_knows_its_account(
    licensing: ServiceProcess, store: Store, portal: Portal, facts: Listener, says: Membership
) -> None:
    order = a_purchase(lines=(a_license_line(seats=5), a_credit_line(line_no=2)))

    await store.says(order)

    fact = await facts.fact(LicenseActivated, order.account_id)
    assert isinstance(fact.data, LicenseActivated)
    assert (fact.subject, fact.sequence, fact.data.seats) == (order.account_id, 1, 5)
    shown = await licenses(portal, order.account_id)
    assert [one["product"] for one in shown["personal"]] == [LUMEN]


async def test_T19_a_purchase_told_ten_times_in_any_order_counts_once(
    licensing: ServiceProcess, store: Store, portal: Portal, facts: Listener, says: Membership
) -> None:
    account_id = an_id()
    orders = [
        a_purchase(account_id=account_id, lines=(a_license_line(line_no=1), line_two(number)))
        for number in range(5)
    ]
    told = orders * 10
    random.shuffle(told)

    await asyncio.gather(*(store.says(order) for order in told))

    async def numbers() -> list[int | None]:
        return [fact.sequence for fact in facts.facts_of(account_id)]

    await eventually(numbers, lambda seen: len(seen) >= 10)
    shown = await eventually(
        lambda: licenses(portal, account_id), lambda seen: len(seen["personal"]) >= 10
    )
    assert len(shown["personal"]) == 10
    assert await numbers() == list(range(1, 11))


def line_two(number: int) -> Any:  # noqa: ANN401  # a line
    return a_license_line(line_no=2, product=f"Tide {number}", license_kind="EDU")


async def test_T21_a_line_told_differently_keeps_the_first_and_raises_the_alarm(
    licensing: ServiceProcess,
    store: Store,
    portal: Portal,
    facts: Listener,
    dead: Listener,
    says: Membership,
) -> None:
    expires_at = in_a_year()
    order = a_purchase(lines=(a_license_line(seats=3, expires_at=expires_at),))
    other = order.model_copy(update={"lines": (a_license_line(seats=9, expires_at=expires_at),)})
    await store.says(order)
    await facts.fact(LicenseActivated, order.account_id)

    told = await store.says(other)

    await licensing.logs(
        lambda line: line.get("event") == "order_line_reused" and line["order"] == order.order_id
    )
    shown = await licenses(portal, order.account_id)
    assert [one["seats"] for one in shown["personal"]] == [3]
    assert str(told) not in [message.message_id for message in dead.messages]


async def test_A13_an_administrators_commercial_licenses_are_the_organizations_seats(
    licensing: ServiceProcess, store: Store, portal: Portal, facts: Listener, says: Membership
) -> None:
    ana, organization = an_id(), an_id()
    await store.says(a_purchase(account_id=ana, lines=(a_license_line(seats=3),)))
    await facts.fact(LicenseActivated, ana)

    await says.activates(organization, ana)
    await store.says(a_purchase(account_id=ana, lines=(a_license_line(seats=2),)))
    trial = a_license_line(license_kind="TRIAL", product="Tide", seats=1)
    await store.says(a_purchase(account_id=ana, lines=(trial,)))

    shown = await eventually(
        lambda: licenses(portal, organization, by=ana),
        lambda seen: [one["seats"] for one in seen.get("products", [])] == [5],
    )
    assert [one["product"] for one in shown["products"]] == [LUMEN]
    own = await eventually(lambda: licenses(portal, ana), lambda seen: len(seen["personal"]) == 1)
    assert own["personal"][0]["kind"] == "TRIAL"


async def test_A13_an_organization_heard_twice_does_not_double_its_seats(
    licensing: ServiceProcess, store: Store, portal: Portal, facts: Listener, says: Membership
) -> None:
    ana, organization = an_id(), an_id()
    await store.says(a_purchase(account_id=ana, lines=(a_license_line(seats=3),)))
    await facts.fact(LicenseActivated, ana)

    await says.activates(organization, ana)
    await says.activates(organization, ana)

    await says.adds(organization, an_id())
    shown = await eventually(
        lambda: licenses(portal, organization, by=ana), lambda seen: bool(seen.get("products"))
    )
    assert shown["products"][0]["seats"] == 3
