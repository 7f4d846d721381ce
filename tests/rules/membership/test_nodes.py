"""For which organizations a render node works, and who says so (A17)."""

from datetime import UTC, datetime, timedelta

import pytest

from services.membership.rules import nodes
from services.membership.rules.nodes import Enrolment
from services.membership.rules.standing import Organization
from shared.contracts.message import Refused
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LARKSPUR = Organization(an_id(), an_id(), "ACTIVE")


def enrolled(withdrawn_at: datetime | None = None) -> Enrolment:
    return Enrolment(LARKSPUR.id, "rn-01", NOW, withdrawn_at)


@pytest.mark.parametrize("actor", ["operator", "stage"])
def test_A17_operators_say_which_nodes_work_for_any_organization(actor: str) -> None:
    assert nodes.administer_nodes(LARKSPUR, None, actor) is LARKSPUR


def test_A17_an_administrator_says_which_nodes_work_for_his_own() -> None:
    ana = LARKSPUR.administrator_id

    assert nodes.administer_nodes(LARKSPUR, ana, "coffer_portal") is LARKSPUR
    for somebody in (an_id(), None):
        refused = nodes.administer_nodes(LARKSPUR, somebody, "coffer_portal")
        assert isinstance(refused, Refused)
        assert refused.code is RefusalCode.NOT_ADMINISTRATOR


def test_A17_a_node_is_enrolled_from_now_on() -> None:
    told = nodes.enrol(LARKSPUR, "rn-01", now=NOW)

    assert (told.organization_id, told.node, told.enrolled_at) == (LARKSPUR.id, "rn-01", NOW)


def test_A17_only_a_node_that_is_enrolled_is_withdrawn() -> None:
    withdrawn = nodes.withdraw(enrolled(), now=NOW + timedelta(days=1))

    assert not isinstance(withdrawn, Refused)
    assert withdrawn.withdrawn_at == NOW + timedelta(days=1)
    for enrolment in (None, enrolled(withdrawn_at=NOW)):
        refused = nodes.withdraw(enrolment, now=NOW)
        assert isinstance(refused, Refused)
        assert refused.code is RefusalCode.NOT_ENROLLED


def test_A17_an_enrolment_never_ends_before_it_began() -> None:
    withdrawn = nodes.withdraw(enrolled(), now=NOW - timedelta(seconds=5))

    assert not isinstance(withdrawn, Refused)
    assert withdrawn.withdrawn_at == NOW
