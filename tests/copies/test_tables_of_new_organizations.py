"""A table that is sent before all have heard of its organization waits until they have (T34)."""

from typing import Any

import pytest

from shared.bulk.office import Office
from shared.bulk.receipts import Receipt
from shared.bulk.running import Run
from shared.bulk.table import read
from shared.contracts.organizations import ConfirmSetup
from tests.builders import CLOCK, an_account
from tests.copies.losing import losing
from tests.copies.trio import Services
from tests.doors.membership.people import asked_for, registered
from tests.speaking import Portal

pytestmark = pytest.mark.verify


async def test_T34_whom_a_table_adds_to_a_new_organization_is_heard_of_before_he_is_refused(
    services: Services, people: Portal, operator: Portal
) -> None:
    fay, ben = await registered(people), an_account().email
    asked = await asked_for(people, fay)
    table = f"action,email,role,product\nadd,{ben},GUEST,\nassign,{ben},,none\n"

    def is_of_it(event: dict[str, Any]) -> bool:
        return bool(event["subject"] == str(asked.organization_id))

    async with losing(services.stack, "licensing", "membership", is_of_it) as way:
        assert (await operator.ask(ConfirmSetup(request_id=asked.id))).accepted
        office = Office(people.asker, CLOCK, asked.organization_id, fay.id)
        await office.open()
        results = await Run(office, Receipt("d0", CLOCK.now())).all(read(table.encode()))

    assert way.lost
    codes = [result.wrong.code if result.wrong else result.outcome for result in results]
    assert codes == ["done", "unknown_product"]
