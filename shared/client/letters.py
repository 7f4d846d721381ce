"""Commands of a render node as bytes ready to send: built once, sent again unchanged."""

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from shared.contracts.credits import (
    AuthorizeHold,
    CaptureHold,
    ExtendHold,
    LedgerCommand,
    ReportUsage,
    VoidHold,
)
from shared.contracts.work import Measure, Work


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to the ledger; `expected` are the ids under which its verdicts come."""

    id: str
    type: str
    routing_key: str
    owner: str
    body: bytes
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the broker user that vouches for the words, and the node they come from."""

    user: str
    node: str

    def authorize(  # noqa: PLR0913  # the fields of the contract
        self,
        command_id: str,
        *,
        owner: str,
        account: str,
        amount: str,
        lease_seconds: int,
        job: str | None = None,
        max_credits: str | None = None,
        work: Work | None = None,
        product: str | None = None,
    ) -> Letter:
        """Write an AuthorizeHold; amounts are decimal strings of credits."""
        data: dict[str, object] = {
            "amount": amount,
            "lease_seconds": lease_seconds,
            "node": self.node,
            **_given(job=job, max_credits=max_credits, work=written(work), product=product),
        }
        return self._letter(AuthorizeHold, command_id, owner, account, data)

    def extend(
        self,
        command_id: str,
        *,
        owner: str,
        account: str,
        hold: str,
        amount: str,
        lease_seconds: int,
        metered: str | None,
    ) -> Letter:
        """Write an ExtendHold; amounts are decimal strings of credits."""
        data: dict[str, object] = {
            "hold_id": hold,
            "amount": amount,
            "lease_seconds": lease_seconds,
            **_given(metered=metered),
        }
        return self._letter(ExtendHold, command_id, owner, account, data)

    def capture(
        self,
        command_id: str,
        *,
        owner: str,
        account: str,
        hold: str,
        amount: str | None,
        final: bool,
        work: Work | None = None,
        measured: Measure | None = None,
    ) -> Letter:
        """Write a CaptureHold; `amount` is a decimal string of credits, or `measured` stands."""
        data: dict[str, object] = {
            "hold_id": hold,
            "final": final,
            **_given(amount=amount, work=written(work), measured=written(measured)),
        }
        return self._letter(CaptureHold, command_id, owner, account, data)

    def void(self, command_id: str, *, owner: str, account: str, hold: str) -> Letter:
        """Write a VoidHold."""
        return self._letter(VoidHold, command_id, owner, account, {"hold_id": hold})

    def usage(self, command_id: str, *, owner: str, lines: list[dict[str, object]]) -> Letter:
        """Write a ReportUsage whose lines have the form of the contract's UsageLine."""
        expected = tuple(str(line["id"]) for line in lines)
        return self._letter(ReportUsage, command_id, owner, None, {"lines": lines}, expected)

    def _letter(
        self,
        contract: type[LedgerCommand],
        command_id: str,
        owner: str,
        account: str | None,
        data: dict[str, object],
        expected: tuple[str, ...] = (),
    ) -> Letter:
        command: dict[str, object] = {
            "id": command_id,
            "type": contract.TYPE,
            "actor": self.user,
            "owner": owner,
            "sent_at": datetime.now(UTC).isoformat(timespec="microseconds")[:-6] + "Z",
            "data": data,
        }
        if account is not None:
            command["on_behalf_of"] = account
        return Letter(
            id=command_id,
            type=contract.TYPE,
            routing_key=f"{contract.INTAKE_NOUN}.{self.node}.{owner}",
            owner=owner,
            body=orjson.dumps(command),
            expected=expected or (command_id,),
        )


def _given(**fields: object) -> dict[str, object]:
    """Leave out what was not given."""
    return {name: value for name, value in fields.items() if value is not None}


def written(part: Work | Measure | None) -> dict[str, object] | None:
    """Write what a charge is for, or what was measured, as it travels."""
    return None if part is None else part.model_dump(mode="json", exclude_none=True)
