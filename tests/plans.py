"""What PostgreSQL plans to do, looked at as a tree."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import asyncpg

Plan: TypeAlias = dict[str, Any]


def nodes(plan: Plan) -> Iterator[Plan]:
    """Each step of a plan, the outermost first."""
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


async def plan_inside(
    connection: "asyncpg.Connection[asyncpg.Record]", function: str, **given: tuple[str, str]
) -> Plan:
    """The plan of a function's one statement when it is planned for any arguments.

    Each argument is given by its name, as its type and a literal.
    """
    await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    body: str = await connection.fetchval("SELECT prosrc FROM pg_proc WHERE proname = $1", function)
    for number, name in enumerate(given, start=1):
        body = re.sub(rf"\b{name}\b", f"${number}", body)
    types = ", ".join(kind for kind, _ in given.values())
    literals = ", ".join(literal for _, literal in given.values())
    await connection.execute(f"PREPARE looked_at ({types}) AS {body}")
    told = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE looked_at ({literals})")
    await connection.execute("DEALLOCATE looked_at")
    plan: Plan = json.loads(told)[0]["Plan"]
    return plan
