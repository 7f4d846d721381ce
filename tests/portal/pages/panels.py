"""Reads the panel of a refusal as a person does, part by part."""

import re
from dataclasses import dataclass
from html import unescape

TAGS = re.compile(r"<[^>]+>")
WHO = "Who can change this:"


@dataclass(frozen=True)
class PanelRead:
    """The parts of a panel: what did not happen, why, who lifts it, what to do, the small print."""

    title: str
    sentence: str
    lifter: str
    actions: tuple[str, ...]
    code: str
    is_dated: bool


def panel_in(page: str) -> PanelRead:
    """Read the one panel of a page; fails where there is none or where a part is missing."""
    [panel] = re.findall(r'<section class="refusal".*?</section>', page, re.DOTALL)
    paragraphs = [_plain(text) for text in re.findall(r"<p\b[^>]*>(.*?)</p>", panel, re.DOTALL)]
    [lifter] = [text for text in paragraphs if text.startswith(WHO)]
    [title] = re.findall(r"<h2[^>]*>(.*?)</h2>", panel, re.DOTALL)
    small = panel.rpartition('<p class="small')[2]
    return PanelRead(
        title=_plain(title),
        sentence=paragraphs[0],
        lifter=lifter.removeprefix(WHO).strip(),
        actions=tuple(unescape(href) for href in re.findall(r'href="([^"]+)"', panel)),
        code="".join(re.findall(r"<code>([a-z_]+)</code>", small)),
        is_dated="<time datetime=" in small,
    )


def _plain(text: str) -> str:
    return " ".join(unescape(TAGS.sub(" ", text)).split())
