"""Only the portal speaks for people; operators and services ask what is theirs (A17)."""

import pytest

from deploy.native.stack import Stack
from shared.contracts.accounts import ShowAccount
from shared.contracts.message import CommandData
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import AcceptTransfer, RequestTransfer
from shared.messaging.ask import asker
from tests.builders import an_account, an_id
from tests.processes import ServiceProcess
from tests.speaking import Portal


@pytest.mark.parametrize("user", ["operator", "coffer_licensing"])
async def test_A17_A20_nobody_but_the_portal_asks_in_a_persons_name(
    stack: Stack, membership: ServiceProcess, portal: Portal, user: str
) -> None:
    ana = an_account()
    await portal.ask(ana)
    if user == "operator":
        wishes: tuple[CommandData, ...] = (
            RequestTransfer(to_account_id=an_id()),
            AcceptTransfer(transfer_id=an_id()),
        )
    else:
        wishes = (ShowAccount(account_id=ana.account_id),)

    async with asker(stack.amqp_urls[user]) as asks:
        for wish in wishes:
            verdict = await Portal(asks).ask(wish, by=ana.account_id, owner=an_id())

            assert verdict.refused is not None
            assert verdict.refused.code is RefusalCode.MALFORMED
            assert verdict.refused.message == "actor: does not speak for people"
