"""`coffer forget`: a person's name and address go, his ids and the history of them stay (A20)."""

import asyncio
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from deploy.operator.asking import asking

if TYPE_CHECKING:
    from shared.contracts.accounts import ForgetAccount


def forget(
    account: Annotated[UUID, typer.Argument(help="The person's account.")],
    *,
    reason: Annotated[
        str, typer.Option(help="Why, for the trail; a name or address in it is left out.")
    ],
    operator: Annotated[
        UUID, typer.Option("--as", help="Your account, to be written down as having done it.")
    ],
) -> None:
    """Erase a person: his name and e-mail are gone for good, and he leaves his organization.

    Whoever administers an organization hands it over first. Messages in the queue `dead` keep their
    bodies, and what those name: empty it first. Asked again, it changes nothing and tells the same.
    Ends with 0 if he is forgotten, 1 if that is refused, 2 if the reason is none, 3 if membership
    did not answer.
    """
    from deploy.operator.inquiry import RefusedError  # noqa: PLC0415 -- the contracts load slowly
    from deploy.operator.operating import act, operator_url  # noqa: PLC0415 -- as above

    asked = _naming(account, reason)
    with asking():
        verdict = asyncio.run(act(operator_url(), asked, operator=operator))
        if verdict.refused is not None:
            raise RefusedError(verdict.refused)
    print(f"{account} is forgotten")


def _naming(account: UUID, reason: str) -> "ForgetAccount":
    from pydantic import ValidationError  # noqa: PLC0415 -- the contracts load slowly

    from shared.contracts.accounts import ForgetAccount  # noqa: PLC0415 -- as above

    try:
        return ForgetAccount(account_id=account, reason=reason)
    except ValidationError as error:
        message = "1 to 500 characters"
        raise typer.BadParameter(message, param_hint="--reason") from error
