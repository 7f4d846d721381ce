"""Whatever belongs to others does not exist: every operation, every foreign id, every caller."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.portal.api.catalogue import OPERATIONS
from services.portal.api.documents import document
from services.portal.api.operations import Operation, parameters_in
from services.portal.webhooks.kinds import KINDS
from shared.contracts.checkouts import OpenCheckout
from shared.contracts.credit_access import RequestCredits
from shared.contracts.credits import AuthorizeHold, SetCreditAccess
from shared.contracts.licensing import AssignLicense
from shared.contracts.transfers import RequestTransfer
from tests.bodies_of_calls import fields_of
from tests.builders import LUMEN
from tests.portal.api.calling import makes_token, program_of, told
from tests.portal.api.conftest import MakeHere
from tests.portal.site import Site
from tests.portal.studio import Studio, a_studio
from tests.speaking import Portal, Store

SECRET_NAME = "Wilhelmina Zwart"
TEXTS = {"node": "node-7", "period": "2026-11", "lot": "1"}


@dataclass(frozen=True)
class Theirs:
    """A studio of others, with one of everything that has an id."""

    organization_id: UUID
    account_id: UUID
    others: dict[str, UUID]

    def ids(self) -> set[str]:
        return {str(one) for one in (self.organization_id, self.account_id, *self.others.values())}


@dataclass(frozen=True)
class Caller:
    """A program of somebody who has nothing to do with them, and where its token is good."""

    name: str
    client: httpx.AsyncClient
    organization_id: UUID
    account_id: UUID


@pytest.fixture(scope="module")
async def theirs(people: Portal, shop: Store, portal: Site) -> Theirs:
    studio = await a_studio(people, shop, name=SECRET_NAME)
    await studio.buys("100")
    member = await studio.joined_by("MEMBER", name=SECRET_NAME)
    await studio.does(SetCreditAccess(account_id=member, mode="quota", limit=50_000_000))
    await studio.does(AssignLicense(product=LUMEN, account_id=member))
    wish = RequestCredits(mode="unlimited", reason=SECRET_NAME)
    transfer = await studio.does(RequestTransfer(to_account_id=member))
    checkout = await studio.does(OpenCheckout(product=LUMEN, machine="bench"), by=member)
    token = await makes_token(portal, member, organization=studio.id)
    async with program_of(portal, studio.ana, organization=studio.id) as client:
        webhook_id, delivery_id = await _webhook(client, studio.id)
    return Theirs(
        organization_id=studio.id,
        account_id=member,
        others={
            "hold_id": (await studio.does(AuthorizeHold(amount=1_000_000))).id,
            "command_id": (await studio.does(AuthorizeHold(amount=1_000_000))).id,
            "request_id": (await studio.does(wish, by=member)).id,
            "transfer_id": UUID(str((transfer.result or {})["transfer_id"])),
            "checkout_id": checkout.id,
            "application_id": checkout.id,
            "letter_id": checkout.id,
            "token_id": UUID(token["id"]),
            "webhook_id": webhook_id,
            "delivery_id": delivery_id,
        },
    )


@pytest.fixture(scope="module")
async def callers(
    people: Portal, shop: Store, portal: Site, here: MakeHere
) -> AsyncIterator[tuple[Caller, ...]]:
    studio: Studio = await a_studio(people, shop)
    chloe = await studio.joined_by("MEMBER")
    wanted: tuple[tuple[str, UUID, UUID | None], ...] = (
        ("an Administrator", studio.ana, studio.id),
        ("an Administrator for herself", studio.ana, None),
        ("a Member", chloe, studio.id),
        ("a Member for herself", chloe, None),
    )
    async with AsyncExitStack() as stack:
        found = []
        for name, account, organization in wanted:
            made = await makes_token(portal, account, organization=organization)
            client = await stack.enter_async_context(here(made["secret"]))
            found.append(Caller(name, client, studio.id, account))
        yield tuple(found)


async def test_another_organization_and_another_account_do_not_exist(
    callers: tuple[Caller, ...], theirs: Theirs
) -> None:
    leaks = [
        f"{caller.name}: {operation.id} -> {answer.status_code} {answer.text[:200]}"
        for caller in callers
        for operation in OPERATIONS
        if operation.place is not None
        for answer in [await calls(caller.client, operation, address_of(operation, theirs))]
        if not is_nothing(answer, theirs)
    ]

    assert leaks == []


async def test_ids_of_others_are_unknown_in_a_place_of_ones_own(
    callers: tuple[Caller, ...], theirs: Theirs
) -> None:
    leaks = [
        f"{caller.name}: {operation.id} -> {answer.status_code} {answer.text[:200]}"
        for caller in callers
        for operation in OPERATIONS
        if foreign_parameters(operation)
        for answer in [
            await calls(caller.client, operation, own_address(operation, caller, theirs))
        ]
        if not is_nothing(answer, theirs)
    ]

    assert leaks == []


async def test_tokens_of_others_are_unknown(callers: tuple[Caller, ...], theirs: Theirs) -> None:
    answers = [
        await caller.client.delete(f"/tokens/{theirs.others['token_id']}") for caller in callers
    ]

    assert {told(answer) for answer in answers} == {(404, "unknown_token")}


async def test_ids_in_bodies_and_queries_tell_nothing_of_others(
    callers: tuple[Caller, ...], theirs: Theirs
) -> None:
    """Somebody may be added who is known nowhere; what is told then is what was said."""
    leaks = [
        f"{caller.name}: {operation.id} -> {answer.text[:200]}"
        for caller in callers
        for operation in OPERATIONS
        for answer in [
            await calls(caller.client, operation, own_address(operation, caller, theirs))
        ]
        if SECRET_NAME in answer.text or answer.status_code >= 500
    ]

    assert leaks == []


async def _webhook(client: httpx.AsyncClient, organization: UUID) -> tuple[UUID, UUID]:
    """A webhook to where nobody listens, and a delivery to it."""
    webhooks = f"/organizations/{organization}/webhooks"
    wanted = {"url": "http://127.0.0.1:1024/", "kinds": [KINDS[0]]}
    made = (await client.post(webhooks, json=wanted)).json()["webhook"]["id"]
    tried = (await client.post(f"{webhooks}/{made}/test")).json()["delivery_id"]
    return UUID(made), UUID(tried)


def address_of(operation: Operation, theirs: Theirs) -> str:
    ids = {"organization_id": theirs.organization_id, "account_id": theirs.account_id}
    return filled(operation, {**ids, **theirs.others})


def own_address(operation: Operation, caller: Caller, theirs: Theirs) -> str:
    """A place of the caller's own, and in it ids of others."""
    ids = {"account_id": theirs.account_id, **theirs.others}
    own = {"organization_id": caller.organization_id, "account_id": caller.account_id}
    place = {operation.place: own[operation.place]} if operation.place else {}
    return filled(operation, {**ids, **place})


