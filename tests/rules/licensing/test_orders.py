"""Who may order licenses, and whose they become (R12, R29, R30, R43, R44, A13, A14, T17, T18)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.licensing.rules import orders as rules
from services.licensing.rules.licenses import HIS_OWN, Belongs
from services.licensing.rules.orders import OrderPlaced
from services.licensing.rules.standing import RoleHeld, Standing
from shared.contracts.licensing import OrderedLicense, PlaceLicenseOrder
from shared.contracts.message import Refused
from shared.contracts.people import Role
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(days=1), NOW + timedelta(days=1)
LARKSPUR, OTHER = an_id(), an_id()
BEN = an_id()
NOBODY = Standing(BEN)
CONTENT = b"what was ordered"


def standing(role: Role, *, until: datetime | None = None, **changes: Any) -> Standing:  # noqa: ANN401  # any field
    return Standing(BEN, (RoleHeld(LARKSPUR, role, BEFORE, until),), **changes)


def an_order(**changes: Any) -> PlaceLicenseOrder:  # noqa: ANN401  # any field of the contract
    line = OrderedLicense(line_no=1, product=LUMEN, license_kind="COMMERCIAL", seats=1)
    valid = {"store": "online", "order_id": "O-1", "channel": "STORE", "lines": (line,)}
    return PlaceLicenseOrder.model_validate({**valid, **changes})


def place(buyer: Standing, owner: UUID = BEN, **changes: Any) -> OrderPlaced | Refused:  # noqa: ANN401  # any field
    order = an_order(**changes)
    return rules.place(order, owner=owner, buyer=buyer, content=CONTENT, now=NOW)


def code_of(decision: object) -> RefusalCode:
    assert isinstance(decision, Refused)
    return decision.code


def placed(**changes: Any) -> OrderPlaced:  # noqa: ANN401  # any field of the order
    valid: dict[str, Any] = {
        "store": "online",
        "order_id": "O-1",
        "account_id": BEN,
        "organization_id": None,
        "for_organization": False,
        "commercial": True,
        "content": CONTENT,
        "placed_at": NOW,
    }
    return OrderPlaced(**{**valid, **changes})


def test_R12_an_administrator_orders_for_his_organization() -> None:
    order = place(standing("ADMINISTRATOR"), owner=LARKSPUR)

    assert isinstance(order, OrderPlaced)
    assert (order.organization_id, order.for_organization) == (LARKSPUR, True)
    assert rules.told(order).organization_id == LARKSPUR


def test_R12_nobody_orders_for_the_organization_of_another() -> None:
    assert code_of(place(NOBODY, owner=LARKSPUR)) is RefusalCode.NOT_ADMINISTRATOR
    assert code_of(place(standing("GUEST"), owner=LARKSPUR)) is RefusalCode.NOT_ADMINISTRATOR
    other = place(standing("ADMINISTRATOR"), owner=OTHER)
    assert code_of(other) is RefusalCode.NOT_ADMINISTRATOR


def test_R12_whoever_was_the_administrator_orders_for_it_no_more() -> None:
    former = standing("ADMINISTRATOR", until=NOW)

    assert code_of(place(former, owner=LARKSPUR)) is RefusalCode.NOT_ADMINISTRATOR


@pytest.mark.parametrize("owner", [BEN, LARKSPUR])
@pytest.mark.parametrize("channel", ["STORE", "RESELLER"])
def test_R29_R30_a_member_orders_for_nobody_by_any_channel(owner: UUID, channel: str) -> None:
    decision = place(standing("MEMBER"), owner=owner, channel=channel)

    assert code_of(decision) is RefusalCode.MEMBERS_MAY_NOT_PURCHASE


def test_T18_whoever_was_a_member_buys_again() -> None:
    assert isinstance(place(standing("MEMBER", until=NOW)), OrderPlaced)


def test_R43_a_guest_always_orders_for_himself() -> None:
    order = place(standing("GUEST"))

    assert isinstance(order, OrderPlaced)
    assert (order.organization_id, order.for_organization) == (None, False)


def test_A13_an_order_tells_whether_anything_in_it_is_commercial() -> None:
    kinds = {"EDU": ["EDU"], "COMMERCIAL": ["COMMERCIAL"], "both": ["EDU", "COMMERCIAL"]}
    found = {}
    for name, some in kinds.items():
        lines = tuple(
            {"line_no": at, "product": LUMEN, "license_kind": kind, "seats": 1}
            for at, kind in enumerate(some, start=1)
        )
        order = place(standing("ADMINISTRATOR"), lines=lines)
        assert isinstance(order, OrderPlaced)
        found[name] = order.commercial

    assert found == {"EDU": False, "COMMERCIAL": True, "both": True}


@pytest.mark.parametrize("kind", ["TRIAL", "BETA"])
def test_A15_what_is_applied_for_is_not_sold(kind: str) -> None:
    line = {"line_no": 1, "product": LUMEN, "license_kind": kind, "seats": 1}

    assert code_of(place(NOBODY, lines=(line,))) is RefusalCode.MALFORMED


def test_A14_the_same_order_stands_another_under_its_name_is_refused() -> None:
    order = placed()

    assert rules.place_again(order, CONTENT) is order
    assert code_of(rules.place_again(order, b"more")) is RefusalCode.IDEMPOTENCY_KEY_REUSED


def test_A14_what_is_paid_goes_where_it_was_placed() -> None:
    order = placed(organization_id=LARKSPUR, for_organization=True)
    former = standing("ADMINISTRATOR", until=NOW)

    for kind in ("COMMERCIAL", "EDU"):
        belongs = rules.belongs_to(kind, placed=order, placed_at=AFTER, buyer=former)
        assert belongs == Belongs(organization_id=LARKSPUR)


def test_A13_what_an_administrator_orders_for_himself_is_his_organizations_if_commercial() -> None:
    order = place(standing("ADMINISTRATOR"))
    assert isinstance(order, OrderPlaced)

    buyer = standing("ADMINISTRATOR")
    commercial = rules.belongs_to("COMMERCIAL", placed=order, placed_at=NOW, buyer=buyer)
    edu = rules.belongs_to("EDU", placed=order, placed_at=NOW, buyer=buyer)

    assert (commercial.organization_id, edu) == (LARKSPUR, HIS_OWN)


def test_T17_an_order_in_flight_goes_by_the_role_at_its_placement() -> None:
    former = standing("ADMINISTRATOR", until=NOW)

    then = rules.belongs_to("COMMERCIAL", placed=None, placed_at=BEFORE, buyer=former)
    later = rules.belongs_to("COMMERCIAL", placed=None, placed_at=NOW, buyer=former)

    assert then == Belongs(organization_id=LARKSPUR)
    assert later == HIS_OWN


def test_A13_what_was_bought_before_the_organization_arose_is_its_own() -> None:
    founder = standing("ADMINISTRATOR", founded=LARKSPUR)
    early = BEFORE - timedelta(days=1)

    by_reseller = rules.belongs_to("COMMERCIAL", placed=None, placed_at=early, buyer=founder)
    by_us = rules.belongs_to("COMMERCIAL", placed=placed(), placed_at=early, buyer=founder)
    successor = standing("ADMINISTRATOR")
    his = rules.belongs_to("COMMERCIAL", placed=None, placed_at=early, buyer=successor)

    assert by_reseller == by_us == Belongs(organization_id=LARKSPUR)
    assert his == HIS_OWN


def test_R29_T18_what_a_member_paid_for_all_the_same_is_kept_and_withheld() -> None:
    member, left = standing("MEMBER"), standing("MEMBER", until=AFTER)

    for kind in ("COMMERCIAL", "EDU"):
        for buyer in (member, left):
            belongs = rules.belongs_to(kind, placed=None, placed_at=NOW, buyer=buyer)
            assert belongs == Belongs(withheld=True)


def test_T18_what_was_placed_at_the_end_of_a_membership_or_later_is_allowed() -> None:
    left = standing("MEMBER", until=NOW)

    assert rules.belongs_to("EDU", placed=None, placed_at=NOW, buyer=left) == HIS_OWN
    before = BEFORE - timedelta(days=1)
    assert rules.belongs_to("EDU", placed=None, placed_at=before, buyer=left) == HIS_OWN


def test_A13_what_is_paid_for_during_a_membership_waits_for_its_end() -> None:
    """It was placed before, so nobody broke a rule; but a Member may not use it (R27)."""
    belongs = rules.belongs_to("EDU", placed=placed(), placed_at=NOW, buyer=standing("MEMBER"))

    assert belongs.withheld


def test_R31_a_trial_is_nobodys_but_its_own() -> None:
    for kind in ("TRIAL", "BETA"):
        for role in ("MEMBER", "GUEST", "ADMINISTRATOR"):
            buyer = standing(role)
            assert rules.belongs_to(kind, placed=None, placed_at=NOW, buyer=buyer) == HIS_OWN


def test_R44_a_guests_purchase_never_becomes_the_organizations() -> None:
    for kind in ("COMMERCIAL", "EDU"):
        belongs = rules.belongs_to(kind, placed=None, placed_at=NOW, buyer=standing("GUEST"))
        assert belongs == HIS_OWN


moments = st.integers(0, 6).map(lambda day: NOW + timedelta(days=day))


@given(
    st.lists(st.tuples(moments, moments, st.sampled_from(["MEMBER", "GUEST", "ADMINISTRATOR"]))),
    moments,
)
def test_I11_no_license_of_a_member_is_his_own_and_not_withheld(
    spans: list[tuple[datetime, datetime, Any]], placed_at: datetime
) -> None:
    """Whatever roles somebody had: bought as a Member, it is withheld or an organization's."""
    held = tuple(
        RoleHeld(an_id(), role, min(begin, end), max(begin, end)) for begin, end, role in spans
    )
    buyer = Standing(BEN, held)

    belongs = rules.belongs_to("EDU", placed=None, placed_at=placed_at, buyer=buyer)

    was_member = any(one.role == "MEMBER" and one.held_at(placed_at) for one in held)
    assert belongs.withheld == was_member
    assert belongs.organization_id is None
