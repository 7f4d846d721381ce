"""Which letters facts bring about, to whom, and what they say."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from services.portal.mail import letters
from services.portal.mail.addressing import KIND_OF_OWN, Addressed
from services.portal.mail.letters import letters_about
from services.portal.mail.writing import Writer, words_of
from services.portal.settings import PortalSettings
from services.portal.store.letters import Letter, NewLetter
from shared.contracts.credit_facts import DebtLine, DebtRaised
from shared.contracts.credit_notices import (
    CreditsExpiring,
    CreditsRequested,
    ExpiringLine,
    PoolLow,
    PoolLowLine,
    QuotaReached,
    QuotaReachedLine,
    RequestApproved,
    RequestDeclined,
    RequestLine,
)
from shared.contracts.membership import MemberAdded, MemberRemoved
from shared.contracts.message import FactData
from shared.contracts.organizations import OrganizationActivated, SetupRejected
from shared.contracts.transfers import AdministratorChanged, TransferEnded, TransferRequested
from tests.builders import an_id
from tests.speaking import a_fact

AT = datetime(2027, 1, 31, 21, 59, tzinfo=UTC)
ORGANIZATION, ANA, BEN = an_id(), an_id(), an_id()
HERS = "Ana\N{RIGHT SINGLE QUOTATION MARK}s organization"
OF_POOL: dict[str, Any] = {"owner": ORGANIZATION, "available": 6_000_000}


def a_wish(**changes: Any) -> RequestLine:  # noqa: ANN401 -- any field
    valid = {
        "request_id": an_id(),
        "account_id": BEN,
        "mode": "quota",
        "limit": 200_000_000,
        "reason": "A trailer is due on Friday.",
    }
    return RequestLine.model_validate({**valid, **changes})


def quotas(*thresholds: int) -> QuotaReached:
    lines = tuple(
        QuotaReachedLine(account_id=BEN, threshold=one, limit=60_000_000, used=54_000_000)
        for one in thresholds
    )
    return QuotaReached(**OF_POOL, lines=lines)


def debt(*amounts: tuple[int, int]) -> DebtRaised:
    lines = tuple(DebtLine(lot=1, amount=amount, debt=owed) for amount, owed in amounts)
    return DebtRaised(**OF_POOL, lines=lines)


def added(**changes: Any) -> MemberAdded:  # noqa: ANN401 -- any field
    valid = {
        "organization_id": ORGANIZATION,
        "account_id": BEN,
        "role": "GUEST",
        "added_at": AT,
        "invited": True,
    }
    return MemberAdded.model_validate({**valid, **changes})


def ended(state: str) -> TransferEnded:
    return TransferEnded.model_validate(
        {
            "transfer_id": an_id(),
            "organization_id": ORGANIZATION,
            "state": state,
            "ended_at": AT,
        }
    )


def activated(origin: str) -> OrganizationActivated:
    return OrganizationActivated.model_validate(
        {
            "organization_id": ORGANIZATION,
            "administrator_id": ANA,
            "activated_at": AT,
            "origin": origin,
        }
    )


LOW = PoolLow(
    **OF_POOL,
    lines=(
        PoolLowLine(threshold=20, mark=500_000_000),
        PoolLowLine(threshold=5, mark=500_000_000),
    ),
)
EXPIRING = CreditsExpiring(
    **OF_POOL,
    lines=(
        ExpiringLine(lot=1, amount=7_000_000, expires_at=AT.replace(year=2028)),
        ExpiringLine(lot=2, amount=5_500_000, expires_at=AT),
    ),
)
OFFERED = TransferRequested(
    transfer_id=an_id(),
    organization_id=ORGANIZATION,
    from_account_id=ANA,
    to_account_id=BEN,
    requested_at=AT,
    expires_at=AT,
)
CHANGED = AdministratorChanged(
    organization_id=ORGANIZATION,
    from_account_id=ANA,
    to_account_id=BEN,
    from_role="MEMBER",
    changed_at=AT,
)
REJECTED = SetupRejected(
    request_id=an_id(), organization_id=ORGANIZATION, account_id=ANA, rejected_at=AT
)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (added(), [("invited", BEN)]),
        (added(invited=False), [("added", BEN)]),
        (added(reason="role_changed"), []),
        (activated("CONFIRMED"), [("setup_confirmed", ANA)]),
        (activated("LICENSE"), []),
        (REJECTED, [("setup_rejected", ANA)]),
        (LOW, [("pool_low", None)]),
        (quotas(80), [("quota_reached", BEN)]),
        (quotas(100), [("quota_reached", BEN), ("quota_used_up", None)]),
        (quotas(80, 80), [("quota_reached", BEN), ("quota_reached", BEN)]),
        (EXPIRING, [("credits_expiring", None)]),
        (debt((34_000_000, 34_000_000)), [("debt_raised", None)]),
        (debt((1_000_000, 35_000_000)), []),
        (CreditsRequested(**OF_POOL, lines=(a_wish(),)), [("credits_requested", None)]),
        (RequestApproved(**OF_POOL, lines=(a_wish(),)), [("request_approved", BEN)]),
        (RequestDeclined(**OF_POOL, lines=(a_wish(),)), [("request_declined", BEN)]),
        (OFFERED, [("transfer_offered", BEN)]),
        (ended("DECLINED"), [("transfer_declined", None)]),
        (ended("EXPIRED"), [("transfer_expired", None)]),
        (ended("CANCELLED"), []),
        (CHANGED, [("administrator_became", BEN), ("administrator_was", ANA)]),
        (
            MemberRemoved(organization_id=ORGANIZATION, account_id=BEN, removed_at=AT),
            [],
        ),
    ],
)
def test_a_fact_brings_its_letters_about(said: FactData, told: list[tuple[str, Any]]) -> None:
    fact = a_fact(said, subject=ORGANIZATION)

    written = letters_about(fact)

    assert [(one.kind, one.account_id) for one in written] == told
    assert all(one.cause == fact.id for one in written)
    assert len({(one.kind, one.part, one.account_id) for one in written}) == len(written)


def test_the_deepest_threshold_and_the_first_expiry_are_told() -> None:
    (low,) = letters_about(a_fact(LOW, subject=ORGANIZATION))
    (expiring,) = letters_about(a_fact(EXPIRING, subject=ORGANIZATION))

    assert low.facts == {"available": "6", "threshold": "5", "mark": "500"}
    assert expiring.facts == {"amount": "12.5", "expires_at": AT.isoformat()}


def every_letter() -> Iterator[NewLetter]:
    wishes = (a_wish(), a_wish(mode="unlimited", limit=None, reason=None))
    said: tuple[FactData, ...] = (
        *(added(), added(invited=False), activated("CONFIRMED"), REJECTED, LOW, quotas(100)),
        *(EXPIRING, debt((34_000_000, 34_000_000)), OFFERED, ended("DECLINED")),
        *(ended("EXPIRED"), CHANGED),
        CreditsRequested(**OF_POOL, lines=wishes),
        RequestApproved(**OF_POOL, lines=wishes),
        RequestDeclined(**OF_POOL, lines=wishes),
    )
    for data in said:
        yield from letters_about(a_fact(data, subject=ORGANIZATION))
    for reason in words_of()["troubles"]:
        facts = {"webhook_id": str(an_id()), "reason": reason}
        yield NewLetter(an_id(), "webhook_disabled", facts, organization_id=ORGANIZATION)


def addressed(new: NewLetter, kind: str | None = None, **changes: Any) -> Addressed:  # noqa: ANN401
    letter = Letter(
        an_id(), new.cause, new.kind, new.facts, new.account_id, new.organization_id, 1, AT
    )
    valid = {
        "letter": letter,
        "kind": kind or new.kind,
        "email": "ben@larkspur.example",
        "name": "Ben Okafor",
        "organization": HERS,
        "person": "Chloe Martin",
        "zone": "Europe/Sofia",
    }
    return Addressed(**{**valid, **changes})


def written(to_whom: Addressed) -> EmailMessage:
    settings = PortalSettings(
        public_url="https://portal.larkspur.example",
        vendor="Larkspur, Inc.",
        mail_from="coffer@larkspur.example",
    )
    wire = Writer(settings).write(to_whom, at=AT).as_bytes(policy=policy.SMTP)
    read = message_from_bytes(wire, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_every_letter_has_words_and_every_word_a_letter() -> None:
    kinds = {new.kind for new in every_letter()}

    assert kinds | set(KIND_OF_OWN.values()) == set(words_of()["letters"])
    assert kinds >= set(KIND_OF_OWN)
    assert len({new.cause for new in every_letter()}) > len(letters._writers)


@pytest.mark.parametrize("new", list(every_letter()), ids=lambda new: new.kind)
def test_a_letter_says_everything_in_both_forms(new: NewLetter) -> None:
    message = written(addressed(new))

    plain, page = text_of(message), text_of(message, "html")
    assert "{" not in f"{message['Subject']}{plain}{page}"
    assert "Undefined" not in page
    assert "Hello Ben Okafor," in plain
    assert "https://portal.larkspur.example/" in plain
    assert "https://portal.larkspur.example/" in page
    assert not re.search(r"<script|<img|<link|src=", page)
    assert 'lang="en"' in page


@pytest.mark.parametrize(("kind", "own"), KIND_OF_OWN.items())
def test_what_is_said_of_a_wallet_of_ones_own_names_no_organization(kind: str, own: str) -> None:
    new = next(one for one in every_letter() if one.kind == kind)

    message = written(addressed(new, own))

    assert "organization" not in f"{message['Subject']}{text_of(message)}"


def test_amounts_and_moments_are_told_as_people_read_them() -> None:
    new = next(one for one in every_letter() if one.kind == "credits_expiring")

    message = written(addressed(new))

    assert message["Subject"] == f"12.50 credits of {HERS} run out soon"
    assert "31 Jan 2027, 23:59 " in text_of(message)


def test_a_reason_that_nobody_gave_leaves_no_mark() -> None:
    with_reason, without = (one for one in every_letter() if one.kind == "request_declined")

    assert '"A trailer is due on Friday."' in text_of(written(addressed(with_reason)))
    assert '"' not in text_of(written(addressed(without)))


def test_a_letter_is_from_a_machine_and_has_a_name_of_its_own() -> None:
    to_whom = addressed(next(every_letter()))

    message = written(to_whom)

    assert message["From"] == '"Larkspur, Inc." <coffer@larkspur.example>'
    assert message["To"] == "ben@larkspur.example"
    assert message["Message-ID"] == f"<{to_whom.letter.id}@larkspur.example>"
    assert message["Auto-Submitted"] == "auto-generated"


HOSTILE = "Eve\r\nBcc: all@larkspur.example\r\n\r\n<script>{vendor.__class__}</script>"


def test_what_people_call_themselves_changes_no_letter() -> None:
    new = next(one for one in every_letter() if one.kind == "credits_requested")
    hostile = addressed(new, name=HOSTILE, person=HOSTILE, organization=HOSTILE)
    hostile.letter.facts["reason"] = HOSTILE

    message = written(hostile)

    assert message["Bcc"] is None
    assert "\n" not in str(message["Subject"])
    assert "<script>" not in text_of(message, "html")
    assert "{vendor.__class__}" in text_of(message)


def test_an_address_in_another_alphabet_is_written_as_it_is() -> None:
    new = next(every_letter())
    settings = PortalSettings(mail_from="coffer@larkspur.example")
    message = Writer(settings).write(addressed(new, email="анна@пример.example"), at=AT)

    assert "анна@пример.example".encode() in message.as_bytes()


def test_whoever_has_no_name_yet_is_greeted_all_the_same() -> None:
    assert "\nHello,\n" in f"\n{text_of(written(addressed(next(every_letter()), name=None)))}"
