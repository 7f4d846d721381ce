"""`coffer accounts`: whose an e-mail, a customer number or an id is."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from deploy.operator.asking import ask_services
from deploy.operator.exits import REFUSED
from deploy.operator.sheet import shown

if TYPE_CHECKING:
    from shared.contracts.accounts import FindAccount
    from shared.messaging.ask import Asker

HEAD = f"{'account':<36} {'number':<12} {'organization':<36} {'role':<13} e-mail, name"


def accounts(
    who: Annotated[list[str], typer.Argument(help="E-mails, customer numbers or ids.")],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="For programs, not for eyes: one object a line.")
    ] = False,
) -> None:
    """Find accounts by e-mail, customer number or id: who they are, and in which organization.

    Ends with 1 if somebody is not found; the others are shown.
    """
    wanted = {text: _question(text) for text in who}
    found = ask_services(lambda asks: _found(asks, wanted))
    if not as_json and any(found.values()):
        print(HEAD)
    for text, account in found.items():
        if account is None:
            print(f"{shown(text)}: nobody has it", file=sys.stderr)
            continue
        print(json.dumps(account) if as_json else "\n".join(lines_of(account)))
    if not all(found.values()):
        raise typer.Exit(REFUSED)


def lines_of(account: Mapping[str, Any]) -> Iterator[str]:
    """An account for eyes: a line for each organization, for one may own one and be in another."""
    places = [
        (account.get("organization_id"), "ADMINISTRATOR"),
        (account.get("joined_organization_id"), account.get("role")),
    ]
    name = account.get("name") or "(invited)"
    for organization, role in [place for place in places if place[0]] or [("-", "-")]:
        yield (
            f"{account['account_id']:<36} {account.get('customer_number', '-'):<12}"
            f" {organization:<36} {role:<13} {shown(account.get('email', '-'))}, {shown(name)}"
        )


def _question(text: str) -> "FindAccount":
    from pydantic import ValidationError  # noqa: PLC0415 -- the contracts load slowly

    from shared.contracts.accounts import FindAccount  # noqa: PLC0415 -- as above

    try:
        if _is_id(text):
            return FindAccount(account_id=UUID(text))
        return FindAccount(email=text) if "@" in text else FindAccount(customer_number=text)
    except ValidationError as error:
        message = f"{shown(text)}: is no e-mail, customer number or id"
        raise typer.BadParameter(message, param_hint="who") from error


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def _found(
    asks: "Asker", wanted: "Mapping[str, FindAccount]"
) -> dict[str, dict[str, Any] | None]:
    from deploy.operator.inquiry import RefusedError  # noqa: PLC0415 -- the contracts load slowly
    from deploy.operator.operating import answer_to  # noqa: PLC0415 -- as above
    from shared.contracts.refusals import RefusalCode  # noqa: PLC0415 -- as above

    found: dict[str, dict[str, Any] | None] = {}
    for text, question in wanted.items():
        try:
            found[text] = await answer_to(asks, question)
        except RefusedError as error:
            if error.code != RefusalCode.UNKNOWN_ACCOUNT:
                raise
            found[text] = None
    return found
