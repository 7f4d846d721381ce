"""Asks for a rebuild, follows it to its end, and tells how far behind each copy is."""

import asyncio
from collections.abc import Callable
from typing import Final, TextIO

from deploy.operator.operating import answer_to
from shared.contracts.copies import (
    CopyState,
    RebuildCopy,
    RebuildCreditLedgerCopy,
    RebuildLicensingCopy,
    RebuildMembershipCopy,
    ShowCopy,
    ShowCreditLedgerCopy,
    ShowLicensingCopy,
    ShowMembershipCopy,
    SourceState,
)
from shared.messaging.ask import Asker, NoAnswer

LOOK_SECONDS: Final = 0.5
SILENT_MAX: Final = 12
SHOW: Final[dict[str, Callable[[], ShowCopy]]] = {
    "membership": ShowMembershipCopy,
    "licensing": ShowLicensingCopy,
    "credit_ledger": ShowCreditLedgerCopy,
}
REBUILD: Final[dict[str, Callable[[], RebuildCopy]]] = {
    "membership": RebuildMembershipCopy,
    "licensing": RebuildLicensingCopy,
    "credit_ledger": RebuildCreditLedgerCopy,
}


async def rebuild(asks: Asker, service: str, out: TextIO, beside: TextIO) -> None:
    """Have the copies of a service rebuilt, and wait until they are."""
    state = await _asked(asks, REBUILD[service]())
    told = -1
    while any(source.rebuilding for source in state.sources):
        done = sum(source.rebuilt for source in state.sources)
        if done != told:
            told = done
            print(f"{service}: {done} subjects rebuilt", file=beside)
        await asyncio.sleep(LOOK_SECONDS)  # sleep: between two looks at the progress
        state = await _patiently(asks, SHOW[service]())
    done = sum(source.rebuilt for source in state.sources)
    print(f"{service}: {done} subjects rebuilt, all of them", file=beside)
    print(table({service: state}), file=out)


async def how_far_behind(asks: Asker) -> dict[str, CopyState]:
    """How the copies of each service stand."""
    return {service: await _asked(asks, question()) for service, question in SHOW.items()}


def table(states: dict[str, CopyState]) -> str:
    """How far behind each copy is, for eyes."""
    head = f"{'copy':<16} {'of':<12} {'behind':>10} {'waiting':>8} {'fetched':>8} {'rebuilt':>8}"
    lines = [
        f"{service:<16} {source.service:<12} {_behind(source):>10} {source.waiting:>8}"
        f" {source.fetched:>8} {_rebuilt(source):>8}"
        for service, state in states.items()
        for source in state.sources
    ]
    return "\n".join((head, *lines))


def _behind(source: SourceState) -> str:
    return "unheard" if source.behind_seconds is None else f"{source.behind_seconds:.1f} s"


def _rebuilt(source: SourceState) -> str:
    return f"{source.rebuilt}..." if source.rebuilding else str(source.rebuilt)


async def _patiently(asks: Asker, question: ShowCopy) -> CopyState:
    """A service that starts anew meanwhile goes on where it was: ask again for a minute."""
    for _ in range(SILENT_MAX - 1):
        try:
            return await _asked(asks, question)
        except NoAnswer:
            continue
    return await _asked(asks, question)


async def _asked(asks: Asker, question: ShowCopy | RebuildCopy) -> CopyState:
    return CopyState.model_validate(await answer_to(asks, question), strict=False)
