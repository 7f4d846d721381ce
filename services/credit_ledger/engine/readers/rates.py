"""The rate card: what a unit of work costs, set by operators."""

from services.credit_ledger.engine.contents import content_of, moment_of
from services.credit_ledger.engine.readers.envelope import Envelope, Reader
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.hold_acts import SetRate as RateGiven
from shared.contracts.credit_terms import SetRate
from shared.contracts.message import CommandData


def _set_rate(envelope: Envelope, data: SetRate) -> list[Act]:
    card = (data.node_class, data.unit, data.credits_per_unit, data.effective_from)
    content = content_of("rate", *card[:-1], moment_of(data.effective_from))
    return [
        RateGiven(
            envelope.id,
            envelope.owner,
            content,
            envelope.by,
            envelope.by_operator,
            *card,
            door=envelope.door,
        )
    ]


READERS: dict[type[CommandData], Reader] = {SetRate: _set_rate}
