"""Bodies of messages: what the contracts let through and still may not pass.

The contracts' own reader takes the last of two members with one name, silently. Whoever signed,
logged or checked the first would have seen another command than the one that is decided.
"""

from json import JSONDecoder


class SaidTwice(ValueError):  # noqa: N818  # reads as a sentence
    """An object of the body has two members of one name."""


def check_each_once(body: bytes) -> None:
    """See that no object says a thing twice; raises ValueError, SaidTwice when one does.

    The body is known to be JSON that a contract accepted. Costs about 7 us for a command and 1.3 ms
    for a report of 1,000 lines. Facts may hold fields that no contract reads, so that anything the
    decoder refuses in them is refused here as well.
    """
    try:
        _STRICT.decode(body.decode())
    except RecursionError as error:
        message = "body: is nested too deeply"
        raise ValueError(message) from error


def _names_once(members: list[tuple[str, object]]) -> None:
    """Look at the members of one object as they were written; nothing is kept of them."""
    if len(dict(members)) == len(members):
        return
    seen: set[str] = set()
    for name, _ in members:
        if name in seen:
            message = f"{name[:120]}: is said twice"
            raise SaidTwice(message)
        seen.add(name)


def _no_number(name: str) -> None:
    message = f"body: {name} is no number of JSON"
    raise ValueError(message)


_STRICT = JSONDecoder(object_pairs_hook=_names_once, parse_constant=_no_number)
