"""What takes more than one question to answer: a balance, one of a list, a report line by line."""

from typing import Any
from uuid import UUID

from pydantic import JsonValue

from services.portal.api import gates
from services.portal.api.operations import Asked, ask_service
from services.portal.api.problems import refused_here
from services.portal.api.tokens import TokenShown, shown
from services.portal.spendable import Why, spendable_of
from shared.contracts.accounts import AccountProfile, ShowAccount
from shared.contracts.credit_answers import (
    AccessList,
    AccessState,
    Amount,
    PoolState,
    PoolTerms,
)
from shared.contracts.credit_queries import ListCreditAccess, ShowHold, ShowPool, ShowPoolTerms
from shared.contracts.credits import AccessMode, ReportUsage
from shared.contracts.membership import ListMembers, MemberList
from shared.contracts.message import Contract, OpenContract, Verdict
from shared.contracts.money import format_credits, parse_credits
from shared.contracts.record_answers import HoldFound
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import ANSWER_SECONDS, NoAnswer
from shared.messaging.publisher import NotConfirmed, Outgoing
from shared.messaging.topology import OWNER_HEADER

CODE_BY_REASON: dict[Why, RefusalCode] = {
    "off": RefusalCode.CREDIT_ACCESS_DISABLED,
    "invited": RefusalCode.UNKNOWN_ACCOUNT,
    "removing": RefusalCode.NOT_IN_ORGANIZATION,
    "owes": RefusalCode.ORGANIZATION_IN_DEBT,
    "over_quota": RefusalCode.QUOTA_EXCEEDED,
    "quota": RefusalCode.QUOTA_EXCEEDED,
    "pool": RefusalCode.POOL_INSUFFICIENT,
}


class AskNothing(Contract):
    """Nothing has to be said."""


class AskAbout(Contract):
    """Whom it is about; you yourself where nobody is named."""

    account_id: UUID | None = None


class AskAboutMember(Contract):
    """Whom it is about."""

    account_id: UUID


class Me(OpenContract):
    """Whose token this is, and what it is good for."""

    account: AccountProfile
    token: TokenShown


class Balance(OpenContract):
    """What a person can spend now, and the code of what would be in the way of more.

    `spendable` is the least of what his quota and what the pool leave, zero while his access is
    off or something is owed. `available`, `held` and `debt` are the wallet's, for its owner's eyes.
    """

    owner: UUID
    account_id: UUID
    mode: AccessMode
    spendable: Amount
    limited_by: RefusalCode
    limit: Amount | None = None
    used: Amount | None = None
    remaining: Amount | None = None
    available: Amount | None = None
    held: Amount | None = None
    debt: Amount | None = None


class LineVerdicts(OpenContract):
    """What became of each line of a report, by its id; a refused one never spoils the others."""

    verdicts: tuple[Verdict, ...]


async def show_me(asked: Asked) -> dict[str, Any]:
    """Show the account behind a token, and the token."""
    viewer, token = asked.caller.viewer, asked.caller.token
    assert token is not None
    profile = await asked.parts.rooms.asking.ask(
        ShowAccount(account_id=viewer.account_id), viewer=viewer
    )
    return {
        "account": profile,
        "token": shown(token).model_dump(mode="json", exclude_none=True),
    }


async def show_balance(asked: Asked) -> dict[str, Any]:
    """Tell what a person can spend, from the pool as it is and his access to it."""
    assert isinstance(asked.data, AskAbout)
    account_id = asked.data.account_id or asked.caller.viewer.account_id
    access = await _access_of(asked, account_id)
    asking, viewer = asked.parts.rooms.asking, asked.caller.viewer
    pool = await asking.show(ShowPool(), PoolState, viewer=viewer, owner=asked.owner)
    terms = await asking.show(ShowPoolTerms(), PoolTerms, viewer=viewer, owner=asked.owner)
    spendable = spendable_of(
        access.model_dump(mode="json"),
        available=parse_credits(pool.available),
        debt=parse_credits(pool.debt),
        observe=terms.observe,
    )
    told: dict[str, JsonValue] = {
        "owner": str(asked.owner),
        "account_id": str(account_id),
        "mode": access.mode,
        "spendable": format_credits(spendable.amount),
        "limited_by": CODE_BY_REASON[spendable.why],
        "limit": access.limit,
        "used": access.used,
        "remaining": access.remaining,
    }
    if asked.is_owners:
        told |= {"available": pool.available, "held": pool.held, "debt": pool.debt}
    return told


