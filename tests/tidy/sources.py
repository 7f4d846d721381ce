"""What the style sheet is held against: the files of the checkout, read once."""

import ast
import io
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("membership", "licensing", "credit_ledger")


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.name)

    @cached_property
    def comments(self) -> dict[int, str]:
        """Comments by line; tokens, so that a string that looks like one does not count."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {t.start[0]: t.string for t in tokens if t.type == tokenize.COMMENT}

    def at(self, line: int) -> str:
        return f"{self.name}:{line}"


@cache
def files() -> tuple[Path, ...]:
    """Every file that is committed or would be, so that a new one is held to the sheet as well."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        timeout=30,
    ).stdout
    return tuple(ROOT / name for name in sorted(listed.split("\0")) if (ROOT / name).is_file())


@cache
def python(*folders: str) -> tuple[Source, ...]:
    """The Python files of these folders, of all when none is named."""
    tops = folders or ("deploy", "services", "shared", "tests")
    wanted = tuple(f"{top}/" for top in tops)
    sources = (Source(path) for path in files() if path.suffix == ".py")
    return tuple(source for source in sources if source.name.startswith(wanted))


def texts() -> Iterator[tuple[str, str]]:
    """Name and content of every file that is text."""
    for path in files():
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        yield path.relative_to(ROOT).as_posix(), content


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.expr) -> str:
    """`os.environ` for the expression that says so, nothing for what is no plain name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
        case _:
            return ""


def imported(source: Source) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a file imports."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
