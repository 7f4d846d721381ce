"""Every reason to refuse: its code, what it means and who can lift it (domain rules 1.9)."""

from enum import StrEnum
from typing import NamedTuple


class RefusalCode(StrEnum):
    """The stable name of a refusal; clients may branch on it."""

    # Membership
    NOT_ADMINISTRATOR = "not_administrator"
    UNKNOWN_ROLE = "unknown_role"
    ADMINISTRATOR_EXISTS = "administrator_exists"
    CANNOT_REMOVE_ADMINISTRATOR = "cannot_remove_administrator"
    ACCOUNT_ALREADY_HAS_ORGANIZATION = "account_already_has_organization"
    INVALID_SETUP_REQUEST = "invalid_setup_request"
    CUSTOMER_NUMBER_MISMATCH = "customer_number_mismatch"
    NOT_AN_ORGANIZATION = "not_an_organization"
    ORGANIZATION_NOT_CONFIRMED = "organization_not_confirmed"
    ALREADY_IN_ORGANIZATION = "already_in_organization"
    ALREADY_IN_ANOTHER_ORGANIZATION = "already_in_another_organization"
    NOT_IN_ORGANIZATION = "not_in_organization"
    MEMBER_HAS_PERSONAL_ENTITLEMENTS = "member_has_personal_entitlements"
    TRANSFER_PENDING = "transfer_pending"
    TRANSFER_EXPIRED = "transfer_expired"
    TRANSFER_TARGET_INELIGIBLE = "transfer_target_ineligible"
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_ORGANIZATION = "unknown_organization"
    EMAIL_TAKEN = "email_taken"
    STILL_HAS_LICENSES = "still_has_licenses"
    # Licensing
    NO_SEAT_AVAILABLE = "no_seat_available"
    LICENSE_NOT_ORGANIZATIONAL = "license_not_organizational"
    LICENSE_EXPIRED = "license_expired"
    TRIAL_OR_BETA_NOT_REVOCABLE = "trial_or_beta_not_revocable"
    TRIAL_OR_BETA_NOT_REASSIGNABLE = "trial_or_beta_not_reassignable"
    MEMBERS_MAY_NOT_PURCHASE = "members_may_not_purchase"
    ORGANIZATIONAL_LICENSE_ALLOCATED = "organizational_license_allocated"
    TRIAL_ALREADY_USED = "trial_already_used"
    NO_ENTITLEMENT = "no_entitlement"
    UNKNOWN_LICENSE = "unknown_license"
    UNKNOWN_PRODUCT = "unknown_product"
    UNKNOWN_CHECKOUT = "unknown_checkout"
    ALREADY_ASSIGNED = "already_assigned"
    NOT_ASSIGNED = "not_assigned"
    # Credits
    GUEST_HAS_ACTIVE_PERSONAL_CREDITS = "guest_has_active_personal_credits"
    ORGANIZATIONAL_CREDITS_ASSIGNED = "organizational_credits_assigned"
    INVALID_QUOTA = "invalid_quota"
    NO_QUOTA = "no_quota"
    QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR = "quota_not_applicable_to_administrator"
    CREDIT_ACCESS_DISABLED = "credit_access_disabled"
    QUOTA_EXCEEDED = "quota_exceeded"
    POOL_INSUFFICIENT = "pool_insufficient"
    ORGANIZATION_IN_DEBT = "organization_in_debt"
    HOLD_NOT_OPEN = "hold_not_open"
    HOLD_EXPIRED = "hold_expired"
    HOLD_EXCEEDED = "hold_exceeded"
    JOB_CAP_EXCEEDED = "job_cap_exceeded"
    UNKNOWN_HOLD = "unknown_hold"
    UNKNOWN_LOT = "unknown_lot"
    UNKNOWN_ENTRY = "unknown_entry"
    UNKNOWN_REQUEST = "unknown_request"
    UNKNOWN_PERIOD = "unknown_period"
    REQUEST_DECIDED = "request_decided"
    CREDIT_BACK_EXCEEDED = "credit_back_exceeded"
    NO_RATE = "no_rate"
    RATE_IN_THE_PAST = "rate_in_the_past"
    INVALID_AMOUNT = "invalid_amount"
    STALE_REPORT = "stale_report"
    # Doors
    CLOCK_SKEW = "clock_skew"
    COPY_STALE = "copy_stale"
    OPERATOR_REQUIRED = "operator_required"
    SECOND_OPERATOR_REQUIRED = "second_operator_required"
    OVERLOADED = "overloaded"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    MALFORMED = "malformed"
    UNKNOWN_FIELD = "unknown_field"
    TOO_LARGE = "too_large"
    RATE_LIMITED = "rate_limited"
    NOT_ENROLLED = "not_enrolled"


