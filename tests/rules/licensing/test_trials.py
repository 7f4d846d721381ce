"""Trials and betas: offered, applied for once, granted or decided (R31, R46, A15)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.licensing.rules import trials as rules
from services.licensing.rules.entitlement import Holding, SeatHeld
from services.licensing.rules.standing import RoleHeld
from services.licensing.rules.trials import Application
from shared.contracts.message import Refused
from shared.contracts.people import Role
from shared.contracts.refusals import RefusalCode
from shared.contracts.trials import Offer, SetOffer
from tests.builders import an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LARKSPUR, DAN = an_id(), an_id()
TIDE = Offer(offer="Try Tide", product="Tide", kind="TRIAL", days=30)


def seated(role: Role) -> Holding:
    held = Holding(DAN, "Tide", registered=True, roles=(RoleHeld(LARKSPUR, role, NOW),))
    return replace(held, assigned=(SeatHeld(LARKSPUR, None),))


UNSEATED = replace(seated("GUEST"), assigned=())


def apply(
    offer: Offer = TIDE, holding: Holding = UNSEATED, *, applied: Application | None = None
) -> Application | Refused:
    return rules.apply(offer, holding, applied=applied, id=an_id(), now=NOW)


def an_application(**changes: Any) -> Application:  # noqa: ANN401  # any field of it
    application = Application(an_id(), DAN, TIDE.offer, "PENDING", NOW)
    return replace(application, **changes)


def code_of(decision: object) -> RefusalCode:
    assert isinstance(decision, Refused)
    return decision.code


def test_R31_anybody_applies_without_his_administrator() -> None:
    application = apply(holding=replace(seated("MEMBER"), assigned=()))

    assert isinstance(application, Application)
    assert (application.account_id, application.state) == (DAN, "PENDING")


def test_A15_a_second_application_is_refused_whatever_came_of_the_first() -> None:
    for first in (an_application(), an_application(state="DECLINED")):
        assert code_of(apply(applied=first)) is RefusalCode.TRIAL_ALREADY_USED


def test_A15_what_is_offered_no_more_is_unknown() -> None:
    closed = TIDE.model_copy(update={"open": False})

    assert code_of(apply(closed)) is RefusalCode.UNKNOWN_PRODUCT


def test_A20_who_is_not_registered_applies_in_vain() -> None:
    refused = apply(holding=replace(UNSEATED, registered=False))

    assert code_of(refused) is RefusalCode.UNKNOWN_ACCOUNT


def test_R46_a_guest_with_a_seat_of_the_product_applies_in_vain() -> None:
    refused = apply(holding=seated("GUEST"))

    assert code_of(refused) is RefusalCode.ORGANIZATIONAL_LICENSE_ALLOCATED


def test_R46_a_member_with_a_seat_of_the_product_may_apply() -> None:
    assert isinstance(apply(holding=seated("MEMBER")), Application)


def test_R46_a_seat_of_another_product_is_no_reason() -> None:
    """A holding is of the one product that is offered (A5): a seat of another is not in it."""
    assert isinstance(apply(holding=UNSEATED), Application)


def test_A15_a_beta_is_approved_or_declined_once() -> None:
    waiting = an_application()

    assert rules.decide(waiting, UNSEATED, approve=True) == "GRANTED"
    assert rules.decide(waiting, seated("GUEST"), approve=False) == "DECLINED"
    for state in ("GRANTED", "DECLINED"):
        decided = an_application(state=state, license_id=an_id())
        again = rules.decide(decided, UNSEATED, approve=True)
        assert code_of(again) is RefusalCode.REQUEST_DECIDED


def test_R46_a_beta_is_not_approved_once_a_seat_was_assigned() -> None:
    refused = rules.decide(an_application(), seated("GUEST"), approve=True)

    assert code_of(refused) is RefusalCode.ORGANIZATIONAL_LICENSE_ALLOCATED


def test_A15_what_is_granted_ends_after_its_days() -> None:
    application = an_application()

    license = rules.granted(application, TIDE, id=an_id(), now=NOW)

    assert (license.kind, license.seats, license.organization_id) == ("TRIAL", 1, None)
    assert (license.store, license.order_id) == ("coffer", str(application.id))
    assert license.expires_at == NOW + timedelta(days=30)
    told = rules.told(replace(application, state="GRANTED", license_id=license.id), TIDE, now=NOW)
    assert (told.state, told.license_id, told.kind) == ("GRANTED", license.id, "TRIAL")


def test_A15_an_offer_opens_and_closes_and_never_changes() -> None:
    asked = SetOffer(offer=TIDE.offer, product="Tide", kind="TRIAL", days=30)
    closing = asked.model_copy(update={"open": False})

    assert rules.set_offer(asked, None) == TIDE
    assert rules.set_offer(closing, TIDE) == TIDE.model_copy(update={"open": False})
    for change in ({"days": 31}, {"product": "Ebb"}, {"kind": "BETA"}):
        other = asked.model_copy(update=change)
        assert code_of(rules.set_offer(other, TIDE)) is RefusalCode.IDEMPOTENCY_KEY_REUSED
