"""An act is signed by whoever speaks and by its door, as far as either is known (A17)."""

from msgspec.structs import replace

from services.credit_ledger.rules.hold_acts import SetRate
from services.credit_ledger.rules.pricing import set_rate
from services.credit_ledger.rules.requests import decide_request, request_credits
from services.credit_ledger.rules.signing import signed
from tests.builders import an_id
from tests.rules.credit_ledger.books import ANA, NOW, OWNER, a_book, a_person, accepted
from tests.rules.credit_ledger.people import (
    a_decline,
    a_pool,
    a_request,
    an_approval,
    applied_to_both,
)


def test_A17_a_signature_names_whom_and_what_is_known_and_nothing_else() -> None:
    assert signed(ANA, "portal") == {"by": str(ANA), "door": "portal"}
    assert signed(ANA, "") == {"by": str(ANA)}
    assert signed(None, "portal") == {"door": "portal"}
    assert signed(None, "") == {}


def test_A17_a_rate_is_signed() -> None:
    act = SetRate(an_id(), OWNER, 1, ANA, True, "gpu", "gpu_hour", 6, NOW, "portal")

    [(_, line)] = accepted(set_rate(a_book(), act, NOW)).says

    assert (line["by"], line["door"]) == (str(ANA), "portal")


def test_A17_what_is_decided_of_a_request_is_signed() -> None:
    book, request = a_pool(a_person("disabled")), a_request()
    applied_to_both(book, request_credits(book, request, NOW))

    for decided in (an_approval(request), a_decline(request)):
        said = accepted(decide_request(book, replace(decided, door="portal"), NOW)).says
        _, line = said[-1]

        assert (line["by"], line["door"]) == (str(ANA), "portal")
