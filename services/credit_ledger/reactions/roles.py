"""What the ledger does when its books have somebody in another role than membership says."""

from uuid import UUID

import structlog

from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.rules.agreeing import righting
from services.credit_ledger.store.roles import go_on, roles_in
from shared.contracts.snapshots import KnownOrganization
from shared.messaging.inbox import Act

log = structlog.get_logger()


async def put_right(act: Act, engine: Engine, subject: UUID, known: KnownOrganization) -> None:
    """Have decided what makes our roles those that are known, under the lock of what is heard.

    Every fact up to the snapshot is heard, and the next waits for the lock: what differs was not
    missed, it is wrong. Again it differs no more. Where there is no pool, nobody has a role. Once
    the lock is gone nothing more is put right: somebody may have come or left meanwhile.
    """
    ours = await roles_in(act.connection, subject)
    if not ours:
        return
    ids = iter(engine.clock.new_id, None)
    # One by one: who administers is known before anybody comes or goes.
    for one in righting(subject, known, ours, ids=ids, now=act.now):
        await go_on(act.connection)
        [outcome] = await engine.submit([one])
        if outcome.refusal is None:
            log.warning("role_put_right", organization=str(subject), act=repr(one))
        else:
            code = outcome.refusal.code
            log.error("role_stays_wrong", organization=str(subject), act=repr(one), refused=code)
