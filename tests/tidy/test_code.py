"""What code may not do here, found in its syntax tree."""

import ast
import re
from collections.abc import Iterator

from tests.tidy.sources import Source, dotted, imported, python

# Who may read the environment, and why. Everybody else is given its settings.
READS_THE_ENVIRONMENT = {
    "shared/settings.py": "it is the one place where every variable has a name",
    "deploy/native/settings.py": "the stack has variables of its own, before any service has",
}
CATCHES_EVERYTHING = re.compile(r"shared/(messaging/|service\.py)")
SLEEPS = {"time.sleep", "asyncio.sleep", "anyio.sleep"}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv"}
EVERYTHING = {"Exception", "BaseException"}
OUTSIDE_WORLD = {"asyncio", "os", "pathlib", "random", "secrets", "socket", "time"}
CLOCKS_AND_DICE = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7"}
RULES = re.compile(r"services/\w+/rules(\.py|/)")


def test_tests_wait_for_a_condition_and_do_not_sleep() -> None:
    """A sleep that must be says why, in a comment that starts with `sleep:` on its line."""
    sleepers = [
        source.at(node.lineno)
        for source in python("tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and dotted(node.func) in SLEEPS
        and not re.match(r"# sleep: \w+", source.comments.get(node.lineno, ""))
    ]

    assert sleepers == []
    assert imports_of(SLEEPS, python("tests")) == []


def test_only_settings_read_the_environment() -> None:
    """To hand it on to a child, whole or its PATH, is not to read a setting."""
    readers = [
        source.at(node.lineno)
        for source in python()
        if source.name not in READS_THE_ENVIRONMENT
        for node in set(ast.walk(source.tree)) - set(handed_on(source))
        if isinstance(node, ast.Attribute) and dotted(node) in ENVIRONMENT
    ]

    assert readers == []
    assert imports_of(ENVIRONMENT, python()) == []


def test_only_the_inbox_and_the_service_catch_everything() -> None:
    catchers = [
        source.at(node.lineno)
        for source in python()
        if not CATCHES_EVERYTHING.match(source.name)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
        if not cleans_up_and_passes_on(node)
    ]

    assert catchers == []


def test_rules_read_no_clock_no_dice_and_nothing_outside() -> None:
    rules = [source for source in python("services") if RULES.match(source.name)]
    world = [
        source.at(line)
        for source in rules
        for line, name in imported(source)
        if name.split(".")[0] in OUTSIDE_WORLD
    ]
    dice = [
        source.at(node.lineno)
        for source in rules
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and dotted(node.func).rsplit(".", maxsplit=1)[-1] in CLOCKS_AND_DICE
    ]

    assert world == []
    assert dice == []


def test_an_ignored_type_error_has_its_code_and_its_reason() -> None:
    bare = [
        source.at(line)
        for source in python()
        for line, comment in source.comments.items()
        if "type: ignore" in comment and not re.search(r"type: ignore\[[\w, -]+\]\s+# \w", comment)
    ]

    assert bare == []


def test_a_silenced_lint_rule_is_named() -> None:
    bare = [
        source.at(line)
        for source in python()
        for line, comment in source.comments.items()
        if re.search(r"noqa(?!: [A-Z]+[0-9]+)", comment)
    ]

    assert bare == []


def test_what_is_left_to_do_names_an_issue() -> None:
    loose = [
        source.at(line)
        for source in python()
        for line, comment in source.comments.items()
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b(?!.*#\d+)", comment)
    ]

    assert loose == []


def handed_on(source: Source) -> Iterator[ast.expr]:
    """The environment in `{**os.environ, ...}` and in `os.environ.get("PATH", ...)`."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Dict(keys=keys, values=values):
                yield from (value for key, value in zip(keys, values, strict=True) if key is None)
            case ast.Call(
                func=ast.Attribute(value=environment, attr="get"),
                args=[ast.Constant(value="PATH"), *_],
            ):
                yield environment


def imports_of(names: set[str], sources: tuple[Source, ...]) -> list[str]:
    """Where a forbidden name is imported bare, which would hide its use."""
    return [
        source.at(line) for source in sources for line, name in imported(source) if name in names
    ]


def catches_everything(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(dotted(each) in EVERYTHING for each in caught)


def cleans_up_and_passes_on(handler: ast.ExceptHandler) -> bool:
    """Whatever is caught goes on being raised, as after a `finally`."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None
