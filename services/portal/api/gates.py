"""What the ledger leaves to the portal: who may see a wallet, spend for whom, end whose hold.

The ledger trusts the portal to speak for people, so that these gates are the only ones.
"""

from uuid import UUID

from services.portal.api.callers import too_often
from services.portal.api.keys import UUID7
from services.portal.api.operations import Asked
from services.portal.api.problems import FieldProblem, misread, refused_here
from services.portal.trying import wait_before_trying
from shared.contracts.credit_queries import ShowHold
from shared.contracts.credit_reports import DryRun, ListUsageLines, ShowUsage
from shared.contracts.credits import (
    AuthorizeHold,
    CaptureHold,
    ExtendHold,
    ReportUsage,
    VoidHold,
)
from shared.contracts.record_answers import HoldFound
from shared.contracts.refusals import RefusalCode


class AuthorizeFor(AuthorizeHold):
    """Set credits aside for somebody; the answer's `command_id` is the hold's id.

    `account_id` is who spends, you yourself where it is left out; only the Administrator's token
    spends for others.
    """

    account_id: UUID | None = None


async def owners_only(asked: Asked) -> Asked:
    """A wallet is shown whole to whoever owns it, to the Administrator, and to operators."""
    if not asked.is_owners:
        raise refused_here(RefusalCode.NOT_ADMINISTRATOR)
    return asked


async def own_usage(asked: Asked) -> Asked:
    """Everybody sees what he used himself; nobody named means he himself."""
    data = asked.data
    assert isinstance(data, ShowUsage | ListUsageLines)
    if asked.is_owners:
        return asked
    himself = asked.caller.viewer.account_id
    if data.account_id not in (None, himself):
        raise refused_here(RefusalCode.NOT_ADMINISTRATOR)
    return asked.with_data(data.model_copy(update={"account_id": himself}))


async def own_spending(asked: Asked) -> Asked:
    """A person spends for himself, the Administrator's nodes for everybody in the organization."""
    data = asked.data
    assert isinstance(data, AuthorizeFor)
    spender = data.account_id or asked.caller.viewer.account_id
    _check_own(asked, spender)
    fields = {name: getattr(data, name) for name in AuthorizeHold.model_fields}
    return asked.with_data(AuthorizeHold(**fields), behalf=spender)


async def own_lines(asked: Asked) -> Asked:
    """Usage is reported by whom it may be authorized; each line by an id of its own.

    The ledger turns a report away whole for one bad id, and answers no line of it then.
    """
    data = asked.data
    assert isinstance(data, ReportUsage)
    seen: set[UUID] = set()
    for number, line in enumerate(data.lines):
        _check_own(asked, line.account_id)
        if line.id.version != UUID7 or line.id in seen:
            message = "is a UUIDv7 that no other line has"
            problem = FieldProblem(field=f"lines.{number}.id", message=message)
            raise misread(RefusalCode.MALFORMED, (problem,))
        seen.add(line.id)
    return asked


async def own_tries(asked: Asked) -> Asked:
    """What somebody could spend is his business and the Administrator's."""
    data = asked.data
    assert isinstance(data, DryRun)
    for tried in data.authorizations:
        _check_own(asked, tried.account_id)
    return asked


async def own_hold(asked: Asked) -> Asked:
    """A hold is ended by who opened it or by the Administrator's nodes; here it must be known.

    The ledger would wait a minute for a hold it has not heard of, which no caller here wants.
    """
    data = asked.data
    assert isinstance(data, ExtendHold | CaptureHold | VoidHold)
    await find_hold(asked, data.hold_id)
    return asked


async def find_hold(asked: Asked, hold_id: UUID) -> HoldFound:
    """Find a hold that is the caller's business; raises ProblemError.

    Of a wallet that his name meant before it moved on (T16), only what he spent himself is.
    """
    found = await asked.parts.rooms.asking.show(
        ShowHold(hold_id=hold_id), HoldFound, viewer=asked.caller.viewer, owner=asked.owner
    )
    is_own = found.account_id == asked.caller.viewer.account_id
    if not is_own and (found.moved or not asked.is_owners):
        raise refused_here(RefusalCode.UNKNOWN_HOLD)
    return found


async def few_tries(asked: Asked) -> Asked:
    """Whoever names another's customer number has a few tries, with those of his page."""
    wait = wait_before_trying(asked.parts.rooms, asked.caller.viewer.account_id)
    if wait:
        raise too_often(wait)
    return asked


def _check_own(asked: Asked, account_id: UUID) -> None:
    if not asked.is_owners and account_id != asked.caller.viewer.account_id:
        raise refused_here(RefusalCode.NOT_ADMINISTRATOR)
