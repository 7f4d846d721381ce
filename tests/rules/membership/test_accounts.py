"""Who has which account, who sees it, and what is left of one that is forgotten (T32, A16, A20)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.membership.rules import accounts, operators
from services.membership.rules.standing import Account, Organization, Standing
from shared.contracts.message import Refused
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id


def an_account(email: str = "gil@x.example", name: str | None = "Gil") -> Account:
    return Account(id=an_id(), email=email, name=name, customer_number="CN-1")


GIL = an_account()
INVITED = an_account("eva@x.example", name=None)


def code_of(decision: object) -> RefusalCode:
    assert isinstance(decision, Refused)
    return decision.code


def register(
    email: str, same_id: Account | None = None, same_email: Account | None = None
) -> Account | Refused | None:
    return accounts.register(email=email, same_id=same_id, same_email=same_email)


def standing(account: Account | None, owns: Organization | None = None) -> Standing:
    return Standing(an_id(), account=account, owns=owns, joined=None, licenses=())


def test_R9_an_account_is_shown_to_its_owner_alone() -> None:
    assert accounts.show_account(GIL, GIL.id) == GIL
    assert code_of(accounts.show_account(GIL, an_id())) is RefusalCode.UNKNOWN_ACCOUNT
    assert code_of(accounts.show_account(GIL, None)) is RefusalCode.UNKNOWN_ACCOUNT
    assert code_of(accounts.show_account(None, an_id())) is RefusalCode.UNKNOWN_ACCOUNT


def test_A16_one_email_is_one_account_however_it_is_written() -> None:
    assert code_of(register("GIL@x.example", same_email=GIL)) is RefusalCode.EMAIL_TAKEN


def test_A16_registering_the_same_account_again_changes_nothing() -> None:
    assert register("Gil@X.example", GIL, GIL) == GIL
    assert register("new@x.example") is None


def test_A16_an_account_id_is_never_used_for_somebody_else() -> None:
    assert code_of(register("eva@x.example", GIL)) is RefusalCode.IDEMPOTENCY_KEY_REUSED


def test_T32_who_is_invited_is_not_registered() -> None:
    assert GIL.is_registered
    assert not INVITED.is_registered
    assert standing(GIL).is_registered
    assert not standing(INVITED).is_registered
    assert not standing(None).is_registered


def test_T32_an_invited_address_is_linked_not_registered() -> None:
    refused = register("Eva@x.example", same_email=INVITED)

    assert code_of(refused) is RefusalCode.EMAIL_TAKEN
    assert isinstance(refused, Refused)
    assert "link" in refused.message
    assert code_of(register(INVITED.email, INVITED, INVITED)) is RefusalCode.EMAIL_TAKEN


def test_T32_the_id_of_somebody_invited_is_given_to_nobody_else() -> None:
    refused = register("other@x.example", same_id=INVITED)

    assert code_of(refused) is RefusalCode.IDEMPOTENCY_KEY_REUSED


def test_A20_the_id_of_somebody_forgotten_is_given_to_nobody_else() -> None:
    refused = accounts.register(
        email="gil@x.example", same_id=None, same_email=None, is_forgotten=True
    )

    assert code_of(refused) is RefusalCode.IDEMPOTENCY_KEY_REUSED


def test_T32_an_invitation_is_linked_once() -> None:
    assert accounts.link(INVITED) == INVITED
    assert code_of(accounts.link(GIL)) is RefusalCode.EMAIL_TAKEN
    assert code_of(accounts.link(None)) is RefusalCode.UNKNOWN_ACCOUNT


def test_A16_an_address_is_changed_to_one_that_nobody_else_has() -> None:
    assert accounts.change_email(GIL, None) == GIL
    assert accounts.change_email(GIL, GIL) == GIL
    for taken in (an_account(), INVITED):
        assert code_of(accounts.change_email(GIL, taken)) is RefusalCode.EMAIL_TAKEN
    for nobody in (None, INVITED):
        assert code_of(accounts.change_email(nobody, None)) is RefusalCode.UNKNOWN_ACCOUNT


def test_R9_who_is_only_invited_is_shown_to_nobody() -> None:
    assert code_of(accounts.show_account(INVITED, INVITED.id)) is RefusalCode.UNKNOWN_ACCOUNT


def test_R7_an_administrator_is_not_forgotten_whatever_his_organization() -> None:
    for state in ("ACTIVE", "LAPSED"):
        owned = Organization(an_id(), GIL.id, state)
        refused = accounts.forget(standing(GIL, owned))
        assert code_of(refused) is RefusalCode.CANNOT_REMOVE_ADMINISTRATOR


def test_A20_registered_and_invited_are_forgotten_and_nobody_else() -> None:
    assert accounts.forget(standing(GIL)) == GIL
    assert accounts.forget(standing(INVITED)) == INVITED
    assert code_of(accounts.forget(standing(None))) is RefusalCode.UNKNOWN_ACCOUNT


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Gil asked", "[erased] asked"),
        ("asked by GIL.", "asked by [erased]."),
        ("Gilbert asked", "Gilbert asked"),
        ("(old@y.example) asked", "([erased]) asked"),
        ("gil@x.example, Gil", "[erased], [erased]"),
        ("ticket 4711", "ticket 4711"),
    ],
)
def test_A20_an_operators_words_are_kept_without_names(words: str, kept: str) -> None:
    assert accounts.unnamed(words, GIL) == kept


def test_A20_words_about_somebody_without_a_name_lose_their_addresses() -> None:
    assert accounts.unnamed("eva@x.example asked", INVITED) == "[erased] asked"
    assert accounts.unnamed("eva@x.example asked", None) == "[erased] asked"


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_A20_no_words_keep_the_address_of_a_person(before: str, after: str) -> None:
    kept = accounts.unnamed(f"{before} {GIL.email} {after}", GIL)

    assert GIL.email not in kept


@pytest.mark.parametrize("actor", ["operator", "stage"])
def test_A17_operators_are_told_by_their_broker_user(actor: str) -> None:
    assert operators.operate(actor) is None


@pytest.mark.parametrize("actor", ["coffer_portal", "node", "store", "coffer_licensing", "nobody"])
def test_A17_nobody_else_is_an_operator(actor: str) -> None:
    assert code_of(operators.operate(actor)) is RefusalCode.OPERATOR_REQUIRED


def test_A16_whose_an_address_is_learn_who_speaks_for_people_and_who_looks_after_them() -> None:
    assert all(map(operators.may_find_people, ("coffer_portal", "operator", "stage")))
    assert not any(map(operators.may_find_people, ("node", "store", "coffer_licensing")))


def test_A17_a_trail_is_read_by_operators_and_the_account_it_is_about() -> None:
    gil, other = an_id(), an_id()

    assert operators.may_read_of(gil, gil, "coffer_portal")
    assert operators.may_read_of(gil, None, "operator")
    assert not operators.may_read_of(gil, other, "coffer_portal")
    assert not operators.may_read_of(gil, None, "coffer_portal")
