"""Which letters a fact brings about, and to whom; pure. They hold ids and amounts alone (A20)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from services.portal.store.letters import NewLetter
from shared.contracts.credit_facts import DebtRaised
from shared.contracts.credit_notices import (
    CreditsExpiring,
    CreditsRequested,
    PoolLow,
    QuotaReached,
    RequestApproved,
    RequestDeclined,
    RequestLine,
)
from shared.contracts.membership import MemberAdded
from shared.contracts.message import Fact, FactData
from shared.contracts.money import format_credits
from shared.contracts.organizations import OrganizationActivated, SetupRejected
from shared.contracts.transfers import AdministratorChanged, TransferEnded, TransferRequested

WHOLE_QUOTA = 100
F = TypeVar("F", bound=FactData)
_writers: dict[type[FactData], Callable[[Fact[Any]], Iterator[NewLetter]]] = {}


def letters_about(fact: Fact[FactData]) -> tuple[NewLetter, ...]:
    """The letters that a fact brings about; most bring none."""
    writer = _writers.get(type(fact.data))
    return tuple(writer(fact)) if writer else ()


def _tells_of(
    kind: type[F],
) -> Callable[[Callable[[Fact[F]], Iterator[NewLetter]]], Callable[[Fact[F]], Iterator[NewLetter]]]:
    def told(
        write: Callable[[Fact[F]], Iterator[NewLetter]],
    ) -> Callable[[Fact[F]], Iterator[NewLetter]]:
        _writers[kind] = write
        return write

    return told


@_tells_of(MemberAdded)
def _of_member(fact: Fact[MemberAdded]) -> Iterator[NewLetter]:
    """Whoever only changed his role knows already, or is told by whoever changed it."""
    added = fact.data
    if added.reason == "added":
        yield NewLetter(
            cause=fact.id,
            kind="invited" if added.invited else "added",
            facts={"role": added.role},
            account_id=added.account_id,
            organization_id=added.organization_id,
        )


@_tells_of(OrganizationActivated)
def _of_organization(fact: Fact[OrganizationActivated]) -> Iterator[NewLetter]:
    """One that lives by its licenses arose by a purchase: nobody waits for word of it."""
    activated = fact.data
    if activated.origin == "CONFIRMED":
        yield NewLetter(
            cause=fact.id,
            kind="setup_confirmed",
            facts={},
            account_id=activated.administrator_id,
            organization_id=activated.organization_id,
        )


@_tells_of(SetupRejected)
def _of_rejection(fact: Fact[SetupRejected]) -> Iterator[NewLetter]:
    yield NewLetter(cause=fact.id, kind="setup_rejected", facts={}, account_id=fact.data.account_id)


@_tells_of(TransferRequested)
def _of_offer(fact: Fact[TransferRequested]) -> Iterator[NewLetter]:
    offer = fact.data
    yield NewLetter(
        cause=fact.id,
        kind="transfer_offered",
        facts={
            "person_id": str(offer.from_account_id),
            "expires_at": offer.expires_at.isoformat(),
        },
        account_id=offer.to_account_id,
        organization_id=offer.organization_id,
    )


@_tells_of(TransferEnded)
def _of_ended_offer(fact: Fact[TransferEnded]) -> Iterator[NewLetter]:
    """Each of the two is told what the other, or time, did; whoever ended it knows."""
    ended = fact.data
    if ended.state != "CANCELLED":
        yield NewLetter(
            cause=fact.id,
            kind=f"transfer_{ended.state.lower()}",
            facts={},
            organization_id=ended.organization_id,
        )
    if ended.state != "DECLINED" and ended.to_account_id is not None:
        yield NewLetter(
            cause=fact.id,
            kind="transfer_cancelled" if ended.state == "CANCELLED" else "transfer_missed",
            facts={},
            account_id=ended.to_account_id,
            organization_id=ended.organization_id,
        )


@_tells_of(AdministratorChanged)
def _of_administrator(fact: Fact[AdministratorChanged]) -> Iterator[NewLetter]:
    changed = fact.data
    at = changed.changed_at.isoformat()
    yield NewLetter(
        cause=fact.id,
        kind="administrator_became",
        facts={"person_id": str(changed.from_account_id), "changed_at": at},
        account_id=changed.to_account_id,
        organization_id=changed.organization_id,
    )
    yield NewLetter(
        cause=fact.id,
        kind="administrator_was",
        facts={
            "person_id": str(changed.to_account_id),
            "changed_at": at,
            "role": changed.from_role,
        },
        account_id=changed.from_account_id,
        organization_id=changed.organization_id,
    )


@_tells_of(PoolLow)
def _of_pool(fact: Fact[PoolLow]) -> Iterator[NewLetter]:
    """One letter, for the deepest threshold."""
    low = fact.data
    line = min(low.lines, key=lambda line: line.threshold)
    facts = {
        "available": format_credits(low.available),
        "threshold": str(line.threshold),
        "mark": format_credits(line.mark),
    }
    yield NewLetter(cause=fact.id, kind="pool_low", facts=facts, organization_id=low.owner)


@_tells_of(QuotaReached)
def _of_quotas(fact: Fact[QuotaReached]) -> Iterator[NewLetter]:
    """Each person is told; the Administrator of those whose next job will be refused."""
    for part, line in enumerate(fact.data.lines):
        facts = {
            "threshold": str(line.threshold),
            "limit": format_credits(line.limit),
            "used": format_credits(line.used),
        }
        yield NewLetter(
            cause=fact.id,
            kind="quota_reached",
            facts=facts,
            account_id=line.account_id,
            organization_id=fact.data.owner,
            part=part,
        )
        if line.threshold >= WHOLE_QUOTA:
            yield NewLetter(
                cause=fact.id,
                kind="quota_used_up",
                facts={**facts, "person_id": str(line.account_id)},
                organization_id=fact.data.owner,
                part=part,
            )


@_tells_of(CreditsExpiring)
def _of_expiry(fact: Fact[CreditsExpiring]) -> Iterator[NewLetter]:
    lines = fact.data.lines
    facts = {
        "amount": format_credits(sum(line.amount for line in lines)),
        "expires_at": min(line.expires_at for line in lines).isoformat(),
    }
    yield NewLetter(
        cause=fact.id, kind="credits_expiring", facts=facts, organization_id=fact.data.owner
    )


@_tells_of(DebtRaised)
def _of_debt(fact: Fact[DebtRaised]) -> Iterator[NewLetter]:
    """Told when a wallet comes into debt, with all that it owes then, and not again as it grows."""
    lines = fact.data.lines
    if any(line.amount == line.debt for line in lines):
        facts = {"debt": format_credits(max(line.debt for line in lines))}
        yield NewLetter(
            cause=fact.id, kind="debt_raised", facts=facts, organization_id=fact.data.owner
        )


@_tells_of(CreditsRequested)
def _of_requests(fact: Fact[CreditsRequested]) -> Iterator[NewLetter]:
    for part, line in enumerate(fact.data.lines):
        yield NewLetter(
            cause=fact.id,
            kind="credits_requested",
            facts={**_wish(line), "person_id": str(line.account_id)},
            organization_id=fact.data.owner,
            part=part,
        )


@_tells_of(RequestApproved)
def _of_approvals(fact: Fact[RequestApproved]) -> Iterator[NewLetter]:
    yield from _answers(fact, fact.data.lines, "request_approved")


@_tells_of(RequestDeclined)
def _of_refusals(fact: Fact[RequestDeclined]) -> Iterator[NewLetter]:
    yield from _answers(fact, fact.data.lines, "request_declined")


def _answers(
    fact: Fact[RequestApproved] | Fact[RequestDeclined], lines: Iterable[RequestLine], kind: str
) -> Iterator[NewLetter]:
    for part, line in enumerate(lines):
        yield NewLetter(
            cause=fact.id,
            kind=kind,
            facts=_wish(line),
            account_id=line.account_id,
            organization_id=fact.data.owner,
            part=part,
        )


def _wish(line: RequestLine) -> dict[str, str]:
    wish = {"mode": str(line.mode), "reason": line.reason or ""}
    return wish if line.limit is None else {**wish, "limit": format_credits(line.limit)}
