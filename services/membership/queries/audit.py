"""The trail of what was done with people and organizations."""

from uuid import UUID

from services.membership.queries.door import organization_named, queries
from services.membership.rules import operators
from services.membership.rules import organizations as rules
from shared.contracts.audit import AuditTrail, ListMembershipAudit
from shared.contracts.message import Command, Refused, Verdict
from shared.messaging import audit
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, act, answer
from shared.postgres.pool import Pool


@queries(filter=carries(ListMembershipAudit))
async def list_membership_audit(
    query: Command[ListMembershipAudit], pool: Pool, clock: ServiceClock
) -> Verdict:
    async with act(pool, clock) as reading:
        return answer(query.id, await _trail(reading, query))


async def _trail(reading: Act, query: Command[ListMembershipAudit]) -> AuditTrail | Refused:
    subject = await _readable(reading, query)
    if isinstance(subject, Refused):
        return subject
    return await audit.trail(reading.connection, subject, query.data)


async def _readable(reading: Act, query: Command[ListMembershipAudit]) -> UUID | Refused:
    """Find whose trail it is: one's own, or that of an organization one administers."""
    owner = query.owner
    if owner is not None and operators.may_read_of(owner, query.on_behalf_of, query.actor):
        return owner
    organization = await organization_named(reading.connection, query)
    if isinstance(organization, Refused):
        return organization
    administered = rules.administer(organization, query.on_behalf_of)
    return administered if isinstance(administered, Refused) else administered.id
