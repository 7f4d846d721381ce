"""Questions about accounts: the owner's own view, and whose an address or a number is."""

from services.membership.queries.door import queries
from services.membership.rules import accounts as rules
from services.membership.rules import operators
from services.membership.store import accounts, profiles
from shared.contracts.accounts import (
    AccountFound,
    AccountsFound,
    FindAccount,
    FindAccounts,
    ShowAccount,
)
from shared.contracts.message import Command, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import act, answer
from shared.postgres.pool import Connection, Pool


@queries(filter=carries(ShowAccount))
async def show_account(query: Command[ShowAccount], pool: Pool, clock: ServiceClock) -> Verdict:
    async with act(pool, clock) as reading:
        account = await accounts.find_account(reading.connection, query.data.account_id)
        shown = rules.show_account(account, query.on_behalf_of)
        if isinstance(shown, Refused):
            return answer(query.id, shown)
        return answer(query.id, await profiles.profile_of(reading.connection, shown))


@queries(filter=carries(FindAccount))
async def find_account(query: Command[FindAccount], pool: Pool, clock: ServiceClock) -> Verdict:
    if not operators.may_find_people(query.actor):
        return answer(query.id, refuse(RefusalCode.UNKNOWN_ACCOUNT))
    async with act(pool, clock) as reading:
        return answer(query.id, await _found(reading.connection, query.data))


@queries(filter=carries(FindAccounts))
async def find_accounts(query: Command[FindAccounts], pool: Pool, clock: ServiceClock) -> Verdict:
    if not operators.may_find_people(query.actor):
        return answer(query.id, refuse(RefusalCode.UNKNOWN_ACCOUNT))
    async with act(pool, clock) as reading:
        found = await profiles.all_found(reading.connection, query.data.account_ids)
    return answer(query.id, AccountsFound(accounts=found))


async def _found(connection: Connection, asked: FindAccount) -> AccountFound | Refused:
    found = None
    if asked.account_id is not None:
        found = await accounts.find_account(connection, asked.account_id)
    elif asked.email is not None:
        found = await accounts.find_account_by_email(connection, asked.email)
    elif asked.customer_number is not None:
        found = await accounts.find_account_by_number(connection, asked.customer_number)
    if found is None:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    return await profiles.found_of(connection, found)
