"""The command `coffer`: each line below is one command, each command a function beside this."""

import typer

from deploy.operator import stack
from deploy.operator.accounts import accounts
from deploy.operator.balance import balance
from deploy.operator.bench import bench
from deploy.operator.bulk.command import bulk
from deploy.operator.calling import Commands
from deploy.operator.demo.command import demo
from deploy.operator.dry_run.command import dry_run
from deploy.operator.export.command import export
from deploy.operator.forget import forget
from deploy.operator.importing.command import import_balances
from deploy.operator.node import node
from deploy.operator.organizations import organizations
from deploy.operator.rebuild.command import rebuild
from deploy.operator.reconcile.command import reconcile
from deploy.operator.replay.command import replay
from deploy.operator.statement.command import statement
from deploy.operator.tail.command import tail
from deploy.operator.usage.command import usage

app = typer.Typer(
    name="coffer",
    cls=Commands,
    help="Seats and a shared pool of credits that are never overspent.",
    rich_markup_mode="markdown",
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(stack.up)
app.command()(stack.down)
app.command()(stack.status)
app.command()(stack.provision)
app.command()(demo)
app.command()(replay)
app.command()(tail)
app.command()(organizations)
app.command()(accounts)
app.add_typer(node, name="node")
app.command()(balance)
app.command()(statement)
app.command()(usage)
app.command()(dry_run)
app.command()(bulk)
app.command()(export)
app.command("import")(import_balances)
app.command()(reconcile)
app.command()(rebuild)
app.command()(forget)
app.command()(bench)

if __name__ == "__main__":
    app()
