"""docs/asyncapi says what the doors take; `make docs` writes it anew."""

import json

import pytest

from shared.contracts.catalogue import COMMANDS, QUERIES
from tests.contracts.documents import ROUTERS, document, paths


@pytest.mark.parametrize("service", ROUTERS)
def test_the_document_of_a_service_is_what_its_doors_take(service: str) -> None:
    kept = paths()[service].read_text(encoding="utf-8")

    assert kept == document(service), "stale: run `make docs`"


@pytest.mark.parametrize("service", ROUTERS)
def test_every_command_and_question_to_a_service_is_in_its_document(service: str) -> None:
    schemas = json.loads(document(service))["components"]["schemas"]
    asked = [d.__name__ for d in COMMANDS + QUERIES if d.ROUTING_KEY.startswith(f"{service}.")]

    assert [name for name in asked if name not in schemas] == []
    assert asked
