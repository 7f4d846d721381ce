"""Traces in Standard Workload Format: what is read, reported and refused."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.operator.replay.swf import Job, Malformed, TraceError, read_trace

LINE = "7 10 5 300 2 -1 -1 -1 600 -1 -1 4 3 -1 -1 1 -1 -1"
JOB = Job(7, started=15, run_seconds=300, requested_seconds=600, processors=2, user=4, group=3)


def a_line(**changes: int) -> str:
    columns = LINE.split()
    places = {"submitted": 1, "waited": 2, "run": 3, "processors": 4, "requested": 8}
    for name, value in changes.items():
        columns[places[name]] = str(value)
    return " ".join(columns)


def a_trace(folder: Path, *lines: str) -> Path:
    path = folder / "trace.swf"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_plain_and_packed_traces_read_the_same(tmp_path: Path) -> None:
    plain = a_trace(tmp_path, "; a comment", "", LINE)
    packed = tmp_path / "trace.swf.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))

    assert list(read_trace(plain)) == list(read_trace(packed)) == [JOB]


def test_malformed_line_is_reported_with_its_number_and_skipped(tmp_path: Path) -> None:
    trace = a_trace(tmp_path, "; a comment", "1 2 3", LINE.replace("300", "soon"), LINE)

    found = list(read_trace(trace))

    assert found == [
        Malformed(2, "3 columns, 18 are expected"),
        Malformed(3, "'soon' is no number"),
        JOB,
    ]


@pytest.mark.parametrize("content", [b"", b"; only comments\n", b"\x89PNG\r\n\x1a\n\x00\x00"])
def test_empty_or_foreign_file_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)

    with pytest.raises(TraceError, match="holds no job in Standard Workload Format"):
        list(read_trace(path))


def test_torn_gzip_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "torn.gz"
    path.write_bytes(gzip.compress(LINE.encode() * 1000)[:60])

    with pytest.raises(TraceError, match="cannot be read"):
        list(read_trace(path))


def test_missing_values_have_documented_defaults(tmp_path: Path) -> None:
    line = a_line(waited=-1, processors=-1, requested=-1)

    [job] = read_trace(a_trace(tmp_path, line))

    assert isinstance(job, Job)
    assert (job.started, job.processors, job.requested_seconds) == (10, 1, 300)


def test_limit_counts_jobs_and_not_lines(tmp_path: Path) -> None:
    trace = a_trace(tmp_path, "bad", LINE, "bad", LINE, LINE)

    assert sum(isinstance(found, Job) for found in read_trace(trace, 2)) == 2


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "trace"
    path.write_bytes(noise + b"\n" + LINE.encode() + b"\n")

    try:
        found = list(read_trace(path))
    except TraceError:
        return
    assert found
