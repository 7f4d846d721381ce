"""Who is calling: a token, or on the pages of tokens somebody in his browser."""

from dataclasses import dataclass, replace
from uuid import UUID

from starlette.requests import Request

from services.portal.api.limits import headers_of, take_from_all, wait_of
from services.portal.api.parts import Parts, parts_in
from services.portal.api.problems import ApiCode, ProblemError, problem_here, refused_here
from services.portal.api.scopes import Scope
from services.portal.api.tokens import find_good_token
from services.portal.sessions import current_viewer
from services.portal.store.tokens import Token
from services.portal.viewer import Viewer
from shared.contracts.refusals import RefusalCode

SCHEME = "bearer "
SAME_ORIGIN = "same-origin"
NODE: Scope = "node"


@dataclass(frozen=True)
class Caller:
    """Who calls, for whom and with what rights; no token means a session in a browser."""

    viewer: Viewer
    token: Token | None = None

    @property
    def is_operator(self) -> bool:
        """Whether he calls as one of the vendor's staff, with a token made for that."""
        return self.viewer.is_staff and self.token is not None and "operator" in self.token.scopes

    @property
    def place(self) -> UUID:
        """Where alone his token is good: an organization, or his account."""
        bound = self.token and self.token.organization_id
        return bound or self.viewer.account_id

    def may(self, *scopes: Scope) -> bool:
        return self.token is None or bool(set(scopes) & set(self.token.scopes))

    def is_at_home_in(self, organization: UUID) -> bool:
        """Whether his token is good in an organization, and he is in it still."""
        is_bound = self.token is not None and self.token.organization_id == organization
        return is_bound and self.viewer.belongs_to(organization)

    def is_at_home_as(self, account_id: UUID) -> bool:
        """Whether his token is good for his own account, and this is it."""
        is_bound = self.token is None or self.token.organization_id is None
        return is_bound and self.viewer.account_id == account_id


async def caller_of(request: Request) -> Caller:
    """Find out who calls by the token; raises ProblemError."""
    parts = parts_in(request)
    secret = secret_in(request)
    token = None if secret is None else await find_good_token(parts.rooms, secret)
    if token is None:
        raise _nobody(parts, request)
    _limit(parts, request, token)
    viewer = await parts.standings.viewer_of(token.account_id, is_node=NODE in token.scopes)
    if viewer is None:
        raise problem_here(ApiCode.UNAUTHENTICATED)
    is_staff = viewer.is_staff and "operator" in token.scopes
    return Caller(replace(viewer, is_staff=is_staff), token)


async def caller_with_tokens(request: Request) -> Caller:
    """Find out who manages tokens: a token made for it, or somebody in his browser."""
    if secret_in(request) is not None:
        caller = await caller_of(request)
        if not caller.may("tokens"):
            raise problem_here(ApiCode.INSUFFICIENT_SCOPE, "this needs the scope tokens")
        return caller
    viewer = await current_viewer(request)
    if viewer is None:
        raise _nobody(parts_in(request), request)
    if request.headers.get("sec-fetch-site") != SAME_ORIGIN:
        raise problem_here(ApiCode.CROSS_SITE)
    return Caller(viewer)


def secret_in(request: Request) -> str | None:
    """The token that a call carries, whatever it is worth."""
    header = request.headers.get("authorization", "")
    if header[: len(SCHEME)].lower() != SCHEME:
        return None
    return header[len(SCHEME) :].strip()


def _limit(parts: Parts, request: Request, token: Token) -> None:
    """Take the call out of the token's and its place's bucket; raises ProblemError."""
    place = token.organization_id or token.account_id
    taken = take_from_all(((parts.of_token, token.id), (parts.of_organization, place)))
    request.state.headers = headers_of(taken)
    if not all(one.passes for one in taken):
        raise too_often(wait_of(taken))


def _nobody(parts: Parts, request: Request) -> ProblemError:
    """Answer those without a good token, and slow down those who try many."""
    address = request.client.host if request.client else ""
    taken = take_from_all([(parts.of_stranger, address)])
    if not taken[0].passes:
        request.state.headers = headers_of(taken)
        return too_often(wait_of(taken))
    return problem_here(ApiCode.UNAUTHENTICATED)


def too_often(wait_seconds: int) -> ProblemError:
    refused = refused_here(RefusalCode.RATE_LIMITED)
    return ProblemError(refused.problem, retry_seconds=max(1, wait_seconds))
