"""What happens to letters in tests: people register, facts are heard, letters carried."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr

from services.portal.mail import sending
from services.portal.mail.handing import Server, read_server
from services.portal.rooms import Rooms
from services.portal.webhooks import hearing
from shared.contracts.accounts import AccountOpened, ForgetAccount, RegisterAccount
from shared.contracts.credit_notices import PoolLow, PoolLowLine, QuotaReached, QuotaReachedLine
from shared.contracts.membership import AddMember, MemberAdded
from shared.contracts.message import Fact, FactData
from shared.contracts.organizations import (
    ConfirmSetup,
    OrganizationActivated,
    RequestSetup,
    SetupRequested,
)
from tests.builders import an_account, an_id
from tests.portal.ground import Ground
from tests.portal.mail.mailbox import Mailbox
from tests.portal.webhooks.acts import as_heard
from tests.speaking import Portal, a_fact


@dataclass(frozen=True)
class House:
    """Asks as people do, and as the vendor's staff does."""

    voice: Portal
    staff: Portal

    async def registers(self, name: str) -> RegisterAccount:
        account = an_account(name=name)
        verdict = await self.voice.ask(account, by=account.account_id)
        assert verdict.accepted, verdict
        return account

    async def founds(self, administrator: RegisterAccount) -> UUID:
        """An organization by the vendor's word."""
        opened = await self.voice.ask(administrator, by=administrator.account_id)
        number = AccountOpened.model_validate(opened.result, strict=False).customer_number
        asked = await self.voice.ask(
            RequestSetup(account_id=administrator.account_id, customer_number=number),
            by=administrator.account_id,
        )
        request = SetupRequested.model_validate(asked.result, strict=False)
        done = await self.staff.ask(ConfirmSetup(request_id=request.request_id), by=an_id())
        return OrganizationActivated.model_validate(done.result, strict=False).organization_id

    async def invites(self, organization: UUID, by: UUID, email: str) -> MemberAdded:
        verdict = await self.voice.ask(
            AddMember(email=email, role="GUEST"), by=by, owner=organization
        )
        assert verdict.accepted, verdict
        return MemberAdded.model_validate(verdict.result, strict=False)

    async def forgets(self, account: UUID) -> None:
        verdict = await self.staff.ask(
            ForgetAccount(account_id=account, reason="asked"), by=an_id()
        )
        assert verdict.accepted, verdict


def rooms_with(ground: Ground, mailbox: Mailbox, **settings: object) -> Rooms:
    """Rooms of a portal that sends its letters to a mailbox."""
    return ground.rooms(
        smtp_url=SecretStr(f"smtp://127.0.0.1:{mailbox.port}"),
        mail_from="coffer@larkspur.example",
        public_url="https://portal.larkspur.example",
        **settings,
    )


async def hear(rooms: Rooms, *facts: Fact[FactData]) -> None:
    for fact in facts:
        await hearing.take(as_heard(fact), rooms.pool, rooms.clock)


async def send_due(rooms: Rooms) -> bool:
    """Carry every letter that is due to the server; False when that is of no use."""
    while (first := await sending.take(rooms, {})) is not None:
        if not await sending.carry(rooms, server_of(rooms), first):
            return False
    return True


def server_of(rooms: Rooms) -> Server:
    return read_server(rooms.settings.smtp_url.get_secret_value())


async def states(rooms: Rooms) -> list[str]:
    return [row["state"] for row in await rooms.pool.fetch("SELECT state FROM letter ORDER BY id")]


def pool_low(owner: UUID) -> Fact[FactData]:
    line = PoolLowLine(threshold=20, mark=500_000_000)
    return a_fact(PoolLow(owner=owner, available=6_000_000, lines=(line,)), subject=an_id())


def quota_reached(owner: UUID, *people: UUID, threshold: int = 80) -> Fact[FactData]:
    lines = tuple(
        QuotaReachedLine(account_id=one, threshold=threshold, limit=60_000_000, used=48_000_000)
        for one in people
    )
    return a_fact(QuotaReached(owner=owner, available=6_000_000, lines=lines), subject=an_id())