def foreign_parameters(operation: Operation) -> list[str]:
    """What of an address names a thing that may be somebody else's."""
    named = [one for one in parameters_in(operation.path) if one != operation.place]
    return [one for one in named if one not in TEXTS]


def filled(operation: Operation, ids: dict[str, UUID]) -> str:
    path = operation.path
    for name in parameters_in(path):
        path = path.replace(f"{{{name}}}", TEXTS.get(name) or str(ids[name]))
    return path


async def calls(client: httpx.AsyncClient, operation: Operation, path: str) -> httpx.Response:
    if operation.has_body:
        return await client.request(operation.method, path, json=EXAMPLES.get(operation.id, {}))
    return await client.request(operation.method, path, params=fields_of(operation))


def is_nothing(answer: httpx.Response, theirs: Theirs) -> bool:
    """Absent or forbidden; nothing of theirs is told but what stood in the address."""
    said = {one for one in theirs.ids() if one in answer.text and one not in answer.url.path}
    return answer.status_code in {403, 404} and not said and SECRET_NAME not in answer.text


def _examples() -> Iterator[tuple[str, Any]]:
    paths = document()["paths"]
    for operation in OPERATIONS:
        described = paths[operation.path][operation.method.lower()]
        if "requestBody" in described:
            content = described["requestBody"]["content"]["application/json"]
            yield operation.id, content["example"]


EXAMPLES = dict(_examples())
