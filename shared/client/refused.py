"""What the client raises: each says what happened and what the caller may do about it."""

from uuid import UUID

from shared.contracts.message import Limit, Refused
from shared.contracts.refusals import RefusalCode


class InvalidArgument(ValueError):  # noqa: N818  # reads as a sentence
    """An argument that the ledger would refuse as malformed; nothing was sent."""

    def __init__(self, field: str, reason: str) -> None:
        """Name the argument as the caller wrote it."""
        super().__init__(f"{field}: {reason}")
        self.field = field


class NoVerdict(Exception):  # noqa: N818  # reads as a sentence
    """No verdict within the time given: what was asked may have taken effect or not.

    Ask again with the same id; it takes effect once, however often it is asked.
    """

    def __init__(self, command_id: UUID, seconds: float) -> None:
        """Carry the id to ask again with."""
        super().__init__(f"no verdict on {command_id} within {seconds} s")
        self.id = command_id


class BlockSpent(Exception):  # noqa: N818  # reads as a sentence
    """The block does not cover this: nothing was spent, and the work must not be done.

    `left` is what the block still covers, a decimal string of credits.
    """

    def __init__(self, left: str) -> None:
        """Say what is left."""
        super().__init__(f"{left} credits of the block are left")
        self.left = left


class BlockOver(Exception):  # noqa: N818  # reads as a sentence
    """The block was given back, its lease ended, or the ledger refused a part: take another."""


class HoldRefused(Exception):  # noqa: N818  # reads as a sentence
    """The ledger's refusal, as it stays: the same id gets the same answer again.

    `code` is stable and may be branched on, `limit` is the limit that bound with what was left of
    it (decimal strings of credits), `who_can_lift` names who can change that (R51, R53).
    """

    def __init__(self, refused: Refused) -> None:
        """Take the verdict's own words."""
        super().__init__(f"{refused.code}: {refused.message}")
        self.code: RefusalCode = refused.code
        self.message = refused.message
        self.limit: Limit | None = refused.limit
        self.who_can_lift = refused.who_can_lift
        self.binding = refused.binding
