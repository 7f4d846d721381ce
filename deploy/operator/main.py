"""The command `coffer`: each line below is one command, each command a function beside this."""

import typer

from deploy.operator import stack
from deploy.operator.balance import balance
from deploy.operator.bench import bench
from deploy.operator.demo.command import demo
from deploy.operator.reconcile.command import reconcile
from deploy.operator.replay.command import replay
from deploy.operator.tail.command import tail

app = typer.Typer(
    name="coffer",
    help="Seats and a shared pool of credits that are never overspent.",
    no_args_is_help=True,
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
app.command()(balance)
app.command()(reconcile)
app.command()(bench)

if __name__ == "__main__":
    app()
