"""Which letters facts bring about, to whom, and what they say."""

from typing import Any

import pytest

from services.portal.mail.letters import letters_about
from shared.contracts.credit_notices import (
    CreditsRequested,
    RequestApproved,
    RequestDeclined,
)
from shared.contracts.membership import MemberRemoved
from shared.contracts.message import FactData
from tests.rules.portal.said import (
    ANA,
    AT,
    BEN,
    CHANGED,
    EXPIRING,
    LOW,
    OF_POOL,
    OFFERED,
    ORGANIZATION,
    REJECTED,
    a_wish,
    activated,
    added,
    debt,
    ended,
    quotas,
)
from tests.speaking import a_fact


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (added(), [("invited", BEN)]),
        (added(invited=False), [("added", BEN)]),
        (added(reason="role_changed"), []),
        (activated("CONFIRMED"), [("setup_confirmed", ANA)]),
        (activated("LICENSE"), []),
        (REJECTED, [("setup_rejected", ANA)]),
        (LOW, [("pool_low", None)]),
        (quotas(80), [("quota_reached", BEN)]),
        (quotas(100), [("quota_reached", BEN), ("quota_used_up", None)]),
        (quotas(80, 80), [("quota_reached", BEN), ("quota_reached", BEN)]),
        (EXPIRING, [("credits_expiring", None)]),
        (debt((34_000_000, 34_000_000)), [("debt_raised", None)]),
        (debt((1_000_000, 35_000_000)), []),
        (CreditsRequested(**OF_POOL, lines=(a_wish(),)), [("credits_requested", None)]),
        (RequestApproved(**OF_POOL, lines=(a_wish(),)), [("request_approved", BEN)]),
        (RequestDeclined(**OF_POOL, lines=(a_wish(),)), [("request_declined", BEN)]),
        (OFFERED, [("transfer_offered", BEN)]),
        (ended("DECLINED"), [("transfer_declined", None)]),
        (ended("EXPIRED"), [("transfer_expired", None), ("transfer_missed", BEN)]),
        (ended("CANCELLED"), [("transfer_cancelled", BEN)]),
        (CHANGED, [("administrator_became", BEN), ("administrator_was", ANA)]),
        (
            MemberRemoved(organization_id=ORGANIZATION, account_id=BEN, removed_at=AT),
            [],
        ),
    ],
)
def test_a_fact_brings_its_letters_about(said: FactData, told: list[tuple[str, Any]]) -> None:
    fact = a_fact(said, subject=ORGANIZATION)

    written = letters_about(fact)

    assert [(one.kind, one.account_id) for one in written] == told
    assert all(one.cause == fact.id for one in written)
    assert len({(one.kind, one.part, one.account_id) for one in written}) == len(written)


def test_an_ended_offer_from_before_its_target_was_told_is_no_letter_to_nobody() -> None:
    told = ended("CANCELLED").model_copy(update={"to_account_id": None})

    assert letters_about(a_fact(told, subject=ORGANIZATION)) == ()


def test_the_deepest_threshold_and_the_first_expiry_are_told() -> None:
    (low,) = letters_about(a_fact(LOW, subject=ORGANIZATION))
    (expiring,) = letters_about(a_fact(EXPIRING, subject=ORGANIZATION))

    assert low.facts == {"available": "6", "threshold": "5", "mark": "500"}
    assert expiring.facts == {"amount": "12.5", "expires_at": AT.isoformat()}
