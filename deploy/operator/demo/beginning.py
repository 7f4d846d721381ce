"""Steps 1 to 6: the organization appears, buys, fills with people, hands out seats and quotas."""

from datetime import UTC, datetime
from uuid import UUID

from deploy.operator.demo.scene import CAST, Scene, Unexpected, accepted, until
from shared.contracts.credits import SetCreditAccess
from shared.contracts.licensing import AssignLicense, ListLicenses, ReassignLicense
from shared.contracts.membership import AddMember, RegisterAccount, ShowAccount
from shared.contracts.message import Verdict
from shared.contracts.money import parse_credits
from shared.contracts.purchases import CreditLine, LicenseKind, LicenseLine
from shared.contracts.refusals import RefusalCode

LUMEN = "Lumen for Max"
LUMEN_FOR_RHINO = "Lumen for Rhino"
LICENSES_END = datetime(2026, 6, 25, tzinfo=UTC)
L1_ENDS = datetime(2027, 1, 31, tzinfo=UTC)
SEATS = 3


async def organization_appears(scene: Scene) -> str:
    for name, account in scene.ids.items():
        data = RegisterAccount(account_id=account, email=f"{name}@larkspur.example", name=name)
        accepted(await scene.stage.ask(data, by=account), f"registering {name}")
    await scene.stage.store_says("O-1", scene.ids["Ana"], seats(LUMEN_FOR_RHINO, 1))
    await scene.stage.store_says("O-2", scene.ids["Fay"], seats(LUMEN, 1, kind="EDU"))
    await scene.stage.store_says("O-3", scene.ids["Eva"], seats(LUMEN_FOR_RHINO, 1, kind="EDU"))
    shown = await until("Ana's organization", lambda: _account(scene, "Ana"), _has_organization)
    scene.organization = UUID(str((shown.result or {})["organization_id"]))
    if _has_organization(await _account(scene, "Fay")):
        message = "Fay has an organization, though she holds an EDU license only"
        raise Unexpected(message)
    await scene.pool_becomes("0/0/0")
    return "Ana's commercial license activates: Larkspur Visual appears by itself"


async def one_order_however_often(scene: Scene) -> str:
    line = credit_line("500", ends=L1_ENDS)
    await scene.stage.store_says("O-4", scene.ids["Ana"], line, seats(LUMEN, SEATS, 2), times=3)
    await scene.pool_becomes("500/0/500")
    return "Ana orders 500 credits and 3 seats; the message comes three times, the lot once"


async def people_join(scene: Scene) -> str:
    for name, role in (("Ben", "MEMBER"), ("Chloe", "MEMBER"), ("Dan", "GUEST"), ("Eva", "GUEST")):
        await scene.does("Ana", AddMember(account_id=scene.ids[name], role=role))
    fay = AddMember(account_id=scene.ids["Fay"], role="MEMBER")
    code = RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS
    await scene.is_refused("Ana", fay, code, "Fay as Member, with an EDU license of her own")
    await scene.is_refused("Ben", fay, RefusalCode.NOT_ADMINISTRATOR, "Ben adding Fay")
    await until("the ledger to know everybody", scene.people, _is_whole)
    return "Ben and Chloe join as Members, Dan and Eva as Guests, though Eva owns a license"


async def seats_are_given(scene: Scene) -> str:
    await until("three seats", lambda: _seats_of_larkspur(scene), lambda seats: seats == SEATS)
    for name in ("Ben", "Chloe", "Dan"):
        data = AssignLicense(product=LUMEN, account_id=scene.ids[name])
        await scene.does_when_heard("Ana", data, RefusalCode.NOT_IN_ORGANIZATION)
    code = RefusalCode.NO_SEAT_AVAILABLE
    eva = AssignLicense(product=LUMEN, account_id=scene.ids["Eva"])
    await scene.is_refused("Ana", eva, code, "a fourth seat, for Eva")
    for giver, taker in (("Chloe", "Eva"), ("Eva", "Chloe")):
        await scene.does(
            "Ana",
            ReassignLicense(
                product=LUMEN,
                from_account_id=scene.ids[giver],
                to_account_id=scene.ids[taker],
            ),
        )
    return "Seats to Ben, Chloe and Dan; Chloe's passes to Eva and back, never both, never neither"


async def access_is_set(scene: Scene) -> str:
    await scene.does("Ana", SetCreditAccess(account_id=scene.ids["Ben"], mode="unlimited"))
    await scene.does("Ana", quota(scene, "Chloe", "120"))
    await scene.does("Ana", quota(scene, "Eva", "300"))
    code = RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR
    await scene.is_refused("Ana", quota(scene, "Ana", "50"), code, "a quota for Ana herself")
    await scene.may_not_hold("Dan", "1", "J0", RefusalCode.CREDIT_ACCESS_DISABLED)
    await scene.pool_becomes("500/0/500")
    return "Ben unlimited, Chloe quota 120, Eva quota 300: nothing is set aside, all may race"


def quota(scene: Scene, who: str, limit: str) -> SetCreditAccess:
    return SetCreditAccess(account_id=scene.ids[who], mode="quota", limit=parse_credits(limit))


def credit_line(amount: str, *, ends: datetime) -> CreditLine:
    return CreditLine(kind="credits", line_no=1, credits=parse_credits(amount), expires_at=ends)


def seats(
    product: str,
    number: int,
    line_no: int = 1,
    *,
    kind: LicenseKind = "COMMERCIAL",
    ends: datetime = LICENSES_END,
) -> LicenseLine:
    return LicenseLine(
        kind="license",
        line_no=line_no,
        product=product,
        license_kind=kind,
        seats=number,
        expires_at=ends,
    )


def _is_whole(people: list[dict[str, str]]) -> bool:
    return len(people) == len(CAST) - 1  # all but Fay


async def _account(scene: Scene, who: str) -> Verdict:
    account = scene.ids[who]
    return await scene.stage.ask(ShowAccount(account_id=account), by=account)


def _has_organization(verdict: Verdict) -> bool:
    return bool((verdict.result or {}).get("organization_id"))


async def _seats_of_larkspur(scene: Scene) -> int:
    ana = scene.ids["Ana"]
    verdict = await scene.stage.ask(ListLicenses(), by=ana, owner=scene.organization)
    products = (verdict.result or {}).get("products")
    listed = products if isinstance(products, list) else []
    found = (each for each in listed if isinstance(each, dict) and each["product"] == LUMEN)
    return sum(int(str(each["seats"])) for each in found)
