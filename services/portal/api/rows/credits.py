"""The pool and who draws on it: access, quotas, requests, terms, lots, orders of credits."""

from services.portal.api import work
from services.portal.api.gates import own_tries, owners_only
from services.portal.api.operations import ORGANIZATIONS, Operation, in_both_places
from services.portal.api.scopes import CREDITS, READ, READ_OR_NODE
from shared.contracts.credit_access import (
    DecideRequest,
    EditQuota,
    RequestCredits,
    RestartQuota,
)
from shared.contracts.credit_answers import (
    AccessList,
    AccessState,
    Done,
    Journal,
    LotList,
    OrderNoted,
    PoolState,
    PoolTerms,
    RateCard,
    Requested,
    RequestList,
    VerdictShown,
    WalletState,
)
from shared.contracts.credit_orders import PlaceCreditOrder
from shared.contracts.credit_queries import (
    ListCreditAccess,
    ListJournal,
    ListLots,
    ListRequests,
    ShowPool,
    ShowPoolTerms,
    ShowRates,
    ShowVerdict,
    ShowWallet,
)
from shared.contracts.credit_records import (
    ListAdjustments,
    ListEndedCounts,
    ListOpeningBalances,
    ListPaidOrders,
    ListPlacedOrders,
    ListRefunds,
    ListReleasedLots,
)
from shared.contracts.credit_reports import DryRun, EstimateJob
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.credits import SetCreditAccess
from shared.contracts.record_answers import (
    AdjustmentList,
    EndedCountList,
    OpeningBalanceList,
    PaidOrderList,
    PlacedOrderList,
    RefundList,
    ReleasedLotList,
)
from shared.contracts.report_answers import DryRunAnswer, JobEstimate

O = ORGANIZATIONS  # noqa: E741  # a table reads by its columns
ACCESS = f"{O}/access/{{account_id}}"
QUOTA = f"{O}/quotas/{{account_id}}"

PLACES = (
    Operation("GET", "/pool", ShowPool, PoolState, READ_OR_NODE, "pool", owners_only),
    Operation("GET", "/wallet", ShowWallet, WalletState, READ, "pool", owners_only),
    Operation(
        "GET", "/balance", work.AskAbout, work.Balance, READ_OR_NODE, "pool",
        work=work.show_balance, name="show_balance",
    ),
    Operation("POST", "/dry-runs", DryRun, DryRunAnswer, READ_OR_NODE, "pool", own_tries),
    Operation("POST", "/estimates", EstimateJob, JobEstimate, READ_OR_NODE, "pool"),
    Operation("GET", "/rates", ShowRates, RateCard, READ_OR_NODE, "pool"),
    Operation("GET", "/terms", ShowPoolTerms, PoolTerms, READ, "pool", owners_only),
    Operation(
        "PATCH", "/terms", SetPoolTerms, Done, CREDITS, "pool", example={"zone": "Europe/Sofia"}
    ),
    Operation("GET", "/lots", ListLots, LotList, READ, "lots", owners_only),
    Operation(
        "GET", "/lots/released", ListReleasedLots, ReleasedLotList, READ, "lots",
        owners_only,
    ),
    Operation("GET", "/journal", ListJournal, Journal, READ, "audit", owners_only),
    Operation("GET", "/adjustments", ListAdjustments, AdjustmentList, READ, "audit", owners_only),
    Operation(
        "GET", "/opening-balances", ListOpeningBalances, OpeningBalanceList, READ, "audit",
        owners_only,
    ),
    Operation(
        "GET", "/quotas/ended", ListEndedCounts, EndedCountList, READ, "quotas",
        owners_only,
    ),
    Operation(
        "GET", "/orders/credits", ListPlacedOrders, PlacedOrderList, READ, "orders",
        owners_only,
    ),
    Operation("POST", "/orders/credits", PlaceCreditOrder, OrderNoted, CREDITS, "orders"),
    Operation("GET", "/orders/paid", ListPaidOrders, PaidOrderList, READ, "orders", owners_only),
    Operation("GET", "/orders/refunds", ListRefunds, RefundList, READ, "orders", owners_only),
    Operation(
        "GET", "/commands/{command_id}", ShowVerdict, VerdictShown, READ_OR_NODE, "holds",
        owners_only, work.show_verdict,
    ),
)  # fmt: skip

ROWS = (
    *(row for place in PLACES for row in in_both_places(place)),
    Operation("GET", f"{O}/access", ListCreditAccess, AccessList, READ, "access", owners_only),
    Operation(
        "GET", ACCESS, work.AskAboutMember, AccessState, READ_OR_NODE, "access",
        work=work.show_access, name="show_access",
    ),
    Operation(
        "PUT", ACCESS, SetCreditAccess, Done, CREDITS, "access",
        example={"mode": "quota", "limit": "60", "period": "month"},
    ),
    Operation("PUT", QUOTA, EditQuota, Done, CREDITS, "quotas", example={"limit": "80"}),
    Operation("POST", f"{QUOTA}/restart", RestartQuota, Done, CREDITS, "quotas"),
    Operation(
        "GET", f"{O}/requests", ListRequests, RequestList, READ, "requests",
        work=work.list_requests,
    ),
    Operation(
        "POST", f"{O}/requests", RequestCredits, Requested, CREDITS, "requests",
        example={"mode": "quota", "limit": "120", "reason": "Shot 040 needs twice the frames."},
    ),
    Operation(
        "POST", f"{O}/requests/{{request_id}}/decide", DecideRequest, Done, CREDITS, "requests",
        example={"approve": True, "limit": "100"},
    ),
)  # fmt: skip
