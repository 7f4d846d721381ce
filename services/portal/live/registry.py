"""Every topic that pages can be watched by."""

from services.portal.live.topics import Topic, Topics, of_ops
from services.portal.pages import ops

TOPICS = Topics()
TOPICS.add(
    Topic(
        name="ops",
        template="ops.html",
        blocks=("position", "gauges", "refusals", "health", "feed"),
        may_see=of_ops,
        look=ops.watch,
        every_seconds=0.5,
        steady=True,
    )
)
