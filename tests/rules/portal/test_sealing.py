"""Secrets are read by whoever has the passphrase, and by nobody who has the database alone."""

import pytest
from pydantic import ValidationError

from services.portal.sealing import SealedError, Sealer, sealer_of
from services.portal.settings import PortalSettings

SECRET = "whsec_bGFya3NwdXI="
FORMER, NEWEST = "the-former-passphrase-of-this-test", "the-newest-passphrase-of-this-test"


def sealer(*passphrases: str) -> Sealer:
    return sealer_of(PortalSettings.model_validate({"sealing_keys": " ".join(passphrases)}))


def test_what_is_sealed_is_read_by_its_passphrase_alone() -> None:
    kept = sealer(FORMER).seal(SECRET)

    assert "bGFya3NwdXI" not in kept
    assert sealer(FORMER).open(kept) == SECRET
    for other in (sealer(NEWEST), sealer()):
        with pytest.raises(SealedError):
            other.open(kept)


def test_what_was_changed_in_the_database_is_not_read() -> None:
    kept = sealer(NEWEST).seal(SECRET)

    with pytest.raises(SealedError):
        sealer(NEWEST).open(kept[:-4] + "AAA=")


def test_while_a_passphrase_changes_both_open_and_the_newest_seals() -> None:
    both = sealer(NEWEST, FORMER)
    kept = sealer(FORMER).seal(SECRET)

    assert both.open(kept) == SECRET
    assert not both.is_newest(kept)
    assert both.is_newest(both.seal(both.open(kept)))
    assert sealer(NEWEST).open(both.seal(SECRET)) == SECRET


def test_the_same_secret_never_looks_the_same() -> None:
    assert sealer(NEWEST).seal(SECRET) != sealer(NEWEST).seal(SECRET)


def test_what_was_kept_open_before_is_read_still() -> None:
    assert sealer().open(SECRET) == sealer(NEWEST).open(SECRET) == SECRET


def test_without_a_passphrase_nothing_is_sealed() -> None:
    with pytest.raises(SealedError):
        sealer().seal(SECRET)


def test_a_passphrase_that_could_be_guessed_is_turned_away() -> None:
    with pytest.raises(ValidationError, match="32 characters"):
        sealer(NEWEST, "larkspur")
