"""One purchase, heard by three services: an organization, its seats, its pool."""

from urllib.parse import urlsplit

from deploy.native.stack import Stack
from deploy.operator.reconcile.report import reconcile
from shared.client.node import connect
from shared.contracts.licensing import AssignLicense, ListLicenses
from shared.contracts.membership import AddMember, RemoveMember
from shared.contracts.message import Verdict
from tests.builders import LUMEN, a_credit_line, a_license_line, a_purchase, an_id
from tests.system.company import Company, Voices
from tests.waiting import eventually


async def a_company_with_ben(voices: Voices) -> Company:
    company = Company(voices)
    await company.registers()
    # One seat is Ana's, for this license makes her the organization (A13); the other is free.
    lines = (a_license_line(seats=2), a_credit_line(line_no=2))
    await voices.store.says(a_purchase(account_id=company.ids["Ana"], lines=lines))
    await company.appears()
    await company.pool_becomes(posted="500", held="0", available="500")
    ben = company.ids["Ben"]
    assert (await company.does(AddMember(account_id=ben, role="MEMBER"))).accepted
    return company


async def test_a_purchase_becomes_an_organization_with_seats_and_a_pool(voices: Voices) -> None:
    """R3, R17, R22, R48, R51: from the store's message to a refused overdraft."""
    company = await a_company_with_ben(voices)
    assign = AssignLicense(product=LUMEN, account_id=company.ids["Ben"])
    assert (await company.does_when_heard(assign)).accepted
    chloe = company.ids["Chloe"]
    assert (await company.does(AddMember(account_id=chloe, role="GUEST"))).accepted
    no_seat = await company.does_when_heard(AssignLicense(product=LUMEN, account_id=chloe))
    assert (await company.gives("Ben", "120")).accepted
    hold = an_id()

    assert no_seat.refused is not None
    assert no_seat.refused.code == "no_seat_available"
    assert await company.sends(company.authorize("Ben", "90", hold)) == "accepted"
    assert await company.sends(company.authorize("Ben", "60", an_id())) == "quota_exceeded"
    assert await company.sends(company.capture("Ben", "84", hold)) == "accepted"
    await company.pool_becomes(posted="416", held="0", available="416")


async def test_a_node_holds_and_captures_by_the_client(whole_stack: Stack, voices: Voices) -> None:
    company = await a_company_with_ben(voices)
    assert (await company.gives("Ben", "120")).accepted
    async with connect(whole_stack.amqp_urls["node"], node="rn-01") as client:
        owner, ben = company.organization, company.ids["Ben"]
        async with client.hold(owner=owner, account=ben, amount="90") as hold:
            captured = await hold.capture("84")
        async with client.hold(owner=owner, account=ben, amount="10"):
            await company.pool_becomes(held="10")

    assert (captured.captured, captured.released) == ("84", "6")
    await company.pool_becomes(posted="416", held="0", available="416")


async def test_whoever_leaves_frees_the_seat_and_draws_no_more(voices: Voices) -> None:
    """R16, T1, T2: no command to licensing or to the ledger, only what membership said."""
    company = await a_company_with_ben(voices)
    ben = company.ids["Ben"]
    await company.does_when_heard(AssignLicense(product=LUMEN, account_id=ben))
    await company.gives("Ben", "120")
    hold = an_id()
    await company.sends(company.authorize("Ben", "50", hold))
    assert (await company.does(RemoveMember(account_id=ben))).accepted

    await eventually(
        lambda: company.does(ListLicenses()), lambda seen: '"free": 1' in as_text(seen)
    )
    await eventually(
        lambda: company.sends(company.authorize("Ben", "1", an_id())),
        lambda answer: answer == "credit_access_disabled",
    )
    assert await company.sends(company.capture("Ben", "38", hold)) == "accepted"


async def test_the_books_of_all_that_balance(whole_stack: Stack, voices: Voices) -> None:
    await a_company_with_ben(voices)
    address = urlsplit(whole_stack.database_url)._replace(path="/coffer_credit_ledger").geturl()
    report = await reconcile(address)

    assert report.differences == ()
    assert report.balanced


def as_text(verdict: Verdict) -> str:
    return verdict.model_dump_json(indent=1)
