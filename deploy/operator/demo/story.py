"""The story in its order, and how it is told: every step is carried out and held to the figures."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from deploy.operator.demo import accounts, beginning, ending, setting_up, sharing, spending
from deploy.operator.demo.listening import NotHeard
from deploy.operator.demo.scene import CAST, Scene, Unexpected
from deploy.operator.demo.screen import Screen
from deploy.operator.demo.stage import Stage
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer
from shared.messaging.publisher import NotConfirmed

OVERDRAFTS = {RefusalCode.QUOTA_EXCEEDED, RefusalCode.POOL_INSUFFICIENT}
FAILURES = (Unexpected, NotHeard, NoAnswer, NotConfirmed)


class Step(NamedTuple):
    """One step, by its number in the story; some take more than one sentence."""

    number: int
    act: Callable[[Scene], Awaitable[str]]


STEPS = (
    Step(1, beginning.organization_appears),
    Step(1, setting_up.college_is_set_up),
    Step(2, beginning.one_order_however_often),
    Step(3, setting_up.people_join),
    Step(4, beginning.seats_are_given),
    Step(4, beginning.both_at_once),
    Step(5, sharing.members_do_not_buy),
    Step(5, sharing.trials_are_theirs),
    Step(6, sharing.access_is_set),
    Step(7, sharing.quota_binds),
    Step(8, sharing.one_pool_at_a_time),
    Step(9, spending.pool_binds),
    Step(10, spending.alarm_is_raised),
    Step(11, spending.soonest_lot_first),
    Step(11, spending.refund_comes_first),
    Step(12, spending.removed_mid_frame),
    Step(12, spending.free_to_buy),
    Step(13, spending.node_dies),
    Step(13, spending.access_is_closed),
    Step(14, ending.handed_over),
    Step(15, ending.summer_comes),
    Step(15, ending.bank_takes_back),
    Step(15, ending.debt_is_repaid),
    Step(16, accounts.everything_again),
    Step(16, accounts.statement),
)


@dataclass
class Told:
    """How the story went."""

    organization: UUID
    steps: int = 0
    failed: int = 0
    first_overdraft_seconds: float | None = None


async def tell(stage: Stage, screen: Screen, *, started: float) -> Told:
    """Tell the story; a step that fails ends it, for the next ones build on its figures."""
    ids = {name: stage.clock.new_id() for name in CAST}
    told = Told(ids["Ana"])
    scene = Scene(stage, ids, organization=ids["Ana"])
    for number, step in enumerate(STEPS, start=1):
        told.steps = number
        try:
            sentence = await step.act(scene)
            screen.step(step.number, sentence, await scene.pool())
        except FAILURES as error:
            told.failed = 1
            screen.failed(step.number, str(error))
            return told
        told.organization = scene.organization
        screen.refusals(scene.refusals)
        if told.first_overdraft_seconds is None and _has_overdraft(scene):
            seconds = told.first_overdraft_seconds = monotonic() - started
            screen.note(f"the first overdraft is refused {seconds:.1f} s after the start")
        scene.refusals.clear()
    return told


def _has_overdraft(scene: Scene) -> bool:
    return any(refusal.code in OVERDRAFTS for refusal in scene.refusals)
