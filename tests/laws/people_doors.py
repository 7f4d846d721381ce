"""Which door of which service takes a command."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from services.licensing.commands import checkouts, floating, orders, seats, trials
from services.membership.commands import (
    accounts,
    appointments,
    organizations,
    people,
    setups,
    transfers,
)
from shared.contracts.accounts import ForgetAccount, LinkInvitation, RegisterAccount
from shared.contracts.checkouts import (
    BorrowCheckout,
    CloseCheckout,
    OpenCheckout,
    RenewCheckout,
    SetFloating,
)
from shared.contracts.licensing import (
    AssignLicense,
    PlaceLicenseOrder,
    ReassignLicense,
    RevokeLicense,
)
from shared.contracts.membership import AddMember, ChangeRole, LeaveOrganization, RemoveMember
from shared.contracts.message import CommandData, Verdict
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
from shared.contracts.trials import ApplyForTrial, DecideBeta, SetOffer
from tests.laws.people_ground import House, PeopleGround

Door: TypeAlias = Callable[..., Coroutine[Any, Any, Verdict | None]]
MEMBERSHIP: dict[type[CommandData], Door] = {
    RegisterAccount: accounts.register_account,
    LinkInvitation: accounts.link_invitation,
    ForgetAccount: accounts.forget_account,
    AddMember: people.add_member,
    RemoveMember: people.remove_member,
    LeaveOrganization: people.leave_organization,
    ChangeRole: people.change_role,
    RequestTransfer: transfers.request_transfer,
    AcceptTransfer: transfers.accept_transfer,
    DeclineTransfer: transfers.decline_transfer,
    CancelTransfer: transfers.cancel_transfer,
    AppointAdministrator: appointments.appoint_administrator,
    RequestSetup: setups.request_setup,
    ConfirmSetup: setups.confirm_setup,
    RejectSetup: setups.reject_setup,
    EndOrganization: organizations.end_organization,
}
LICENSING: dict[type[CommandData], Door] = {
    AssignLicense: seats.assign_license,
    RevokeLicense: seats.revoke_license,
    ReassignLicense: seats.reassign_license,
    PlaceLicenseOrder: orders.place_license_order,
    SetFloating: floating.set_floating,
    OpenCheckout: checkouts.open_checkout,
    RenewCheckout: checkouts.renew_checkout,
    BorrowCheckout: checkouts.borrow_checkout,
    CloseCheckout: checkouts.close_checkout,
    SetOffer: trials.set_offer,
    ApplyForTrial: trials.apply_for_trial,
    DecideBeta: trials.decide_beta,
}


def door_of(ground: PeopleGround, data: CommandData) -> tuple[House, Door]:
    """Who takes it, and where."""
    if type(data) in MEMBERSHIP:
        return ground.membership, MEMBERSHIP[type(data)]
    return ground.licensing, LICENSING[type(data)]
