"""What is written for readers: contracts, decisions, and words that stay out of the repository."""

import ast
import codecs
import re
from collections.abc import Iterator

from tests.tidy.sources import ROOT, Source, files, python, texts

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
LINES_OF_A_DECISION = 40
PARTS_OF_A_DECISION = ("Context", "Decision", "Consequences", "Alternatives")
BUILD_MACHINE = re.compile(r"(?<![\w.~-])/(?:work|farm)/")
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|file:/{3}(?!etc/)")
# Turned by thirteen letters, so that this page does not hold what it forbids.
TRADEMARKS = ("punbf", "i-enl", "ienl", "rafpncr", "pbeban")


def test_every_message_says_what_it_means() -> None:
    silent = [
        f"{source.at(node.lineno)} {node.name}"
        for source in python("shared/contracts")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and is_silent(node)
    ]

    assert silent == []


def test_every_public_function_of_the_client_says_what_it_does() -> None:
    silent = [
        f"{source.at(node.lineno)} {node.name}"
        for source in python("shared/client")
        for node in public_definitions(source)
        if is_silent(node)
    ]

    assert silent == []


def test_decisions_are_short_whole_and_numbered_once() -> None:
    decisions = [path for path in files() if path.parent == ROOT / "docs" / "decisions"]
    contents = {path.name: path.read_text(encoding="utf-8") for path in decisions}
    misnamed = [name for name in contents if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name)]
    long = [n for n, text in contents.items() if len(text.splitlines()) > LINES_OF_A_DECISION]
    partial = [
        f"{name} lacks {part}"
        for name, text in contents.items()
        for part in PARTS_OF_A_DECISION
        if not re.search(rf"^## {part}", text, re.MULTILINE)
    ]

    assert misnamed == []
    assert len({name[:4] for name in contents}) == len(contents) > 0
    assert long == []
    assert partial == []


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [path for path in files() if path.suffix == ".md"]
    lost = [
        f"{page.relative_to(ROOT)} -> {link}"
        for page in pages
        for link in re.findall(r"\]\((?!https?:|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]

    assert lost == []


def test_no_trademark_of_another_vendor_is_used() -> None:
    words = "|".join(codecs.decode(word, "rot13") for word in TRADEMARKS)

    assert found(re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) == []


def test_no_path_of_a_build_machine_is_committed() -> None:
    assert found(BUILD_MACHINE) == []


def test_no_address_of_a_registry_is_committed() -> None:
    assert found(REGISTRY) == []


def found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line) or pattern.search(name)
    ]


def public_definitions(source: Source) -> Iterator[Definition]:
    """Classes, their methods and functions of the module, but no function inside a function."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef | ast.Module):
            yield from (each for each in node.body if isinstance(each, Definition))


def is_silent(node: Definition) -> bool:
    return not node.name.startswith("_") and ast.get_docstring(node) is None
