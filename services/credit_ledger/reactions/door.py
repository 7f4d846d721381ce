"""The ledger's door for facts, and what every reaction needs: the engine that decides."""

from typing import Annotated

from faststream import Context
from faststream.rabbit import RabbitRouter

from services.credit_ledger.engine.group_commit import Engine
from shared.clock import Clock
from shared.messaging import topology
from shared.messaging.doors import open_queue
from shared.messaging.publisher import Publisher

router = RabbitRouter()
facts = open_queue(router, topology.facts_of(topology.CREDIT_LEDGER))

SharedEngine = Annotated[Engine, Context("engine")]
SharedClock = Annotated[Clock, Context("clock")]
SharedPublisher = Annotated[Publisher, Context("publisher")]
