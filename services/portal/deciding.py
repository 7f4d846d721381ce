"""What answers mean for the work list: the verdict of what was asked for an item decides it."""

from datetime import datetime
from uuid import UUID

from services.portal.store import work_items
from services.portal.store.forms import Sent
from services.portal.store.work_items import ADJUSTMENT, WorkItem
from shared.contracts.message import Verdict
from shared.contracts.refusals import RefusalCode
from shared.messaging.inbox import FORGOTTEN
from shared.postgres.pool import Connection

PASSED_ON = "Put before a second operator"
# After these the same id may still be done, or is done already.
OPEN = FORGOTTEN | {RefusalCode.IDEMPOTENCY_KEY_REUSED}


async def note(connection: Connection, sent: Sent, verdict: Verdict, now: datetime) -> None:
    """Note what an answer decides, in the transaction that writes the answer down."""
    if verdict.refused is None:
        await work_items.done(connection, sent.id, by=sent.account_id, now=now, outcome=sent.title)
    elif _waits_for_second(sent, verdict):
        await work_items.add(connection, _to_confirm(sent))
        await work_items.done(connection, sent.id, by=sent.account_id, now=now, outcome=PASSED_ON)
    elif verdict.refused.code not in OPEN:
        await work_items.not_done(connection, sent.id)


def _waits_for_second(sent: Sent, verdict: Verdict) -> bool:
    """Whether a correction waits for another operator; who confirms his own changes nothing."""
    code = verdict.refused and verdict.refused.code
    return code == RefusalCode.SECOND_OPERATOR_REQUIRED and "confirms" not in sent.command["data"]


def _to_confirm(sent: Sent) -> WorkItem:
    owner = UUID(sent.command["owner"])
    details = sent.command["data"]
    return WorkItem(sent.id, ADJUSTMENT, owner, sent.account_id, sent.sent_at, details)
