"""The plan of a replay: one seed, one plan; who buys enough and who does not."""

from itertools import count
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from deploy.operator.replay.plan import Plan, make_plan, microcredits, prices
from deploy.operator.replay.swf import Job
from shared.contracts.money import parse_credits

jobs_of_traces = st.lists(
    st.builds(
        Job,
        number=st.integers(1, 10**6),
        started=st.integers(0, 10**6),
        run_seconds=st.integers(-1, 10**6),
        requested_seconds=st.integers(1, 10**6),
        processors=st.integers(1, 1000),
        user=st.integers(1, 6),
        group=st.integers(1, 6),
    ),
    min_size=1,
    max_size=60,
)


def a_plan(jobs: list[Job], *, ample: bool, seed: int = 1) -> Plan:
    return make_plan(jobs, ids=(UUID(int=number) for number in count(1)), seed=seed, ample=ample)


def a_job(**changes: int) -> Job:
    given_values = {
        "number": 1,
        "started": 0,
        "run_seconds": 1800,
        "requested_seconds": 3600,
        "processors": 1,
        "user": 1,
        "group": 1,
    }
    return Job(**{**given_values, **changes})


def test_a_processor_hour_costs_one_credit_rounded_up() -> None:
    assert microcredits(1, 3600) == 1_000_000
    assert microcredits(2, 1) == 556


def test_job_without_run_time_voids_its_hold() -> None:
    [planned] = a_plan([a_job(run_seconds=0)], ample=True).jobs

    assert planned.capture is None


def test_overrun_is_captured_up_to_the_hold() -> None:
    held, used = prices(a_job(run_seconds=7200))

    assert used == held == 1_000_000


def test_user_of_two_groups_has_two_accounts() -> None:
    plan = a_plan([a_job(group=1), a_job(group=2)], ample=True)

    assert len({job.person.id for job in plan.jobs}) == plan.users == 2


def test_plans_mix_unlimited_access_with_quotas_and_are_short_somewhere() -> None:
    plan = a_plan([a_job(user=u, group=g) for u in range(6) for g in range(4)], ample=False)
    people = [person for group in plan.groups for person in group.people]
    used = 6 * 500_000

    assert sum(person.mode == "unlimited" for person in people) * 3 == len(people)
    assert any(person.quota and person.quota < 500_000 for person in people)
    assert [sum(group.purchases) < used for group in plan.groups] == [False, False, False, True]


@given(jobs_of_traces)
def test_ample_pools_and_quotas_cover_every_hold_at_once(jobs: list[Job]) -> None:
    plan = a_plan(jobs, ample=True)

    for group in plan.groups:
        held = [job for job in plan.jobs if job.person.group == group.number]
        assert sum(parse_credits(job.authorize) for job in held) <= sum(group.purchases)
        for person in group.people:
            mine = sum(parse_credits(job.authorize) for job in held if job.person is person)
            assert person.quota is None or mine <= person.quota


@given(jobs_of_traces, st.integers(0, 99))
def test_one_seed_makes_one_plan(jobs: list[Job], seed: int) -> None:
    assert a_plan(jobs, ample=False, seed=seed) == a_plan(jobs, ample=False, seed=seed)
