"""Shows the stream of facts: one a line, for eyes or as they are."""

import orjson

from shared.messaging.stream import Offset, facts


def line_of(offset: int, key: str, body: bytes) -> str:
    """One fact for eyes: offset, time, key, subject with sequence, and what it says."""
    fact = orjson.loads(body)
    sequence = fact.get("sequence")
    place = fact.get("subject", "-") + ("" if sequence is None else f"#{sequence}")
    said = orjson.dumps(fact.get("data", {})).decode()
    return f"{offset:>8} {fact.get('time', '-')} {key} {place} {said}"


async def show(
    amqp_url: str, start: Offset, pattern: str, count: int | None, *, as_json: bool
) -> None:
    shown = 0
    async for offset, key, body in facts(amqp_url, start):
        if not key.startswith(pattern):
            continue
        print(body.decode() if as_json else line_of(offset, key, body), flush=True)
        shown += 1
        if shown == count:
            return
