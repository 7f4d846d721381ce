"""The whole state of a story's wallets, as the model has it and as the database has it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from tests.model.ledger_model import Model
from tests.model.ledger_wallet import FOREVER, Hold, Lot, Person, Terms, Wallet

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
State: TypeAlias = dict[str, object]
Row: TypeAlias = dict[str, Any]

ACCOUNTS = (
    "granted", "free", "held", "dormant", "captured", "expired", "clawed_back", "credited_back",
    "adjusted", "owed",
)  # fmt: skip
HOLD_STATES = {1: "open", 2: "captured", 3: "voided", 4: "expired"}
# Everything in one answer: a story asks for it after each of its steps.
WHOLE_STATE = """
WITH mine AS (SELECT * FROM wallet WHERE owner = ANY($1))
SELECT jsonb_build_object(
    'wallets', (SELECT jsonb_agg(to_jsonb(mine) - 'head') FROM mine),
    'lots', (
        SELECT jsonb_agg(to_jsonb(lot) ORDER BY number) FROM lot
        WHERE wallet IN (SELECT id FROM mine)
    ),
    'people', (
        SELECT jsonb_agg(to_jsonb(access)) FROM access WHERE wallet IN (SELECT id FROM mine)
    ),
    'counts', (
        SELECT jsonb_agg(to_jsonb(quota_count) ORDER BY count) FROM quota_count
        WHERE wallet IN (SELECT id FROM mine)
    ),
    'holds', (SELECT jsonb_agg(to_jsonb(hold)) FROM hold WHERE wallet IN (SELECT id FROM mine)),
    'jobs', (SELECT jsonb_agg(to_jsonb(job)) FROM job WHERE wallet IN (SELECT id FROM mine)),
    'wishes', (
        SELECT jsonb_agg(to_jsonb(request)) FROM request WHERE wallet IN (SELECT id FROM mine)
    ),
    'parked', (
        SELECT jsonb_agg(jsonb_build_object('wallet', wallet, 'command', command))
        FROM parked_command WHERE wallet IN (SELECT id FROM mine)
    ),
    'names', (
        SELECT jsonb_agg(to_jsonb(wallet_name)) FROM wallet_name
        WHERE wallet IN (SELECT id FROM mine)
    )
)::text
"""


def differences(found: State, expected: State) -> list[str]:
    """Say where the database differs from the model."""
    return [
        f"{name}: {found.get(name)} instead of {expected.get(name)}"
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name)
    ]


def state_of_model(model: Model) -> State:
    state: State = {}
    for wallet in model.wallets:
        state |= _of_wallet(wallet)
    for name, wallet in model.names.items():
        state[f"name {name}"] = f"{wallet.kind} {wallet.owner}"
    return {name: value for name, value in state.items() if value}


async def state_of_database(connection: Connection, model: Model, now: datetime) -> State:
    """The same from the database; what is due expires there when it is next looked at (T24)."""
    owners = {*model.names, *(wallet.owner for wallet in model.wallets)}
    rows = orjson.loads(await connection.fetchval(WHOLE_STATE, list(owners)))
    tables: dict[str, list[Row]] = {name: some or [] for name, some in rows.items()}
    titles = {row["id"]: f"{row['kind']} {row['owner']}" for row in tables["wallets"]}
    for row in (row for name, some in tables.items() if name != "wallets" for row in some):
        row["title"] = titles[row["wallet"]]
    lots: dict[str, list[Row]] = {title: [] for title in titles.values()}
    for row in tables["lots"]:
        row["born"] = len(lots[row["title"]])
        row["due"] = row["free"] if _moment(row["expires_at"]) <= now else 0
        lots[row["title"]].append(row)
    _number(model, lots)
    state: State = {f"name {row['owner']}": row["title"] for row in tables["names"]}
    for row in tables["wallets"]:
        state |= _kept(row, titles[row["id"]], lots[titles[row["id"]]])
    for read, name in ((_people, "people"), (_counts, "counts"), (_rest, "parked")):
        state |= read(tables[name])
    state |= _holds(tables["holds"], lots) | _jobs(tables["jobs"]) | _wishes(tables["wishes"])
    return {name: value for name, value in state.items() if value}


def _number(model: Model, lots: dict[str, list[Row]]) -> None:
    """Tell the model by which numbers the ledger names the lots."""
    for wallet in model.wallets:
        named = lots.get(f"{wallet.kind} {wallet.owner}", [])
        for lot, row in zip(wallet.lots, named, strict=False):
            lot.number = row["number"]


def _of_wallet(wallet: Wallet) -> State:
    title = f"{wallet.kind} {wallet.owner}"
    totals = (*(wallet.total(name) for name in ACCOUNTS), wallet.absorbed)
    state: State = {
        f"{title} totals": totals if any(totals) else (),
        f"{title} lots": [_lot(lot) for lot in wallet.lots],
        f"{title} kept": (wallet.closed_by, wallet.closed_role, wallet.terms),
        f"{title} parked": {ask.id for asks in wallet.waiting.values() for ask in asks},
    }
    for name, job in wallet.jobs.items():
        if job.cap is not None:
            state[f"{title} job {name}"] = (job.cap, job.held, job.captured)
    for request, wish in wallet.wishes.items():
        state[f"{title} wish {request}"] = (wish.person, wish.mode, wish.state)
    for account, person in wallet.people.items():
        state[f"{title} person {account}"] = _person(person)
        counts = ((count.captured, count.held) for count in person.counts[:-1])
        state[f"{title} counts {account}"] = _told(counts)
    for identifier, hold in wallet.holds.items():
        state[f"{title} hold {identifier}"] = _hold(hold)
    return state


def _lot(lot: Lot) -> tuple[object, ...]:
    asleep = lot.asleep_since if lot.dormant else None
    values = tuple(getattr(lot, name) for name in ACCOUNTS)
    return (lot.category, lot.expires_at, lot.withheld, asleep, *values)


def _person(person: Person) -> tuple[object, ...]:
    return (
        person.role, person.mode, person.quota, person.period, person.renews_at,
        person.count.captured, person.count.held,
    )  # fmt: skip


def _hold(hold: Hold) -> tuple[object, ...]:
    draws: dict[int, int] = {}
    for draw in hold.draws:
        draws[draw.lot.born] = draws.get(draw.lot.born, 0) + draw.amount
    return (
        hold.person, hold.authorized, hold.held, hold.captured, hold.state, hold.lease_until,
        hold.job, hold.metered, hold.told_by, hold.charged_ahead, hold.absorbed, draws,
        sum(draw.amount for draw in hold.spent),
    )  # fmt: skip


def _told(counts: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return [count for count in counts if any(count)]


def _moment(text: str | None) -> datetime:
    return FOREVER if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _kept(row: Row, title: str, lots: list[Row]) -> State:
    due = sum(lot["due"] for lot in lots)
    values = [row["debt"] if name == "owed" else row[name] for name in ACCOUNTS]
    values[ACCOUNTS.index("free")] -= due
    values[ACCOUNTS.index("expired")] += due
    totals = (*values, row["absorbed"])
    terms = orjson.loads(row["terms"])
    known = {name: value for name, value in terms.items() if name in Terms.__dataclass_fields__}
    closed_by = row["closed_by"] and UUID(row["closed_by"])
    return {
        f"{title} totals": totals if any(totals) else (),
        f"{title} kept": (closed_by, row["closed_role"], Terms(**known)),
        f"{title} lots": [_lot_of(lot) for lot in lots],
    }


def _lot_of(row: Row) -> tuple[object, ...]:
    values = {name: row[name] for name in ACCOUNTS}
    values["free"] -= row["due"]
    values["expired"] += row["due"]
    asleep = _moment(row["dormant_since"]) if row["dormant"] else None
    return (row["category"], _moment(row["expires_at"]), row["withheld"], asleep, *values.values())


def _people(rows: list[Row]) -> State:
    return {
        f"{row['title']} person {row['person']}": (
            row["role"], row["mode"], row["quota"], row["period"],
            row["renews_at"] and _moment(row["renews_at"]), row["captured"], row["held"],
        )
        for row in rows
    }  # fmt: skip


def _counts(rows: list[Row]) -> State:
    counts: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        name = f"{row['title']} counts {row['person']}"
        counts.setdefault(name, []).append((row["captured"], row["held"]))
    return {name: _told(some) for name, some in counts.items()}


def _holds(rows: list[Row], lots: dict[str, list[Row]]) -> State:
    state: State = {}
    for row in rows:
        born = {lot["number"]: lot["born"] for lot in lots[row["title"]]}
        draws: dict[int, int] = {}
        for number, amount in zip(row["lots"], row["amounts"], strict=True):
            draws[born[number]] = draws.get(born[number], 0) + amount
        state[f"{row['title']} hold {row['id']}"] = (
            UUID(row["person"]), row["authorized"], row["held"], row["captured"],
            HOLD_STATES[row["state"]], _moment(row["lease_until"]), row["job"], row["metered"],
            row["metered_by"] and UUID(row["metered_by"]), row["charged_ahead"], row["absorbed"],
            draws, sum(row["spent_amounts"]),
        )  # fmt: skip
    return state


def _jobs(rows: list[Row]) -> State:
    return {
        f"{row['title']} job {row['name']}": (row["cap"], row["held"], row["captured"])
        for row in rows
    }


def _wishes(rows: list[Row]) -> State:
    return {
        f"{row['title']} wish {row['id']}": (UUID(row["person"]), row["mode"], row["state"])
        for row in rows
    }


def _rest(rows: list[Row]) -> State:
    parked: dict[str, set[UUID]] = {}
    for row in rows:
        parked.setdefault(f"{row['title']} parked", set()).add(UUID(row["command"]))
    return {**parked}
