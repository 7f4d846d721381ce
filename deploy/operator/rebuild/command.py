"""The command `coffer rebuild`."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from deploy.operator.asking import ask_services


class Keeper(StrEnum):
    """The services that keep copies of others."""

    MEMBERSHIP = "membership"
    LICENSING = "licensing"
    CREDIT_LEDGER = "credit_ledger"


def rebuild(
    service: Annotated[Keeper, typer.Argument(help="Whose copies are made anew.")],
) -> None:
    """Rebuild a service's copies of the others from nothing, while it runs.

    Shows how far it is until it is done; ended before, it goes on all the same.
    """
    from deploy.operator.rebuild import showing  # noqa: PLC0415 -- the contracts load slowly

    ask_services(lambda asks: showing.rebuild(asks, service.value, sys.stdout, sys.stderr))
