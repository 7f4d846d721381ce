"""What somebody asks next: a kind of ask, and numbers that choose among what there is."""

from collections.abc import Callable
from uuid import UUID

from shared.contracts.accounts import ForgetAccount, LinkInvitation, RegisterAccount
from shared.contracts.membership import AddMember, ChangeRole, LeaveOrganization, RemoveMember
from shared.contracts.organizations import (
    ConfirmSetup,
    EndOrganization,
    RejectSetup,
    RequestSetup,
)
from shared.contracts.transfers import (
    AcceptTransfer,
    AppointAdministrator,
    CancelTransfer,
    DeclineTransfer,
    RequestTransfer,
)
from tests.laws import seats_asking
from tests.laws.people_scene import Scene
from tests.laws.people_story import Ask, PeopleStory
from tests.model.cast import Hint

ROLES = ("MEMBER", "GUEST", "GUEST", "MEMBER", "ADMINISTRATOR", "OWNER")
ADDRESSES = tuple(f"person{number}@larkspur.example" for number in range(6))


def ask_of(story: PeopleStory, hint: Hint) -> Ask:
    """What is asked; an answer mostly where something waits for one, else that is begun."""
    scene, kind = Scene(story, hint), hint.kind
    table, beginning = BEGUN_BY.get(kind, ("", kind))
    if table and hint.how % 12 and not scene.waits(table):
        kind = beginning
    return ASKED[kind](scene)


def _register(scene: Scene) -> Ask:
    number = scene.hint.who % len(ADDRESSES)
    account_id = scene.person(scene.hint.what) if scene.hint.how % 9 == 8 else None
    return Ask(
        RegisterAccount(
            account_id=account_id or scene.story.identities[number],
            email=ADDRESSES[number],
            name=f"Person {number}",
        )
    )


def _link(scene: Scene) -> Ask:
    return Ask(LinkInvitation(email=ADDRESSES[scene.hint.who % len(ADDRESSES)], name="Linked"))


def _add(scene: Scene) -> Ask:
    role = ROLES[scene.hint.much % (4 if scene.hint.how % 5 else 6)]
    if scene.hint.who % 3 == 0:
        email = ADDRESSES[scene.hint.who // 3 % len(ADDRESSES)]
        return scene.by_administrator(AddMember(email=email, role=role))
    account_id = scene.person(scene.hint.who // 3)
    return scene.by_administrator(AddMember(account_id=account_id, role=role))


def _remove(scene: Scene) -> Ask:
    account_id = scene.somebody_in(scene.hint.who)
    removal = RemoveMember(account_id=account_id, strict=scene.hint.much % 4 == 0)
    return scene.by_administrator(removal)


def _leave(scene: Scene) -> Ask:
    return Ask(LeaveOrganization(), scene.somebody_in(scene.hint.who), scene.organization())


def _role(scene: Scene) -> Ask:
    role = ROLES[scene.hint.much % (4 if scene.hint.how % 5 else 6)]
    data = ChangeRole(account_id=scene.somebody_in(scene.hint.who), role=role)
    return scene.by_administrator(data)


def _forget(scene: Scene) -> Ask:
    data = ForgetAccount(account_id=scene.person(scene.hint.who), reason="asked for it")
    return Ask(data, actor=scene.operator)


def _offer(scene: Scene) -> Ask:
    to = scene.successor(scene.hint.who)
    if scene.hint.much % 2:
        return scene.by_administrator(RequestTransfer(to_account_id=to, invoices_to="former"))
    return scene.by_administrator(RequestTransfer(to_account_id=to))


def _answered_by(scene: Scene, column: str) -> UUID:
    found = scene.story.books.membership.first("transfer", id=scene.one_of("transfer"))
    if found is None or scene.hint.how % 7 == 6:
        return scene.person(scene.hint.who)
    chosen: UUID = found[column]
    return chosen


def _accept(scene: Scene) -> Ask:
    data = AcceptTransfer(transfer_id=scene.one_of("transfer"))
    return Ask(data, _answered_by(scene, "to_account_id"))


def _decline(scene: Scene) -> Ask:
    data = DeclineTransfer(transfer_id=scene.one_of("transfer"))
    return Ask(data, _answered_by(scene, "to_account_id"))


def _cancel(scene: Scene) -> Ask:
    data = CancelTransfer(transfer_id=scene.one_of("transfer"))
    return Ask(data, _answered_by(scene, "from_account_id"))


def _appoint(scene: Scene) -> Ask:
    chosen = scene.successor(scene.hint.who)
    data = AppointAdministrator(account_id=chosen, reason="the Administrator is lost")
    return Ask(data, owner=scene.organization(), actor=scene.operator)


def _setup(scene: Scene) -> Ask:
    account_id = scene.person(scene.hint.who)
    found = scene.story.books.account(account_id)
    number = found["customer_number"] if found and scene.hint.how % 6 else "CN-0"
    data = RequestSetup(account_id=account_id, customer_number=number)
    return Ask(data, scene.person(scene.hint.what) if scene.hint.much % 2 else account_id)


def _confirm(scene: Scene) -> Ask:
    return Ask(ConfirmSetup(request_id=scene.one_of("setup_request")), actor=scene.operator)


def _reject(scene: Scene) -> Ask:
    data = RejectSetup(request_id=scene.one_of("setup_request"), reason="nobody knows them")
    return Ask(data, actor=scene.operator)


def _end(scene: Scene) -> Ask:
    data = EndOrganization(reason="the agreement ended")
    return Ask(data, owner=scene.organization(), actor=scene.operator)


BEGUN_BY = {
    "accept": ("transfer", "offer"), "decline": ("transfer", "offer"),
    "cancel": ("transfer", "offer"), "confirm": ("setup_request", "setup"),
    "reject": ("setup_request", "setup"), "renew": ("checkout", "open"),
    "borrow": ("checkout", "open"), "close": ("checkout", "open"), "beta": ("application", "try"),
}  # fmt: skip
ASKED: dict[str, Callable[[Scene], Ask]] = {
    "register": _register, "link": _link, "add": _add, "remove": _remove, "leave": _leave,
    "role": _role, "forget": _forget, "offer": _offer, "accept": _accept, "decline": _decline,
    "cancel": _cancel, "appoint": _appoint, "setup": _setup, "confirm": _confirm,
    "reject": _reject, "end": _end, **seats_asking.ASKED,
}  # fmt: skip
