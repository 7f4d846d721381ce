"""The journal keeps what is under way through any end of the process."""

from pathlib import Path

from shared.client.journal import Journal
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
