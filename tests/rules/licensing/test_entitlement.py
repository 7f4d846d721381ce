"""Who may use a product now: every source, and what stands in its way (R27, R35, R46, T32, T33)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.licensing.rules import entitlement as rules
from services.licensing.rules.entitlement import Holding, SeatHeld
from services.licensing.rules.licenses import License
from services.licensing.rules.standing import RoleHeld
from shared.contracts.entitlements import Source
from shared.contracts.people import Role
from tests.builders import LUMEN, an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
LATEST = NOW + timedelta(days=60)
LARKSPUR, OWN = an_id(), an_id()
DAN = an_id()


def a_license(**changes: Any) -> License:  # noqa: ANN401  # any field of the license
    license = License(
        id=an_id(),
        store="online",
        order_id=an_id().hex,
        line_no=1,
        account_id=DAN,
        product=LUMEN,
        kind="COMMERCIAL",
        seats=1,
        state="ACTIVE",
        activated_at=NOW,
        expires_at=LATER,
    )
    return replace(license, **changes)


def holding(role: Role | None = None, **changes: Any) -> Holding:  # noqa: ANN401  # any field
    roles = (RoleHeld(LARKSPUR, role, NOW),) if role else ()
    return replace(Holding(DAN, LUMEN, registered=True, roles=roles), **changes)


def sources(held: Holding) -> tuple[Source, ...]:
    return rules.entitlement(held, now=NOW).sources


def test_R35_a_guests_rights_stand_side_by_side() -> None:
    found = rules.entitlement(
        holding(
            "GUEST",
            licenses=(a_license(), a_license(kind="EDU", expires_at=LATEST)),
            assigned=(SeatHeld(LARKSPUR, LATER),),
        ),
        now=NOW,
    )

    assert found.entitled
    assert found.sources == ("ORGANIZATION", "PERSONAL", "EDU")
    assert found.until == LATEST


def test_R27_a_member_uses_what_was_assigned_to_him_and_nothing_he_bought() -> None:
    owned = (a_license(), a_license(kind="EDU"))

    assert sources(holding("MEMBER", licenses=owned)) == ()
    seated = holding("MEMBER", licenses=owned, assigned=(SeatHeld(LARKSPUR, LATER),))
    assert sources(seated) == ("ORGANIZATION",)


def test_R27_a_member_uses_no_seat_of_an_organization_of_his_own() -> None:
    roles = (RoleHeld(LARKSPUR, "MEMBER", NOW), RoleHeld(OWN, "ADMINISTRATOR", NOW))

    assert sources(holding(roles=roles, assigned=(SeatHeld(OWN, LATER),))) == ()


def test_R31_a_member_uses_trials_and_betas_of_his_own() -> None:
    tried = (a_license(kind="TRIAL"), a_license(kind="BETA"))

    assert sources(holding("MEMBER", licenses=tried)) == ("TRIAL", "BETA")


def test_R31_a_members_trial_goes_on_beside_his_seat() -> None:
    held = holding(
        "MEMBER", licenses=(a_license(kind="TRIAL"),), assigned=(SeatHeld(LARKSPUR, LATER),)
    )

    assert sources(held) == ("ORGANIZATION", "TRIAL")


def test_T33_a_guests_trial_waits_while_a_seat_is_assigned_to_him() -> None:
    trial = a_license(kind="TRIAL")
    seated = holding("GUEST", licenses=(trial,), assigned=(SeatHeld(LARKSPUR, LATER),))

    assert sources(seated) == ("ORGANIZATION",)
    assert not rules.is_usable(trial, seated, now=NOW)
    assert sources(replace(seated, assigned=())) == ("TRIAL",)


def test_R46_a_seat_of_a_guests_own_organization_suspends_no_trial() -> None:
    roles = (RoleHeld(LARKSPUR, "GUEST", NOW), RoleHeld(OWN, "ADMINISTRATOR", NOW))
    held = holding(
        roles=roles, licenses=(a_license(kind="BETA"),), assigned=(SeatHeld(OWN, LATER),)
    )

    assert sources(held) == ("ORGANIZATION", "BETA")


def test_T32_whoever_is_only_invited_may_use_nothing_yet() -> None:
    invited = holding(
        "GUEST", registered=False, licenses=(a_license(),), assigned=(SeatHeld(LARKSPUR, None),)
    )

    found = rules.entitlement(invited, now=NOW)

    assert (found.entitled, found.sources, found.until) == (False, (), None)


def test_R25_an_administrator_without_a_seat_has_no_entitlement() -> None:
    assert sources(holding("ADMINISTRATOR")) == ()
    seated = holding("ADMINISTRATOR", assigned=(SeatHeld(LARKSPUR, None),))
    assert sources(seated) == ("ORGANIZATION",)


def test_A12_a_floating_checkout_entitles_like_a_seat_and_suspends_no_trial() -> None:
    held = holding(
        "GUEST", licenses=(a_license(kind="TRIAL"),), floating=(SeatHeld(LARKSPUR, LATER),)
    )

    assert sources(held) == ("FLOATING", "TRIAL")


def test_R16_a_seat_of_an_organization_one_has_left_entitles_to_nothing() -> None:
    assert sources(holding(assigned=(SeatHeld(LARKSPUR, LATER),))) == ()


def test_T9_what_ran_out_entitles_to_nothing_by_event_or_by_clock() -> None:
    assert sources(holding(licenses=(a_license(state="EXPIRED"),))) == ()
    assert sources(holding(licenses=(a_license(expires_at=NOW),))) == ()


def test_T9_a_right_without_an_end_has_none() -> None:
    found = rules.entitlement(
        holding(licenses=(a_license(), a_license(kind="EDU", expires_at=None))), now=NOW
    )

    assert found.until is None
    assert found.entitled


def test_R35_what_is_told_is_what_was_found() -> None:
    found = rules.entitlement(holding(licenses=(a_license(),)), now=NOW)

    told = rules.changed(found, now=NOW)

    assert (told.account_id, told.product, told.changed_at) == (DAN, LUMEN, NOW)
    assert (told.sources, told.until) == (("PERSONAL",), LATER)


organizations = st.sampled_from((LARKSPUR, OWN))
ends = st.sampled_from((NOW, LATER, LATEST, None))
seats = st.builds(SeatHeld, organizations, ends)
licenses = st.builds(
    lambda kind, state, end: a_license(kind=kind, state=state, expires_at=end),
    st.sampled_from(("COMMERCIAL", "EDU", "TRIAL", "BETA")),
    st.sampled_from(("ACTIVE", "EXPIRED")),
    ends,
)
roles = st.builds(RoleHeld, organizations, st.sampled_from(get_args(Role)), st.just(NOW))


def in_each_once(roles: list[RoleHeld]) -> tuple[RoleHeld, ...]:
    by_organization: dict[UUID, RoleHeld] = {one.organization_id: one for one in roles}
    return tuple(by_organization.values())


holdings = st.builds(
    Holding,
    st.just(DAN),
    st.just(LUMEN),
    st.booleans(),
    st.lists(roles, max_size=2).map(in_each_once),
    st.lists(licenses, max_size=3).map(tuple),
    st.lists(seats, max_size=2).map(tuple),
    st.lists(seats, max_size=2).map(tuple),
)


@given(holdings)
def test_R27_T32_T33_nobody_is_entitled_by_what_he_may_not_use(held: Holding) -> None:
    found = rules.entitlement(held, now=NOW)
    is_member = any(one.role == "MEMBER" for one in held.roles)
    guest_of = {one.organization_id for one in held.roles if one.role == "GUEST"}
    is_seated_guest = any(seat.organization_id in guest_of for seat in held.assigned)

    assert found.entitled == bool(found.sources)
    assert held.registered or not found.entitled
    assert not (is_member and {"PERSONAL", "EDU"} & set(found.sources))
    assert not (is_seated_guest and {"TRIAL", "BETA"} & set(found.sources))
    in_one = {one.organization_id for one in held.roles}
    assert in_one or not {"ORGANIZATION", "FLOATING"} & set(found.sources)
    assert found.until is None or found.entitled


@given(holdings)
def test_R35_what_somebody_may_use_is_usable_by_itself(held: Holding) -> None:
    usable = {one.kind for one in held.licenses if rules.is_usable(one, held, now=NOW)}
    named = {"COMMERCIAL": "PERSONAL"}

    found = set(rules.entitlement(replace(held, registered=True), now=NOW).sources)

    assert {named.get(kind, kind) for kind in usable} == found - {"ORGANIZATION", "FLOATING"}
