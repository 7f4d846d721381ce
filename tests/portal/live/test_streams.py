"""What one who keeps a page open is told, by whose rights, and when it ends."""

from urllib.parse import quote
from uuid import UUID

from shared.contracts.accounts import RegisterAccount
from shared.contracts.credit_access import DecideRequest, RequestCredits
from shared.contracts.credits import AuthorizeHold, CaptureHold, SetCreditAccess
from shared.contracts.licensing import AssignLicense
from shared.contracts.membership import RemoveMember
from shared.contracts.transfers import AcceptTransfer, RequestTransfer
from tests.builders import LUMEN, an_account, an_id
from tests.portal.live.streaming import watching
from tests.portal.site import Site, sends
from tests.portal.studio import Studio
from tests.speaking import Portal
from tests.waiting import eventually


async def test_a_stream_begins_with_all_of_the_page(portal: Site, studio: Studio) -> None:
    async with (
        portal.client_of(studio.ana) as client,
        watching(client, f"overview:{studio.id},seats:{studio.id}") as stream,
    ):
        hello = await stream.find(lambda event: event.kind == "hello")
        for block in ("pool", "limited", "needs", "seats"):
            await stream.says(f'id="{block}"')

    assert hello.data["build"]
    assert "at" not in hello.data or hello.data["at"].endswith("UTC")


async def test_credits_that_arrive_show_on_an_open_page(portal: Site, studio: Studio) -> None:
    async with (
        portal.client_of(studio.ana) as client,
        watching(client, f"overview:{studio.id}") as stream,
    ):
        await stream.says('id="pool"')
        await studio.buys("500")
        await stream.says('id="pool"', "500.00", "available")


async def test_every_live_page_can_be_watched(portal: Site, studio: Studio) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    await studio.does(SetCreditAccess(account_id=ben, mode="unlimited"))
    await studio.buys("40")
    shown = {
        f"credits:{studio.id}": ("40.00",),
        f"licenses:{studio.id}": ("Lumen for Max",),
        f"requests:{studio.id}": ('id="news"',),
        f"people:{studio.id}.{ben}": (f'id="spendable-{ben}"', "40.00"),
        f"listed:{studio.id}.access=unlimited": (f'data-ids="{ben}"',),
        f"person:{studio.id}.{ben}": ("40.00", "person_credits"),
        f"me:{studio.ana}": ("40.00", "spendable"),
        f"my_seats:{studio.ana}": ("Lumen for Max",),
    }

    async with portal.client_of(studio.ana) as client:
        for topic, words in shown.items():
            async with watching(client, topic) as stream:
                await stream.says(*words)


async def test_an_answer_changes_its_cell_and_no_other_row(portal: Site, studio: Studio) -> None:
    eva = await studio.joined_by("MEMBER", name="Eva")
    wish = RequestCredits(mode="quota", limit=50_000_000, reason="A big job.")
    asked = (await studio.does(wish, by=eva)).result or {}
    cell = f'id="answer-{asked["request_id"]}"'

    async with portal.client_of(eva) as client, watching(client, f"answers:{eva}") as stream:
        await stream.says(cell, "Waits for an answer")
        named = UUID(str(asked["request_id"]))
        await studio.does(DecideRequest(request_id=named, approve=False, reason="Not now."))
        await stream.says(cell, "Declined", "Not now.")


