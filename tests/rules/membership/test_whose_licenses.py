"""Which licenses keep an organization, and which stay a person's own (R3, T9, A3, A13)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.membership.rules import organizations
from services.membership.rules.standing import (
    Account,
    HeldLicense,
    Membership,
    Organization,
    Standing,
)
from shared.contracts.purchases import LicenseKind
from tests.builders import an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
ANA_ID = an_id()
LARKSPUR = Organization(an_id(), ANA_ID, "ACTIVE")
OWN = HeldLicense("COMMERCIAL", NOW + timedelta(days=30), expired=False)
LARKSPURS = replace(OWN, organization_id=LARKSPUR.id)
MEMBER = Membership(an_id(), ANA_ID, "MEMBER", NOW)
GUEST = replace(MEMBER, role="GUEST")


def ana(
    *licenses: HeldLicense, owns: Organization | None = LARKSPUR, joined: Membership | None = None
) -> Standing:
    account = Account(ANA_ID, "ana@x.example", "Ana", "CN-1")
    return Standing(ANA_ID, account=account, owns=owns, joined=joined, licenses=licenses)


def wakes(standing: Standing) -> bool:
    lapsed = replace(standing, owns=replace(LARKSPUR, state="LAPSED"))
    return organizations.organization_due(lapsed, new_id=an_id(), now=NOW) is not None


def lapses(standing: Standing) -> bool:
    return organizations.lapse(standing, now=NOW) is not None


@pytest.mark.parametrize("license", [OWN, LARKSPURS])
def test_T9_the_organizations_licenses_keep_it_and_so_do_its_administrators(
    license: HeldLicense,
) -> None:
    for joined in (None, GUEST):
        assert not lapses(ana(license, joined=joined))
        assert wakes(ana(license, joined=joined))


def test_A13_what_a_member_bought_keeps_and_wakes_nothing() -> None:
    member = ana(OWN, joined=MEMBER)

    assert lapses(member)
    assert not wakes(member)
    assert not lapses(ana(LARKSPURS, joined=MEMBER))
    assert wakes(ana(LARKSPURS, joined=MEMBER))


def test_A13_what_an_administrator_buys_does_not_stay_his_own() -> None:
    assert not organizations.keeps(ana(), "COMMERCIAL")
    assert not organizations.keeps(ana(joined=GUEST), "COMMERCIAL")


@pytest.mark.parametrize("kind", ["EDU", "TRIAL", "BETA"])
def test_A13_what_is_not_commercial_stays_its_owners(kind: LicenseKind) -> None:
    assert organizations.keeps(ana(), kind)


def test_A13_what_a_member_or_somebody_without_organization_buys_stays_his_own() -> None:
    assert organizations.keeps(ana(joined=MEMBER), "COMMERCIAL")
    assert organizations.keeps(ana(owns=None), "COMMERCIAL")


def test_A3_the_organizations_licenses_are_not_its_administrators_own() -> None:
    assert ana(OWN).owns_personally(now=NOW)
    assert ana(replace(OWN, kind="EDU")).owns_personally(now=NOW)
    assert not ana(LARKSPURS).owns_personally(now=NOW)
    assert not ana(replace(OWN, kind="TRIAL")).owns_personally(now=NOW)
    assert not ana(replace(OWN, expired=True)).owns_personally(now=NOW)
    assert ana(LARKSPURS).holds("COMMERCIAL", now=NOW)
