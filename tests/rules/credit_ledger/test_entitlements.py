"""Seat and credits in one decision: whoever names a product has to be entitled to it now."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from services.credit_ledger.engine.outcomes import to_refused
from services.credit_ledger.rules.book import Book, Decision, Refusal
from services.credit_ledger.rules.extending import extend
from services.credit_ledger.rules.holds import capture
from services.credit_ledger.rules.records import Job
from services.credit_ledger.rules.shortfalls import Shortfall, shortfalls
from services.credit_ledger.rules.spending import authorize, debit
from services.credit_ledger.rules.terms import Terms
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    BEN,
    CHLOE,
    NOW,
    a_book,
    a_capture,
    a_debit,
    a_lot,
    a_person,
    accepted,
    an_authorize,
    an_extend,
    applied,
    entitle,
    in_days,
    refused,
)

LUMEN = "Lumen for Max"
NO_ENTITLEMENT = RefusalCode.NO_ENTITLEMENT
Spend = Callable[[Book, str | None, datetime], Decision | Refusal]


def _debited(book: Book, product: str | None, now: datetime) -> Decision | Refusal:
    return debit(book, a_debit(30, product=product), now)


def _authorized(book: Book, product: str | None, now: datetime) -> Decision | Refusal:
    return authorize(book, an_authorize(30, product=product), now)


SPENDS = pytest.mark.parametrize("spend", [_debited, _authorized])


@SPENDS
def test_R27_who_names_no_product_needs_no_right_to_one(spend: Spend) -> None:
    accepted(spend(a_book(), None, NOW))


@SPENDS
def test_R27_without_a_right_to_the_product_nothing_is_spent_on_it(spend: Spend) -> None:
    book = a_book()
    entitle(book, "Tide")

    refusal = refused(spend(book, LUMEN, NOW))

    assert (refusal.binding, refusal.limit, refusal.product) == (
        (NO_ENTITLEMENT,),
        "product",
        LUMEN,
    )


@SPENDS
def test_R35_any_right_to_the_product_will_do(spend: Spend) -> None:
    book = a_book()
    entitle(book, LUMEN)

    accepted(spend(book, LUMEN, NOW))


@SPENDS
def test_R27_a_right_ends_at_its_time_and_not_before(spend: Spend) -> None:
    book = a_book()
    entitle(book, LUMEN, until=in_days(1))

    accepted(spend(book, LUMEN, in_days(1) - timedelta(microseconds=1)))
    assert refused(spend(book, LUMEN, in_days(1))).code == NO_ENTITLEMENT


@SPENDS
def test_R51_where_quotas_are_only_observed_a_product_is_still_asked_for(spend: Spend) -> None:
    book = a_book()
    book.terms = Terms(observe=True)

    assert refused(spend(book, LUMEN, NOW)).code == NO_ENTITLEMENT


def test_no_entitlement_comes_after_access_and_before_what_the_pool_lacks() -> None:
    book = a_book(a_lot(1), ben=a_person("quota", 2), debt=1)
    book.jobs["J1"] = Job("J1", 3, 0, 0)
    act = replace(an_authorize(30, product=LUMEN), job="J1")

    refusal = refused(authorize(book, act, NOW))

    assert refusal.binding == (
        NO_ENTITLEMENT,
        RefusalCode.ORGANIZATION_IN_DEBT,
        RefusalCode.JOB_CAP_EXCEEDED,
        RefusalCode.QUOTA_EXCEEDED,
        RefusalCode.POOL_INSUFFICIENT,
    )
    assert shortfalls(book, act, refusal, NOW)[0] == Shortfall(NO_ENTITLEMENT)
    book.access[BEN] = a_person("disabled")
    refusal = refused(authorize(book, act, NOW))
    assert refusal.binding[:2] == (RefusalCode.CREDIT_ACCESS_DISABLED, NO_ENTITLEMENT)


def test_a_stranger_learns_nothing_of_rights() -> None:
    book = a_book()
    act = replace(a_debit(1, product=LUMEN), person=CHLOE)

    assert refused(debit(book, act, NOW)).binding == (RefusalCode.NOT_IN_ORGANIZATION,)


def test_no_entitlement_names_the_product_and_who_can_lift_it() -> None:
    told = to_refused(refused(_authorized(a_book(), LUMEN, NOW)))

    assert LUMEN in told.message
    assert told.limit is not None
    assert (told.limit.name, told.limit.value) == ("product", LUMEN)
    assert told.who_can_lift == "the organization's Administrator"


def test_T2_a_running_frame_outlives_the_right_that_it_began_with() -> None:
    book = a_book()
    entitle(book, LUMEN)
    hold = applied(book, authorize(book, an_authorize(30, product=LUMEN), NOW)).hold
    assert hold is not None
    book.found.clear()

    extended = applied(book, extend(book, an_extend(hold, 10), NOW)).hold

    assert extended is not None
    accepted(capture(book, a_capture(extended, 40), NOW))
