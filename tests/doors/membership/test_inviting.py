"""An address that nobody has is invited: in at once, known by an id from then on (T32, A20)."""

from uuid import UUID

from shared.contracts.membership import MemberAdded
from shared.contracts.message import Verdict
from tests.builders import an_account
from tests.databases import Database
from tests.doors.membership.larkspur import Larkspur, Voices, an_organization, code_of
from tests.listening import Listener
from tests.speaking import Portal


def invited_as(verdict: Verdict) -> UUID:
    assert verdict.result is not None, verdict
    assert verdict.result["invited"] is True
    return UUID(str(verdict.result["account_id"]))


async def test_T32_an_address_without_an_account_is_in_at_once(
    organized: Larkspur, told: Listener
) -> None:
    email = an_account().email

    invited = invited_as(await organized.invite(email))

    assert (await organized.roles())[invited] == "MEMBER"
    row = await organized.database.fetchrow("SELECT * FROM account WHERE id = $1", invited)
    assert row is not None
    assert (row["email"], row["name"], row["registered_at"]) == (email, None, None)
    fact = await told.fact(MemberAdded, invited)
    assert isinstance(fact.data, MemberAdded)
    assert fact.data.invited


async def test_T32_an_address_with_an_account_is_that_account(organized: Larkspur) -> None:
    account = an_account()
    await organized.portal.ask(account)

    verdict = await organized.invite(account.email.upper(), "GUEST")

    assert verdict.result is not None
    assert verdict.result["account_id"] == str(account.account_id)
    assert verdict.result["invited"] is False


async def test_T32_nobody_is_invited_twice_nor_by_two(
    organized: Larkspur, portal: Portal, voices: Voices, told: Listener, membership_pool: Database
) -> None:
    fern = await an_organization(portal, voices, told, membership_pool)
    email = an_account().email
    await organized.invite(email)

    assert code_of(await organized.invite(email.upper())) == "already_in_organization"
    assert code_of(await fern.invite(email)) == "already_in_another_organization"


async def test_T32_whoever_was_invited_and_removed_may_be_invited_again(
    organized: Larkspur,
) -> None:
    email = an_account().email
    invited = invited_as(await organized.invite(email))
    assert (await organized.remove(invited)).accepted

    assert invited_as(await organized.invite(email, "GUEST")) == invited


async def test_T32_a_refused_invitation_leaves_no_account_behind(organized: Larkspur) -> None:
    email = an_account().email
    ben = await organized.joined()

    by_role = await organized.invite(email, "ADMINISTRATOR")
    organized.ana = ben
    by_a_member = await organized.invite(email)

    assert code_of(by_role) == "administrator_exists"
    assert code_of(by_a_member) == "not_administrator"
    count = "SELECT count(*) FROM account WHERE email = $1"
    assert await organized.database.fetchval(count, email) == 0


async def test_A20_no_invited_address_is_said_or_written_down(
    organized: Larkspur, told: Listener
) -> None:
    email = an_account().email

    invited = invited_as(await organized.invite(email))
    await told.fact(MemberAdded, invited)

    assert not any(email.encode() in message.body for message in told.messages)
    kept = await organized.database.fetch(
        "SELECT before::text || after::text AS kept FROM audit WHERE about = $1", invited
    )
    assert len(kept) == 1
    assert not any(email in row["kept"] for row in kept)
