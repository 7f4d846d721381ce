"""The credit ledger: python -m services.credit_ledger."""

from services.credit_ledger import commands, queries, reactions, timers
from shared.service import run

if __name__ == "__main__":
    run(
        "credit_ledger",
        [reactions.router, queries.router],
        rooms=[commands.open_engine],
        works=[commands.decide_shards, timers.sweep, timers.tell_refusals, timers.watermark],
    )
