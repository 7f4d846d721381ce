"""Signatures: whose word an administrative act is, and by which door it came (A17)."""

from uuid import UUID


def signed(by: UUID | None, door: str) -> dict[str, object]:
    """Sign a line of a fact; `door` is the broker user who asserted the act."""
    line: dict[str, object] = {"door": door} if door else {}
    return line if by is None else {"by": str(by), **line}
