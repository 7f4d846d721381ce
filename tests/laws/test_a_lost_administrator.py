"""A lost Administrator who is in another organization too is replaced, and both services agree."""

from uuid import UUID

from shared.contracts.accounts import RegisterAccount
from shared.contracts.membership import AddMember
from shared.contracts.message import CommandData
from shared.contracts.transfers import AppointAdministrator
from tests.builders import LUMEN, a_license_line, a_purchase
from tests.laws.people_books import books_of
from tests.laws.people_ground import PeopleGround
from tests.laws.people_scene import OPERATOR
from tests.laws.people_story import Ask, PeopleStory


def test_T16_T1_R16_he_leaves_with_his_seat_and_stays_a_guest_elsewhere(
    people_ground: PeopleGround,
) -> None:
    people_ground.run(people_ground.begin_anew())
    story = PeopleStory(people_ground, people_ground.run(books_of(people_ground)))
    ana, fay, ben = story.identities[:3]
    larkspur, fern = (opened(story, buyer) for buyer in (ana, fay))
    asks(story, AddMember(account_id=ana, role="GUEST"), by=fay, owner=fern)
    registered(story, ben)
    assert story.books.licensing.find("assignment", account_id=ana, state="ACTIVE")

    appointed = AppointAdministrator(account_id=ben, reason="lost")
    found = story.ground.run(story.ask(Ask(appointed, owner=larkspur, actor=OPERATOR)))

    assert [*found, *people_ground.run(story.settle())] == []
    books = story.books
    assert {"administrator_id": ben}.items() <= dict(
        books.licensing.first("organization", id=larkspur) or {}
    ).items()
    assert books.licensing.find("role_held", account_id=ana, ended_at=None, role="GUEST")
    assert not books.licensing.find("assignment", account_id=ana, state="ACTIVE")


def opened(story: PeopleStory, buyer: UUID) -> UUID:
    """An organization that a license made."""
    registered(story, buyer)
    order = a_purchase(account_id=buyer, lines=(a_license_line(product=LUMEN),))
    assert story.ground.run(story.pay(order)) == []
    story.ground.run(story.all_letters_come())
    owned = story.books.owns(buyer)
    assert owned is not None
    organization_id: UUID = owned["id"]
    return organization_id


def registered(story: PeopleStory, account_id: UUID) -> None:
    email = f"{account_id.hex}@larkspur.example"
    asks(story, RegisterAccount(account_id=account_id, email=email, name="Somebody"))


def asks(
    story: PeopleStory, data: CommandData, *, by: UUID | None = None, owner: UUID | None = None
) -> None:
    assert story.ground.run(story.ask(Ask(data, by, owner))) == []
    story.ground.run(story.all_letters_come())
    assert story.told[-1][1].accepted, story.told[-1]
