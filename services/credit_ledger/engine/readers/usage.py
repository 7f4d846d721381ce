"""Usage lines: each is an act of its own, with a verdict of its own."""

from uuid import UUID

from services.credit_ledger.engine.contents import content_of, fast, given
from services.credit_ledger.engine.readers.envelope import Envelope, Reader
from services.credit_ledger.engine.readers.work import effect_of, work_done
from services.credit_ledger.rules.acts import Act, Debit
from shared.contracts.credits import ReportUsage, UsageLine
from shared.contracts.message import CommandData


def _report(envelope: Envelope, data: ReportUsage) -> list[Act]:
    owner, speaker = envelope.owner, envelope.speaker
    return [_debit(owner, line, speaker) for line in data.lines]


def _debit(owner: UUID, line: UsageLine, speaker: str | None) -> Debit:
    person, credits = fast(line.account_id), line.credits or 0
    effect = (*effect_of(line.work, line.measured), *given(line.job, line.product))
    content = content_of("debit", person.int, credits, *effect)
    work = work_done(line.work, line.measured, job=line.job, node=line.node, product=line.product)
    return Debit(
        fast(line.id), owner, content, person, credits, line.job, work, line.product, speaker
    )


READERS: dict[type[CommandData], Reader] = {ReportUsage: _report}
