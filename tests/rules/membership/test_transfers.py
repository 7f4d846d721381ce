"""How an organization gets another Administrator, and who never becomes one (R5, R7, T16)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.membership.rules import transfers
from services.membership.rules.standing import Membership, Organization, Standing
from services.membership.rules.transfers import OFFER_STANDS, Succession, Transfer
from shared.contracts.message import Refused
from shared.contracts.people import JoinedRole
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import AdministratorChanged, TransferEnded, TransferRequested
from tests.builders import an_id
from tests.rules.membership.test_people import FERN, LARKSPUR, a_license, code_of, somebody

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ANA = somebody(account_id=LARKSPUR.administrator_id, owns=LARKSPUR)
ELSEWHERE = Membership(FERN.id, an_id(), "GUEST", NOW)


def joined(role: JoinedRole = "MEMBER", **changes: Any) -> Standing:  # noqa: ANN401  # any field
    return somebody(joined=Membership(LARKSPUR.id, an_id(), role, NOW), **changes)


def a_succession(successor: Standing | None = None, **changes: Any) -> Succession:  # noqa: ANN401
    valid = Succession(
        organization=LARKSPUR,
        former=ANA,
        former_left_at=None,
        successor=successor or joined(),
        has_credits_of_his_own=False,
    )
    return replace(valid, **changes)


def an_offer(**changes: Any) -> Transfer:  # noqa: ANN401  # any field of the transfer
    valid = Transfer(
        id=an_id(),
        organization_id=LARKSPUR.id,
        from_account_id=LARKSPUR.administrator_id,
        to_account_id=an_id(),
        invoices_to="new",
        state="REQUESTED",
        requested_at=NOW,
        expires_at=NOW + OFFER_STANDS,
    )
    return replace(valid, **changes)


def request(
    succession: Succession, offer: Transfer | None = None, *, now: datetime = NOW
) -> TransferRequested | Refused:
    return transfers.request(succession, offer, new_id=an_id(), now=now)


def hand_over(succession: Succession, *, now: datetime = LATER) -> AdministratorChanged:
    changed = transfers.hand_over(succession, now=now)
    assert isinstance(changed, AdministratorChanged)
    return changed


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
def test_T16_the_administrator_offers_his_place_for_fourteen_days(role: JoinedRole) -> None:
    ben = joined(role)

    requested = request(a_succession(ben))

    assert isinstance(requested, TransferRequested)
    assert (requested.from_account_id, requested.to_account_id) == (ANA.account_id, ben.account_id)
    assert requested.expires_at - requested.requested_at == timedelta(days=14)


def test_T16_one_offer_is_open_at_a_time() -> None:
    offer = an_offer()

    assert code_of(request(a_succession(), offer)) is RefusalCode.TRANSFER_PENDING


def test_T16_an_offer_that_ran_out_stands_in_nobodys_way() -> None:
    offer = an_offer()

    assert isinstance(request(a_succession(), offer, now=offer.expires_at), TransferRequested)


INELIGIBLE = {
    "R5 he has an organization": a_succession(joined(owns=FERN)),
    "T32 he is only invited": a_succession(
        joined(account=replace(somebody().account, name=None))  # type: ignore[type-var]  # there is one
    ),
    "A20 he was forgotten": a_succession(joined(account=None)),
    "R49 he is a Guest with credits of his own": a_succession(
        joined("GUEST"), has_credits_of_his_own=True
    ),
    "R7 he is the Administrator": a_succession(ANA),
}


@pytest.mark.parametrize("succession", INELIGIBLE.values(), ids=INELIGIBLE.keys())
def test_T16_R5_whoever_is_not_eligible_is_neither_chosen_nor_accepts(
    succession: Succession,
) -> None:
    accepted = transfers.hand_over(succession, now=NOW)

    assert code_of(request(succession)) is RefusalCode.TRANSFER_TARGET_INELIGIBLE
    assert code_of(accepted) is RefusalCode.TRANSFER_TARGET_INELIGIBLE


@pytest.mark.parametrize("outsider", [somebody(), somebody(joined=ELSEWHERE)])
def test_T16_only_somebody_in_the_organization_takes_it_over(outsider: Standing) -> None:
    accepted = transfers.hand_over(a_succession(outsider), now=NOW)

    assert code_of(request(a_succession(outsider))) is RefusalCode.NOT_IN_ORGANIZATION
    assert code_of(accepted) is RefusalCode.NOT_IN_ORGANIZATION


def test_T16_a_member_with_credits_that_sleep_may_take_over() -> None:
    assert isinstance(request(a_succession(has_credits_of_his_own=True)), TransferRequested)


def test_A2_whoever_is_in_another_organization_as_well_leaves_it_before_handing_over() -> None:
    succession = a_succession(former=replace(ANA, joined=ELSEWHERE))

    refused = request(succession)

    assert code_of(refused) is RefusalCode.ALREADY_IN_ANOTHER_ORGANIZATION
    assert code_of(transfers.hand_over(succession, now=NOW)) is code_of(refused)


def test_T16_the_chosen_one_alone_answers_his_offer() -> None:
    offer = an_offer()

    assert transfers.answerable(offer, offer.to_account_id, now=LATER) == offer
    for other in (an_id(), offer.from_account_id, None):
        refused = transfers.answerable(offer, other, now=LATER)
        assert code_of(refused) is RefusalCode.UNKNOWN_REQUEST
    unknown = transfers.answerable(None, an_id(), now=LATER)
    assert code_of(unknown) is RefusalCode.UNKNOWN_REQUEST


@pytest.mark.parametrize("state", ["ACCEPTED", "DECLINED", "CANCELLED"])
def test_T16_an_offer_is_answered_once(state: Any) -> None:  # noqa: ANN401  # one of the states
    offer = an_offer(state=state)

    answered = transfers.answerable(offer, offer.to_account_id, now=LATER)
    cancelled = transfers.cancellable(offer, LARKSPUR, LARKSPUR.administrator_id, now=LATER)

    assert code_of(answered) is RefusalCode.REQUEST_DECIDED
    assert code_of(cancelled) is RefusalCode.REQUEST_DECIDED


@pytest.mark.parametrize("state", ["REQUESTED", "EXPIRED"])
def test_T16_after_fourteen_days_an_offer_is_neither_answered_nor_taken_back(
    state: Any,  # noqa: ANN401  # one of the states
) -> None:
    offer = an_offer(state=state)
    late = offer.expires_at

    answered = transfers.answerable(offer, offer.to_account_id, now=late)
    cancelled = transfers.cancellable(offer, LARKSPUR, LARKSPUR.administrator_id, now=late)

    assert code_of(answered) is RefusalCode.TRANSFER_EXPIRED
    assert code_of(cancelled) is RefusalCode.TRANSFER_EXPIRED


def test_T16_the_administrator_alone_takes_his_offer_back() -> None:
    offer = an_offer()

    taken_back = transfers.cancellable(offer, LARKSPUR, LARKSPUR.administrator_id, now=LATER)
    by_the_chosen = transfers.cancellable(offer, LARKSPUR, offer.to_account_id, now=LATER)
    unknown = transfers.cancellable(None, None, LARKSPUR.administrator_id, now=LATER)

    assert taken_back == offer
    assert code_of(by_the_chosen) is RefusalCode.NOT_ADMINISTRATOR
    assert code_of(unknown) is RefusalCode.UNKNOWN_REQUEST


def test_T16_an_offer_ends_without_a_change() -> None:
    offer = an_offer()

    assert transfers.end(offer, "DECLINED", now=LATER) == TransferEnded(
        transfer_id=offer.id,
        organization_id=LARKSPUR.id,
        to_account_id=offer.to_account_id,
        state="DECLINED",
        ended_at=LATER,
    )


def test_T16_R7_both_change_roles_at_one_moment() -> None:
    ben = joined()

    assert hand_over(a_succession(ben)) == AdministratorChanged(
        organization_id=LARKSPUR.id,
        from_account_id=ANA.account_id,
        to_account_id=ben.account_id,
        from_role="MEMBER",
        changed_at=LATER,
    )


@pytest.mark.parametrize("kind", ["EDU", "COMMERCIAL"])
def test_T16_A3_whoever_owns_licenses_himself_stays_as_a_guest(kind: Any) -> None:  # noqa: ANN401
    own = replace(ANA, licenses=(a_license(kind),))
    of_the_organization = replace(ANA, licenses=(a_license(kind, organization_id=LARKSPUR.id),))
    run_out = replace(ANA, licenses=(a_license(kind, expires_at=NOW),))
    tried = replace(ANA, licenses=(a_license("TRIAL"),))

    assert hand_over(a_succession(former=own)).from_role == "GUEST"
    for former in (of_the_organization, run_out, tried):
        assert hand_over(a_succession(former=former)).from_role == "MEMBER"


def test_T17_no_interval_of_either_is_empty_or_overlaps_another() -> None:
    early = NOW - timedelta(days=1)

    after_joining = hand_over(a_succession(), now=early)
    after_leaving = hand_over(a_succession(former_left_at=LATER), now=early)

    assert after_joining.changed_at > NOW
    assert after_leaving.changed_at == LATER


def test_T16_a_lapsed_organization_is_handed_over_as_well() -> None:
    lapsed = Organization(LARKSPUR.id, LARKSPUR.administrator_id, "LAPSED")

    assert isinstance(request(a_succession(organization=lapsed)), TransferRequested)
