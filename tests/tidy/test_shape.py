"""Sizes, names and depth: what keeps a file readable from top to bottom."""

import ast
import re

from tests.tidy.sources import ROOT, Source, files, functions, python

LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 60
DEPTH_OF_NESTING = 3
WORDS_OF_A_TEST_NAME = 3
NAMELESS = {
    "utils",
    "util",
    "helpers",
    "common",
    "base",
    "core",
    "misc",
    "managers",
    "manager",
    "handlers",
    "impl",
}
ABBREVIATIONS = {"conn", "msg", "cfg", "org", "cmd", "evt", "amt", "qty", "req", "resp"}
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)


def test_no_file_is_past_three_hundred_lines() -> None:
    long = [f"{s.name} has {len(s.lines)}" for s in python() if len(s.lines) > LINES_OF_A_FILE]

    assert long == []


def test_no_function_is_past_sixty_lines() -> None:
    long = [
        f"{source.at(function.lineno)} {function.name}"
        for source in python()
        for function in functions(source)
        if (function.end_lineno or 0) - function.lineno + 1 > LINES_OF_A_FUNCTION
    ]

    assert long == []


def test_no_function_nests_deeper_than_three() -> None:
    deep = [
        f"{source.at(function.lineno)} {function.name}"
        for source in python()
        for function in functions(source)
        if depth(function) > DEPTH_OF_NESTING
    ]

    assert deep == []


def test_packages_hold_a_docstring_and_no_code() -> None:
    inits = [source for source in python() if source.path.name == "__init__.py"]

    assert [source.name for source in inits if not is_one_docstring(source)] == []


def test_modules_are_nouns_that_say_something() -> None:
    nameless = [
        source.name
        for source in python()
        if NAMELESS & set(source.name.removesuffix(".py").split("/"))
        or source.path.name == "services.py"
    ]

    assert nameless == []


def test_names_are_not_abbreviated() -> None:
    short = [
        f"{source.at(node.lineno)} {name}"
        for source in python()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Name | ast.arg)
        and (name := node.id if isinstance(node, ast.Name) else node.arg) in ABBREVIATIONS
    ]

    assert short == []


def test_names_of_tests_are_sentences() -> None:
    mumbled = [
        f"{source.at(function.lineno)} {function.name}"
        for source in python("tests")
        for function in functions(source)
        if function.name.startswith("test_")
        and len(function.name.split("_")) <= WORDS_OF_A_TEST_NAME
    ]

    assert mumbled == []


def test_no_lock_file_records_the_address_of_a_registry() -> None:
    recorded = [p.relative_to(ROOT) for p in files() if p.name in {"uv.lock", "pylock.toml"}]
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=[a-z0-9])", locked.strip())

    assert recorded == []
    assert [text for text in requirements if "--hash=sha256:" not in text] == []


def depth(node: ast.AST) -> int:
    """How many branches stand inside each other; `elif` and `with` do not count as deeper."""
    inner = max((depth(child) for child in inside(node)), default=0)
    return inner + isinstance(node, BRANCHES)


def inside(node: ast.AST) -> list[ast.AST]:
    """The children of a node, those of an `elif` in the place of the `elif` itself."""
    children: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        follows = isinstance(node, ast.If) and node.orelse == [child] and isinstance(child, ast.If)
        children += inside(child) if follows else [child]
    return children


def is_one_docstring(source: Source) -> bool:
    return len(source.tree.body) == 1 and ast.get_docstring(source.tree) is not None
