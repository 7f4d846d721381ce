"""What the API's document promises, and calls of all kinds that hold it to its word."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.portal.api.answering import as_uuid
from services.portal.api.documents import document
from services.portal.api.operations import ACCOUNTS

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# Each case gets a token of ours: without one every answer would be 401.
OPEN = {key: part for key, part in document().items() if key != "security"}
SCHEMA = schemathesis.openapi.from_dict(OPEN)
Case: TypeAlias = "schemathesis.Case[Any]"
OPERATIONS = [one.ok() for one in SCHEMA.get_all_operations() if isinstance(one, Ok)]
OF_ACCOUNTS = [one for one in OPERATIONS if one.path.startswith(ACCOUNTS)]
OF_ORGANIZATIONS = [one for one in OPERATIONS if one not in OF_ACCOUNTS]
CASES = 40


def named(operation: Any) -> str:  # noqa: ANN401  # of schemathesis
    return f"{operation.method} {operation.path}"


@dataclass(frozen=True)
class Target:
    """Whose API is called: an Administrator's, by several tokens, for none is used too often."""

    url: str
    organization_id: UUID
    account_id: UUID
    of_organization: Iterator[str]
    of_account: Iterator[str]

    def sends(self, case: Case) -> None:
        """Call with ids that lead somewhere, and hold the answer against the document."""
        is_account = case.operation.path.startswith(ACCOUNTS)
        own = {"account_id": self.account_id} if is_account else {}
        place = case.path_parameters or {}
        for name, one in {"organization_id": self.organization_id, **own}.items():
            # A broken id stays broken.
            if as_uuid(str(place.get(name, ""))) is not None:
                place[name] = str(one)
        secret = next(self.of_account if is_account else self.of_organization)
        answer = case.call(
            base_url=self.url,
            session=SESSION,
            headers={"Authorization": f"Bearer {secret}"},
            allow_redirects=False,
        )
        case.validate_response(answer, checks=CHECKS)


SESSION = requests.Session()


def many(operation: Any, target: Target, cases: int) -> None:  # noqa: ANN401  # of schemathesis
    """Send so many cases of one operation, good ones and bad ones."""
    strategy = st.one_of(
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        verbosity=Verbosity.quiet,
        suppress_health_check=[*HealthCheck],
    )
    @given(case=strategy)
    def sent(case: Case) -> None:
        target.sends(case)

    sent()
