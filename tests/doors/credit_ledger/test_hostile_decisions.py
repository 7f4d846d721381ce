"""Whatever passes the door is decided: accepted or refused, and no value breaks the engine."""

import json
from random import Random
from typing import Any

from services.credit_ledger.rules.acts import Act
from tests.doors.credit_ledger import hostile
from tests.doors.credit_ledger.hostile import AMOUNTS, ANYTHING
from tests.doors.credit_ledger.test_hostile_bodies import read
from tests.doors.credit_ledger.valid_commands import bodies
from tests.ledger.acts import CREDIT, an_authorize, an_id
from tests.ledger.desk import Desk, LedgerDatabase, an_organization

ROUNDS = 12
# Values at the edges of what readers take, by what stands in their place.
AMOUNT_EDGES = ('"999999999999.999999"', '"0.000001"', '"0"')
MOMENT_EDGES = ('"1970-01-01T00:00:00Z"', '"9998-12-31T23:59:59.999999-14:00"')
NUMBER_EDGES = ("0", "1", "99", "9223372036854775807")
NAME_EDGES = ('"' + "\U0001f600" * 60 + '"', '"\'; DROP TABLE wallet; --"', '"\\u007f\\u2028"')


async def test_whatever_the_door_lets_through_is_decided_and_the_books_still_balance(
    desk: Desk, database: LedgerDatabase
) -> None:
    random = Random(11)
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 50 * CREDIT)
    await desk.decide(hold)
    people = [str(larkspur.ana), str(larkspur.ben), str(an_id())]
    owner, decided = str(larkspur.id), 0

    for _ in range(ROUNDS):
        user = random.choice(["portal", "stage"])
        for contract, body in bodies(actor=user, owner=owner, person=random.choice(people)):
            named = with_names(body, people=people, hold=str(hold.command), random=random)
            text = with_an_edge(named, random)
            acts = read(contract, text, owner=owner, user=user)
            if isinstance(acts, list):
                await decide_each(desk, acts, text)
                decided += len(acts)

    assert decided > ROUNDS * 8
    assert (await database.reconciled()).differences == ()


def with_an_edge(body: dict[str, Any], random: Random) -> str:
    """The body with one value of its data at an edge; now and then with anything at all."""
    path = random.choice([path for path in hostile.paths(body) if len(path) > 1])
    value = hostile.at(body, path)
    edges: tuple[str, ...] = NAME_EDGES
    if random.random() < 0.1:
        edges = ANYTHING
    elif path[-1] in AMOUNTS:
        edges = AMOUNT_EDGES
    elif type(value) is int:
        edges = NUMBER_EDGES
    elif str(path[-1]).endswith(("_at", "_from")):
        edges = MOMENT_EDGES
    elif not isinstance(value, str) or str(path[-1]).endswith("id"):
        edges = ("null",)
    return hostile.replaced(body, path, random.choice(edges)).text


async def decide_each(desk: Desk, acts: list[Act], text: str) -> None:
    try:
        for act in acts:
            await desk.decide(act)
    except Exception as error:
        error.add_note(text[:2000])
        raise


def with_names(
    body: dict[str, Any], *, people: list[str], hold: str, random: Random
) -> dict[str, Any]:
    """The same body about people and a hold that are there, with fresh ids for its lines."""
    named: dict[str, Any] = json.loads(json.dumps(body))
    data = named["data"]
    for line in data.get("lines", [data]):
        if "account_id" in line:
            line["account_id"] = random.choice(people)
        if "id" in line:
            line["id"] = str(an_id())
    if "hold_id" in data:
        data["hold_id"] = hold
    return named
