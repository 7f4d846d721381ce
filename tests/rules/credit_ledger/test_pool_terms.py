"""Terms: the Administrator's, and those that only an operator sets."""

from typing import Any
from uuid import UUID

import pytest

from services.credit_ledger.rules.access_acts import SetTerms
from services.credit_ledger.rules.book import Access
from services.credit_ledger.rules.pool_terms import set_terms
from services.credit_ledger.rules.terms import Terms
from shared.contracts.credit_notices import TermsChanged, TermsLine
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import ANA, BEN, CHLOE, NOW, OWNER, a_book, accepted, refused

ADMINISTRATORS: dict[str, Any] = {
    "zone": "Europe/Sofia",
    "observe": True,
    "pool_thresholds": (50, 10),
    "quota_thresholds": (90,),
    "notice_days": 30,
}
OPERATORS: dict[str, Any] = {
    "overrun_max": 5_000_000,
    "credit_back_days": 90,
    "late_usage_hours": 48,
}


def set_to(*, by: UUID | None = ANA, by_operator: bool = False, **given: Any) -> SetTerms:  # noqa: ANN401  # any of the terms
    return SetTerms(an_id(), OWNER, 1, by, by_operator, **given)


def test_A18_the_administrator_sets_zone_thresholds_notice_and_observing() -> None:
    decision = accepted(set_terms(a_book(), set_to(**ADMINISTRATORS), NOW))

    assert decision.terms == Terms(**ADMINISTRATORS)


def test_A17_terms_are_signed_by_whoever_set_them_and_by_their_door() -> None:
    [(_, line)] = accepted(set_terms(a_book(), set_to(notice_days=30, door="portal"), NOW)).says

    assert (line["by"], line["door"]) == (str(ANA), "portal")


def test_T26_T29_A19_only_an_operator_sets_overrun_credit_back_and_late_usage() -> None:
    for name, value in OPERATORS.items():
        refusal = refused(set_terms(a_book(), set_to(**{name: value}), NOW))

        assert refusal.code == RefusalCode.OPERATOR_REQUIRED
        assert refusal.passing
    decision = accepted(set_terms(a_book(), set_to(by=None, by_operator=True, **OPERATORS), NOW))

    assert decision.terms == Terms(**OPERATORS)


@pytest.mark.parametrize("by", [None, BEN, CHLOE])
def test_R2_nobody_else_sets_the_administrators_terms_an_operator_neither(by: UUID | None) -> None:
    for name, value in ADMINISTRATORS.items():
        act = set_to(by=by, by_operator=True, **{name: value})

        assert refused(set_terms(a_book(), act, NOW)).code == RefusalCode.NOT_ADMINISTRATOR


def test_all_terms_at_once_need_both() -> None:
    both = ADMINISTRATORS | OPERATORS

    assert refused(set_terms(a_book(), set_to(**both), NOW)).code == RefusalCode.OPERATOR_REQUIRED
    assert accepted(set_terms(a_book(), set_to(by_operator=True, **both), NOW)).terms == Terms(
        **both
    )


def test_what_is_not_given_stays() -> None:
    book = a_book()
    book.terms = Terms(**ADMINISTRATORS)

    decision = accepted(set_terms(book, set_to(notice_days=0), NOW))

    assert decision.terms == Terms(**ADMINISTRATORS | {"notice_days": 0})


def test_the_owner_of_a_wallet_of_his_own_sets_its_terms() -> None:
    book = a_book()
    book.access[BEN] = Access(BEN, "OWNER", "unlimited", None, 0, 0)

    accepted(set_terms(book, set_to(by=BEN, zone="Europe/Sofia"), NOW))


@pytest.mark.parametrize("zone", ["localtime", "Factory", "Mars/Olympus", "europe/sofia"])
def test_A18_a_zone_is_one_of_the_database_of_zones_or_refused_and_forgotten(zone: str) -> None:
    refusal = refused(set_terms(a_book(), set_to(zone=zone), NOW))

    assert (refusal.code, refusal.limit) == (RefusalCode.MALFORMED, "zone")
    assert refusal.passing


def test_the_fact_has_all_terms_in_the_units_of_the_command() -> None:
    act = set_to(by_operator=True, **ADMINISTRATORS | OPERATORS)

    [(said, line)] = accepted(set_terms(a_book(), act, NOW)).says

    assert said is TermsChanged
    assert (line["id"], line["by"]) == (str(act.command), str(ANA))
    read = TermsLine.model_validate({**line, "id": act.command, "by": ANA})
    assert (read.overrun_max, read.zone, read.pool_thresholds) == (
        5_000_000, "Europe/Sofia", (50, 10),
    )  # fmt: skip
