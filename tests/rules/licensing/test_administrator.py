"""What an Administrator has by the licenses he buys, and who may ask about whom (A13, A17)."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.licensing.rules import operators, organizations
from services.licensing.rules import seats as rules
from services.licensing.rules.organizations import Organization
from services.licensing.rules.seats import Assignment, Seats
from shared.contracts.licensing import SeatAssigned
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id
from tests.rules.licensing.test_licenses import a_license

NOW = datetime(2026, 2, 1, tzinfo=UTC)
ANA = an_id()
LARKSPUR = Organization(an_id(), ANA)
THREE = Seats(LARKSPUR.id, LUMEN, live=3, was_bought=True, assignments=())


def seat_of_ana(seats: Seats, bought: int, *, founding: bool = False) -> SeatAssigned | None:
    license = a_license(account_id=ANA, seats=bought)
    return rules.administrators_seat(
        seats, license, administrator_id=ANA, founding=founding, now=NOW
    )


def test_A13_the_license_that_made_the_organization_seats_its_administrator() -> None:
    assert seat_of_ana(THREE, 3, founding=True) == SeatAssigned(
        organization_id=LARKSPUR.id, account_id=ANA, product=LUMEN, assigned_at=NOW
    )


def test_A13_so_does_each_he_buys_for_one_seat_and_no_other() -> None:
    assert seat_of_ana(THREE, 1) is not None
    assert seat_of_ana(THREE, 2) is None


def test_A13_he_gets_no_second_seat_and_takes_none_from_others() -> None:
    hers = replace(THREE, assignments=(Assignment(an_id(), ANA, NOW),))
    full = replace(THREE, live=1, assignments=(Assignment(an_id(), an_id(), NOW),))

    assert seat_of_ana(hers, 1) is None
    assert seat_of_ana(full, 1) is None


def test_R17_seats_that_are_overtaken_by_an_expiry_are_not_free() -> None:
    over = replace(
        THREE, live=1, assignments=tuple(Assignment(an_id(), an_id(), NOW) for _ in range(2))
    )

    assert (THREE.free, over.free) == (3, 0)


@pytest.mark.parametrize("actor", ["operator", "stage"])
def test_A17_an_operator_is_told_by_the_broker_user(actor: str) -> None:
    assert operators.operators_only(actor) is None
    assert operators.asks_for_everybody(actor, an_id())


def test_A17_nobody_else_is_an_operator() -> None:
    for actor in ("coffer_portal", "coffer_membership", "node", "store"):
        refused = operators.operators_only(actor)
        assert refused is not None
        assert refused.code is RefusalCode.OPERATOR_REQUIRED


def test_R27_nodes_and_services_ask_about_everybody_the_portal_for_a_person() -> None:
    assert operators.asks_for_everybody("node", an_id())
    assert operators.asks_for_everybody("coffer_credit_ledger", None)
    assert not operators.asks_for_everybody("coffer_portal", an_id())


def test_A17_the_trail_is_read_by_the_administrator_operators_and_oneself() -> None:
    def refusal(asked_by: UUID | None, actor: str = "coffer_portal") -> RefusalCode | None:
        refused = organizations.may_read_trail(
            LARKSPUR.id,
            LARKSPUR,
            actor=actor,
            asked_by=asked_by,
        )
        return refused.code if refused else None

    assert refusal(ANA) is None
    assert refusal(None, actor="operator") is None
    assert refusal(an_id()) is RefusalCode.NOT_ADMINISTRATOR
    dan = an_id()
    own = organizations.may_read_trail(dan, None, actor="coffer_portal", asked_by=dan)
    others = organizations.may_read_trail(dan, None, actor="coffer_portal", asked_by=ANA)
    assert own is None
    assert others is not None
    assert others.code is RefusalCode.UNKNOWN_ORGANIZATION
