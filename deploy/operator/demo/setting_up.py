"""Steps 1 and 3: an organization on request, and people who come by a table."""

from uuid import UUID

from deploy.operator.demo.scene import Scene, Unexpected, accepted, until
from shared.bulk.office import Office
from shared.bulk.receipts import Receipt, digest_of
from shared.bulk.results import Result
from shared.bulk.running import Run
from shared.bulk.table import read
from shared.contracts.accounts import ShowAccount
from shared.contracts.membership import AddMember
from shared.contracts.message import refuse
from shared.contracts.organizations import (
    ConfirmSetup,
    OrganizationActivated,
    RequestSetup,
    ShowOrganization,
)
from shared.contracts.refusals import RefusalCode

PEOPLE = {"Ben": "MEMBER", "Chloe": "MEMBER", "Dan": "GUEST", "Eva": "GUEST", "Fay": "MEMBER"}


async def college_is_set_up(scene: Scene) -> str:
    fay = scene.ids["Fay"]
    shown = await scene.stage.ask(ShowAccount(account_id=fay), by=fay)
    number = str((accepted(shown, "Fay's account").result or {})["customer_number"])
    await _is_refused(
        scene, "Fay looking for an organization of hers", RefusalCode.NOT_AN_ORGANIZATION, fay
    )
    wrong = RequestSetup(account_id=fay, customer_number="CN-1")
    code = RefusalCode.CUSTOMER_NUMBER_MISMATCH
    await scene.is_refused(
        "Fay", wrong, code, "Fay's request with another customer number", owner=fay
    )
    request = RequestSetup(account_id=fay, customer_number=number, name="Fern College")
    asked = (await scene.does("Fay", request, owner=fay)).result or {}
    college = UUID(str(asked["organization_id"]))
    code = RefusalCode.ORGANIZATION_NOT_CONFIRMED
    await _is_refused(scene, "Fay looking at Fern College before it is confirmed", code, college)
    activated = scene.stage.facts.heard[OrganizationActivated.ROUTING_KEY]
    confirms = ConfirmSetup(request_id=UUID(str(asked["request_id"])))
    await scene.does("Oz", confirms, owner=college)
    await scene.stage.facts.hears(OrganizationActivated, times=activated + 1)
    code = RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION
    await scene.is_refused("Fay", request, code, "Fay's second request", owner=fay)
    return (
        "Fay shows her customer number and asks for an organization; Oz confirms it: Fern College"
    )


async def people_join(scene: Scene) -> str:
    scene.table, scene.table_sent_at = _table(), scene.stage.clock.now()
    results = await send_table(scene)
    codes = [result.wrong.code if result.wrong else result.outcome for result in results]
    if codes != ["done"] * 4 + [RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS]:
        message = f"the table of people came out as {codes}"
        raise Unexpected(message)
    scene.keeps(
        refuse(RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS),
        "line 6, Fay as Member, who has an EDU license of her own",
    )
    await _ben_adds_nobody(scene)
    await until("the ledger to know everybody", scene.people, _is_whole)
    await scene.pool_becomes("40/0/40", of="Dan")
    return (
        "Ana sends a table: Ben, Chloe as Members, Dan, Eva as Guests; 4 rows done, Fay's refused"
    )


async def send_table(scene: Scene) -> list[Result]:
    """Send the table of people; again it is the same commands again (T34)."""
    content, by = scene.table.encode(), scene.ids["Ana"]
    digest = digest_of(content, organization=scene.organization, by=by)
    office = Office(scene.stage.asks, scene.stage.clock, scene.organization, by)
    return await Run(office, Receipt(digest, scene.table_sent_at)).all(read(content))


def _table() -> str:
    rows = (f"add,{address(name)},{role}\n" for name, role in PEOPLE.items())
    return "action,email,role\n" + "".join(rows)


def address(name: str) -> str:
    """The e-mail of somebody in the story."""
    return f"{name.lower()}@larkspur.example"


async def _ben_adds_nobody(scene: Scene) -> None:
    added = AddMember(account_id=scene.ids["Fay"], role="MEMBER")
    await scene.is_refused("Ben", added, RefusalCode.NOT_ADMINISTRATOR, "Ben adding Fay")


async def _is_refused(scene: Scene, what: str, code: RefusalCode, owner: UUID) -> None:
    await scene.is_refused("Fay", ShowOrganization(), code, what, owner=owner)


def _is_whole(people: list[dict[str, str]]) -> bool:
    return len(people) == len(PEOPLE)  # Ana and the four who joined
