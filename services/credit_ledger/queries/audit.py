"""Who did what with a wallet: the trail of administrative acts."""

from services.credit_ledger.engine.readers.envelope import OPERATORS
from services.credit_ledger.queries.door import find_wallet, queries, unknown
from services.credit_ledger.store import auditing
from shared.contracts.audit import AuditTrail, ListCreditAudit
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import carries
from shared.messaging.inbox import answer
from shared.postgres.pool import Connection, Pool


@queries(filter=carries(ListCreditAudit))
async def list_credit_audit(command: Command[ListCreditAudit], pool: Pool) -> Verdict:
    """List a page of the trail for its wallet's Administrator or owner, and for operators."""
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        if not await _may_read(connection, wallet.id, command):
            return answer(command.id, refuse(RefusalCode.NOT_ADMINISTRATOR))
        entries = await auditing.trail_of(connection, wallet.id, command.data)
    shown = entries[: command.data.limit]
    before = shown[-1].number if len(entries) > len(shown) else None
    return answer(command.id, AuditTrail(entries=shown, before=before))


async def _may_read(connection: Connection, wallet: int, command: Command[ListCreditAudit]) -> bool:
    if command.actor in OPERATORS:
        return True
    account = command.on_behalf_of
    return account is not None and await auditing.may_read(connection, wallet, account)
