"""What was said and what is, services alone may copy; how a copy stands, operators may see."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from shared.contracts.copies import (
    FetchCreditLedgerFacts,
    FetchCreditLedgerHeads,
    FetchHeads,
    FetchLicensingFacts,
    FetchLicensingHeads,
    FetchLicensingSnapshot,
    FetchMembershipFacts,
    FetchMembershipHeads,
    FetchMembershipSnapshot,
    FetchPersonalCredits,
    Gap,
)
from shared.contracts.message import CommandData
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import asker
from tests.builders import an_account, an_id
from tests.copies.asking import REBUILD, SHOW
from tests.copies.trio import Services
from tests.speaking import Portal
from tests.waiting import eventually

NOWHERE = (Gap(subject=an_id(), after=0),)
FETCHING: Sequence[CommandData] = (
    FetchMembershipFacts(gaps=NOWHERE),
    FetchMembershipHeads(),
    FetchMembershipSnapshot(),
    FetchLicensingFacts(gaps=NOWHERE),
    FetchLicensingHeads(),
    FetchLicensingSnapshot(),
    FetchCreditLedgerFacts(gaps=NOWHERE),
    FetchCreditLedgerHeads(),
    FetchPersonalCredits(),
)


@pytest.mark.parametrize("question", FETCHING, ids=lambda question: type(question).__name__)
async def test_who_speaks_for_people_may_not_copy(
    services: Services, people: Portal, operator: Portal, question: CommandData
) -> None:
    for asks, code in (
        (people, RefusalCode.UNKNOWN_ACCOUNT),
        (operator, RefusalCode.MALFORMED),
    ):
        verdict = await asks.ask(question)
        assert verdict.refused is not None
        assert verdict.refused.code is code


@pytest.mark.parametrize("question", FETCHING, ids=lambda question: type(question).__name__)
async def test_another_service_may_copy(services: Services, question: CommandData) -> None:
    async with asker(services.stack.amqp_urls["coffer_credit_ledger"]) as asks:
        assert (await Portal(asks).ask(question)).accepted


@pytest.mark.parametrize("question", [*SHOW.values(), *REBUILD.values()])
async def test_how_a_copy_stands_is_for_operators(
    services: Services, people: Portal, question: CommandData
) -> None:
    verdict = await people.ask(question)

    assert verdict.refused is not None
    assert verdict.refused.code is RefusalCode.OPERATOR_REQUIRED


async def test_pages_of_heads_and_of_what_is_lead_through_every_subject(
    services: Services, people: Portal
) -> None:
    for _ in range(3):
        account_id = an_id()
        assert (await people.ask(an_account(account_id=account_id), by=account_id)).accepted
    async with asker(services.stack.amqp_urls["coffer_licensing"]) as asks:

        async def listed() -> tuple[dict[str, int], ...]:
            heads = await pages(Portal(asks), FetchMembershipHeads(limit=2), "heads")
            subjects = await pages(Portal(asks), FetchMembershipSnapshot(limit=2), "subjects")
            return heads, subjects, by_name(await services.heads("membership"))

        # Removals of other tests may be finished between the pages.
        await eventually(listed, lambda seen: seen[0] == seen[1] == seen[2])


def by_name(sequences: dict[UUID, int]) -> dict[str, int]:
    return {str(subject): sequence for subject, sequence in sequences.items()}


async def pages(
    asks: Portal, question: FetchHeads | FetchMembershipSnapshot | FetchPersonalCredits, name: str
) -> dict[str, int]:
    """Each subject of a list with its sequence, page by page."""
    found: dict[str, int] = {}
    while True:
        result: dict[str, object] = dict((await asks.ask(question)).result or {})
        rows = result[name]
        assert isinstance(rows, list)
        found |= {row["subject"]: row["sequence"] for row in rows}
        if result.get("after") is None:
            return found
        question = question.model_copy(update={"after": UUID(str(result["after"]))})
