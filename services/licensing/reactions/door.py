"""Licensing's door for facts."""

from faststream.rabbit import RabbitRouter

from shared.messaging import topology
from shared.messaging.doors import open_queue

router = RabbitRouter()
facts = open_queue(router, topology.facts_of(topology.LICENSING))
