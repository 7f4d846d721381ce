"""Calls are read strictly, and every wrong field is named."""

from typing import Any

import pytest

from services.portal.api import keys
from services.portal.api.problems import ProblemError
from services.portal.api.reading import no_query, read_contract, read_query
from services.portal.api.tokens import PREFIX, MakeToken, digest_of
from shared.contracts.credit_reports import ShowUsage
from shared.contracts.credits import AuthorizeHold
from shared.contracts.license_orders import ListLicenseOrders
from shared.contracts.membership import ListMembers
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id

SPAN = [("since", "2026-11-01T00:00:00Z"), ("until", "2026-12-01T00:00:00Z")]


def problem_of(call: Any) -> Any:  # noqa: ANN401  # a test looks at any of its fields
    with pytest.raises(ProblemError) as raised:
        call()
    return raised.value.problem


def test_a_query_is_read_into_numbers_lists_and_members() -> None:
    query = [*SPAN, ("by", "user"), ("by", "day"), ("limit", "7"), ("tag[shot]", "040")]

    usage = read_contract(ShowUsage, read_query(ShowUsage, query))

    assert (usage.by, usage.limit, usage.tag) == (("user", "day"), 7, {"shot": "040"})


def test_a_cursor_of_several_fields_comes_back_as_it_was_told() -> None:
    account = an_id()
    after = {
        "placed_at": "2026-11-01T00:00:00Z",
        "store": "larkspur-store",
        "order_id": "A-1",
        "account_id": str(account),
    }
    query = [(f"after[{name}]", text) for name, text in after.items()]

    read = read_contract(ListLicenseOrders, read_query(ListLicenseOrders, query))

    assert read.after is not None
    assert read.after.account_id == account


@pytest.mark.parametrize("text", ["x", "1.0", "007", "+1", "", "9" * 5000])
def test_what_is_no_number_is_not_taken_for_one(text: str) -> None:
    problem = problem_of(
        lambda: read_contract(ListMembers, read_query(ListMembers, [("limit", text)]))
    )

    assert (problem.status, problem.errors[0].field) == (422, "limit")


def test_a_field_said_twice_is_refused() -> None:
    problem = problem_of(lambda: read_query(ListMembers, [("limit", "1"), ("limit", "2")]))

    assert (problem.status, problem.code) == (422, "malformed")


def test_a_field_nobody_agreed_on_is_refused() -> None:
    problem = problem_of(lambda: read_contract(AuthorizeHold, {"amount": "1", "colour": "red"}))

    assert (problem.code, problem.errors[0].field) == ("unknown_field", "colour")


def test_a_bad_amount_has_its_own_code() -> None:
    problem = problem_of(lambda: read_contract(AuthorizeHold, {"amount": "1e3"}))

    assert problem.code == RefusalCode.INVALID_AMOUNT


def test_every_wrong_field_is_named() -> None:
    problem = problem_of(lambda: read_contract(AuthorizeHold, {"amount": 1, "lease_seconds": "x"}))

    assert {one.field for one in problem.errors} == {"amount", "lease_seconds"}


def test_a_body_leaves_nothing_to_the_query() -> None:
    problem = problem_of(lambda: no_query([("limit", "1")]))

    assert (problem.status, problem.code) == (422, "unknown_field")


def test_a_key_that_is_one_of_our_ids_is_the_command_itself() -> None:
    identifier = an_id()

    assert keys.as_uuid7(str(identifier)) == identifier
    assert keys.as_uuid7(identifier.hex) is None
    assert keys.as_uuid7("9f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b") is None
    assert keys.as_uuid7("order 17") is None


def test_a_token_for_nothing_is_not_made() -> None:
    problem = problem_of(lambda: read_contract(MakeToken, {"name": "Farm", "scopes": []}))

    assert problem.errors[0].field == "scopes"


def test_what_is_kept_of_a_secret_does_not_hold_it() -> None:
    secret = f"{PREFIX}larkspur"

    assert len(digest_of(secret)) == 32
    assert secret.encode() not in digest_of(secret)
