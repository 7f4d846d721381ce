"""What no contract sees: members said twice, wherever they stand and however they are written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.bodies import SaidTwice, check_each_once

NAMES = st.sampled_from(["a", "b", ":", '":', "\\", "\u00e9", ""]) | st.text(max_size=3)
SCALARS = st.none() | st.booleans() | st.integers() | NAMES


class Members(list[tuple[str, Any]]):
    """An object as it is written: its members in order, a name as often as you like."""


BODIES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(st.tuples(NAMES, inner), max_size=4).map(Members)
    ),
)


def written(value: object, *, ascii_only: bool) -> str:
    if isinstance(value, Members):
        names = [json.dumps(name, ensure_ascii=ascii_only) for name, _ in value]
        inner = [written(one, ascii_only=not ascii_only) for _, one in value]
        members = [f"{name} : {one}" for name, one in zip(names, inner, strict=True)]
        return "{" + " ,".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(one, ascii_only=ascii_only) for one in value) + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


def says_twice(value: object) -> bool:
    inner = value if isinstance(value, list) else []
    if isinstance(value, Members):
        names = [name for name, _ in value]
        if len(set(names)) < len(names):
            return True
        inner = [one for _, one in value]
    return any(says_twice(one) for one in inner)


@given(value=BODIES, ascii_only=st.booleans())
def test_a_body_passes_exactly_when_each_object_says_each_thing_once(
    value: object, *, ascii_only: bool
) -> None:
    body = written(value, ascii_only=ascii_only).encode()

    if says_twice(value):
        with pytest.raises(SaidTwice):
            check_each_once(body)
    else:
        check_each_once(body)


def test_the_member_that_comes_twice_is_named() -> None:
    with pytest.raises(SaidTwice, match="amount: is said twice"):
        check_each_once(b'{"id":1,"data":{"amount":"1","\\u0061mount":"9"}}')


@pytest.mark.parametrize(
    "body",
    [b"[NaN]", b"[-Infinity]", b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b"9" * 5_000],
)
def test_what_readers_would_take_differently_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"body: |limit"):
        check_each_once(body)


def test_a_name_that_comes_twice_among_very_many_is_found_at_once() -> None:
    members = [f'"{number}":1' for number in range(90_000)]

    with pytest.raises(SaidTwice, match="89999: is said twice"):
        check_each_once(f"{{{','.join([*members, members[-1]])}}}".encode())