async def test_the_row_of_whoever_is_removed_stays_and_is_struck_out(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    eva = await studio.joined_by("MEMBER", name="Eva")
    topics = f"people:{studio.id}.{eva}.{ben},listed:{studio.id}."
    async with portal.client_of(studio.ana) as client, watching(client, topics) as stream:
        await stream.says(f'id="who-{ben}"', "Ben</a>")
        await stream.says('id="news"', str(ben), str(eva))
        assert (await studio.does(RemoveMember(account_id=ben))).accepted
        await stream.says(f'id="who-{ben}"', '<s class="gone">Ben</s>', "Removed")
        offered = await stream.find(
            lambda event: 'id="news"' in event.html and str(ben) not in event.html
        )

    assert str(eva) in offered.html


async def test_what_somebody_may_spend_changes_before_his_eyes(
    portal: Site, studio: Studio
) -> None:
    eva = await studio.joined_by("MEMBER", name="Eva")
    await studio.buys("300")
    async with portal.client_of(eva) as client, watching(client, f"me:{eva}") as stream:
        await stream.says('id="spendable"')
        await studio.does(SetCreditAccess(account_id=eva, mode="quota", limit=120_000_000))
        await stream.says('id="spendable"', "120.00")


async def test_a_reason_that_is_shaped_like_an_id_stops_no_stream(
    portal: Site, studio: Studio
) -> None:
    eva = await studio.joined_by("MEMBER", name="Eva")
    wish = RequestCredits(mode="unlimited", reason="lighting-0010-final-comp-v012-take-1")
    async with (
        portal.client_of(studio.ana) as client,
        watching(client, f"overview:{studio.id}") as stream,
    ):
        await stream.says('id="pool"')
        await studio.does(wish, by=eva)
        await studio.buys("90")
        await stream.says('id="pool"', "90.00", "available")


async def test_a_job_that_begins_shows_wherever_a_page_lists_jobs_and_lots(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    await studio.does(SetCreditAccess(account_id=ben, mode="unlimited"))
    topics = f"credits:{studio.id},person:{studio.id}.{ben}"
    async with portal.client_of(studio.ana) as client, watching(client, topics) as stream:
        await stream.says('id="holds"', "No job holds credits.")
        await stream.says('id="jobs"', "No job of theirs holds credits now.")
        await studio.buys("90")
        await stream.says('id="lots"', "Lot 1", "90.00")
        held = AuthorizeHold(amount=30_000_000, lease_seconds=3600, job="shot-7")
        assert (await studio.does(held, by=ben)).accepted
        await stream.says('id="holds"', "shot-7", "Ben", "30.00")
        await stream.says('id="jobs"', "shot-7", "30.00")
        await eventually(
            lambda: studio.does(AssignLicense(product=LUMEN, account_id=ben)),
            lambda verdict: verdict.accepted,
        )
        await stream.says('id="news"', f'data-ids="{quote(LUMEN)}"')


async def test_what_is_charged_to_somebody_appears_among_his_entries(
    portal: Site, studio: Studio
) -> None:
    await studio.buys("90")
    async with (
        portal.client_of(studio.ana) as client,
        watching(client, f"my_credits:{studio.ana}") as stream,
    ):
        await stream.says('id="entries"')
        held = await studio.does(AuthorizeHold(amount=30_000_000, job="shot-8"))
        await studio.does(CaptureHold(hold_id=held.id, amount=20_000_000))
        await stream.says('id="entries"', "shot-8", "20.00")


async def test_two_who_watch_get_the_same_bytes(portal: Site, studio: Studio) -> None:
    topic = f"overview:{studio.id}"
    async with (
        portal.client_of(studio.ana) as one,
        portal.client_of(studio.ana) as other,
        watching(one, topic) as first,
        watching(other, topic) as second,
    ):
        await studio.buys("70")
        shown = [await stream.says('id="pool"', "70.00") for stream in (first, second)]

    assert shown[0].html == shown[1].html


async def test_what_is_not_ones_own_does_not_exist(
    portal: Site, studio: Studio, people: Portal
) -> None:
    stranger = await registered(people)
    member = await studio.joined_by("MEMBER")
    topics = (f"overview:{studio.id}", f"overview:{an_id()}", "overview:", "ops", "no_such_page")

    for account in (stranger.account_id, member):
        async with portal.client_of(account) as client:
            answers = [await client.get("/live", params={"topics": topic}) for topic in topics]
        assert [answer.status_code for answer in answers] == [404] * len(topics)


async def test_no_stream_names_who_never_was_in_the_organization(
    portal: Site, studio: Studio, people: Portal
) -> None:
    mona = (await registered(people)).account_id
    ben = await studio.joined_by("MEMBER", name="Ben")
    await studio.does(SetCreditAccess(account_id=ben, mode="unlimited"))
    topics = f"removal:{studio.id}.{mona},people:{studio.id}.{ben}.{mona}"
    async with portal.client_of(studio.ana) as client, watching(client, topics) as stream:
        await stream.says(f'id="who-{ben}"')
        await stream.find(lambda event: event.kind == "stale" and event.data["blocks"] == ["steps"])
        await studio.buys("60")
        await stream.says(f'id="spendable-{ben}"', "60.00")

    assert not [event for event in stream.events if "Mona" in event.html]


async def test_who_is_not_signed_in_is_told_to_ask_no_more(portal: Site, studio: Studio) -> None:
    async with portal.nobody() as client:
        answer = await client.get("/live", params={"topics": f"overview:{studio.id}"})

    assert answer.status_code == 204


async def test_signing_out_closes_the_streams_of_the_session(portal: Site, studio: Studio) -> None:
    async with (
        portal.client_of(studio.ana) as client,
        watching(client, f"overview:{studio.id}") as stream,
    ):
        await stream.says('id="pool"')
        left = await sends(client, "/me/account", {}, to="/sign-out")
        last = await stream.ends()

    assert left.status_code == 303
    assert (last.kind, last.data["why"]) == ("bye", "signed_out")


async def test_a_session_that_another_process_ended_is_noticed(
    portal: Site, studio: Studio
) -> None:
    async with (
        portal.client_of(studio.ana) as client,
        watching(client, f"overview:{studio.id}") as stream,
    ):
        await stream.says('id="pool"')
        await portal.pool.execute("DELETE FROM session WHERE account_id = $1", studio.ana)
        last = await stream.ends()

    assert last.data["why"] == "signed_out"


async def test_who_hands_the_organization_over_sees_no_more_of_it(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    async with (
        portal.client_of(studio.ana) as client,
        watching(client, f"overview:{studio.id}") as stream,
    ):
        await stream.says('id="pool"')
        await hand_over(studio, ben)
        last = await stream.ends()

    assert last.data["why"] == "no_more"


async def registered(people: Portal) -> RegisterAccount:
    data = an_account(name="Mona")
    assert (await people.ask(data, by=data.account_id)).accepted
    return data


async def hand_over(studio: Studio, to: UUID) -> None:
    asked = await studio.does(RequestTransfer(to_account_id=to))
    assert asked.accepted, asked
    transfer = UUID(str((asked.result or {})["transfer_id"]))
    taken = await studio.does(AcceptTransfer(transfer_id=transfer), by=to)
    assert taken.accepted, taken
