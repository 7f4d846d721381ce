"""Pages of lists by key: where they lead, and several lists of ids read as one."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.portal.views.listing import merged
from services.portal.views.places import BEGINNING, Beside, Place, pager_of, read_place

ONE, TWO = UUID(int=1), UUID(int=2)
PORTION = 3
LISTS = st.lists(st.sets(st.integers(1, 40), max_size=20), min_size=1, max_size=3)


def test_a_place_is_read_from_an_address_and_nonsense_is_the_beginning() -> None:
    assert read_place({"after": str(ONE)}) == Place(after=ONE)
    assert read_place({"before": str(TWO), "after": str(ONE)}) == Place(before=TWO)
    assert read_place({"after": "1 OR 1=1"}) == BEGINNING


def test_a_pager_keeps_what_was_asked_for_and_says_which_rows_these_are() -> None:
    beside = Beside(after=TWO, before=ONE, first=51, total=120)

    pager = pager_of("/people#list", {"search": "a&b", "role": None}, beside, 50)

    assert pager.previous == f"/people?search=a%26b&before={ONE}#list"
    assert pager.next == f"/people?search=a%26b&after={TWO}#list"
    assert (pager.first, pager.last, pager.total) == (51, 100, 120)


def test_the_ends_of_a_list_lead_nowhere() -> None:
    pager = pager_of("/people", {}, Beside(), 3)

    assert (pager.previous, pager.next, pager.last) == ("", "", None)


@given(LISTS)
def test_several_lists_are_read_as_one_with_everybody_once(lists: list[set[int]]) -> None:
    everybody = sorted(UUID(int=one) for one in set().union(*lists))

    assert walked(lists, Place()) == everybody


@given(LISTS)
def test_several_lists_are_read_backwards_as_one(lists: list[set[int]]) -> None:
    everybody = sorted(UUID(int=one) for one in set().union(*lists))

    assert walked(lists, Place(before=UUID(int=100))) == everybody


def walked(lists: list[set[int]], place: Place) -> list[UUID]:
    """Go through several lists in portions, as pages do."""
    is_back = place.before is not None
    found: list[UUID] = []
    here: Place | None = place
    while here is not None:
        parts = [portion(ids, here) for ids in lists]
        ids, here = merged(parts, is_back=is_back)
        found = [*ids, *found] if is_back else [*found, *ids]
    return found


def portion(ids: set[int], place: Place) -> tuple[list[UUID], bool]:
    """What a service answers: the ids next to a place, and whether there are more behind."""
    every = sorted(UUID(int=one) for one in ids)
    if place.before is not None:
        left = [one for one in every if one < place.before]
        return left[-PORTION:], len(left) > PORTION
    left = [one for one in every if place.after is None or one > place.after]
    return left[:PORTION], len(left) > PORTION
