"""Every topic that pages can be watched by."""

from services.portal.live import looks
from services.portal.live.desks import at_desk
from services.portal.live.topics import (
    LEDGER,
    LICENSING,
    MEMBERSHIP,
    SERVICES,
    Topic,
    Topics,
    of_administrators,
    of_ops,
    of_staff,
    of_the_person,
)
from services.portal.pages import (
    commands,
    my_requests,
    operator_reconcile,
    operator_taking,
    operator_work,
    ops,
)

OF_ORGANIZATIONS = (
    Topic(
        name="overview",
        template="overview.html",
        blocks=("pool", "limited", "needs"),
        may_see=of_administrators,
        look=at_desk(looks.look_at_overview),
        services=SERVICES,
    ),
    # Apart from the rest of its page, for it is known while the ledger is away.
    Topic(
        name="seats",
        template="overview.html",
        blocks=("seats",),
        may_see=of_administrators,
        look=at_desk(looks.look_at_licenses),
        services=frozenset({LICENSING}),
    ),
    Topic(
        name="credits",
        template="credits.html",
        blocks=("pool", "lots", "holds"),
        may_see=of_administrators,
        look=at_desk(looks.look_at_credits),
        services=frozenset({LEDGER, MEMBERSHIP}),
    ),
    Topic(
        name="licenses",
        template="licenses.html",
        blocks=("products",),
        may_see=of_administrators,
        look=at_desk(looks.look_at_licenses),
        services=frozenset({LICENSING}),
    ),
    Topic(
        name="requests",
        template="requests.html",
        blocks=("news",),
        may_see=of_administrators,
        look=at_desk(looks.look_at_requests),
        services=frozenset({LEDGER}),
    ),
    Topic(
        name="people",
        template="people_cells.html",
        blocks=("cells",),
        may_see=of_administrators,
        look=looks.look_at_rows,
        services=SERVICES,
        by_row=True,
    ),
    # Who came to a list or went is only offered, and need not be known at once.
    Topic(
        name="listed",
        template="people.html",
        blocks=("news",),
        may_see=of_administrators,
        look=looks.look_at_list,
        services=frozenset({LEDGER, MEMBERSHIP}),
        every_seconds=5.0,
    ),
    Topic(
        name="person",
        template="person.html",
        blocks=("person_credits", "news", "jobs"),
        may_see=of_administrators,
        look=looks.look_at_person,
        services=SERVICES,
    ),
    Topic(
        name="removal",
        template="person_removed.html",
        blocks=("steps",),
        may_see=of_administrators,
        look=looks.look_at_removal,
        services=SERVICES,
    ),
    Topic(
        name="bulk",
        template="bulk_one.html",
        blocks=("progress",),
        may_see=of_administrators,
        look=looks.look_at_upload,
        steady=True,
    ),
)
OF_PEOPLE = (
    Topic(
        name="me",
        template="me.html",
        blocks=("spendable", "jobs", "awaited"),
        may_see=of_the_person,
        look=looks.look_at_me,
        services=frozenset({LEDGER, MEMBERSHIP}),
    ),
    # Entries need not be known at once, and are many to ask for.
    Topic(
        name="my_credits",
        template="my_credits.html",
        blocks=("lots", "entries"),
        may_see=of_the_person,
        look=looks.look_at_my_credits,
        services=frozenset({LEDGER, MEMBERSHIP}),
        every_seconds=10.0,
    ),
    # Apart, for it is known while the ledger is away.
    Topic(
        name="my_seats",
        template="me.html",
        blocks=("seats",),
        may_see=of_the_person,
        look=looks.look_at_my_seats,
        services=frozenset({LICENSING, MEMBERSHIP}),
    ),
    Topic(
        name="answers",
        template="my_answers.html",
        blocks=("answer",),
        may_see=of_the_person,
        look=my_requests.watch,
        services=frozenset({LEDGER}),
        by_row=True,
    ),
    Topic(
        name="awaited",
        template="my_requests.html",
        blocks=("awaited",),
        may_see=of_the_person,
        look=looks.look_at_awaited,
    ),
    # No fact tells of a verdict: what was written down about the form does.
    Topic(
        name="command",
        template="command.html",
        blocks=("outcome",),
        may_see=of_the_person,
        look=commands.watch,
        steady=True,
    ),
)
OF_THE_VENDOR = (
    Topic(
        name="ops",
        template="ops.html",
        blocks=("position", "gauges", "refusals", "health", "feed"),
        may_see=of_ops,
        look=ops.watch,
        every_seconds=0.5,
        steady=True,
    ),
    Topic(
        name="work",
        template="operator.html",
        blocks=("summary", "news"),
        may_see=of_staff,
        look=operator_work.watch,
        every_seconds=10.0,
        steady=True,
    ),
    Topic(
        name="owners",
        template="operator_owners.html",
        blocks=("owner",),
        may_see=of_staff,
        look=operator_taking.watch,
        every_seconds=2.0,
        steady=True,
        by_row=True,
    ),
    Topic(
        name="reconcile",
        template="operator_reconcile.html",
        blocks=("result",),
        may_see=of_staff,
        look=operator_reconcile.watch,
        every_seconds=2.0,
        steady=True,
    ),
)

TOPICS = Topics({topic.name: topic for topic in (*OF_ORGANIZATIONS, *OF_PEOPLE, *OF_THE_VENDOR)})
