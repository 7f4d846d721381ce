"""Terms that stories try: by whom, and what they change."""

from typing import Any

Terms = tuple[bool, tuple[tuple[str, Any], ...]]
TERMS: tuple[Terms, ...] = (
    (False, (("observe", True),)),
    (False, (("observe", False),)),
    (True, (("overrun_max", 5),)),
    (True, (("overrun_max", 0), ("late_usage_hours", 2))),
    (True, (("overrun_max", 50), ("credit_back_days", 3))),
    (False, (("overrun_max", 3),)),
    (False, (("zone", "Europe/Sofia"),)),
    (False, (("zone", "America/Los_Angeles"), ("observe", False))),
)
