"""What the door turns away before anything is decided, and nobody remembers (conventions 5)."""

from datetime import datetime
from typing import Final

from services.credit_ledger.engine.contents import is_from_the_future
from services.credit_ledger.rules.access_acts import (
    DecideRequest,
    EditQuota,
    RestartQuota,
    SetTerms,
)
from services.credit_ledger.rules.acts import Act, SetAccess
from shared.contracts.message import Refused, refuse
from shared.contracts.refusals import RefusalCode
from shared.copies.keeping import Copies
from shared.messaging.topology import MEMBERSHIP

# What an Administrator decides over people needs to know who they are by now; nodes go on without
# limit, and what somebody bought or asked for is his own business (conventions 15).
ADMINISTRATIVE: Final = frozenset({SetAccess, EditQuota, RestartQuota, DecideRequest, SetTerms})


def turned_away(act: Act, now: datetime, copies: Copies) -> Refused | None:
    """Refuse an id that is not minted yet, and an act over people whom we may not know any more.

    Line by line: one whose clock is wrong spoils none of the others in its report.
    """
    if is_from_the_future(act.command, now):
        return refuse(RefusalCode.CLOCK_SKEW)
    if type(act) in ADMINISTRATIVE:
        return copies.refuse_if_stale(MEMBERSHIP)
    return None
