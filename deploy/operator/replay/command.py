"""`coffer replay`: play a recorded workload, with the faults asked for, and account for it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.operator.exits import REFUSED


def _kills(text: str) -> str:
    from deploy.operator.replay.kills import KillError, read_kills  # noqa: PLC0415 -- loads slowly

    try:
        read_kills(text)
    except KillError as error:
        raise typer.BadParameter(str(error)) from error
    return text


def replay(
    trace: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Standard Workload Format, or gzip.")
    ],
    *,
    jobs: Annotated[int | None, typer.Option(min=1, help="Only so many jobs.")] = None,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", help="On a stack of its own that leaves nothing.")
    ] = False,
    redeliver: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of messages that come twice.")
    ] = 0.0,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Reorder messages, captures before authorizes too.")
    ] = False,
    kill: Annotated[
        str,
        typer.Option(
            callback=_kills, help="kill -9 at random moments: ledger=3,broker=1,database=1."
        ),
    ] = "",
    speed: Annotated[
        float | None, typer.Option(min=0.001, help="So many times real time; else flat out.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything that is random.")] = 0,
    ample: Annotated[
        bool, typer.Option("--ample", help="Let every pool and quota suffice.")
    ] = False,
    strays: Annotated[
        int | None,
        typer.Option(min=0, help="Rounds of overruns, dead nodes, late and repeated usage beside."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=12, help="Workers of an ephemeral ledger.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs, not for eyes.")] = False,
) -> None:
    """Play a workload trace through the ledger and reconcile: exit 0 only when all adds up."""
    from deploy.operator.replay import report as room  # noqa: PLC0415 -- loads slowly
    from deploy.operator.replay.kills import read_kills  # noqa: PLC0415 -- as above
    from deploy.operator.replay.run import Wishes  # noqa: PLC0415 -- as above
    from deploy.operator.replay.session import ReplayError, play  # noqa: PLC0415 -- as above

    try:
        wishes = Wishes(seed, speed, shuffle, redeliver, read_kills(kill), strays)
        report = play(trace, jobs, wishes, ample=ample, own_stack=ephemeral, workers=workers)
    except ReplayError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(error.ends) from error
    if as_json:
        print(report.to_json())
    else:
        room.show(report)
    if not report.is_well:
        raise typer.Exit(REFUSED)
