"""What the vendor's staff does, in any organization, with a token of the scope `operator`."""

from services.portal.api import staff_work as work
from services.portal.api.operations import ORGANIZATIONS, Operation, in_both_places
from services.portal.api.scopes import STAFF
from services.portal.api.work import AskNothing
from shared.contracts.accounts import AccountForgotten, AccountFound, FindAccount, ForgetAccount
from shared.contracts.copies import (
    CopyState,
    RebuildCreditLedgerCopy,
    RebuildLicensingCopy,
    RebuildMembershipCopy,
    ShowCreditLedgerCopy,
    ShowLicensingCopy,
    ShowMembershipCopy,
)
from shared.contracts.credit_answers import Done, Granted, Returned
from shared.contracts.credit_orders import AdjustCredits, ImportBalance, ReleaseLot
from shared.contracts.credit_terms import SetRate
from shared.contracts.credits import CreditBack
from shared.contracts.license_orders import LicenseOrderList, ListLicenseOrders
from shared.contracts.organizations import (
    ConfirmSetup,
    EndOrganization,
    ListOrganizations,
    ListSetupRequests,
    OrganizationActivated,
    OrganizationLapsed,
    OrganizationList,
    RejectSetup,
    SetupRejected,
    SetupRequestList,
)
from shared.contracts.transfers import AdministratorChanged, AppointAdministrator
from shared.contracts.trials import (
    ApplicationList,
    DecideBeta,
    ListApplications,
    Offer,
    SetOffer,
    TrialApplied,
)

O = ORGANIZATIONS  # noqa: E741  # a table reads by its columns
DEAD = "/dead-messages/{letter_id}"
SETUP = "/setup-requests/{request_id}"

PLACES = (
    Operation(
        "POST", "/adjustments", AdjustCredits, Granted, STAFF, "operators",
        example={"amount": "10", "direction": "add", "reason": "Apology for the outage."},
    ),
    Operation(
        "POST", "/credit-backs", CreditBack, Returned, STAFF, "operators",
        example={
            "hold_id": "018f3f00-0000-7000-8000-000000000003",
            "amount": "2.5", "reason": "Frames 12 to 20 failed.",
        },
    ),
    Operation("POST", "/lots/{lot}/release", ReleaseLot, Granted, STAFF, "operators"),
    Operation("POST", "/opening-balances", ImportBalance, Granted, STAFF, "operators"),
    Operation("POST", "/rates", SetRate, Done, STAFF, "operators"),
)  # fmt: skip

ROWS = (
    *(row for place in PLACES for row in in_both_places(place)),
    Operation("GET", "/organizations", ListOrganizations, OrganizationList, STAFF, "operators"),
    Operation("POST", f"{O}/end", EndOrganization, OrganizationLapsed, STAFF, "operators"),
    Operation(
        "PUT", f"{O}/administrator", AppointAdministrator, AdministratorChanged, STAFF, "operators"
    ),
    Operation("GET", "/accounts", FindAccount, AccountFound, STAFF, "operators"),
    Operation(
        "POST", "/accounts/{account_id}/forget", ForgetAccount, AccountForgotten, STAFF,
        "operators", account_is="account_id",
    ),
    Operation("GET", "/setup-requests", ListSetupRequests, SetupRequestList, STAFF, "operators"),
    Operation("POST", f"{SETUP}/confirm", ConfirmSetup, OrganizationActivated, STAFF, "operators"),
    Operation("POST", f"{SETUP}/reject", RejectSetup, SetupRejected, STAFF, "operators"),
    Operation("PUT", "/offers", SetOffer, Offer, STAFF, "operators"),
    Operation("GET", "/applications", ListApplications, ApplicationList, STAFF, "operators"),
    Operation(
        "POST", "/applications/{application_id}/decide", DecideBeta, TrialApplied, STAFF,
        "operators",
    ),
    Operation(
        "GET", "/orders/licenses", ListLicenseOrders, LicenseOrderList, STAFF, "operators",
        name="list_all_license_orders",
    ),
    Operation(
        "GET", "/dead-messages", work.ListDeadMessages, work.DeadMessageList, STAFF, "operators",
        work=work.list_dead_messages,
    ),
    Operation(
        "GET", DEAD, work.AskAboutDeadMessage, work.DeadMessageFound, STAFF, "operators",
        work=work.show_dead_message, name="show_dead_message",
    ),
    Operation(
        "POST", f"{DEAD}/decide", work.DecideDeadMessage, work.DeadMessage, STAFF, "operators",
        work=work.decide_dead_message,
        example={"act": "redrive", "reason": "The ledger is well again."},
    ),
    Operation(
        "GET", "/reconciliations", AskNothing, work.ReconciliationList, STAFF, "operators",
        work=work.list_reconciliations, name="list_reconciliations",
    ),
    Operation(
        "POST", "/reconciliations", AskNothing, work.ReconciliationList, STAFF, "operators",
        work=work.start_reconciliation, name="start_reconciliation",
    ),
    Operation("GET", "/copies/membership", ShowMembershipCopy, CopyState, STAFF, "operators"),
    Operation("GET", "/copies/licensing", ShowLicensingCopy, CopyState, STAFF, "operators"),
    Operation("GET", "/copies/credit-ledger", ShowCreditLedgerCopy, CopyState, STAFF, "operators"),
    Operation("POST", "/copies/membership", RebuildMembershipCopy, CopyState, STAFF, "operators"),
    Operation("POST", "/copies/licensing", RebuildLicensingCopy, CopyState, STAFF, "operators"),
    Operation(
        "POST", "/copies/credit-ledger", RebuildCreditLedgerCopy, CopyState, STAFF, "operators"
    ),
)  # fmt: skip
