"""What somebody asks of licensing next."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from shared.contracts.checkouts import (
    BorrowCheckout,
    CloseCheckout,
    OpenCheckout,
    RenewCheckout,
    SetFloating,
)
from shared.contracts.licensing import AssignLicense, ReassignLicense, RevokeLicense
from shared.contracts.trials import ApplyForTrial, DecideBeta, SetOffer
from tests.laws.people_scene import PRODUCTS, Scene
from tests.laws.people_story import Ask

OFFERS = (
    SetOffer(offer="trial", product=PRODUCTS[0], kind="TRIAL", days=14),
    SetOffer(offer="beta", product=PRODUCTS[0], kind="BETA", days=30),
)


def _assign(scene: Scene) -> Ask:
    data = AssignLicense(product=scene.product, account_id=scene.somebody_in(scene.hint.who))
    return scene.by_administrator(data)


def _revoke(scene: Scene) -> Ask:
    data = RevokeLicense(product=scene.product, account_id=scene.somebody_in(scene.hint.who))
    return scene.by_administrator(data)


def _reassign(scene: Scene) -> Ask:
    data = ReassignLicense(
        product=scene.product,
        from_account_id=scene.somebody_in(scene.hint.who),
        to_account_id=scene.somebody_in(scene.hint.who // 7),
        force=scene.hint.much % 3 == 0,
    )
    return scene.by_administrator(data)


def _float(scene: Scene) -> Ask:
    listed = () if scene.hint.how % 3 else (scene.somebody_in(scene.hint.who),)
    data = SetFloating(product=scene.product, everyone=scene.hint.how % 3 == 1, account_ids=listed)
    return scene.by_administrator(data)


def _open(scene: Scene) -> Ask:
    data = OpenCheckout(
        product=scene.product,
        machine=("tower", "laptop")[scene.hint.how % 2],
        lease_seconds=(60, 600, 3600)[scene.hint.much % 3],
    )
    return Ask(data, scene.somebody_in(scene.hint.who))


def _his(scene: Scene) -> tuple[UUID, UUID]:
    found = scene.story.books.licensing.first("checkout", id=scene.one_of("checkout"))
    if found is None or scene.hint.how % 7 == 6:
        return scene.one_of("checkout"), scene.administrator()
    return found["id"], found["account_id"]


def _renew(scene: Scene) -> Ask:
    checkout_id, by = _his(scene)
    return Ask(RenewCheckout(checkout_id=checkout_id, lease_seconds=600), by)


def _borrow(scene: Scene) -> Ask:
    checkout_id, by = _his(scene)
    until = scene.story.now + timedelta(days=(1, 20, 40)[scene.hint.much % 3])
    return Ask(BorrowCheckout(checkout_id=checkout_id, until=until), by)


def _close(scene: Scene) -> Ask:
    checkout_id, by = _his(scene)
    return Ask(CloseCheckout(checkout_id=checkout_id), by)


def _tried(scene: Scene) -> Ask:
    return Ask(ApplyForTrial(offer=OFFERS[scene.hint.much % 2].offer), scene.person(scene.hint.who))


def _beta(scene: Scene) -> Ask:
    data = DecideBeta(application_id=scene.one_of("application"), approve=scene.hint.how % 3 > 0)
    return Ask(data, actor=scene.operator)


ASKED: dict[str, Callable[[Scene], Ask]] = {
    "assign": _assign, "revoke": _revoke, "reassign": _reassign, "float": _float, "open": _open,
    "renew": _renew, "borrow": _borrow, "close": _close, "try": _tried, "beta": _beta,
}  # fmt: skip
