"""What one run of a stack stands on: its home, ports, passwords and addresses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.native.account import Account, unprivileged
from deploy.native.addresses import Addresses, addresses, native_amqp_url, native_database_url
from deploy.native.broker import STAGE
from deploy.native.errors import StackError
from deploy.native.home import Home, passwords, prepare
from deploy.native.launch import end_children
from deploy.native.plan import Plan
from deploy.native.ports import Ports, claim_ports
from deploy.native.provision import names_of_passwords
from deploy.native.settings import Settings
from deploy.native.stack import read_stack


@dataclass(frozen=True)
class Ground:
    """Settled before the first child starts, the same until the last one has ended."""

    settings: Settings
    plan: Plan
    home: Home
    account: Account | None
    is_demo: bool
    ports: Ports
    passwords: Mapping[str, str]
    addresses: Addresses


def lay_ground(settings: Settings, plan: Plan) -> Ground:
    """Clear away what a killed supervisor left, then settle everything."""
    home = Home(settings.home)
    account = unprivileged()
    prepare(home, account)
    before = read_stack(home)
    if before:
        children = before.children.items()
        end_children({name: child.process for name, child in children if child.process})
    is_demo = _is_demo(home, plan)
    secrets = passwords(home, names_of_passwords(with_stage=is_demo))
    ports = claim_ports(home)
    return Ground(
        settings=settings,
        plan=plan,
        home=home,
        account=account,
        is_demo=is_demo,
        ports=ports,
        passwords=secrets,
        addresses=addresses(
            settings,
            database_url=settings.database_url or native_database_url(ports, secrets),
            amqp_url=settings.amqp_url or native_amqp_url(ports, secrets),
            passwords=secrets,
        ),
    )


def _is_demo(home: Home, plan: Plan) -> bool:
    """A demonstration has a movable clock and a user who may assert anybody: it stays one for ever,
    and nothing else becomes one.
    """
    asked = plan.demo or plan.ephemeral
    if not home.passwords_file.exists():
        return asked
    was_demo = STAGE in json.loads(home.passwords_file.read_text())
    if asked and not was_demo:
        message = (
            f"{home.root} holds a stack that is no demonstration, and keeps being none: set"
            " COFFER_HOME to another folder for `--demo`, or use `--ephemeral`."
        )
        raise StackError(message)
    return was_demo
