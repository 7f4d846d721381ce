"""`python -m tests.bench`: measure on a private database that is made for it and removed."""

import argparse
import asyncio
import json
import sys

from deploy.native.stack import ephemeral_stack
from tests.bench.engine import Bench
from tests.bench.pages import Pages, owner_url_of
from tests.bench.projecting import Projecting


def main() -> None:
    """Read the arguments, measure, and print one JSON object as the last line."""
    parser = argparse.ArgumentParser(prog="coffer bench", description=__doc__)
    parser.add_argument("what", choices=["engine", "pages", "projecting"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--debits", type=int, default=30_000)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the journal of pages")
    parser.add_argument("--pages", type=int, default=2_000, help="read at random places of it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="nothing but the JSON on stdout")
    arguments = parser.parse_args()

    def say(line: str) -> None:
        sys.stderr.write(line + "\n")

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
    if not arguments.json:
        sys.stdout.write(json.dumps(report, indent=2) + "\n")
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
