"""Licensing's door for questions."""

from faststream.rabbit import RabbitRouter

from shared.messaging import topology
from shared.messaging.doors import open_queue

router = RabbitRouter()
queries = open_queue(router, topology.queries_of(topology.LICENSING))
