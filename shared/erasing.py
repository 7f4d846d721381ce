"""Words that are kept name nobody: names and addresses of people are left out of them (A20)."""

import re

ERASED = "[erased]"
ADDRESS = re.compile(r"[^\s@()<>,;:\"]+@[^\s@()<>,;:\"]+")


def unaddressed(words: str) -> str:
    """The words without any e-mail address in them, whoever's it is."""
    return ADDRESS.sub(ERASED, words)


def unnamed(words: str, *names: str) -> str:
    """The words without these names, and without any address."""
    for name in names:
        words = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", ERASED, words, flags=re.IGNORECASE)
    return unaddressed(words)
