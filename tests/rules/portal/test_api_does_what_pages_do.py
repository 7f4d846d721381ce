"""Whatever people do on a page a program can do as well, or it is said why not."""

from services.portal.api.catalogue import OPERATIONS
from tests.portal.routes import method_of, routes_of_pages

O = "/o/{organization}"  # noqa: E741  # a table reads by its columns
PERSON, SEATS = f"{O}/people/{{person}}", f"{O}/licenses/{{product:path}}"
HOOKS, BULK = f"{O}/settings/webhooks", f"{O}/bulk"
BY_PROGRAMS: dict[str, tuple[str, ...]] = {
    f"{O}/people/new": ("add_member",),
    f"{PERSON}/access": ("set_credit_access", "edit_quota"),
    f"{PERSON}/restart": ("restart_quota",),
    f"{PERSON}/remove": ("remove_member",),
    f"{PERSON}/removed": ("void_hold",),
    f"{PERSON}/role": ("change_role",),
    f"{PERSON}/seats": ("assign_license", "revoke_license"),
    f"{SEATS}/assign": ("assign_license",),
    f"{SEATS}/move": ("reassign_license",),
    f"{SEATS}/floating": ("set_floating",),
    f"{O}/requests/{{request}}": ("decide_request",),
    f"{O}/settings": ("set_pool_terms",),
    f"{O}/settings/name": ("rename_organization",),
    f"{HOOKS}/new": ("make_webhook",),
    f"{HOOKS}/{{webhook}}": ("change_webhook",),
    f"{HOOKS}/{{webhook}}/act": (
        *("enable_webhook", "disable_webhook", "try_webhook"),
        *("rotate_secret", "redeliver"),
    ),
    f"{HOOKS}/{{webhook}}/remove": ("remove_webhook",),
    f"{O}/transfer/to/{{person}}": ("request_transfer",),
    f"{O}/transfer/cancel": ("cancel_transfer",),
    "/me/account/set-up": ("request_setup_of_account",),
    "/me/account/leave": ("leave_organization",),
    "/me/account/transfer/accept": ("accept_transfer",),
    "/me/account/transfer/decline": ("decline_transfer",),
    "/me/credits/give-up": ("set_credit_access",),
    "/me/requests/new": ("request_credits",),
    "/me/trials": ("apply_for_trial_of_account",),
    "/operator/setups/{id}": ("confirm_setup", "reject_setup"),
    "/operator/betas/{id}": ("decide_beta",),
    "/operator/items/{id}": ("release_lot", "adjust_credits"),
    "/operator/messages/decide": ("decide_dead_message",),
    "/operator/messages/{id}": ("decide_dead_message",),
    "/operator/reconcile": ("start_reconciliation",),
    "/operator/wallets/{id}/adjust": ("adjust_credits",),
}
BY_OTHER_WAYS = {
    f"{O}/settings/tokens/new": "POST /tokens",
    f"{O}/settings/tokens/{{token}}/revoke": "DELETE /tokens/{token_id}",
    "/me/account/tokens/new": "POST /tokens",
    "/me/account/tokens/{token}/revoke": "DELETE /tokens/{token_id}",
    BULK: "a program sends the commands of a table one by one",
    f"{BULK}/{{upload}}/apply": "a program sends the commands of a table one by one",
    f"{BULK}/{{upload}}/stop": "a program that sends them one by one just stops",
    f"{BULK}/{{upload}}/guests": "a program that sends them one by one sends another role",
    f"{BULK}/selected": "a program sends the commands of a table one by one",
    f"{BULK}/chosen": "a program sends the commands of a table one by one",
    "/commands/{form}": "a program sends the same Idempotency-Key again",
    "/me/account/sessions": "sessions are of browsers",
    "/me/tell": "a letter for people; a program asks for its balance, or hears by webhook",
    "/me/tell/{awaited}/cancel": "a letter for people",
    "/operator/messages/chosen": "only asks whether one is sure",
    "/operator/wallets/{id}/refunds/{lot}": "a store tells its refunds by its webhook",
    "/operator/take": "who works on what is between people",
}


def test_every_deed_of_a_page_has_an_operation_or_a_reason_to_have_none() -> None:
    deeds = {route.path for route in routes_of_pages() if method_of(route) == "POST"}

    assert deeds - BY_PROGRAMS.keys() - BY_OTHER_WAYS.keys() == set()


def test_no_deed_is_named_that_no_page_does_and_no_operation_that_there_is_not() -> None:
    deeds = {route.path for route in routes_of_pages() if method_of(route) == "POST"}
    operations = {operation.id for operation in OPERATIONS}
    named = {one for operations_of in BY_PROGRAMS.values() for one in operations_of}

    assert (BY_PROGRAMS.keys() | BY_OTHER_WAYS.keys()) - deeds == set()
    assert named - operations == set()
    assert BY_PROGRAMS.keys() & BY_OTHER_WAYS.keys() == set()
