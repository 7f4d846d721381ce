"""Accounts, organizations and the people in them: roles, transfers, nodes, what was done."""

from services.portal.api import gates, work
from services.portal.api.operations import (
    ACCOUNTS,
    ORGANIZATIONS,
    Operation,
    in_both_places,
)
from services.portal.api.scopes import ANY, PEOPLE, READ
from shared.contracts.accounts import AccountProfile, ShowAccount
from shared.contracts.audit import (
    AuditTrail,
    ListCreditAudit,
    ListLicensingAudit,
    ListMembershipAudit,
)
from shared.contracts.membership import (
    AddMember,
    ChangeRole,
    LeaveOrganization,
    ListMembers,
    MemberAdded,
    MemberList,
    MemberRemoved,
    Person,
    RemoveMember,
)
from shared.contracts.nodes import (
    EnrolNode,
    ListNodes,
    NodeEnrolled,
    NodeList,
    NodeWithdrawn,
    WithdrawNode,
)
from shared.contracts.organizations import (
    OrganizationProfile,
    OrganizationRenamed,
    RenameOrganization,
    RequestSetup,
    SetupRequested,
    ShowOrganization,
)
from shared.contracts.transfers import (
    AcceptTransfer,
    AdministratorChanged,
    CancelTransfer,
    DeclineTransfer,
    RequestTransfer,
    TransferEnded,
    TransferRequested,
)

O, A = ORGANIZATIONS, ACCOUNTS  # noqa: E741  # a table reads by its columns
MEMBER = f"{O}/members/{{account_id}}"
TRANSFER = f"{O}/transfers/{{transfer_id}}"

ROWS = (
    Operation(
        "GET", "/me", work.AskNothing, work.Me, ANY,
        "accounts", work=work.show_me, name="show_me",
    ),
    Operation("GET", A, ShowAccount, AccountProfile, READ, "accounts", account_is="account_id"),
    Operation(
        "POST", f"{A}/setup-requests", RequestSetup, SetupRequested, PEOPLE, "accounts",
        gate=gates.few_tries,
    ),
    Operation("GET", O, ShowOrganization, OrganizationProfile, READ, "organizations"),
    Operation(
        "PUT", f"{O}/name", RenameOrganization, OrganizationRenamed, PEOPLE, "organizations",
        example={"name": "Larkspur Visual"},
    ),
    Operation("POST", f"{O}/leave", LeaveOrganization, MemberRemoved, PEOPLE, "members"),
    Operation("GET", f"{O}/members", ListMembers, MemberList, READ, "members"),
    Operation(
        "POST", f"{O}/members", AddMember, MemberAdded, PEOPLE, "members",
        example={"email": "ana@larkspur.example", "role": "MEMBER"},
    ),
    Operation(
        "GET", MEMBER, work.AskAboutMember, Person, READ, "members",
        work=work.show_member, name="show_member",
    ),
    Operation("DELETE", MEMBER, RemoveMember, MemberRemoved, PEOPLE, "members"),
    Operation(
        "PUT", f"{MEMBER}/role", ChangeRole, MemberAdded, PEOPLE, "members",
        example={"role": "GUEST"},
    ),
    Operation("POST", f"{O}/transfers", RequestTransfer, TransferRequested, PEOPLE, "transfers"),
    Operation(
        "POST", f"{TRANSFER}/accept", AcceptTransfer, AdministratorChanged, PEOPLE, "transfers"
    ),
    Operation("POST", f"{TRANSFER}/decline", DeclineTransfer, TransferEnded, PEOPLE, "transfers"),
    Operation("POST", f"{TRANSFER}/cancel", CancelTransfer, TransferEnded, PEOPLE, "transfers"),
    Operation("GET", f"{O}/nodes", ListNodes, NodeList, READ, "nodes"),
    Operation("PUT", f"{O}/nodes/{{node}}", EnrolNode, NodeEnrolled, PEOPLE, "nodes"),
    Operation("DELETE", f"{O}/nodes/{{node}}", WithdrawNode, NodeWithdrawn, PEOPLE, "nodes"),
    *in_both_places(
        Operation("GET", "/audit/people", ListMembershipAudit, AuditTrail, READ, "audit")
    ),
    *in_both_places(
        Operation("GET", "/audit/licenses", ListLicensingAudit, AuditTrail, READ, "audit")
    ),
    *in_both_places(
        Operation("GET", "/audit/credits", ListCreditAudit, AuditTrail, READ, "audit")
    ),
)  # fmt: skip
