"""`python -m tests.bench`: measure on a private database that is made for it and removed."""

import argparse
import asyncio
import json
import sys
from typing import Any

from deploy.native.plan import Plan
from deploy.native.stack import Stack, ephemeral_stack, owned_stack, temporary_home
from tests.bench.engine import Bench
from tests.bench.pages import Pages, owner_url_of
from tests.bench.portal import PortalPages
from tests.bench.projecting import Projecting
from tests.bench.viewers import Viewers


def main() -> None:
    """Read the arguments, measure, and print one JSON object as the last line."""
    parser = argparse.ArgumentParser(prog="coffer bench", description=__doc__)
    parser.add_argument("what", choices=["engine", "pages", "portal", "projecting", "viewers"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--debits", type=int, default=30_000)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the journal of pages")
    parser.add_argument("--pages", type=int, default=2_000, help="read at random places of it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--viewers", type=int, default=500, help="streams on one portal")
    parser.add_argument("--people", type=int, default=10_000, help="in the studio of the portal")
    parser.add_argument("--times", type=int, default=100, help="each page of the portal is read")
    parser.add_argument("--json", action="store_true", help="nothing but the JSON on stdout")
    arguments = parser.parse_args()

    def say(line: str) -> None:
        sys.stderr.write(line + "\n")

    if arguments.what in {"portal", "viewers"}:
        plan = Plan(ephemeral=True, owned=True, demo=True, workers=1)
        with owned_stack(temporary_home(), plan, say) as stack:
            of_portal = _of_portal(stack, arguments)
            tell(asyncio.run(of_portal.run(say)), arguments.json)
        return
    with ephemeral_stack(services=False) as stack:
        url = stack.database_urls["credit_ledger"]
        bench: Bench | Pages | Projecting
        if arguments.what == "pages":
            owner_url = owner_url_of(stack.database_url, url)
            bench = Pages(url, owner_url, arguments.rows, arguments.pages, arguments.seed)
        elif arguments.what == "projecting":
            bench = Projecting(url, arguments.rounds, arguments.debits, arguments.seed)
        else:
            bench = Bench(url, arguments.rounds, arguments.debits, arguments.seed)
        report = asyncio.run(bench.run(say))
    tell(report, arguments.json)


def _of_portal(stack: Stack, arguments: argparse.Namespace) -> PortalPages | Viewers:
    """What is measured on a portal that runs, with a clock that can be moved."""
    if arguments.what == "viewers":
        return Viewers(stack, arguments.viewers)
    return PortalPages(stack, arguments.people, arguments.rows, arguments.times, arguments.seed)


def tell(report: dict[str, Any], only_json: bool) -> None:  # noqa: FBT001 -- the option's own value
    """Print a report for eyes and, as the last line, for programs."""
    if not only_json:
        sys.stdout.write(json.dumps(report, indent=2) + "\n")
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
