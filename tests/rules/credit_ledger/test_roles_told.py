"""Roles of people whom nobody knew, and the epochs of a succession, to the last field (I7, T16)."""

from msgspec.structs import replace

from services.credit_ledger.rules.access import restart_quota
from services.credit_ledger.rules.book import Access
from services.credit_ledger.rules.records import Closing
from services.credit_ledger.rules.roles import change_administrator, open_pool, set_role
from shared.contracts.credit_facts import QuotaRestarted
from tests.builders import an_id
from tests.rules.credit_ledger.books import ANA, BEN, NOW, a_person, accepted
from tests.rules.credit_ledger.people import (
    a_change,
    a_pool,
    a_restart,
    a_role,
    an_opening,
    an_own_book,
    own_decision,
    without_ben,
)


def test_A11_whoever_founds_a_pool_unknown_to_it_begins_in_no_epoch() -> None:
    book = a_pool()
    book.access[ANA] = None

    decision = accepted(open_pool(book, an_opening(), NOW))

    assert decision.access == Access(ANA, "ADMINISTRATOR", "unlimited", None, 0, 0, epoch=0)


def test_R16_whoever_leaves_without_having_been_there_is_written_down_as_removed() -> None:
    decision = accepted(set_role(without_ben(), a_role("REMOVED"), NOW))

    assert decision.access == Access(BEN, "REMOVED", "disabled", None, 0, 0, epoch=1)


def test_I7_a_closed_pool_that_a_succession_opens_begins_the_epoch_of_all_its_wallets() -> None:
    book = a_pool(a_person("disabled", role="GUEST"))
    book.own[ANA] = an_own_book(owner=ANA)
    book.closed_by, book.closed_role, book.epoch = an_id(), "GUEST", 6

    decision = accepted(change_administrator(book, a_change(), NOW))

    assert decision.closing == Closing(None, None, 7)


def test_I7_a_pool_that_its_administrator_leaves_for_another_begins_an_epoch_with_him() -> None:
    book = a_pool(a_person("disabled"))
    book.own[ANA] = an_own_book(owner=ANA)
    his_pool = book.own[BEN]
    his_pool.kind = "ORGANIZATION"
    his_pool.access[BEN] = Access(BEN, "ADMINISTRATOR", "unlimited", None, 0, 0)

    decision = accepted(change_administrator(book, a_change(), NOW))

    [administrator] = own_decision(decision).people
    assert (administrator.person, administrator.epoch) == (BEN, 1)


def test_R22_a_restart_is_signed_by_whoever_began_the_count_and_by_its_door() -> None:
    act = replace(a_restart(), door="portal")

    [(fact, line)] = accepted(restart_quota(a_pool(), act, NOW)).says

    assert fact is QuotaRestarted
    assert (line["by"], line["door"]) == (str(ANA), "portal")
