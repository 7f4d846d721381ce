"""Licenses, seats, who uses them right now, trials, and orders of licenses."""

from services.portal.api.operations import (
    ACCOUNTS,
    ORGANIZATIONS,
    Operation,
    in_both_places,
)
from services.portal.api.scopes import LICENSES, READ, READ_OR_NODE
from shared.contracts.checkouts import (
    BorrowCheckout,
    CheckoutClosed,
    CheckoutList,
    CheckoutOpened,
    CloseCheckout,
    FloatingSet,
    ListCheckouts,
    OpenCheckout,
    RenewCheckout,
    SetFloating,
)
from shared.contracts.entitlements import CheckEntitlement, Entitlement
from shared.contracts.holders import HolderList, ListHolders
from shared.contracts.license_orders import LicenseOrderList, ListLicenseOrders
from shared.contracts.licensing import (
    AssignLicense,
    LicenseList,
    LicenseOrderPlaced,
    ListLicenses,
    PlaceLicenseOrder,
    ReassignLicense,
    RevokeLicense,
    SeatAssigned,
    SeatReassigned,
    SeatRevoked,
)
from shared.contracts.trials import ApplyForTrial, ListOffers, OfferList, TrialApplied

O, A = ORGANIZATIONS, ACCOUNTS  # noqa: E741  # a table reads by its columns
CHECKOUT = "/checkouts/{checkout_id}"

ROWS = (
    *in_both_places(Operation("GET", "/licenses", ListLicenses, LicenseList, READ, "licenses")),
    *in_both_places(
        Operation(
            "GET", "/entitlements", CheckEntitlement, Entitlement, READ_OR_NODE, "licenses",
            account_is="account_id",
        )
    ),
    Operation("GET", f"{O}/seats", ListHolders, HolderList, READ, "seats"),
    Operation("POST", f"{O}/seats", AssignLicense, SeatAssigned, LICENSES, "seats"),
    Operation("DELETE", f"{O}/seats", RevokeLicense, SeatRevoked, LICENSES, "seats"),
    Operation("POST", f"{O}/seats/reassign", ReassignLicense, SeatReassigned, LICENSES, "seats"),
    Operation("PUT", f"{O}/floating", SetFloating, FloatingSet, LICENSES, "seats"),
    Operation("GET", f"{O}/checkouts", ListCheckouts, CheckoutList, READ, "checkouts"),
    *in_both_places(
        Operation("POST", "/checkouts", OpenCheckout, CheckoutOpened, LICENSES, "checkouts")
    ),
    *in_both_places(
        Operation("POST", f"{CHECKOUT}/renew", RenewCheckout, CheckoutOpened, LICENSES, "checkouts")
    ),
    *in_both_places(
        Operation(
            "POST", f"{CHECKOUT}/borrow", BorrowCheckout, CheckoutOpened, LICENSES, "checkouts"
        )
    ),
    *in_both_places(
        Operation("DELETE", CHECKOUT, CloseCheckout, CheckoutClosed, LICENSES, "checkouts")
    ),
    Operation("GET", f"{A}/trials", ListOffers, OfferList, READ, "trials"),
    Operation("POST", f"{A}/trials", ApplyForTrial, TrialApplied, LICENSES, "trials"),
    *in_both_places(
        Operation("GET", "/orders/licenses", ListLicenseOrders, LicenseOrderList, READ, "orders")
    ),
    *in_both_places(
        Operation(
            "POST", "/orders/licenses", PlaceLicenseOrder, LicenseOrderPlaced, LICENSES, "orders"
        )
    ),
)  # fmt: skip
