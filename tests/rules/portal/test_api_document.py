"""The rows of the API and the document that is written from them."""

import json
from collections import Counter
from typing import Any

import pytest

from services.portal.api.catalogue import NOT_FOR_CALLERS, OPERATIONS, SUBJECTS
from services.portal.api.documents import document
from services.portal.api.gates import AuthorizeFor
from services.portal.api.operations import (
    Operation,
    anybody,
    ask_service,
    parameters_in,
)
from services.portal.api.problems import STATUS_OF, ApiCode, Problem, refused_by_service, status_of
from services.portal.api.reading import properties_of, read_contract, read_text
from services.portal.api.scopes import SCOPES
from services.portal.words.read import read
from shared.contracts.catalogue import COMMANDS, QUERIES
from shared.contracts.credit_queries import LedgerQuestion
from shared.contracts.credits import LedgerCommand
from shared.contracts.message import CommandData, Limit, refuse
from shared.contracts.refusals import RefusalCode
from tests.bodies_of_calls import fields_of

EVERY_CONTRACT: frozenset[type[CommandData]] = frozenset(COMMANDS + QUERIES)
# The ledger asks its own books whether the account that acts may.
DECIDED_BY_THE_LEDGER = {
    "SetCreditAccess",
    "EditQuota",
    "RestartQuota",
    "RequestCredits",
    "DecideRequest",
    "SetPoolTerms",
    "PlaceCreditOrder",
}
# Nothing to hide from anybody who is in there.
OPEN_TO_ALL_INSIDE = {"ShowRates", "EstimateJob"}


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    return document()


def test_every_contract_is_an_operation_or_has_a_reason_not_to_be() -> None:
    asked = {parent for one in OPERATIONS for parent in one.reads.__mro__}

    missing = {one.__name__ for one in EVERY_CONTRACT - asked - NOT_FOR_CALLERS.keys()}

    assert missing == set()
    assert [one.__name__ for one in NOT_FOR_CALLERS if one in asked] == []


def test_operations_have_names_and_addresses_of_their_own() -> None:
    names = Counter(one.id for one in OPERATIONS)
    addresses = Counter((one.method, one.path) for one in OPERATIONS)

    assert [name for name, times in names.items() if times > 1] == []
    assert [address for address, times in addresses.items() if times > 1] == []


def test_every_part_of_an_address_is_a_place_or_fills_a_field() -> None:
    loose = [
        f"{one.id}: {name}"
        for one in OPERATIONS
        for name in parameters_in(one.path)
        if name != one.place and name not in one.from_path
    ]

    assert loose == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
def test_what_the_ledger_does_not_decide_has_a_gate(operation: Operation) -> None:
    """It trusts the portal: a row without a gate would show any wallet, or spend from it."""
    is_ledgers = issubclass(operation.reads, LedgerQuestion | LedgerCommand)
    is_staffs = operation.scopes == ("operator",)
    name = operation.reads.__name__

    is_open = name in DECIDED_BY_THE_LEDGER | OPEN_TO_ALL_INSIDE
    is_guarded = operation.gate is not anybody or operation.work is not ask_service

    assert not is_ledgers or is_staffs or is_open or is_guarded


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
def test_the_example_of_a_body_is_one_that_is_accepted(
    operation: Operation, written: dict[str, Any]
) -> None:
    described = written["paths"][operation.path][operation.method.lower()]
    body = described.get("requestBody", {"content": {"application/json": {"example": {}}}})
    example = body["content"]["application/json"]["example"]

    fields = fields_of(operation) if not operation.has_body else example
    in_address = {
        name: read_text(operation.reads, name, text)
        for name, text in texts_in_address(operation).items()
    }

    read = read_contract(operation.reads, {**fields, **in_address})

    assert isinstance(read, operation.reads)


def test_every_reference_of_the_document_leads_somewhere(written: dict[str, Any]) -> None:
    text = json.dumps(written)
    referred = {part.split('"')[0] for part in text.split('"$ref": "#/components/')[1:]}

    missing = [
        one
        for one in referred
        if one.split("/")[1] not in written["components"].get(one.split("/")[0], {})
    ]

    assert missing == []


def test_every_operation_is_described_and_filed(written: dict[str, Any]) -> None:
    described = [
        one
        for path in written["paths"].values()
        for name, one in path.items()
        if name != "parameters"
    ]

    assert [one["operationId"] for one in described if not one["description"]] == []
    assert {one.subject for one in OPERATIONS} | {"tokens"} == SUBJECTS.keys()
    assert all(scope in SCOPES for one in OPERATIONS for scope in one.scopes)


def test_commands_take_a_key_and_questions_do_not(written: dict[str, Any]) -> None:
    with_key = {
        one["operationId"]
        for path in written["paths"].values()
        for name, one in path.items()
        if name != "parameters"
        and any(taken["name"] == "Idempotency-Key" for taken in one.get("parameters", ()))
    }

    assert with_key == {one.id for one in OPERATIONS if one.is_command}


def test_every_code_has_one_status_that_the_document_knows(written: dict[str, Any]) -> None:
    known = set(written["components"]["responses"]) | {"405"}
    codes: list[RefusalCode | ApiCode] = [*RefusalCode, *ApiCode]

    statuses = {code: STATUS_OF.get(code) or status_of(RefusalCode(code)) for code in codes}

    assert {code for code, status in statuses.items() if str(int(status)) not in known} == set()
    assert read().catalogue["calls"].keys() == {code.value for code in ApiCode}


def test_a_problem_says_what_a_service_said_or_else_what_pages_say() -> None:
    limit = Limit(name="quota", value="60", left="6")
    plain = refused_by_service(refuse(RefusalCode.QUOTA_EXCEEDED, limit=limit)).problem
    particular = refused_by_service(
        refuse(RefusalCode.QUOTA_EXCEEDED, message="lines.3: more than the quota")
    ).problem

    assert plain.title == particular.title == "the quota does not cover it"
    assert plain.detail == "6 of the 60 quota is left, and this needs more."
    assert particular.detail == "lines.3: more than the quota"
    assert plain.who_can_lift == "The organization's Administrator"


def test_a_problem_is_written_as_the_document_says(written: dict[str, Any]) -> None:
    schema = written["components"]["schemas"][Problem.__name__]

    assert set(schema["required"]) == {"type", "title", "status", "detail", "code"}


def test_who_spends_is_part_of_an_authorization() -> None:
    assert "account_id" in properties_of(AuthorizeFor)


def texts_in_address(operation: Operation) -> dict[str, str]:
    by_type = {"integer": "1"}
    by_name = {"node": "node-7", "period": "2026-11"}
    return {
        name: by_name.get(name)
        or by_type.get(properties_of(operation.reads)[name].get("type", ""))
        or "018f3f00-0000-7000-8000-000000000001"
        for name in operation.from_path.values()
    }
