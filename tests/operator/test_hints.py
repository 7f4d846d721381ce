"""What `coffer` advises can be pasted where the reader stands, and says how much of what."""

import shlex
import sys
from pathlib import Path

import pytest

from deploy.native.stack import Stack
from deploy.operator import hints
from deploy.operator.demo.scene import bound
from deploy.operator.stack import _say_what_next
from shared.contracts.message import Limit
from shared.contracts.refusals import RefusalCode
from tests.operator.calls import CHECKOUT, parses

C = RefusalCode


def a_stack(home: Path, *, demo: bool) -> Stack:
    return Stack(
        home=home,
        supervisor=1,
        supervisor_started="1",
        ephemeral=False,
        demo=demo,
        provisioned=True,
        failure=None,
        database_url="",
        amqp_url="",
        database_urls={},
        amqp_urls={"stage": ""} if demo else {},
        versions={},
        children={},
    )


@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize("stands", ["in the checkout", "elsewhere"])
def test_what_a_new_stack_advises_can_be_pasted(
    *,
    demo: bool,
    stands: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir(CHECKOUT if stands == "in the checkout" else tmp_path)

    _say_what_next(a_stack(tmp_path / "a home", demo=demo))

    advised = [
        shlex.split(line, comments=True)
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("  ")
    ]
    assert advised[0] == ["export", f"COFFER_HOME={tmp_path / 'a home'}"]
    for called, *arguments in advised[1:]:
        assert Path(called).is_file()
        assert Path(called).is_absolute() == (stands == "elsewhere")
        parses(*arguments)
    assert {"organizations", "accounts"} <= {arguments[0] for _, *arguments in advised[1:]}
    assert any(arguments[0] == "replay" for _, *arguments in advised[1:]) == demo


def test_where_the_shell_finds_it_the_command_goes_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))

    [line] = hints.lines([("status", "its processes")])

    assert line.split() == ["coffer", "status", "#", "its", "processes"]


@pytest.mark.parametrize(
    ("code", "limit", "says"),
    [
        (C.QUOTA_EXCEEDED, ("quota", "120", "30"), "30 of the quota's 120 credits are left"),
        (C.POOL_INSUFFICIENT, ("pool", "36", "36"), "36 credits are left in the pool"),
        (C.ORGANIZATION_IN_DEBT, ("debt", "34", "0"), "34 credits are owed"),
        (C.NO_SEAT_AVAILABLE, ("seats", "3", "0"), "0 of 3 seats are left"),
        (C.NO_ENTITLEMENT, ("product", "Tide", None), "for work with the product Tide"),
    ],
)
def test_a_refusal_of_the_demo_says_what_is_left_of_what(
    code: RefusalCode, limit: tuple[str, str, str | None], says: str
) -> None:
    name, value, left = limit

    assert bound(code, Limit(name=name, value=value, left=left)) == says
    assert bound(code, None) == ""