async def show_access(asked: Asked) -> dict[str, Any]:
    """Show one person's access to a pool."""
    assert isinstance(asked.data, AskAboutMember)
    access = await _access_of(asked, asked.data.account_id)
    return access.model_dump(mode="json")


async def show_member(asked: Asked) -> dict[str, Any]:
    """Show one person of an organization to its Administrator."""
    assert isinstance(asked.data, AskAboutMember)
    account_id = asked.data.account_id
    found = await asked.parts.rooms.asking.show(
        ListMembers(after=_before(account_id), limit=1),
        MemberList,
        viewer=asked.caller.viewer,
        owner=asked.owner,
        behalf=asked.behalf,
    )
    for person in found.members:
        if person.account_id == account_id:
            return person.model_dump(mode="json", exclude_none=True)
    raise refused_here(RefusalCode.UNKNOWN_ACCOUNT)


async def show_hold(asked: Asked) -> dict[str, Any]:
    """Show one hold to whoever opened it, and to the Administrator."""
    assert isinstance(asked.data, ShowHold)
    hold: HoldFound = await gates.find_hold(asked, asked.data.hold_id)
    return hold.model_dump(mode="json")


async def list_requests(asked: Asked) -> dict[str, Any]:
    """List requests; whoever is no Administrator sees his own, so that a page may be short."""
    result = await asked.parts.rooms.asking.ask(
        asked.data,  # type: ignore[arg-type]  # the row reads a question of the ledger
        viewer=asked.caller.viewer,
        owner=asked.owner,
    )
    if not asked.is_owners:
        himself = str(asked.caller.viewer.account_id)
        own = [one for one in result["requests"] if one["account_id"] == himself]
        result = result | {"requests": own}
    return result


async def show_verdict(asked: Asked) -> dict[str, Any]:
    """Tell what was decided about a command of a wallet; there is nothing where none was."""
    result = await ask_service(asked)
    if result.get("verdict") is None:
        raise refused_here(RefusalCode.UNKNOWN_ENTRY)
    return result


async def report_usage(asked: Asked) -> dict[str, Any]:
    """Report usage; the ledger answers each line under the line's own id."""
    data = asked.data
    assert isinstance(data, ReportUsage)
    asking = asked.parts.rooms.asking
    command = asking.command(data, viewer=asked.caller.viewer, owner=asked.owner, id=asked.id)
    outgoing = Outgoing(
        exchange=data.EXCHANGE,
        routing_key=data.ROUTING_KEY,
        body=command.model_dump_json(exclude_none=True).encode(),
        message_id=command.id,
        type=data.TYPE,
        reply_to=asking.people.reply_queue,
        headers={OWNER_HEADER: str(asked.owner)},
    )
    lines = tuple(line.id for line in data.lines)
    try:
        verdicts = await asking.people.send_many(outgoing, lines, answer_seconds=ANSWER_SECONDS)
    except NotConfirmed as error:
        raise NoAnswer(str(error)) from error
    return {"verdicts": [one.model_dump(mode="json", exclude_none=True) for one in verdicts]}


async def _access_of(asked: Asked, account_id: UUID) -> AccessState:
    """One person's row; who is not the Administrator sees his own alone."""
    if not asked.is_owners and account_id != asked.caller.viewer.account_id:
        raise refused_here(RefusalCode.NOT_ADMINISTRATOR)
    found = await asked.parts.rooms.asking.show(
        ListCreditAccess(after=_before(account_id), limit=1),
        AccessList,
        viewer=asked.caller.viewer,
        owner=asked.owner,
    )
    for access in found.people:
        if access.account_id == account_id:
            return access
    raise refused_here(RefusalCode.UNKNOWN_ACCOUNT)


def _before(identifier: UUID) -> UUID:
    """The cursor after which a list begins with this one, if it is there."""
    return UUID(int=max(0, identifier.int - 1))
