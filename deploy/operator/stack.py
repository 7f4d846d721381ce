"""`coffer up`, `down`, `status` and `provision`."""

import json
import signal
import sys
from dataclasses import asdict
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from deploy.native.errors import SettingsError, StackError
from deploy.native.home import Home
from deploy.native.plan import Plan
from deploy.native.settings import read_settings
from deploy.native.stack import (
    Stack,
    owned_stack,
    read_stack,
    start_stack,
    stop_stack,
    temporary_home,
)
from deploy.operator import hints
from deploy.operator.asking import ask_services
from deploy.operator.exits import NOT_ANSWERED, REFUSED

if TYPE_CHECKING:
    from shared.contracts.copies import CopyState

ENDED_BY_SIGTERM = 128 + signal.SIGTERM


def up(
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", help="In a temporary home, until Ctrl-C; leaves nothing.")
    ] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="With the clock that `coffer demo` moves.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=12, help="Workers of the ledger (default: cores, 2).")
    ] = None,
) -> None:
    """Start PostgreSQL, RabbitMQ and the services, or those of them that do not run yet."""
    try:
        if ephemeral:
            _run_until_told(Plan(ephemeral=True, owned=True, workers=workers))
        else:
            plan = Plan(demo=demo, workers=workers)
            stack = start_stack(Home(read_settings().home), plan, _tell)
            _show_addresses(stack)
            _say_what_next(stack)
    except StackError as error:
        _fail(error)


def down() -> None:
    """Stop the services, then the broker, then the database; the data stays."""
    home = Home(read_settings().home)
    _tell("Stopped." if stop_stack(home) else f"No stack runs in {home.root}.")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs, not for eyes.")] = False,
    copies: Annotated[
        bool, typer.Option("--copies", help="Also ask how far behind each service's copies are.")
    ] = False,
) -> None:
    """Show each process; succeed only if all are healthy."""
    stack = read_stack(Home(read_settings().home))
    if stack is None or not stack.is_running:
        print("{}" if as_json else f"No stack runs in {read_settings().home}.")
        raise typer.Exit(NOT_ANSWERED)
    asked = copies and stack.is_healthy
    if as_json:
        told = {"copies": _as_objects(_how_far_behind())} if asked else {}
        print(json.dumps({**asdict(stack), "home": str(stack.home), **told}))
    else:
        print(_table(stack))
        if asked:
            from deploy.operator.rebuild import showing  # noqa: PLC0415 -- the contracts load slowly

            print(showing.table(_how_far_behind()))
    if not stack.is_healthy:
        raise typer.Exit(REFUSED)


def provision() -> None:
    """Make roles, databases, users, exchanges and queues on DATABASE_URL and AMQP_URL."""
    import asyncio  # noqa: PLC0415 -- the drivers take longer to load than most commands to run

    from deploy.native.provision import provision as provision_servers  # noqa: PLC0415 -- as above

    try:
        asyncio.run(provision_servers(read_settings(), _tell))
    except StackError as error:
        _fail(error)


def _run_until_told(plan: Plan) -> None:
    signal.signal(signal.SIGTERM, _end)
    # A script that starts us in the background has its shell ignore Ctrl-C on our behalf.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with owned_stack(temporary_home(), plan, _tell) as stack:
            _show_addresses(stack)
            _say_what_next(stack)
            _tell("Ctrl-C ends it and removes it.")
            if stack.process:
                stack.process.wait(None)
    except KeyboardInterrupt:
        _tell("Stopped and removed.")


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(ENDED_BY_SIGTERM)


def _show_addresses(stack: Stack) -> None:
    versions = stack.versions
    print(f"home      {stack.home}")
    print(f"database  {_place(stack.database_url)}  PostgreSQL {versions['database']}")
    print(f"broker    {_place(stack.amqp_url)}  RabbitMQ {versions['broker']}")
    if stack.portal_url:
        print(f"portal    {stack.portal_url}/")
    print("Addresses with their passwords: coffer status --json")


def _say_what_next(stack: Stack) -> None:
    """A new stack is empty: how it gets organizations, and how their ids are found."""
    plays = f"replay {hints.sample()} --jobs 500"
    print("\nA new stack is empty: an organization arises when the store tells of a license that")
    print("somebody bought (OrderPaid in docs/messages.md). Try next:")
    print(*hints.spoken(stack.home), sep="", end="\n" if hints.spoken(stack.home) else "")
    told = [
        ("status", "its processes and their health"),
        ("organizations", "which there are, with their ids"),
        ("accounts EMAIL", "the ids of a person and his organization"),
        ("balance ORGANIZATION", "a pool, by the organization's id"),
        ("tail --since first --key credit_ledger.credits", "what pools got and spent; Ctrl-C"),
    ]
    if not stack.ephemeral:
        told.append(("down", "stops it; the data stays"))
    if "stage" in stack.amqp_urls:
        told.insert(1, (plays, "fills it with recorded jobs"))
    print(*hints.lines(told), sep="\n")


def _place(url: str) -> str:
    """The address without the password, which has no place on a screen."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _table(stack: Stack) -> str:
    head = f"{'process':<16} {'state':<10} {'pid':>8} {'restarts':>9} {'health port':>12}"
    lines = [
        f"{name:<16} {child.state:<10} {child.pid or '-':>8} {child.restarts:>9}"
        f" {child.health_port or '-':>12}"
        for name, child in sorted(stack.children.items())
    ]
    return "\n".join((head, *lines))


def _how_far_behind() -> "dict[str, CopyState]":
    from deploy.operator.rebuild import showing  # noqa: PLC0415 -- the contracts load slowly

    return ask_services(showing.how_far_behind)


def _as_objects(states: "dict[str, CopyState]") -> dict[str, Any]:
    return {service: state.model_dump(mode="json")["sources"] for service, state in states.items()}


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _fail(error: StackError) -> None:
    if isinstance(error, SettingsError):
        raise error
    print(error, file=sys.stderr)
    raise typer.Exit(REFUSED)
