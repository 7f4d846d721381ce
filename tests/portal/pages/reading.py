"""Reads pages as a person does: what stands there, without the markup."""

import re
from html import unescape

import httpx

TAGS = re.compile(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", re.DOTALL)


def words_of(page: httpx.Response) -> str:
    """Everything that can be read on a page, in one line."""
    return " ".join(unescape(TAGS.sub(" ", page.text)).split())


def main_of(page: httpx.Response) -> str:
    """The same of what stands between header and footer."""
    inside = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(TAGS.sub(" ", f"<main{inside}")).split())


def links_of(page: httpx.Response) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', page.text)]
