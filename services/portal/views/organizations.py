"""An organization as the list of all of them has it: whose it is, by its id."""

from uuid import UUID

from services.portal.asking import Asking
from services.portal.viewer import Viewer
from services.portal.views.faces import Face
from shared.contracts.organizations import ListedOrganization, ListOrganizations, OrganizationList

# An id is found among names and numbers as well, of which few can hold it.
FOUND_MAX = 5


async def find_organization(
    asking: Asking, organization: UUID, *, viewer: Viewer | None = None
) -> ListedOrganization | None:
    """Find an organization, as a colleague of the staff or, without a viewer, as the portal."""
    search = ListOrganizations(search=str(organization), limit=FOUND_MAX)
    found = await asking.show(search, OrganizationList, viewer=viewer)
    named = (one for one in found.organizations if one.organization_id == organization)
    return next(named, None)


def administrator_in(listed: ListedOrganization) -> Face:
    """Who runs it."""
    return Face(
        listed.administrator_id,
        listed.administrator_name,
        listed.administrator_email,
        "ADMINISTRATOR",
    )
