"""People and organizations that tests of membership's doors begin with."""

from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue

from shared.clock import Clock
from shared.contracts.accounts import AccountProfile, RegisterAccount, ShowAccount
from shared.contracts.message import CommandData, Verdict
from shared.contracts.organizations import ConfirmSetup, RequestSetup
from shared.contracts.refusals import RefusalCode
from shared.messaging.publisher import Publisher
from tests.builders import an_account
from tests.doors.membership.test_organizations import activated, say
from tests.speaking import Portal
from tests.waiting import eventually

NOW = Clock().now


class Registered(NamedTuple):
    """A registered account, as its owner knows it."""

    id: UUID
    email: str
    number: str


class Asked(NamedTuple):
    """A set-up request that waits."""

    id: UUID
    organization_id: UUID


def code_of(verdict: Verdict) -> RefusalCode | None:
    """The code of a refusal; None when it was accepted, so that a failure shows which."""
    return verdict.refused.code if verdict.refused else None


def result_of(verdict: Verdict) -> dict[str, JsonValue]:
    """What an accepted command or a query answers."""
    assert verdict.refused is None, verdict.refused
    assert verdict.result is not None
    return verdict.result


def id_in(verdict: Verdict, field: str) -> UUID:
    return UUID(str(result_of(verdict)[field]))


async def registered(portal: Portal, account: RegisterAccount | None = None) -> Registered:
    """Somebody with an account."""
    account = account or an_account()
    opened = result_of(await portal.ask(account))
    return Registered(account.account_id, account.email, str(opened["customer_number"]))


async def profile(portal: Portal, account_id: UUID) -> AccountProfile:
    shown = await portal.ask(ShowAccount(account_id=account_id), by=account_id)
    return AccountProfile.model_validate(result_of(shown), strict=False)


def a_setup(somebody: Registered) -> RequestSetup:
    return RequestSetup(account_id=somebody.id, customer_number=somebody.number)


async def asked_for(portal: Portal, somebody: Registered) -> Asked:
    """A set-up request of somebody for himself, waiting."""
    verdict = await portal.ask(a_setup(somebody), by=somebody.id)
    return Asked(id_in(verdict, "request_id"), id_in(verdict, "organization_id"))


async def confirmed(portal: Portal, operator: Portal, somebody: Registered) -> UUID:
    """An organization that an operator confirmed."""
    asked = await asked_for(portal, somebody)
    result_of(await operator.ask(ConfirmSetup(request_id=asked.id)))
    return asked.organization_id


async def refusal(
    speaker: Portal, data: CommandData, *, by: UUID | None = None, owner: UUID | None = None
) -> RefusalCode | None:
    """The code with which a command or query is refused; None when it is not."""
    return code_of(await speaker.ask(data, by=by, owner=owner))


async def licensed(portal: Portal, licensing_voice: Publisher) -> Registered:
    """Somebody who is an organization by his license."""
    ana = await registered(portal)
    await say(licensing_voice, activated(ana.id), ana.id, 1)

    async def owns() -> UUID | None:
        return (await profile(portal, ana.id)).organization_id

    await eventually(owns, lambda organization: organization is not None)
    return ana