class Explanation(NamedTuple):
    """A code in words: what it means, and who can make the same request pass."""

    meaning: str
    who_can_lift: str


_ADMINISTRATOR = "the organization's Administrator"
_BUYER = "the wallet's owner or the organization's Administrator"
_SUPPORT = "an operator"
_CALLER = "the caller"
_NOBODY = "nobody"
C = RefusalCode

EXPLANATIONS: dict[RefusalCode, Explanation] = {
    C.NOT_ADMINISTRATOR: Explanation(
        "only the organization's Administrator may do this", _ADMINISTRATOR
    ),
    C.UNKNOWN_ROLE: Explanation("a role is ADMINISTRATOR, MEMBER or GUEST", _CALLER),
    C.ADMINISTRATOR_EXISTS: Explanation(
        "an organization has exactly one Administrator; transfer it instead", _ADMINISTRATOR
    ),
    C.STILL_HAS_LICENSES: Explanation(
        "the person still has seats of the organization; revoke them first", _ADMINISTRATOR
    ),
    C.CANNOT_REMOVE_ADMINISTRATOR: Explanation(
        "an organization is never without its Administrator; transfer it first", _ADMINISTRATOR
    ),
    C.ACCOUNT_ALREADY_HAS_ORGANIZATION: Explanation(
        "an account administers at most one organization", _SUPPORT
    ),
    C.INVALID_SETUP_REQUEST: Explanation(
        "a set-up request names an account and its customer number", _CALLER
    ),
    C.CUSTOMER_NUMBER_MISMATCH: Explanation(
        "the customer number is not that of the appointed account", _CALLER
    ),
    C.NOT_AN_ORGANIZATION: Explanation("this account has no organization", _CALLER),
    C.ORGANIZATION_NOT_CONFIRMED: Explanation("the organization awaits confirmation", _SUPPORT),
    C.ALREADY_IN_ORGANIZATION: Explanation(
        "the account is in this organization already", _ADMINISTRATOR
    ),
    C.ALREADY_IN_ANOTHER_ORGANIZATION: Explanation(
        "an account joins one organization at a time", "the person, by leaving the other one"
    ),
    C.NOT_IN_ORGANIZATION: Explanation("the account is not in this organization", _ADMINISTRATOR),
    C.MEMBER_HAS_PERSONAL_ENTITLEMENTS: Explanation(
        "a Member has no purchases of his own; add the account as a Guest", _ADMINISTRATOR
    ),
    C.TRANSFER_PENDING: Explanation("a transfer of administratorship is open", _ADMINISTRATOR),
    C.TRANSFER_EXPIRED: Explanation("the transfer ran out before it was accepted", _ADMINISTRATOR),
    C.TRANSFER_TARGET_INELIGIBLE: Explanation(
        "this person cannot become the Administrator", _ADMINISTRATOR
    ),
    C.UNKNOWN_ACCOUNT: Explanation("no account with this id is known here", _CALLER),
    C.UNKNOWN_ORGANIZATION: Explanation("no organization or wallet with this id here", _CALLER),
    C.EMAIL_TAKEN: Explanation("another account has this e-mail address", _CALLER),
    C.NO_SEAT_AVAILABLE: Explanation("every seat of this product is in use", _ADMINISTRATOR),
    C.LICENSE_NOT_ORGANIZATIONAL: Explanation("the license belongs to a person", _NOBODY),
    C.LICENSE_EXPIRED: Explanation("the license has expired", _ADMINISTRATOR),
    C.TRIAL_OR_BETA_NOT_REVOCABLE: Explanation(
        "trials and betas belong to whoever applied for them", _NOBODY
    ),
    C.TRIAL_OR_BETA_NOT_REASSIGNABLE: Explanation(
        "trials and betas cannot pass to somebody else", _NOBODY
    ),
    C.MEMBERS_MAY_NOT_PURCHASE: Explanation(
        "a Member does not buy; the Administrator does", _ADMINISTRATOR
    ),
    C.ORGANIZATIONAL_LICENSE_ALLOCATED: Explanation(
        "the organization has assigned a license of this product already", _ADMINISTRATOR
    ),
    C.TRIAL_ALREADY_USED: Explanation("a trial is granted once per account", _SUPPORT),
    C.NO_ENTITLEMENT: Explanation("the person may not use this product now", _ADMINISTRATOR),
    C.UNKNOWN_LICENSE: Explanation("no license with this id is known here", _CALLER),
    C.UNKNOWN_PRODUCT: Explanation("no product with this name is known here", _CALLER),
    C.UNKNOWN_CHECKOUT: Explanation("no checkout with this id is known here", _CALLER),
    C.ALREADY_ASSIGNED: Explanation("the person has a seat of this product", _ADMINISTRATOR),
    C.NOT_ASSIGNED: Explanation("the person has no seat of this product", _ADMINISTRATOR),
    C.GUEST_HAS_ACTIVE_PERSONAL_CREDITS: Explanation(
        "a Guest with credits of his own cannot draw on the pool", "the Guest, by using them up"
    ),
    C.ORGANIZATIONAL_CREDITS_ASSIGNED: Explanation(
        "a Guest who draws on the pool cannot obtain credits of his own", _ADMINISTRATOR
    ),
    C.INVALID_QUOTA: Explanation("a quota is an amount of credits above zero", _CALLER),
    C.NO_QUOTA: Explanation("the person has no quota to edit", _ADMINISTRATOR),
    C.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR: Explanation(
        "the Administrator's access is always unlimited", _NOBODY
    ),
    C.CREDIT_ACCESS_DISABLED: Explanation("the person may not draw on this pool", _ADMINISTRATOR),
    C.QUOTA_EXCEEDED: Explanation("the person's quota does not cover this", _ADMINISTRATOR),
    C.POOL_INSUFFICIENT: Explanation("the wallet does not cover this", _BUYER),
    C.ORGANIZATION_IN_DEBT: Explanation("the wallet is in debt until the next top-up", _BUYER),
    C.HOLD_NOT_OPEN: Explanation("the hold is captured, voided or expired already", _NOBODY),
    C.HOLD_EXPIRED: Explanation("the hold's lease ran out", _NOBODY),
    C.HOLD_EXCEEDED: Explanation("the hold does not cover this; extend it first", _CALLER),
    C.JOB_CAP_EXCEEDED: Explanation("the job's own cap does not cover this", _CALLER),
    C.UNKNOWN_HOLD: Explanation("no hold with this id arrived in time", _CALLER),
    C.UNKNOWN_LOT: Explanation("the wallet has no lot with this number", _CALLER),
    C.UNKNOWN_ENTRY: Explanation("nothing with this id was booked in the wallet", _CALLER),
    C.UNKNOWN_REQUEST: Explanation("nobody asked this pool under this id", _CALLER),
    C.UNKNOWN_PERIOD: Explanation(
        "this month came before the first booking, or has not begun", _CALLER
    ),
    C.REQUEST_DECIDED: Explanation("the request was approved or declined already", _NOBODY),
    C.CREDIT_BACK_EXCEEDED: Explanation("no more comes back than was charged", _NOBODY),
    C.NO_RATE: Explanation("no rate is in force for this unit and class of node", _SUPPORT),
    C.RATE_IN_THE_PAST: Explanation("a rate never changes what is charged already", _CALLER),
    C.INVALID_AMOUNT: Explanation("an amount is a decimal of credits above zero", _CALLER),
    C.STALE_REPORT: Explanation("the report is older than ids are remembered", _SUPPORT),
    C.CLOCK_SKEW: Explanation("the id lies more than ten minutes in the future", _CALLER),
    C.COPY_STALE: Explanation("this service has not heard from another for too long", _SUPPORT),
    C.OPERATOR_REQUIRED: Explanation("only an operator may do this", _SUPPORT),
    C.SECOND_OPERATOR_REQUIRED: Explanation("a second operator has to confirm this", _SUPPORT),
    C.OVERLOADED: Explanation("too much is waiting; send the same id again", _CALLER),
    C.IDEMPOTENCY_KEY_REUSED: Explanation("this id was used for something else", _CALLER),
    C.MALFORMED: Explanation("the message does not have the agreed form", _CALLER),
    C.UNKNOWN_FIELD: Explanation("the message has a field nobody agreed on", _CALLER),
    C.TOO_LARGE: Explanation("the message is longer than the limit", _CALLER),
    C.RATE_LIMITED: Explanation("too many requests; try again later", _CALLER),
    C.NOT_ENROLLED: Explanation("this node does not work for this organization", _ADMINISTRATOR),
}
