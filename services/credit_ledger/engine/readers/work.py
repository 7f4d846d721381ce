"""Work as it is described beside a charge, and as it is measured in place of one."""

import orjson

from services.credit_ledger.engine.contents import moment_of
from services.credit_ledger.rules.acts import Work as WorkDone
from shared.contracts.work import Measure, Work


def work_done(
    work: Work | None,
    measured: Measure | None,
    *,
    job: str | None = None,
    node: str | None = None,
    product: str | None = None,
) -> WorkDone | None:
    """Gather what a caller said about work; nothing when he said nothing."""
    if work is None and measured is None and job is None and node is None and product is None:
        return None
    done = WorkDone(job=job, product=product, node=node)
    if work is not None:
        done = WorkDone(
            job=job,
            project=work.project,
            product=work.product or product,
            node=work.node or node,
            node_class=work.node_class,
            frame_first=work.frame_first,
            frame_last=work.frame_last,
            tags=orjson.dumps(work.tags, option=orjson.OPT_SORT_KEYS).decode()
            if work.tags
            else None,
            occurred_at=work.occurred_at,
        )
    if measured is None:
        return done
    return _measured(done, measured)


def effect_of(work: Work | None, measured: Measure | None) -> tuple[object, ...]:
    """What decides the price of measured work; a description decides nothing."""
    if measured is None:
        return ()
    occurred_at = work.occurred_at if work is not None else None
    return (measured.quantity, measured.unit, measured.node_class, moment_of(occurred_at))


def _measured(done: WorkDone, measured: Measure) -> WorkDone:
    return WorkDone(
        done.job,
        done.project,
        done.product,
        done.node,
        measured.node_class,
        done.frame_first,
        done.frame_last,
        done.tags,
        done.occurred_at,
        measured.quantity,
        measured.unit,
    )
