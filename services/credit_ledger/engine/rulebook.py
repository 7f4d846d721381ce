"""Which rule decides each kind of act."""

from collections.abc import Callable
from typing import TypeAlias

from services.credit_ledger.rules import (
    access,
    adjustments,
    clawbacks,
    credit_back,
    expiring,
    extending,
    holds,
    orders,
    pool_terms,
    pricing,
    purchases,
    requests,
    roles,
    spending,
)
from services.credit_ledger.rules.access_acts import (
    ChangeAdministrator,
    DecideRequest,
    EditQuota,
    RequestCredits,
    RestartQuota,
    SetTerms,
)
from services.credit_ledger.rules.acts import (
    Authorize,
    Capture,
    Debit,
    Expire,
    Grant,
    Lapse,
    OpenPool,
    SetAccess,
    SetRole,
    Void,
)
from services.credit_ledger.rules.book import Decision, Refusal
from services.credit_ledger.rules.expiring import Notice
from services.credit_ledger.rules.hold_acts import Extend, SetRate
from services.credit_ledger.rules.purchase_acts import (
    Adjust,
    BringIn,
    ClawBack,
    GiveBack,
    GrantTrial,
    PlaceOrder,
    Release,
)

Rule: TypeAlias = Callable[..., Decision | Refusal]
# Each rule takes the book, the one kind of act it stands beside, and the time.
RULES: dict[type, Rule] = {
    Debit: spending.debit,
    Authorize: spending.authorize,
    Capture: holds.capture,
    Void: holds.void,
    Extend: extending.extend,
    Lapse: holds.lapse,
    Expire: purchases.expire,
    PlaceOrder: orders.place,
    Grant: purchases.grant,
    GrantTrial: purchases.grant_trial,
    ClawBack: clawbacks.claw_back,
    GiveBack: credit_back.give_back,
    Adjust: adjustments.adjust,
    Release: adjustments.release,
    BringIn: adjustments.bring_in,
    OpenPool: roles.open_pool,
    SetRole: roles.set_role,
    ChangeAdministrator: roles.change_administrator,
    SetAccess: access.set_access,
    EditQuota: access.edit_quota,
    RestartQuota: access.restart_quota,
    RequestCredits: requests.request_credits,
    DecideRequest: requests.decide_request,
    SetTerms: pool_terms.set_terms,
    SetRate: pricing.set_rate,
    Notice: expiring.notice,
}
# Acts of the clock: nobody sends them twice, and what they find done they leave alone.
UNREMEMBERED = frozenset({Lapse, Expire, Notice})
# Acts whose ids are minted here, or stand for something said elsewhere: none is ever too old.
OURS = UNREMEMBERED | {Grant, ClawBack, OpenPool, SetRole, ChangeAdministrator}
