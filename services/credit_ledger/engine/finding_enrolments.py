"""Until when the nodes that speak in a batch work for whom; the farm's own are not looked up."""

from collections.abc import Mapping, Sequence

import asyncpg
import orjson

from services.credit_ledger.engine.page import Page
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.enrolments import Works
from services.credit_ledger.rules.entitlements import lasting
from services.credit_ledger.store import enrolments
from shared.messaging.topology import node_of

POOL = "ORGANIZATION"


async def find_enrolments(
    connection: "asyncpg.Connection[asyncpg.Record]",
    acts_by_wallet: Mapping[int, Sequence[Act]],
    pages: Mapping[int, Page],
) -> None:
    """Read the copy of enrolments once for the whole batch, in the batch's own transaction.

    Whoever asks of a wallet that is no pool finds nothing: a node works for organizations.
    """
    books = {}
    for wallet, page in pages.items():
        speakers = _speakers(acts_by_wallet[wallet], page)
        if speakers and page.book.kind == POOL:
            books.update({(page.book.owner, node): page.book for node in speakers})
    if not books:
        return
    for (owner, node), until in (await enrolments.ends_of(connection, list(books))).items():
        books[owner, node].found[Works(node)] = lasting(until)


def _speakers(acts: Sequence[Act], page: Page) -> set[str]:
    """Name the nodes that speak, and those whose commands wait for a hold that may come now."""
    speakers = {getattr(act, "speaker", None) for act in acts}
    for parked in page.waiting.values():
        speakers.update(node_of(orjson.loads(one.body)["actor"]) for one in parked)
    speakers.discard(None)
    return speakers  # type: ignore[return-value]  # without the one that stands for nobody
