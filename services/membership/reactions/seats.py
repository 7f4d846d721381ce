"""What membership does when licensing speaks of seats: it knows who has which."""

from services.membership.reactions.door import listens_to
from services.membership.store import seats
from shared.contracts.licensing import SeatAssigned, SeatRevoked
from shared.messaging.inbox import Act


@listens_to(SeatAssigned)
async def seat_assigned(act: Act, seat: SeatAssigned) -> None:
    await seats.save_seat(act.connection, seat)


@listens_to(SeatRevoked)
async def seat_revoked(act: Act, seat: SeatRevoked) -> None:
    await seats.drop_seat(act.connection, seat)
