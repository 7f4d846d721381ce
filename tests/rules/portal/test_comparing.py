"""Books that agree, and each way in which they may not."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from services.portal.operating.comparing import Books, differences_of
from shared.contracts.licensing import ProductSeats

ANA, BEN, EVE = UUID(int=1), UUID(int=2), UUID(int=3)
ZEROS = dict.fromkeys(
    ("held", "dormant", "captured", "expired", "clawed_back", "adjusted", "owed", "credited_back"),
    "0",
)
POOL = {"available": "400", "granted": "500", **ZEROS, "captured": "100"}
LOT = {"lot": 1, "granted": "500", "free": "400", **ZEROS, "captured": "100"}
ACCESS = (
    {"account_id": str(ANA), "role": "ADMINISTRATOR"},
    {"account_id": str(BEN), "role": "MEMBER"},
    {"account_id": str(EVE), "role": "REMOVED"},
)
# A wallet that is an account's own: what is compared of it are the books alone.
OWN: Mapping[str, Any] = {"members": {}, "products": (), "access": ()}


def books(**changed: Any) -> Books:  # noqa: ANN401  # fields of Books
    seats = ProductSeats(
        product="Max", seats=3, free=2, in_use=1, floating="off", account_ids=(BEN,)
    )
    fields: Mapping[str, Any] = {
        "members": {ANA: "ADMINISTRATOR", BEN: "MEMBER"},
        "products": (seats,),
        "pool": POOL,
        "lots": (LOT,),
        "access": ACCESS,
        "journal_free": "400",
        "journal_rows": 2,
        "pool_after": POOL,
    }
    return Books(**{**fields, **changed})


def test_books_that_agree_have_no_difference() -> None:
    assert differences_of(books()) == []


def test_a_wallet_of_somebodys_own_has_no_people_and_no_seats_to_differ() -> None:
    assert differences_of(books(**OWN)) == []


def test_an_organization_without_a_wallet_has_nothing_to_differ() -> None:
    assert differences_of(books(pool=None, access=(), lots=())) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"access": ACCESS[:1]}, "the ledger does not know"),
        ({"members": {ANA: "ADMINISTRATOR"}}, "membership does not know"),
        ({"members": {ANA: "ADMINISTRATOR", BEN: "GUEST"}}, "different roles"),
        ({"lots": ({**LOT, "free": "390", "captured": "110"},)}, "its lots have 390"),
        ({"lots": ({**LOT, "expired": "1"},)}, "are accounted for"),
        ({"journal_free": "399"}, "its journal ends with 399"),
        ({**OWN, "lots": ({**LOT, "free": "390", "captured": "110"},)}, "its lots have 390"),
    ],
)
def test_each_difference_is_a_sentence(changed: dict[str, Any], told: str) -> None:
    found = differences_of(books(**changed))

    assert any(told in difference for difference in found)


def test_a_pool_that_moved_meanwhile_is_not_judged() -> None:
    moved = {**POOL, "captured": "101"}

    assert differences_of(books(pool_after=moved, journal_free="399")) == []
