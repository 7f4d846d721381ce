"""The same file again is the same commands again (T34)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.bulk.receipts import Receipt, digest_of, receipt_in
from shared.clock import moment_of
from tests.builders import an_id

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=3)


def test_T34_a_file_keeps_its_ids_whenever_it_is_sent(tmp_path: Path) -> None:
    ben = an_id()
    first = receipt_in(tmp_path, "d0", people={"ben@x.y": ben}, now=NOON)
    again = receipt_in(tmp_path, "d0", people={}, now=LATER)

    assert again == first
    assert again.account_of("ben@x.y") == ben
    assert again.account_of("eva@x.y") is None
    assert "ben" not in next(tmp_path.iterdir()).read_text(encoding="ascii")
    assert again.id_of(7, 0) == first.id_of(7, 0)


def test_T34_each_row_and_each_attempt_has_an_id_of_its_own() -> None:
    receipt = Receipt("d0", NOON)
    ids = {receipt.id_of(line, attempt) for line in range(500) for attempt in range(3)}

    assert len(ids) == 1500
    assert {identifier.version for identifier in ids} == {7}
    assert {identifier.variant for identifier in ids} == {"specified in RFC 4122"}
    assert {moment_of(identifier) for identifier in ids} == {NOON}


def test_T34_another_organization_person_or_content_is_another_file() -> None:
    organization, by = an_id(), an_id()
    digests = {
        digest_of(b"rows", organization=organization, by=by),
        digest_of(b"rows", organization=by, by=organization),
        digest_of(b"rows", organization=organization, by=organization),
        digest_of(b"row", organization=organization, by=by),
    }

    assert len(digests) == 4
