"""A20: after forgetting, no table of any service has the person's name or address."""

import asyncio
import os
import sys
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from deploy.native.stack import Stack
from shared.contracts.accounts import ChangeEmail, LinkInvitation
from shared.contracts.licensing import AssignLicense
from shared.contracts.membership import AddMember
from shared.contracts.organizations import RejectSetup, RequestSetup
from shared.messaging.ask import asker
from tests.builders import a_credit_line, a_license_line, a_purchase, an_account, an_id
from tests.speaking import Portal
from tests.system.company import Company, Voices

NAME = "Gil Wetherby-Unforgettable"
EVERY_TABLE = """
    SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name
    FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


async def keeping(stack: Stack, words: str) -> set[str]:
    """The tables, of whatever service, that have these words in any column, plain or as bytes."""
    found = set()
    for service, url in stack.database_urls.items():
        everything = urlsplit(stack.database_url)._replace(path=urlsplit(url).path).geturl()
        connection = await asyncpg.connect(everything)
        for table in [row["name"] for row in await connection.fetch(EVERY_TABLE)]:
            kept = f"SELECT EXISTS (SELECT 1 FROM {table} AS kept WHERE kept::text ILIKE ANY ($1))"  # noqa: S608  # names of tables, quoted
            patterns = [f"%{words}%", f"%{words.encode().hex()}%"]
            if await connection.fetchval(kept, patterns):
                found.add(f"{service}:{table}")
        await connection.close()
    return found


async def invited(company: Company, email: str) -> UUID:
    """Ana invites somebody, who links the invitation and is given a seat and a quota."""
    added = await company.does(AddMember(email=email, role="GUEST"))
    assert added.result is not None
    await company.voices.portal.ask(LinkInvitation(email=email, name=NAME))
    gil = UUID(str(added.result["account_id"]))
    company.ids = {**company.ids, "Gil": gil}
    assert (
        await company.does_when_heard(
            AssignLicense(product=a_license_line().product, account_id=gil)
        )
    ).accepted
    assert (await company.gives("Gil", "120")).accepted
    return gil


async def asks_for_an_organization(stack: Stack, portal: Portal, gil: UUID, email: str) -> None:
    """And is refused, by an operator who writes of him by name."""
    shown = await portal.ask(ChangeEmail(email=email), by=gil)
    assert shown.result is not None
    number = str(shown.result["customer_number"])
    request = RequestSetup(account_id=gil, customer_number=number)
    asked = await portal.ask(request, by=gil)
    assert asked.result is not None
    async with asker(stack.amqp_urls["operator"]) as asks:
        rejected = RejectSetup(
            request_id=UUID(str(asked.result["request_id"])), reason=f"{NAME} is unknown to us"
        )
        assert (await Portal(asks).ask(rejected)).accepted


async def coffer_forget(stack: Stack, account: UUID, *, reason: str) -> tuple[int, str]:
    """Run the operator's command."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.operator.main", "forget", str(account),
        "--reason", reason, "--as", str(an_id()),
        env={**os.environ, "COFFER_OPERATOR_AMQP_URL": stack.amqp_urls["operator"]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_A20_a_forgotten_person_is_in_no_store(whole_stack: Stack, voices: Voices) -> None:
    company = Company(voices)
    await company.registers()
    lines = (a_license_line(), a_credit_line(line_no=2))
    await voices.store.says(a_purchase(account_id=company.ids["Ana"], lines=lines))
    await company.appears()
    await company.pool_becomes(available="500")
    first, second = an_account().email, an_account().email
    gil = await invited(company, first)
    hold = an_id()
    assert await company.sends(company.authorize("Gil", "90", hold)) == "accepted"
    assert await company.sends(company.capture("Gil", "84", hold)) == "accepted"
    await asks_for_an_organization(whole_stack, voices.portal, gil, second)
    known = [await keeping(whole_stack, words) for words in (NAME, second)]

    told = await coffer_forget(whole_stack, gil, reason=f"{NAME} ({second}, once {first}) asked")
    again = await coffer_forget(whole_stack, gil, reason="once more")
    of_ana = await coffer_forget(whole_stack, company.ids["Ana"], reason="she asked for it")

    assert known == [{"membership:public.account"}] * 2
    assert told == again == (0, f"{gil} is forgotten\n")
    assert (of_ana[0], of_ana[1].split(":")[0]) == (1, "cannot_remove_administrator")
    assert [await keeping(whole_stack, words) for words in (NAME, first, second)] == [set()] * 3
