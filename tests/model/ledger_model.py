"""The ledger as the domain's rules say it, one ask at a time: plain Python, nothing of the product.

Written from the rules (R20-R25, R48-R53, T2, T10, T14, T21, T24-T28) and not from the engine.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tests.model.ledger_rules import RULES
from tests.model.ledger_wallet import Answer, Ask, Wallet, named


class Model:
    """Decides asks in the order they come; `late` are answers to those that had waited."""

    def __init__(self) -> None:
        self.wallets: dict[UUID, Wallet] = {}
        self.late: list[Answer] = []

    def play(self, asks: list[Ask], now: datetime) -> list[Answer]:
        """One commit of the ledger: due lots of every wallet concerned first, then ask by ask."""
        for ask in asks:
            if ask.owner in self.wallets:
                self.wallets[ask.owner].expire(now)
        return [self.decide(ask, now) for ask in asks]

    def decide(self, ask: Ask, now: datetime) -> Answer:
        wallet = self.wallets.get(ask.owner)
        if wallet is None:
            return Answer(ask.id, ("unknown_organization",))
        if ask.id in wallet.verdicts:
            effect, answer = wallet.verdicts[ask.id]
            if effect != (ask.kind, *ask.effect):
                return Answer(ask.id, ("idempotency_key_reused",), duplicate=True)
            return _again(answer)
        answer = RULES[ask.kind](wallet, ask, now)
        if answer.parked:
            queue = wallet.waiting.setdefault(named(ask.effect[0]), [])
            if all(ask.id != other.id for other in queue):
                queue.append(ask)
            return answer
        if ask.kind != "lapse":
            wallet.verdicts[ask.id] = ((ask.kind, *ask.effect), answer)
        if ask.waited:
            hold = named(ask.effect[0])
            wallet.waiting[hold] = [w for w in wallet.waiting.get(hold, []) if w.id != ask.id]
        if ask.kind == "authorize":
            self.late += [self._decide_late(one, now) for one in wallet.waiting.pop(ask.id, [])]
        return answer

    def _decide_late(self, ask: Ask, now: datetime) -> Answer:
        return self.decide(replace(ask, waited=True), now)


def _again(answer: Answer) -> Answer:
    return replace(answer, duplicate=True)
