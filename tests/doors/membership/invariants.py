"""What no race may leave behind in membership's database (I5, R5-R7, A2)."""

import json

from tests.doors.membership.larkspur import Larkspur


async def broken_rules(larkspur: Larkspur) -> list[str]:
    """What of an organization's rules is broken; nothing, when all is well."""
    found = [
        (meaning, await larkspur.database.fetchval(query, larkspur.id))
        for meaning, query in SHOULD_BE_NOBODY.items()
    ]
    broken = [f"{meaning}: {who}" for meaning, who in found if who]
    return broken + await _broken_succession(larkspur)


async def _broken_succession(larkspur: Larkspur) -> list[str]:
    """Each Administrator follows the one before him, and the last one administers now (R7)."""
    bodies = await larkspur.database.fetch(
        """
        SELECT body FROM fact
        WHERE subject = $1 AND routing_key = 'membership.administrator.changed'
        ORDER BY sequence
        """,
        larkspur.id,
    )
    told = [json.loads(row["body"])["data"] for row in bodies]
    now = await larkspur.database.fetchval(
        "SELECT administrator_id FROM organization WHERE id = $1", larkspur.id
    )
    befores = [change["from_account_id"] for change in told] + [str(now)]
    afters = [befores[0]] + [change["to_account_id"] for change in told]
    return [] if befores == afters else [f"the succession broke: {told}"]


SHOULD_BE_NOBODY = {
    "administers and is a Member or Guest at once": """
        SELECT array_agg(account_id) FROM membership
        INNER JOIN organization ON organization.id = organization_id
        WHERE organization_id = $1 AND account_id = administrator_id
            AND membership.state = 'ACTIVE'
    """,
    "is in two organizations at once": """
        SELECT array_agg(account_id) FROM membership AS here
        WHERE organization_id = $1 AND EXISTS (
            SELECT 1 FROM membership AS there
            WHERE there.account_id = here.account_id
                AND (there.organization_id, there.added_at)
                    <> (here.organization_id, here.added_at)
                AND tstzrange(there.added_at, there.removed_at)
                    && tstzrange(here.added_at, here.removed_at)
        )
    """,
    "was offered what is not the Administrator's to give": """
        SELECT array_agg(to_account_id) FROM transfer
        INNER JOIN organization ON organization.id = organization_id
        WHERE organization_id = $1 AND from_account_id <> administrator_id
            AND transfer.state = 'REQUESTED'
    """,
    "is offered it without being in": """
        SELECT array_agg(to_account_id) FROM transfer
        WHERE organization_id = $1 AND state = 'REQUESTED' AND NOT EXISTS (
            SELECT 1 FROM membership
            WHERE membership.organization_id = $1 AND account_id = to_account_id
                AND membership.state = 'ACTIVE'
        )
    """,
}
