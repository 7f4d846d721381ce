"""`coffer node`: which render nodes work for an organization, each by a broker user of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

import typer

from deploy.operator.asking import ask_services, asking

if TYPE_CHECKING:
    from shared.contracts.nodes import EnrolNode, WithdrawNode
    from shared.messaging.ask import Asker

Name: TypeAlias = Annotated[str, typer.Argument(help="The node: 1 to 60 letters, digits, hyphens.")]
Organization: TypeAlias = Annotated[UUID, typer.Option(help="The organization it works for.")]
As: TypeAlias = Annotated[
    UUID, typer.Option("--as", help="Your account, to be written down as having done it.")
]

node = typer.Typer(help="Enrol, withdraw and list the render nodes of an organization.")


@node.command()
def enrol(
    name: Name,
    *,
    organization: Organization,
    operator: As,
    new_address: Annotated[
        bool, typer.Option("--new-address", help="Give it a new one; the one it has ends.")
    ] = False,
) -> None:
    """Let a node work for an organization, and for no others than those it is enrolled in.

    The first time its address is written on stdout, for `connect(address, node="node-NAME")`. It
    holds the password, which is kept nowhere: one that is lost is replaced by `--new-address`.
    Where no stack runs, AMQP_URL, COFFER_AMQP_MANAGEMENT_URL and COFFER_OPERATOR_AMQP_URL name the
    broker; no database is needed.
    """
    from deploy.native import node_users  # noqa: PLC0415 -- loads slowly
    from shared.contracts.nodes import EnrolNode  # noqa: PLC0415 -- as above
    from shared.messaging.topology import node_user  # noqa: PLC0415 -- as above

    user, asked = node_user(name), _naming(EnrolNode, name)
    with asking():
        broker = node_users.find_broker()
        is_known = node_users.has_user(broker, user)
        _act(asked, organization, operator)
        if new_address or not is_known:
            print(node_users.make_user(broker, user))
    address = ", by the address it has" if is_known and not new_address else ""
    print(f"{user} works for {organization}{address}", file=sys.stderr)


@node.command()
def withdraw(name: Name, *, organization: Organization, operator: As) -> None:
    """Let a node work for an organization no more; the holds that are open it may finish."""
    from shared.contracts.nodes import WithdrawNode  # noqa: PLC0415 -- the contracts load slowly
    from shared.messaging.topology import node_user  # noqa: PLC0415 -- as above

    asked = _naming(WithdrawNode, name)
    with asking():
        _act(asked, organization, operator)
    print(f"{node_user(name)} works for {organization} no more", file=sys.stderr)


@node.command("list")
def list_nodes(
    *,
    organization: Organization,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs, not for eyes: one object a line.")
    ] = False,
) -> None:
    """List the nodes that are enrolled in an organization."""
    for found in ask_services(lambda asks: _nodes(asks, organization)):
        print(json.dumps(found) if as_json else f"{found['node']:<60} {found['enrolled_at']}")


def _naming(contract: "type[EnrolNode | WithdrawNode]", name: str) -> "EnrolNode | WithdrawNode":
    from pydantic import ValidationError  # noqa: PLC0415 -- the contracts load slowly

    try:
        return contract(node=name)
    except ValidationError as error:
        message = f"{name!r} is not 1 to 60 letters, digits, hyphens"
        raise typer.BadParameter(message, param_hint="name") from error


def _act(data: "EnrolNode | WithdrawNode", organization: UUID, operator: UUID) -> None:
    from deploy.operator.inquiry import RefusedError  # noqa: PLC0415 -- the contracts load slowly
    from deploy.operator.operating import act, operator_url  # noqa: PLC0415 -- as above

    verdict = asyncio.run(act(operator_url(), data, operator=operator, owner=organization))
    if verdict.refused is not None:
        raise RefusedError(verdict.refused)


async def _nodes(asks: "Asker", organization: UUID) -> list[dict[str, Any]]:
    return [found async for page in _pages(asks, organization) for found in page]


async def _pages(asks: "Asker", organization: UUID) -> AsyncIterator[list[dict[str, Any]]]:
    from deploy.operator.operating import answer_to  # noqa: PLC0415 -- the contracts load slowly
    from shared.contracts.nodes import ListNodes  # noqa: PLC0415 -- as above

    after = None
    while True:
        page = await answer_to(asks, ListNodes(after=after), owner=organization)
        yield page["nodes"]
        after = page.get("after")
        if after is None:
            return
