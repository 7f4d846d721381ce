"""The command `coffer`: each line below is one command, each command a function beside this."""

import typer

from deploy.operator import stack

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

if __name__ == "__main__":
    app()
