"""What was done with licenses and seats by those who may."""

from services.licensing.queries.door import queries
from services.licensing.rules import organizations as rules
from services.licensing.store import people
from shared.contracts.audit import ListLicensingAudit
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.audit import trail
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(ListLicensingAudit))
async def list_licensing_audit(
    query: Command[ListLicensingAudit], pool: Pool, clock: ServiceClock
) -> Verdict:
    if query.owner is None:
        return answer(query.id, refuse(RefusalCode.UNKNOWN_ORGANIZATION))
    async with act(pool, clock) as reading:
        refused = rules.may_read_trail(
            query.owner,
            await people.find_organization(reading.connection, query.owner),
            actor=query.actor,
            asked_by=query.on_behalf_of,
        )
        if refused is not None:
            return answer(query.id, refused)
        return answer(query.id, await trail(reading.connection, query.owner, query.data))
