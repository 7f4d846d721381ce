"""Who is clicking: an account as its owner sees it, and what the portal knows of it besides."""

from dataclasses import dataclass
from uuid import UUID

from services.portal.settings import PortalSettings
from shared.contracts.accounts import AccountProfile
from shared.contracts.people import Role


@dataclass(frozen=True)
class Viewer:
    """Somebody who signed in; `role` is what he is in the organization that he joined."""

    account_id: UUID
    email: str
    name: str
    customer_number: str
    organization_id: UUID | None = None
    joined_organization_id: UUID | None = None
    role: Role | None = None
    setup_request_id: UUID | None = None
    transfer_id: UUID | None = None
    is_staff: bool = False
    is_ops: bool = False

    @property
    def home(self) -> str:
        """The page he came for."""
        if self.organization_id is not None:
            return f"/o/{self.organization_id}"
        if self.is_staff:
            return "/operator"
        return "/ops" if self.is_ops else "/me"

    def administers(self, organization: UUID) -> bool:
        return self.organization_id == organization

    def belongs_to(self, organization: UUID) -> bool:
        return organization in (self.organization_id, self.joined_organization_id)

    def may_see(self, organization: UUID) -> bool:
        """Whether an organization is his business; to anybody else it does not exist."""
        return self.is_staff or self.belongs_to(organization)


def viewer_of(profile: AccountProfile, settings: PortalSettings) -> Viewer:
    return Viewer(
        **profile.model_dump(),
        is_staff=settings.is_staff(profile.email),
        is_ops=settings.is_ops(profile.email),
    )
