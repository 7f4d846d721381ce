"""Terms: what is given changes, the rest stays."""

from services.credit_ledger.engine.contents import content_of
from services.credit_ledger.engine.readers.envelope import Envelope, Reader
from services.credit_ledger.rules.access_acts import SET_NAMES, SetTerms
from services.credit_ledger.rules.acts import Act
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.message import CommandData


def _set_terms(envelope: Envelope, data: SetPoolTerms) -> list[Act]:
    by = envelope.by
    given = {name: getattr(data, name) for name in SET_NAMES}
    content = content_of("terms", by and by.int, envelope.by_operator, *given.values())
    return [
        SetTerms(
            envelope.id,
            envelope.owner,
            content,
            by,
            envelope.by_operator,
            **given,
            door=envelope.door,
        ),
    ]


READERS: dict[type[CommandData], Reader] = {SetPoolTerms: _set_terms}
