"""What the API answers when it does not do what was asked: problems by RFC 9457, with our codes."""

from enum import StrEnum
from http import HTTPStatus
from uuid import UUID

from starlette.responses import Response

from services.portal.words.facts import facts_of
from services.portal.words.read import read
from shared.contracts.message import Contract, Limit, Refused, refuse
from shared.contracts.refusals import EXPLANATIONS, RefusalCode

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 1


class ApiCode(StrEnum):
    """What goes wrong before any service is asked, or while it is."""

    UNAUTHENTICATED = "unauthenticated"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    CROSS_SITE = "cross_site"
    TOO_MANY_TOKENS = "too_many_tokens"
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105  # the name of a refusal
    UNKNOWN_WEBHOOK = "unknown_webhook"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


STATUS_OF: dict[RefusalCode | ApiCode, HTTPStatus] = {
    ApiCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    ApiCode.INSUFFICIENT_SCOPE: HTTPStatus.FORBIDDEN,
    ApiCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ApiCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ApiCode.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ApiCode.CROSS_SITE: HTTPStatus.FORBIDDEN,
    ApiCode.TOO_MANY_TOKENS: HTTPStatus.CONFLICT,
    ApiCode.UNKNOWN_TOKEN: HTTPStatus.NOT_FOUND,
    ApiCode.UNKNOWN_WEBHOOK: HTTPStatus.NOT_FOUND,
    ApiCode.NO_ANSWER: HTTPStatus.SERVICE_UNAVAILABLE,
    ApiCode.FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
    RefusalCode.MALFORMED: HTTPStatus.BAD_REQUEST,
    RefusalCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RefusalCode.NOT_ADMINISTRATOR: HTTPStatus.FORBIDDEN,
    RefusalCode.OPERATOR_REQUIRED: HTTPStatus.FORBIDDEN,
    RefusalCode.SECOND_OPERATOR_REQUIRED: HTTPStatus.FORBIDDEN,
    RefusalCode.NOT_ENROLLED: HTTPStatus.FORBIDDEN,
    RefusalCode.UNKNOWN_ACCOUNT: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_ORGANIZATION: HTTPStatus.NOT_FOUND,
    RefusalCode.NOT_IN_ORGANIZATION: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_LICENSE: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_PRODUCT: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_CHECKOUT: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_HOLD: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_LOT: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_ENTRY: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_REQUEST: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_PERIOD: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_FIELD: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.UNKNOWN_ROLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.INVALID_AMOUNT: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.INVALID_QUOTA: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.IDEMPOTENCY_KEY_REUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    RefusalCode.OVERLOADED: HTTPStatus.SERVICE_UNAVAILABLE,
    RefusalCode.COPY_STALE: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of a code; every other refusal is a conflict with how things stand."""

AGAIN_LATER = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
REFUSED_BY_US = "about:blank"


class FieldProblem(Contract):
    """A field that is not what it has to be; `body`, `query` or a header stand for the whole."""

    field: str
    message: str


class Problem(Contract):
    """Why it was not done: branch on `code`, show `detail`, tell people who can lift it.

    `command_id` names the command where one was sent: the same id as `Idempotency-Key` asks again
    and never does it twice.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    limit: Limit | None = None
    who_can_lift: str | None = None
    binding: tuple[str, ...] | None = None
    errors: tuple[FieldProblem, ...] | None = None
    command_id: UUID | None = None


class ProblemError(Exception):
    """Ends a call with a problem; the one place that answers turns it into a response."""

    def __init__(self, problem: Problem, *, retry_seconds: int | None = None) -> None:
        """Carry the problem, and when to come again if that would help."""
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem
        self.retry_seconds = retry_seconds
        if retry_seconds is None and problem.status in AGAIN_LATER:
            self.retry_seconds = RETRY_SECONDS


def refused_by_service(refused: Refused, *, command_id: UUID | None = None) -> ProblemError:
    """Say what a service refused: in its own words where it says more than its code."""
    words = read().problem(refused.code, facts_of(refused, money=str, moment=str))
    is_particular = refused.message != EXPLANATIONS[refused.code].meaning
    return ProblemError(
        Problem(
            type=f"/help/refusals/{refused.code}",
            title=words.title,
            status=status_of(refused.code),
            detail=refused.message if is_particular else words.detail,
            code=refused.code,
            limit=refused.limit,
            who_can_lift=words.lifter,
            binding=tuple(refused.binding) or None,
            command_id=command_id,
        )
    )


def refused_here(
    code: RefusalCode, detail: str | None = None, *, limit: Limit | None = None
) -> ProblemError:
    """Refuse with a code of the services before any of them is asked."""
    return refused_by_service(refuse(code, message=detail, limit=limit))


def misread(code: RefusalCode, errors: tuple[FieldProblem, ...]) -> ProblemError:
    """Say which fields are not what they have to be."""
    words = read().problem(code, {})
    return ProblemError(
        Problem(
            type=f"/help/refusals/{code}",
            title=words.title,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            detail=f"{errors[0].field}: {errors[0].message}",
            code=code,
            who_can_lift=words.lifter,
            errors=errors,
        )
    )


def problem_here(
    code: ApiCode, detail: str | None = None, *, command_id: UUID | None = None
) -> ProblemError:
    """Say what is wrong with a call as such."""
    title = read().call(code)
    return ProblemError(
        Problem(
            type=REFUSED_BY_US,
            title=title,
            status=STATUS_OF[code],
            detail=detail or title,
            code=code,
            command_id=command_id,
        )
    )


def status_of(code: RefusalCode) -> HTTPStatus:
    return STATUS_OF.get(code, HTTPStatus.CONFLICT)


def answer(error: ProblemError, *, instance: str) -> Response:
    """Write a problem as it goes over the wire."""
    problem = error.problem.model_copy(update={"instance": instance})
    response = Response(
        problem.model_dump_json(exclude_none=True),
        status_code=problem.status,
        media_type=CONTENT_TYPE,
    )
    if error.retry_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_seconds)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="coffer"'
    return response
