"""Whom each kind of act concerns: what has to be at hand before it is decided."""

from collections.abc import Callable
from typing import Any, TypeAlias, get_args
from uuid import UUID

from services.credit_ledger.rules.access_acts import (
    ChangeAdministrator,
    DecideRequest,
    EditQuota,
    RequestCredits,
    RestartQuota,
    SetTerms,
)
from services.credit_ledger.rules.acts import (
    Act,
    Authorize,
    Debit,
    Grant,
    Lapse,
    OfHold,
    OpenPool,
    SetAccess,
    SetRole,
)
from services.credit_ledger.rules.purchase_acts import BringIn, GiveBack, GrantTrial, PlaceOrder

Reads: TypeAlias = Callable[[Any], tuple[UUID, ...]]
NamesHold: TypeAlias = OfHold | Lapse | GiveBack


def _given(*people: UUID | None) -> tuple[UUID, ...]:
    return tuple(person for person in people if person is not None)


# Whose access each kind of act reads or changes.
PEOPLE: dict[type, Reads] = {
    Debit: lambda act: (act.person,),
    Authorize: lambda act: (act.person,),
    SetRole: lambda act: (act.person,),
    OpenPool: lambda act: (act.administrator,),
    ChangeAdministrator: lambda act: (act.former, act.chosen),
    SetAccess: lambda act: _given(act.person, act.by),
    EditQuota: lambda act: _given(act.person, act.by),
    RestartQuota: lambda act: _given(act.person, act.by),
    RequestCredits: lambda act: _given(act.by),
    DecideRequest: lambda act: _given(act.person, act.by),
    SetTerms: lambda act: _given(act.by),
    PlaceOrder: lambda act: (act.by,),
    GrantTrial: lambda act: (act.person,),
}
# Whose own wallet each kind of act touches beside the one it names. That of an Administrator whom
# another succeeds is found by itself: his name still means the pool. An organization that is to
# have a pool may have one already.
OWN: dict[type, Reads] = {
    OpenPool: lambda act: (act.organization,),
    SetRole: lambda act: (act.person,),
    SetAccess: lambda act: (act.person,),
    DecideRequest: lambda act: _given(act.person),
    ChangeAdministrator: lambda act: (act.chosen,),
}
# Acts about what an act before them began, in whatever wallet its owner's name meant then (T16).
OF_EARLIER = frozenset((*get_args(OfHold), GiveBack))
# Acts after which names mean other wallets; each is decided by itself.
RENAMING = frozenset({ChangeAdministrator})


def people_of(act: Act) -> tuple[UUID, ...]:
    """Name the people whose access an act reads or changes."""
    read = PEOPLE.get(type(act))
    return () if read is None else read(act)


def owners_of(act: Act) -> tuple[UUID, ...]:
    """Name the people whose own wallets an act touches beside the one it names."""
    read = OWN.get(type(act))
    return () if read is None else read(act)


def opens(act: Act) -> tuple[UUID, ...]:
    """Name the accounts that get a wallet of their own if they have none yet (A11)."""
    if isinstance(act, Grant | OpenPool):
        return (act.owner,)
    if isinstance(act, ChangeAdministrator):
        return (act.chosen,)
    if isinstance(act, BringIn):
        return (act.owner,) if act.by_operator and act.is_account else ()
    if isinstance(act, PlaceOrder):
        return (act.owner,) if act.owner == act.by else ()
    if isinstance(act, GrantTrial):
        return (act.owner,) if act.owner == act.person else ()
    return (act.person,) if isinstance(act, SetRole) else ()


def began_with(act: Act) -> UUID | None:
    """Name what an act is about: a hold by its authorization, or a usage line (A19)."""
    if isinstance(act, GiveBack):
        return act.hold or act.line
    return act.hold if isinstance(act, OfHold) else None


def hold_of(act: Act) -> UUID | None:
    """Name the hold that an act is about."""
    return act.hold if isinstance(act, NamesHold) else None
