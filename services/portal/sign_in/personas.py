"""The story's people, who come in unasked: on a demo stack, on loopback, and nowhere else."""

from dataclasses import dataclass

from services.portal.asking import RefusedError
from services.portal.rooms import Rooms
from shared.contracts.accounts import AccountFound, FindAccount

DOMAIN = "larkspur.example"


@dataclass(frozen=True)
class Persona:
    """Somebody of the story, and what can be seen with his eyes."""

    name: str
    told: str

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@{DOMAIN}"


CAST = (
    Persona("Ana", "founded Larkspur Visual and handed it over to Ben"),
    Persona("Ben", "was its Member and runs it since"),
    Persona("Chloe", "was its Member, left, and buys credits of her own"),
    Persona("Dan", "freelances there and runs a company of his own"),
    Persona("Eva", "freelances there, with a license of her own"),
    Persona("Fay", "runs Fern College, which was set up on request"),
    Persona("Oz", "works for the vendor: operator and ops"),
    Persona("Pia", "works for the vendor too: the second operator"),
    Persona("Quin", "watches the vendor's machines, and sees nothing else"),
)


async def present(rooms: Rooms) -> list[tuple[Persona, AccountFound]]:
    """Who of the story has an account here by now."""
    found = []
    for persona in CAST:
        account = await find(rooms, persona)
        if account is not None:
            found.append((persona, account))
    return found


async def find(rooms: Rooms, persona: Persona) -> AccountFound | None:
    try:
        account = await rooms.asking.show(FindAccount(email=persona.email), AccountFound)
    except RefusedError:
        return None
    return account if account.registered else None


def persona_named(name: str) -> Persona | None:
    return next((persona for persona in CAST if persona.name == name), None)
