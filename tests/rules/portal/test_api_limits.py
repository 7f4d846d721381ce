"""How often a caller may call."""

from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.portal.api.limits import Limiter, Rate, headers_of, take_from_all, wait_of

ANA = UUID(int=1)
CHLOE = UUID(int=2)
RATE = Rate("token", per_second=2, burst=5)


@dataclass
class Watch:
    """Seconds that pass when a test says so."""

    now: float = 0.0

    def seconds(self) -> float:
        return self.now


@dataclass
class Callers:
    """A limiter and its watch."""

    watch: Watch = field(default_factory=Watch)
    limiter: Limiter = field(init=False)

    def __post_init__(self) -> None:
        """The limiter reads the watch."""
        self.limiter = Limiter(RATE, self.watch.seconds)

    def calls(self, key: UUID, times: int = 1) -> int:
        """How many of so many calls pass."""
        return sum(take_from_all([(self.limiter, key)])[0].passes for _ in range(times))


def test_a_burst_passes_and_no_more() -> None:
    assert Callers().calls(ANA, 8) == 5


def test_an_empty_bucket_fills_by_the_rate() -> None:
    callers = Callers()
    callers.calls(ANA, 5)

    callers.watch.now += 1.5

    assert callers.calls(ANA, 8) == 3


def test_one_caller_takes_nothing_from_another() -> None:
    callers = Callers()
    callers.calls(ANA, 5)

    assert callers.calls(CHLOE, 5) == 5


def test_whoever_is_refused_is_told_how_long_to_wait() -> None:
    callers = Callers()
    callers.calls(ANA, 5)
    taken = take_from_all([(callers.limiter, ANA)])

    callers.watch.now += wait_of(taken)

    assert callers.calls(ANA) == 1


def test_an_empty_bucket_keeps_the_other_one_full() -> None:
    token, organization = Callers(), Callers()
    token.calls(ANA, 5)

    take_from_all([(token.limiter, ANA), (organization.limiter, CHLOE)])

    assert organization.calls(CHLOE, 8) == 5


def test_headers_tell_the_policy_and_what_is_left() -> None:
    headers = headers_of(take_from_all([(Callers().limiter, ANA)]))

    assert headers == {"RateLimit-Policy": '"token";q=5;w=3', "RateLimit": '"token";r=4;t=1'}


@given(st.lists(st.floats(min_value=0, max_value=3), max_size=40))
def test_never_more_pass_than_burst_and_rate_allow(pauses: list[float]) -> None:
    callers = Callers()
    passed = 0
    for pause in pauses:
        callers.watch.now += pause
        passed += callers.calls(ANA)

    assert passed <= RATE.burst + sum(pauses) * RATE.per_second + 1e-6
