"""What the ops screen counts, by the seconds in which it was decided."""

from services.portal.live.ops.traffic import AUTHORIZED, REFUSED, WINDOW_SECONDS, Traffic
from services.portal.live.ops.view import line

NOW = 1_800_000_000
HELD = "credit_ledger.hold.authorized"
RELEASED = "credit_ledger.hold.released"
REFUSALS = "credit_ledger.hold.refused"


def lines(*ids: str) -> dict[str, object]:
    return {"lines": [{"id": one, "account_id": "a", "amount": "1"} for one in ids]}


def test_a_rate_is_that_of_the_last_ten_whole_seconds() -> None:
    traffic = Traffic()
    traffic.take(NOW - 1, HELD, lines("a", "b", "c"))
    traffic.take(NOW - 10, HELD, lines("d", "e"))
    traffic.take(NOW - 11, HELD, lines("f"))
    traffic.take(NOW, HELD, lines("g"))

    assert traffic.rate(AUTHORIZED, NOW) == 0.5


def test_refusals_are_counted_by_code_for_five_minutes() -> None:
    traffic = Traffic()
    traffic.take(NOW, REFUSALS, {"refused": {"pool_insufficient": 3, "quota_exceeded": 1}})
    traffic.take(NOW - WINDOW_SECONDS, REFUSALS, {"refused": {"quota_exceeded": 4}})
    traffic.take(NOW - WINDOW_SECONDS - 1, REFUSALS, {"refused": {"credit_access_disabled": 9}})

    assert traffic.refusals(NOW) == [("quota_exceeded", 5), ("pool_insufficient", 3)]
    assert sum(traffic.series(REFUSED, NOW + 1)) * 5 == 4


def test_holds_are_open_from_their_beginning_to_their_end() -> None:
    traffic = Traffic()
    traffic.take(NOW - 20, HELD, lines("a", "b"))
    ended = {"lines": [{"id": "x", "account_id": "a", "amount": "1", "hold_id": "a"}]}
    traffic.take(NOW - 4, RELEASED, ended)

    assert traffic.holds == {"b"}
    assert traffic.holds_over_time(NOW)[-4:] == [2.0, 2.0, 2.0, 1.0]


def test_what_is_older_than_the_window_is_forgotten() -> None:
    traffic = Traffic()
    traffic.take(NOW - 400, HELD, lines("a"))
    traffic.take(NOW, HELD, lines("b"))

    traffic.forget_before(NOW)

    assert list(traffic.seconds) == [NOW]


def test_a_line_goes_from_edge_to_edge_with_zero_at_the_bottom() -> None:
    assert line([0.0, 4.0, 2.0]) == "0.0,23.0 60.0,1.0 120.0,12.0"
