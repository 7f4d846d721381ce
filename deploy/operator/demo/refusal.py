"""A refusal as it is shown: the code is the feature."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """Who was refused what, which limit bound, and who can lift it."""

    code: str
    to_whom: str
    limit: str
    who_can_lift: str
