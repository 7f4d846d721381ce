"""What is wrong with a cell of a table or an option of a command, in our words."""

from collections.abc import Callable
from typing import Any

from pydantic_core import ErrorDetails

AN_ID = "0193f000-0000-7000-8000-000000000001"
AN_ADDRESS = "ben@studio.example"
WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "uuid_parsing": lambda _: f"is no id like {AN_ID}",
    "int_parsing": lambda _: "is no whole number",
    "float_parsing": lambda _: "is no number",
    "finite_number": lambda _: "is no number",
    "greater_than_equal": lambda limit: f"is less than {limit['ge']}",
    "less_than_equal": lambda limit: f"is more than {limit['le']}",
    "string_too_short": lambda limit: f"is shorter than {limit['min_length']} characters",
    "string_too_long": lambda limit: f"is longer than {limit['max_length']} characters",
    "string_pattern_mismatch": lambda _: "has characters that may not be in it",
    "literal_error": lambda choices: f"is none of {choices['expected'].replace(' or ', ', ')}",
}


def in_words(error: ErrorDetails) -> str:
    """Say what is wrong, to be read behind the name of the cell or the option."""
    words = WORDS.get(error["type"])
    if words is not None:
        return words(error.get("ctx", {}))
    return error["msg"].removeprefix("Value error, ").rstrip(".")
