"""The chart of accounts: where value stands, what moves it, and how holds end.

Plain integers, as they are stored: an enumeration's members compare several times slower, and
these are compared for every row of the journal.
"""

from typing import Final


class LedgerAccount:
    """Where value stands within a wallet; every journal row moves it between two of these."""

    ISSUED: Final = 1
    FREE: Final = 2
    HELD: Final = 3
    CONSUMED: Final = 4
    EXPIRED: Final = 5
    CLAWBACK: Final = 6
    RECEIVABLE: Final = 7
    CREDITED_BACK: Final = 8
    DORMANT: Final = 9
    VENDOR_ABSORBED: Final = 10
    ADJUSTMENT: Final = 11


class Kind:
    """What moved the value."""

    GRANTED: Final = 1
    AUTHORIZED: Final = 2
    CAPTURED: Final = 3
    DEBITED: Final = 4
    RELEASED: Final = 5
    VOIDED: Final = 6
    LAPSED: Final = 7
    EXPIRED: Final = 8
    REPAID: Final = 9
    CLAWED_BACK: Final = 10
    DORMANT: Final = 11
    REACTIVATED: Final = 12
    CREDITED_BACK: Final = 13
    ADJUSTED: Final = 14
    ABSORBED: Final = 15


class HoldState:
    """A hold is open until it reaches exactly one of the other three (I9)."""

    OPEN: Final = 1
    CAPTURED: Final = 2
    VOIDED: Final = 3
    EXPIRED: Final = 4


# The lot of a row that no lot pays for: what the vendor absorbs (T26).
NO_LOT: Final = 0
