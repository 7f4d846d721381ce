"""`coffer organizations`: which there are, their ids, and who administers them."""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from deploy.operator.asking import ask_services
from deploy.operator.sheet import shown

if TYPE_CHECKING:
    from shared.messaging.ask import Asker

HEAD = (
    f"{'organization':<36} {'state':<7} {'number':<12} {'administrator':<36} e-mail, name; called"
)


def organizations(
    search: Annotated[
        str | None,
        typer.Argument(
            help="A customer number, an id, or a part of its or its Administrator's name or e-mail."
        ),
    ] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=500, help="So many at most.")] = 100,
    after: Annotated[
        UUID | None, typer.Option(help="Only those behind this id: the next page.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs, not for eyes: one object a line.")
    ] = False,
) -> None:
    """List organizations by their ids, all or those that a text finds.

    An organization has the customer number of its Administrator. If there are more, the call that
    lists them is said on stderr.
    """
    if search is not None and not search.strip():
        raise typer.BadParameter("is empty", param_hint="search")
    page = ask_services(lambda asks: _page(asks, search, limit, after))
    if not as_json and page["organizations"]:
        print(HEAD)
    for organization in page["organizations"]:
        print(json.dumps(organization) if as_json else line_of(organization))
    if not page["organizations"]:
        print("No organization is there." if search is None else "None is found.", file=sys.stderr)
    if page.get("after"):
        print(f"There are more: add --after {page['after']}", file=sys.stderr)


def line_of(organization: Mapping[str, Any]) -> str:
    """An organization for eyes."""
    email, name = organization["administrator_email"], organization["administrator_name"]
    called = organization.get("name")
    return (
        f"{organization['organization_id']:<36} {organization['state'].lower():<7}"
        f" {organization['customer_number']:<12} {organization['administrator_id']:<36}"
        f" {shown(email)}, {shown(name)}{f'; {shown(called)}' if called else ''}"
    )


async def _page(
    asks: "Asker", search: str | None, limit: int, after: UUID | None
) -> dict[str, Any]:
    from deploy.operator.operating import answer_to  # noqa: PLC0415 -- the contracts load slowly
    from shared.contracts.organizations import ListOrganizations  # noqa: PLC0415 -- as above

    return await answer_to(asks, ListOrganizations(search=search, after=after, limit=limit))
