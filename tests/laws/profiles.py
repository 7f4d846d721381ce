"""How many examples a law gets: 100 in `make test`, 5,000 in `make laws`.

The long profile is asked for with `--hypothesis-profile=laws`. In `make test` every property is
told the same examples each time, so that a build fails by what changed and not by chance; `make
laws` and `make verify` (`--hypothesis-profile=fresh`) tell new ones. None has a deadline: a busy
machine is slow at any moment. For mutants a failure is not made smaller.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings

LONG = "laws"
SHORT_EXAMPLES = 100
LONG_EXAMPLES = 5_000
SHORT_STEPS = 20
LONG_STEPS = 25

# What stories were told, and what came of what was asked in them.
TOLD: Counter[str] = Counter()

settings.register_profile("fresh", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", settings.get_profile("fresh"), derandomize=True)
if settings.get_current_profile_name() == "default":
    settings.load_profile("steady")
settings.register_profile(LONG, settings.get_profile("fresh"), max_examples=LONG_EXAMPLES)
settings.register_profile(
    "mutants", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate]
)


def patience() -> int:
    """Seconds a law may take: minutes to tell a story that failed again and shorter; 0 is any."""
    return 0 if settings.get_current_profile_name() == LONG else 900


def of_a_law() -> settings:
    """The settings of every law; call it where the test is defined, after profiles are chosen.

    No deadline and no health checks, for an example is a story told to real servers. A failure
    prints the blob that replays it.
    """
    chosen = settings.get_current_profile_name()
    return settings(
        max_examples=LONG_EXAMPLES if chosen == LONG else SHORT_EXAMPLES,
        stateful_step_count=LONG_STEPS if chosen == LONG else SHORT_STEPS,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was told, so that nobody trusts a machine that had nothing to say."""
    if TOLD:
        told = ", ".join(f"{number} {what}" for what, number in TOLD.most_common())
        terminalreporter.write_line(f"it was told: {told}")
