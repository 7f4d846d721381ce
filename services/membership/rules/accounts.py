"""Who has which account, who may see it, and how it ends (R1, R9, T32, A16, A20)."""

from uuid import UUID

from services.membership.rules.standing import Account, Standing
from shared import erasing
from shared.contracts.message import Refused, refuse
from shared.contracts.refusals import RefusalCode


def fold(email: str) -> str:
    """One e-mail is one account, however it is capitalised (A16)."""
    return email.casefold()


def register(
    *, email: str, same_id: Account | None, same_email: Account | None, is_forgotten: bool = False
) -> Account | Refused | None:
    """Register an account: the one that is there already, a refusal, or nothing in the way.

    Whoever was invited keeps the account that he has had all along, by linking it (T32).
    """
    if same_email is not None and not same_email.is_registered:
        return refuse(RefusalCode.EMAIL_TAKEN, message="this address is invited: link it instead")
    if same_id is not None and fold(same_id.email) == fold(email):
        return same_id
    if same_id is not None or is_forgotten:
        return refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED)
    if same_email is not None:
        return refuse(RefusalCode.EMAIL_TAKEN)
    return None


def link(invited: Account | None) -> Account | Refused:
    """Let an invited address have its account, once (T32)."""
    if invited is None:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    if invited.is_registered:
        return refuse(RefusalCode.EMAIL_TAKEN)
    return invited


def change_email(account: Account | None, same_email: Account | None) -> Account | Refused:
    """Give a registered account an address that nobody else has, not even by invitation (A16)."""
    if account is None or not account.is_registered:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    if same_email is not None and same_email.id != account.id:
        return refuse(RefusalCode.EMAIL_TAKEN)
    return account


def forget(standing: Standing) -> Account | Refused:
    """Erase a person (A20), but never an organization's only Administrator (R7)."""
    if standing.account is None:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    if standing.owns is not None:
        return refuse(RefusalCode.CANNOT_REMOVE_ADMINISTRATOR)
    return standing.account


def unnamed(words: str, account: Account | None) -> str:
    """An operator's words without a person's name and any address: they are kept for ever (A20)."""
    names = () if account is None or account.name is None else (account.name,)
    return erasing.unnamed(words, *names)


def show_account(account: Account | None, asked_by: UUID | None) -> Account | Refused:
    """An account is shown to its owner and looks unknown to everybody else (R9)."""
    if account is None or not account.is_registered or asked_by != account.id:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    return account
