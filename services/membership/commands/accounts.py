"""What accounts are asked for: to be opened, linked, reached elsewhere, forgotten (A16, A20)."""

from uuid import UUID

from services.membership.commands import removals
from services.membership.commands.door import commands
from services.membership.rules import accounts as rules
from services.membership.rules import operators
from services.membership.rules import setups as setup_rules
from services.membership.rules.standing import Account, Membership
from services.membership.store import accounts, organizations, profiles, setups, standings
from shared.contracts.accounts import (
    AccountForgotten,
    AccountOpened,
    AccountRegistered,
    ChangeEmail,
    ForgetAccount,
    LinkInvitation,
    RegisterAccount,
)
from shared.contracts.audit import MembershipActRecorded
from shared.contracts.message import Command, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging import audit
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, answer, once
from shared.postgres.pool import Pool


@commands(filter=carries(RegisterAccount))
async def register_account(
    command: Command[RegisterAccount], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        await accounts.lock_account(change.connection, command.data.account_id)
        return change.decide(await _register(change, command.data))


@commands(filter=carries(LinkInvitation))
async def link_invitation(
    command: Command[LinkInvitation], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _link(change, command.data))


@commands(filter=carries(ChangeEmail))
async def change_email(
    command: Command[ChangeEmail], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if not change.already_made:
            change.decide(await _change_email(change, command))
        return await _with_profile(change)


@commands(filter=carries(ForgetAccount))
async def forget_account(
    command: Command[ForgetAccount], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        return change.decide(await _forget(change, command))


async def _register(change: Change, account: RegisterAccount) -> AccountOpened | Refused:
    found = rules.register(
        email=account.email,
        same_id=await accounts.find_account(change.connection, account.account_id),
        same_email=await accounts.find_account_by_email(change.connection, account.email),
        is_forgotten=await accounts.forgotten_at(change.connection, account.account_id) is not None,
    )
    if isinstance(found, Refused):
        return found
    if found is not None:
        return _opened(found)
    opened = await accounts.add_account(change.connection, account, now=change.now)
    if opened is None:
        return refuse(RefusalCode.EMAIL_TAKEN)
    return await _registered(change, opened)


async def _link(change: Change, verified: LinkInvitation) -> AccountOpened | Refused:
    named = await accounts.find_account_by_email(change.connection, verified.email)
    if named is not None:
        await accounts.lock_account(change.connection, named.id)
        named = await accounts.find_account_by_email(change.connection, verified.email)
    invited = rules.link(named)
    if isinstance(invited, Refused):
        return invited
    await accounts.name_invited(
        change.connection, invited.id, email=verified.email, name=verified.name, now=change.now
    )
    return await _registered(change, invited)


async def _registered(change: Change, account: Account) -> AccountOpened:
    """Say that the account is there: what was bought for it or given to it counts from now on."""
    await change.say(AccountRegistered(account_id=account.id), subject=account.id)
    await audit.record(change, MembershipActRecorded, subject=account.id, about=account.id)
    await standings.activate_if_due(change, account.id)
    return _opened(account)


async def _change_email(change: Change, command: Command[ChangeEmail]) -> AccountOpened | Refused:
    """Decide without the address, for what is decided is remembered for ever (A20)."""
    if command.on_behalf_of is None:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    await accounts.lock_account(change.connection, command.on_behalf_of)
    account = rules.change_email(
        await accounts.find_account(change.connection, command.on_behalf_of),
        await accounts.find_account_by_email(change.connection, command.data.email),
    )
    if isinstance(account, Refused):
        return account
    if not await accounts.change_email(change.connection, account.id, command.data.email):
        return refuse(RefusalCode.EMAIL_TAKEN)
    await audit.record(change, MembershipActRecorded, subject=account.id, about=account.id)
    return _opened(account)


async def _with_profile(change: Change) -> Verdict | None:
    """Answer with the profile as it is now; nobody's, once he is forgotten."""
    if change.verdict is None or change.verdict.refused is not None:
        return change.verdict
    changed = AccountOpened.model_validate(change.verdict.result, strict=False)
    account = await accounts.find_account(change.connection, changed.account_id)
    if account is None:
        return answer(change.asked.id, refuse(RefusalCode.UNKNOWN_ACCOUNT))
    return answer(change.asked.id, await profiles.profile_of(change.connection, account))


async def _forget(change: Change, command: Command[ForgetAccount]) -> AccountForgotten | Refused:
    refused = operators.operate(command.actor)
    if refused is not None:
        return refused
    account_id = command.data.account_id
    await accounts.lock_account(change.connection, account_id)
    forgotten_at = await accounts.forgotten_at(change.connection, account_id)
    if forgotten_at is not None:
        return AccountForgotten(account_id=account_id, forgotten_at=forgotten_at)
    standing = await standings.standing_of(change.connection, account_id)
    account = rules.forget(standing)
    if isinstance(account, Refused):
        return account
    if standing.joined is not None:
        await organizations.lock_organization(change.connection, standing.joined.organization_id)
        await _let_go(change, standing.joined)
    await _give_up_set_up(change, account)
    await _send_invoices_elsewhere(change, account_id)
    await accounts.forget(change.connection, account_id, now=change.now)
    return await _forgotten(change, account, reason=command.data.reason)


async def _let_go(change: Change, membership: Membership) -> None:
    await removals.begin(change, membership, reason="forgotten")
    await audit.record(
        change,
        MembershipActRecorded,
        subject=membership.organization_id,
        about=membership.account_id,
        before={"role": membership.role},
        after={"role": None},
    )


async def _send_invoices_elsewhere(change: Change, account_id: UUID) -> None:
    """Invoices that somebody kept when he handed an organization over are his no more (T16)."""
    for organization in await organizations.send_invoices_to_administrators(
        change.connection, account_id
    ):
        await audit.record(
            change,
            MembershipActRecorded,
            subject=organization.id,
            about=account_id,
            before={"invoices_to": str(account_id)},
            after={"invoices_to": str(organization.administrator_id)},
        )


async def _give_up_set_up(change: Change, account: Account) -> None:
    """Nobody waits for the organization of somebody who is forgotten (R10)."""
    waiting = await setups.find_waiting(change.connection, account.id)
    if waiting is None:
        return
    rejected = setup_rules.reject(waiting, now=change.now)
    await setups.save_decision(change.connection, waiting.id, "REJECTED", at=change.now)
    await change.say(rejected, subject=rejected.organization_id)
    await audit.record(
        change,
        MembershipActRecorded,
        subject=rejected.organization_id,
        about=account.id,
        before={"state": waiting.state},
        after={"state": "REJECTED"},
    )


async def _forgotten(change: Change, account: Account, *, reason: str) -> AccountForgotten:
    forgotten = AccountForgotten(account_id=account.id, forgotten_at=change.now)
    await change.say(forgotten, subject=account.id)
    await audit.record(
        change,
        MembershipActRecorded,
        subject=account.id,
        about=account.id,
        after={"reason": rules.unnamed(reason, account)},
    )
    return forgotten


def _opened(account: Account) -> AccountOpened:
    return AccountOpened(account_id=account.id, customer_number=account.customer_number)
