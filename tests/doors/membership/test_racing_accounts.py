"""Accounts and organizations come to be once, whatever two processes are told at the same time."""

from uuid import UUID

from shared.contracts.accounts import ChangeEmail, ForgetAccount, LinkInvitation
from shared.contracts.message import Verdict
from shared.contracts.organizations import ConfirmSetup, RejectSetup
from tests.builders import an_account, an_id
from tests.doors.membership.people import asked_for, registered
from tests.doors.membership.racing import Race, one_or_the_other, outcomes_of, rounds
from tests.waiting import eventually

REASON = "he asked for it"
ORGANIZATIONS = "SELECT origin FROM organization WHERE administrator_id = $1"
ACCOUNTS = "SELECT id FROM account WHERE email_folded = $1"


async def origins(race: Race, account_id: UUID) -> tuple[str, ...]:
    """Of what kind the organizations of an account are."""
    rows = await race.larkspur.database.fetch(ORGANIZATIONS, account_id)
    return tuple(row["origin"] for row in rows)


async def accounts(race: Race, email: str) -> list[UUID]:
    rows = await race.larkspur.database.fetch(ACCOUNTS, email.casefold())
    return [row["id"] for row in rows]


async def confirm_twice(race: Race) -> tuple[str, ...]:
    fay = await registered(race.larkspur.portal)
    confirm = ConfirmSetup(request_id=(await asked_for(race.larkspur.portal, fay)).id)
    ended = await race.run(race.operator.ask(confirm), race.operator.ask(confirm))
    return *ended, *await origins(race, fay.id)


@rounds
async def test_R10_R5_of_two_confirmations_at_once_one_makes_the_organization(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, confirm_twice, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "request_decided", "CONFIRMED"),
        ("request_decided", "accepted", "CONFIRMED"),
    )


async def confirm_and_reject(race: Race) -> tuple[str, ...]:
    fay = await registered(race.larkspur.portal)
    request = (await asked_for(race.larkspur.portal, fay)).id
    ended = await race.run(
        race.operator.ask(ConfirmSetup(request_id=request)),
        race.operator.ask(RejectSetup(request_id=request, reason=REASON)),
    )
    return *ended, *await origins(race, fay.id)


@rounds
async def test_R10_a_request_is_confirmed_or_rejected_never_both(race: Race, rounds: int) -> None:
    outcomes = await outcomes_of(race, confirm_and_reject, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "request_decided", "CONFIRMED"),
        ("request_decided", "accepted"),
    )


async def confirm_and_buy(race: Race) -> tuple[str, ...]:
    fay = await registered(race.larkspur.portal)
    confirm = ConfirmSetup(request_id=(await asked_for(race.larkspur.portal, fay)).id)
    license_id = an_id()

    async def bought() -> Verdict:
        await race.voices.license(fay.id, license_id=license_id)
        return await race.operator.ask(ConfirmSetup(request_id=an_id()))

    confirmed, _ = await race.run(race.operator.ask(confirm), bought())
    of = "SELECT organization_id FROM held_license WHERE id = $1"
    owner = await eventually(lambda: race.larkspur.database.fetchval(of, license_id), bool)
    owned = "SELECT id FROM organization WHERE administrator_id = $1"
    assert await race.larkspur.database.fetchval(owned, fay.id) == owner
    return confirmed, *await origins(race, fay.id)


@rounds
async def test_R3_R5_a_license_and_a_confirmation_at_once_make_one_organization(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, confirm_and_buy, rounds)

    one_or_the_other(
        outcomes,
        ("accepted", "CONFIRMED"),
        ("account_already_has_organization", "LICENSE"),
    )


async def register_twice(race: Race) -> tuple[str, ...]:
    one = an_account()
    other = an_account(email=one.email.upper())
    ended = await race.run(race.larkspur.portal.ask(one), race.larkspur.portal.ask(other))
    [account] = await accounts(race, one.email)
    assert account == (one if ended[0] == "accepted" else other).account_id
    return ended


@rounds
async def test_A16_of_two_who_register_one_address_at_once_one_gets_it(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, register_twice, rounds)

    one_or_the_other(outcomes, ("accepted", "email_taken"), ("email_taken", "accepted"))


async def change_twice(race: Race) -> tuple[str, ...]:
    gil, eva = await registered(race.larkspur.portal), await registered(race.larkspur.portal)
    change = ChangeEmail(email=an_account().email)
    ended = await race.run(
        race.larkspur.portal.ask(change, by=gil.id), race.larkspur.portal.ask(change, by=eva.id)
    )
    [account] = await accounts(race, change.email)
    assert account == (gil if ended[0] == "accepted" else eva).id
    return ended


@rounds
async def test_A16_of_two_who_change_to_one_address_at_once_one_gets_it(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, change_twice, rounds)

    one_or_the_other(outcomes, ("accepted", "email_taken"), ("email_taken", "accepted"))


async def register_and_invite(race: Race) -> tuple[str, ...]:
    account = an_account()
    ended = await race.run(
        race.larkspur.portal.ask(account), race.larkspur.invite(account.email, "GUEST")
    )
    [found] = await accounts(race, account.email)
    assert (found == account.account_id) == (ended[0] == "accepted")
    return *ended, (await race.larkspur.roles())[found]


@rounds
async def test_T32_an_address_registers_or_is_invited_and_is_one_account(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, register_and_invite, rounds)

    one_or_the_other(
        outcomes, ("accepted", "accepted", "GUEST"), ("email_taken", "accepted", "GUEST")
    )


async def link_twice(race: Race) -> tuple[str, ...]:
    email = an_account().email
    assert (await race.larkspur.invite(email)).accepted
    links = [LinkInvitation(email=email, name=name) for name in ("Gil", "Eva")]
    ended = await race.run(*map(race.larkspur.portal.ask, links))
    [account] = await accounts(race, email)
    name = await race.larkspur.database.fetchval("SELECT name FROM account WHERE id = $1", account)
    return *ended, name


@rounds
async def test_T32_of_two_who_link_one_invitation_at_once_one_gets_it(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, link_twice, rounds)

    one_or_the_other(
        outcomes, ("accepted", "email_taken", "Gil"), ("email_taken", "accepted", "Eva")
    )


async def forget_and_add(race: Race) -> tuple[str, ...]:
    ben = await registered(race.larkspur.portal)
    forget = ForgetAccount(account_id=ben.id, reason=REASON)
    ended = await race.run(race.operator.ask(forget), race.larkspur.add(ben.id))
    assert ben.id not in await race.larkspur.roles()
    return ended


@rounds
async def test_A20_whoever_is_forgotten_and_added_at_once_is_out_in_the_end(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, forget_and_add, rounds)

    one_or_the_other(outcomes, ("accepted", "unknown_account"), ("accepted", "accepted"))


async def forget_and_accept(race: Race) -> tuple[str, ...]:
    larkspur = race.larkspur
    ben = await larkspur.joined()
    offer = await larkspur.offered(ben)
    forget = ForgetAccount(account_id=ben, reason=REASON)
    return await race.run(race.operator.ask(forget), larkspur.accept(offer, ben))


@rounds
async def test_A20_R7_the_chosen_one_is_forgotten_or_takes_over_never_both(
    race: Race, rounds: int
) -> None:
    outcomes = await outcomes_of(race, forget_and_accept, rounds)

    one_or_the_other(
        outcomes, ("accepted", "request_decided"), ("cannot_remove_administrator", "accepted")
    )
