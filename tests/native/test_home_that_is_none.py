"""A home that cannot be one is said in a sentence."""

from pathlib import Path

import pytest

from deploy.native.errors import StackError
from deploy.native.home import Home
from deploy.native.plan import Plan
from deploy.native.stack import read_stack, start_stack


def test_a_file_is_no_home_of_a_stack(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder", encoding="ascii")

    assert read_stack(Home(file)) is None
    with pytest.raises(StackError, match="COFFER_HOME"):
        start_stack(Home(file), Plan(ephemeral=True), lambda _line: None)
