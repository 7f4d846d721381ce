"""`python -m tests.bench`: measure on a private database that is made for it and removed."""

import argparse
import asyncio
import json
import sys

from deploy.native.stack import ephemeral_stack
from tests.bench.engine import Bench


def main() -> None:
    """Read the arguments, measure, and print one JSON object as the last line."""
    parser = argparse.ArgumentParser(prog="coffer bench", description=__doc__)
    parser.add_argument("what", choices=["engine"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--debits", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="nothing but the JSON on stdout")
    arguments = parser.parse_args()

    def say(line: str) -> None:
        sys.stderr.write(line + "\n")

    with ephemeral_stack(services=False) as stack:
        url = stack.database_urls["credit_ledger"]
        bench = Bench(url, arguments.rounds, arguments.debits, arguments.seed)
        report = asyncio.run(bench.run(say))
    if not arguments.json:
        sys.stdout.write(json.dumps(report, indent=2) + "\n")
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
