"""The portal's own shape: its wiring, its page, its tables, and what its templates may not do."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from tests.tidy.sources import ROOT, files

PORTAL = ROOT / "services" / "portal"
README_PARTS = ("Owns", "Hears", "Says", "Refuses", "Shows")
LINES_OF_WIRING = 40
HTMX = frozenset(
    {
        *("hx-get", "hx-post", "hx-target", "hx-swap", "hx-swap-oob", "hx-trigger"),
        *("hx-push-url", "hx-sync", "hx-indicator"),
    }
)
# Comments, statements and values of Jinja, whose insides are not HTML.
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
FORM = re.compile(r"<form\b[^>]*method=\"post\"[^>]*>(.*?)</form>", re.DOTALL)
# Forms that nobody needs to be signed in for: told by their origin alone.
OPEN_FORMS = ("/sign-in/persona", "/appearance")
RAW = re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE)


def templates() -> Iterator[tuple[str, str]]:
    for path in files():
        if path.is_relative_to(PORTAL / "templates"):
            yield path.relative_to(PORTAL / "templates").as_posix(), path.read_text("utf-8")


TEMPLATES = dict(templates())


class Attributes(HTMLParser):
    """Collects every attribute and every script of a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.loose_scripts = 0
        self.feed(JINJA.sub(" ", text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {name for name, _ in attrs}
        self.loose_scripts += tag == "script" and "src" not in dict(attrs)
        self.loose_scripts += tag == "style"


def test_wiring_is_short() -> None:
    lines = (PORTAL / "__main__.py").read_text(encoding="utf-8").splitlines()

    assert len(lines) < LINES_OF_WIRING


def test_readme_says_what_the_portal_owns_hears_says_refuses_and_shows() -> None:
    readme = (PORTAL / "README.md").read_text(encoding="utf-8")

    assert [p for p in README_PARTS if not re.search(rf"^#+ {p}", readme, re.MULTILINE)] == []


def test_migrations_of_the_portal_are_numbered_named_and_forward_only() -> None:
    migrations = [path for path in files() if path.parent == PORTAL / "migrations"]
    misnamed = [p.name for p in migrations if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", p.name)]
    backward = [p.name for p in migrations if "migrate:down" in p.read_text(encoding="utf-8")]

    assert migrations
    assert len({path.name[:4] for path in migrations}) == len(migrations)
    assert misnamed == []
    assert backward == []


def test_no_template_has_a_script_a_style_or_a_handler_in_it() -> None:
    """The policy of every page would not let it work."""
    loose = [name for name, text in TEMPLATES.items() if Attributes(text).loose_scripts]
    handlers = {
        name: [each for each in Attributes(text).names if each == "style" or each.startswith("on")]
        for name, text in TEMPLATES.items()
    }

    assert loose == []
    assert {name: found for name, found in handlers.items() if found} == {}


def test_templates_use_of_htmx_what_the_policy_allows() -> None:
    used = {
        name: {each for each in Attributes(text).names if each.startswith(("hx-", "data-hx"))}
        for name, text in TEMPLATES.items()
    }

    assert {name: found - HTMX for name, found in used.items() if found - HTMX} == {}


def test_what_people_typed_is_escaped_always() -> None:
    assert [name for name, text in TEMPLATES.items() if RAW.search(text)] == []


def test_every_form_that_changes_something_carries_its_id() -> None:
    without = [
        f"{name}: {form[0].splitlines()[0]}"
        for name, text in TEMPLATES.items()
        for form in FORM.finditer(text)
        if "form_id" not in form[1] and not any(path in form[0] for path in OPEN_FORMS)
    ]

    assert without == []


def test_every_template_is_one_of_ours() -> None:
    """None is left over: each is named by a page, or by another template."""
    code = "".join(path.read_text("utf-8") for path in python_of_the_portal())
    texts = "".join(TEMPLATES.values())

    assert [name for name in TEMPLATES if name not in code and name not in texts] == []


def python_of_the_portal() -> list[Path]:
    return [path for path in files() if path.is_relative_to(PORTAL) and path.suffix == ".py"]
