"""What persons are called on the wire: their roles and addresses."""

from typing import Annotated, Literal

from pydantic import Field

Role = Literal["ADMINISTRATOR", "MEMBER", "GUEST"]
JoinedRole = Literal["MEMBER", "GUEST"]
SearchText = Annotated[str, Field(min_length=1, max_length=254, pattern=r"^[^\x00]*$")]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")]
