"""The portal's queue hears everything that webhooks and letters are written of, and little else."""

import re

from services.portal.mail import letters
from services.portal.webhooks.kinds import KIND_BY_TYPE, TOLD
from shared.contracts.accounts import AccountForgotten
from shared.contracts.catalogue import FACTS
from shared.contracts.message import FactData
from shared.messaging.notices import TOLD_TO_PEOPLE

EACH_FRAME = ("hold.authorized", "hold.extended", "credits.captured", "hold.released")


def is_heard(key: str) -> bool:
    patterns = (pattern.replace(".", r"\.").replace("*", "[^.]+") for pattern in TOLD_TO_PEOPLE)
    return any(re.fullmatch(pattern, key) for pattern in patterns)


def test_every_kind_that_is_told_is_heard() -> None:
    told: set[type[FactData]] = {*TOLD, *letters._writers, AccountForgotten}

    assert [kind.ROUTING_KEY for kind in told if not is_heard(kind.ROUTING_KEY)] == []


def test_every_key_of_the_queue_is_that_of_some_fact() -> None:
    patterns = (pattern.replace(".", r"\.").replace("*", "[^.]+") for pattern in TOLD_TO_PEOPLE)

    for pattern in patterns:
        assert any(re.fullmatch(pattern, fact.ROUTING_KEY) for fact in FACTS), pattern


def test_what_each_frame_says_is_not_heard() -> None:
    assert [key for key in EACH_FRAME if is_heard(f"credit_ledger.{key}")] == []


def test_what_a_person_has_of_his_own_is_no_organizations_matter() -> None:
    told = set(KIND_BY_TYPE)

    assert "coffer.credit_ledger.personal_credits.activated.v1" not in told
    assert "coffer.membership.account.registered.v1" not in told
