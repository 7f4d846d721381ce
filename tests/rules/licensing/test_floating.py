"""Who may float: nobody, unless the Administrator lets them (A12)."""

from datetime import UTC, datetime

from services.licensing.rules import floating as rules
from services.licensing.rules.floating import Floating
from shared.contracts.checkouts import SetFloating
from shared.contracts.message import Refused
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
BEN, CHLOE = an_id(), an_id()


def test_A12_nobody_floats_unless_it_was_allowed() -> None:
    assert Floating().says() == "off"


def test_A12_everyone_or_those_listed_may_float() -> None:
    all_of_them = rules.set_floating(
        SetFloating(product=LUMEN, everyone=True), was_bought=True, are_in=frozenset()
    )
    one = rules.set_floating(
        SetFloating(product=LUMEN, account_ids=(BEN, BEN)),
        was_bought=True,
        are_in=frozenset({BEN, CHLOE}),
    )

    assert isinstance(all_of_them, Floating)
    assert one == Floating(account_ids=(BEN,))
    assert (all_of_them.says(), Floating(account_ids=(BEN,)).says()) == ("everyone", "listed")


def test_A12_neither_switches_floating_off() -> None:
    off = rules.set_floating(SetFloating(product=LUMEN), was_bought=True, are_in=frozenset())

    assert off == Floating()


def test_A12_only_people_of_the_organization_float_on_what_it_bought() -> None:
    asked = SetFloating(product=LUMEN, account_ids=(BEN, CHLOE))

    outside = rules.set_floating(asked, was_bought=True, are_in=frozenset({BEN}))
    unknown = rules.set_floating(asked, was_bought=False, are_in=frozenset({BEN, CHLOE}))

    assert isinstance(outside, Refused)
    assert outside.code is RefusalCode.NOT_IN_ORGANIZATION
    assert isinstance(unknown, Refused)
    assert unknown.code is RefusalCode.UNKNOWN_PRODUCT


def test_A12_who_may_float_is_told_and_written_down() -> None:
    listed = Floating(account_ids=(BEN,))

    fact = rules.told(listed, organization_id=an_id(), product=LUMEN, now=NOW)

    assert (fact.everyone, fact.account_ids) == (False, (BEN,))
    assert rules.written(listed, LUMEN) == {
        "product": LUMEN,
        "floating": "listed",
        "account_ids": [str(BEN)],
    }
