"""Fifty lines to read; a crowd of the same becomes one counted line."""

from datetime import UTC, datetime, timedelta

from services.portal.live.ops.feed import A_SECOND_MAX, KEPT, Feed

AT = datetime(2026, 2, 3, 14, 31, 7, tzinfo=UTC)
GRANTED = "credit_ledger.credits.granted"
REFUSALS = "credit_ledger.hold.refused"


def a_fact(owner: str, **data: object) -> dict[str, object]:
    return {"subject": owner, "data": {"owner": owner, **data}}


def test_the_newest_stands_first_and_fifty_are_kept() -> None:
    feed = Feed()
    for number in range(KEPT + 10):
        feed.take(GRANTED, AT + timedelta(seconds=number), a_fact(str(number)))

    shown = [line.subject for line in feed]

    assert (len(shown), shown[0], shown[-1]) == (KEPT, str(KEPT + 9), "10")


def test_more_than_twenty_a_second_are_counted() -> None:
    feed = Feed()
    for number in range(A_SECOND_MAX + 5):
        feed.take(REFUSALS, AT, a_fact(str(number), refused={"quota_exceeded": 2}))

    assert len(feed) == A_SECOND_MAX
    assert next(iter(feed)).count == 2 + 5 * 2


def test_what_comes_with_every_frame_is_no_news() -> None:
    feed = Feed()
    for key in ("hold.authorized", "hold.extended", "credits.captured", "copy.watermark"):
        feed.take(f"credit_ledger.{key}", AT, a_fact("one"))

    assert list(feed) == []
