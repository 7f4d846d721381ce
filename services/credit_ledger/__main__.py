"""The credit ledger: python -m services.credit_ledger."""

from services.credit_ledger import commands, timers
from services.credit_ledger.queries import questions
from services.credit_ledger.reactions import voices
from services.credit_ledger.store.personal_credits import TOLD
from shared.copies.healing import heal
from shared.service import run

if __name__ == "__main__":
    run(
        "credit_ledger",
        [voices.router, questions.router],
        rooms=[commands.open_engine, *voices.ROOMS],
        works=[commands.decide_shards, *timers.WORKS, heal],
        copied=TOLD,
    )
