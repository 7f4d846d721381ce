"""`coffer import` on a running ledger: as the operator, each row once."""

from deploy.native.stack import Stack
from deploy.operator.importing.reading import read
from deploy.operator.importing.sending import Sent, send
from shared.contracts.credit_orders import AdjustCredits
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.doors.credit_ledger.farm import CREDIT, Farm


async def sent(amqp_url: str, table: str) -> list[Sent]:
    return [one async for one in send(amqp_url, read(table.encode()), an_id())]


async def test_balances_come_in_once_and_what_cannot_is_named(farm: Farm, stack: Stack) -> None:
    eva, nobody = an_id(), an_id()
    table = (
        "owner,reference,credits,owner_kind\n"
        f"{farm.id},old-1,40,\n"
        f"{eva},old-1,7.5,account\n"
        f"{nobody},old-1,1,\n"
        f"{farm.id},old-2,none,\n"
    )

    first = await sent(stack.amqp_urls["operator"], table)
    again = await sent(stack.amqp_urls["operator"], table)
    [other] = await sent(
        stack.amqp_urls["operator"], f"owner,reference,credits\n{farm.id},old-1,41\n"
    )

    assert [one.outcome for one in first] == ["imported", "imported", "refused", "refused"]
    assert [one.outcome for one in again] == ["already there"] * 2 + ["refused"] * 2
    for came in (first, again):
        assert [one.result and one.result["amount"] for one in came] == ["40", "7.5", None, None]
        assert [one.wrong and one.wrong.code for one in came] == [
            None, None, RefusalCode.UNKNOWN_ORGANIZATION, RefusalCode.INVALID_AMOUNT,
        ]  # fmt: skip
    assert other.wrong is not None
    assert other.wrong.code == RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await farm.available() == "540"


async def test_A17_the_portal_is_no_operator(farm: Farm) -> None:
    data = AdjustCredits(amount=CREDIT, direction="add", reason="goodwill")

    verdict = await farm.asks(data, by=farm.ana)

    assert verdict.refused is not None
    assert verdict.refused.code == RefusalCode.OPERATOR_REQUIRED
    assert await farm.available() == "500"
