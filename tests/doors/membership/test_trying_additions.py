"""Whom one could add is told for many at once, as adding them would tell (T34)."""

from uuid import UUID

from shared.contracts.membership import Addition, AdditionsTried, TryAdditions
from shared.contracts.message import Verdict
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.doors.membership.larkspur import Larkspur


async def tried(larkspur: Larkspur, *wished: tuple[str, str], by: UUID | None = None) -> Verdict:
    additions = tuple(Addition(email=email, role=role) for email, role in wished)
    return await larkspur.portal.ask(
        TryAdditions(additions=additions), by=by or larkspur.ana, owner=larkspur.id
    )


def email_of(account: UUID) -> str:
    return f"{account.hex}@larkspur.example"


async def test_T34_each_gets_the_refusal_that_adding_him_would_get(organized: Larkspur) -> None:
    ben = await organized.joined()
    stranger = email_of(an_id())

    verdict = await tried(
        organized,
        (stranger, "MEMBER"),
        (email_of(ben), "MEMBER"),
        (email_of(organized.ana), "GUEST"),
        (email_of(an_id()), "PILOT"),
        (stranger.upper(), "GUEST"),
    )

    told = AdditionsTried.model_validate(verdict.result, strict=False)
    assert [(one.place, one.refused.code) for one in told.refusals] == [
        (1, RefusalCode.ALREADY_IN_ORGANIZATION),
        (2, RefusalCode.ALREADY_IN_ORGANIZATION),
        (3, RefusalCode.UNKNOWN_ROLE),
    ]


async def test_T34_nobody_is_added_by_being_tried(organized: Larkspur) -> None:
    stranger = email_of(an_id())

    verdicts = [await tried(organized, (stranger, "MEMBER")) for _ in range(2)]

    assert [verdict.result for verdict in verdicts] == [{"refusals": []}] * 2


async def test_T34_only_the_administrator_tries(organized: Larkspur) -> None:
    ben = await organized.joined()

    verdict = await tried(organized, (email_of(an_id()), "MEMBER"), by=ben)

    assert verdict.refused is not None
    assert verdict.refused.code is RefusalCode.NOT_ADMINISTRATOR
