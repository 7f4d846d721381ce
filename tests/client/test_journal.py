"""The journal keeps what is under way through any end of the process."""

from datetime import UTC, datetime
from pathlib import Path

from shared.client.journal import BlockNote, Journal
from shared.client.letters import Letter


def a_letter(name: str) -> Letter:
    return Letter(name, "a.type", "hold.rn-01.owner", "owner", b'{"id":1}', (name,))


def reopened(path: Path) -> list[Letter]:
    journal = Journal.open(path)
    journal.close()
    return list(journal.unsettled.values())


def test_unsettled_letters_are_there_after_a_crash(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal")
    first, second = a_letter("first"), a_letter("second")
    journal.sending(first)
    journal.sending(second)
    journal.settled(first)
    journal.close()

    assert reopened(tmp_path / "journal") == [second]


def test_torn_last_line_was_never_sent_and_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal.open(path)
    journal.sending(a_letter("first"))
    journal.close()
    path.write_bytes(path.read_bytes() + b'{"id": "sec')

    assert reopened(path) == [a_letter("first")]


def test_settled_letters_leave_the_file_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal.open(path)
    for number in range(100):
        letter = a_letter(str(number))
        journal.sending(letter)
        journal.settled(letter)
    journal.close()

    assert reopened(path) == []
    assert path.stat().st_size == 0


def a_taken_block(journal: Journal) -> BlockNote:
    block = BlockNote(a_letter("block"), "ben", 100, datetime(2026, 3, 1, tzinfo=UTC))
    journal.taking(block)
    return block


def test_what_was_spent_of_a_block_outlives_any_number_of_restarts(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal.open(path)
    block = a_taken_block(journal)
    first, second = a_letter("first"), a_letter("second")
    journal.spending(block, first, 30)
    journal.settled(first)
    journal.spending(block, second, 25)
    journal.close()

    assert reopened(path) == [second]
    assert reopened(path) == [second]
    [again] = read(path).values()
    assert again == block
    assert again.spent == 55


def test_a_torn_part_was_never_spent(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal.open(path)
    block = a_taken_block(journal)
    journal.spending(block, a_letter("first"), 30)
    whole = path.read_bytes()
    journal.spending(block, a_letter("second"), 25)
    journal.close()
    path.write_bytes(path.read_bytes()[: len(whole) + 20])

    [again] = read(path).values()

    assert again.spent == 30
    assert reopened(path) == [a_letter("first")]


def test_a_part_is_on_the_disk_before_anything_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal.open(path)
    journal.spending(a_taken_block(journal), a_letter("first"), 30)

    assert b'"spent":30' in path.read_bytes()
    journal.close()


def test_a_block_that_was_given_back_leaves_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal.open(path)
    block = a_taken_block(journal)
    block.closing = "void"
    journal.taking(block)
    journal.close()
    given_back = read(path)["block"]
    journal = Journal.open(path)
    journal.closed(given_back)
    journal.close()

    assert given_back.closing == "void"
    assert read(path) == {}


def read(path: Path) -> dict[str, BlockNote]:
    journal = Journal.open(path)
    journal.close()
    return journal.blocks
