"""Who a letter goes to, asked for when it leaves: names and addresses live in membership (A20)."""

from dataclasses import dataclass
from uuid import UUID

from services.portal.asking import Asking, RefusedError
from services.portal.store.letters import Letter
from services.portal.views.faces import organization_called
from shared.contracts.accounts import AccountFound, FindAccount
from shared.contracts.credit_queries import ShowPoolTerms
from shared.contracts.organizations import (
    ListedOrganization,
    ListOrganizations,
    OrganizationList,
)
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer

# What is said of a pool is said otherwise of a wallet of one's own.
KIND_OF_OWN = {
    "pool_low": "own_credits_low",
    "credits_expiring": "own_credits_expiring",
    "debt_raised": "own_debt_raised",
}
MOMENTS = frozenset({"expires_at", "changed_at"})
"""What of a letter's facts is told in a zone."""
NOBODY = "Somebody who was forgotten"


@dataclass(frozen=True)
class Addressed:
    """A letter with the names that it needs."""

    letter: Letter
    kind: str
    email: str
    name: str | None
    organization: str = ""
    person: str = ""
    zone: str | None = None


Known = dict[UUID, ListedOrganization | None]
"""Organizations that were asked for a moment ago: a table of people invites thousands at once."""


async def address(asking: Asking, letter: Letter, known: Known) -> Addressed | None:
    """Find out who a letter goes to; None when nobody is there to read it.

    People are asked for anew each time. Raises NoAnswer while membership cannot tell.
    """
    organization = await _organization(asking, letter.organization_id, known)
    kind = letter.kind
    if letter.account_id is not None:
        to = await _find(asking, letter.account_id)
    elif organization is not None:
        to = await _find(asking, organization.administrator_id)
    elif letter.organization_id is not None and letter.kind in KIND_OF_OWN:
        to, kind = await _find(asking, letter.organization_id), KIND_OF_OWN[letter.kind]
    else:
        return None
    if to is None or to.email is None:
        return None
    return Addressed(
        letter=letter,
        kind=kind,
        email=to.email,
        name=to.name,
        organization=_called(organization),
        person=await _person(asking, letter.facts.get("person_id")),
        zone=await _zone(asking, organization) if letter.facts.keys() & MOMENTS else None,
    )


def _called(organization: ListedOrganization | None) -> str:
    if organization is None:
        return "Your organization"
    return organization_called(organization.name, organization.administrator_name)


async def _find(asking: Asking, account_id: UUID) -> AccountFound | None:
    try:
        return await asking.show(FindAccount(account_id=account_id), AccountFound)
    except RefusedError as error:
        if error.refused.code != RefusalCode.UNKNOWN_ACCOUNT:
            raise
        return None


async def _person(asking: Asking, account_id: str | None) -> str:
    if account_id is None:
        return ""
    found = await _find(asking, UUID(account_id))
    return NOBODY if found is None else found.name or found.email or NOBODY


async def _organization(
    asking: Asking, organization_id: UUID | None, known: Known
) -> ListedOrganization | None:
    if organization_id is None:
        return None
    if organization_id not in known:
        wanted = ListOrganizations(search=str(organization_id))
        listed = await asking.show(wanted, OrganizationList)
        found = (one for one in listed.organizations if one.organization_id == organization_id)
        known[organization_id] = next(found, None)
    return known[organization_id]


async def _zone(asking: Asking, organization: ListedOrganization | None) -> str | None:
    """The zone of the organization's books; it has none before anything was booked.

    While the ledger does not answer moments are told in the portal's zone: no letter waits for it.
    """
    if organization is None:
        return None
    try:
        terms = await asking.ask(
            ShowPoolTerms(),
            owner=organization.organization_id,
            behalf=organization.administrator_id,
        )
    except (NoAnswer, RefusedError):
        return None
    return str(terms["zone"])
