"""What the audience sees: coloured on a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from deploy.operator.demo.refusal import Refusal


class Screen:
    """One line a step; refusals beneath it, with their codes."""

    def __init__(self, *, to_stderr: bool = False) -> None:
        """Speak to the error output when the other one is for programs."""
        self._console = Console(stderr=to_stderr, highlight=False, soft_wrap=True)

    @property
    def is_terminal(self) -> bool:
        return self._console.is_terminal

    def title(self, text: str) -> None:
        self._console.print(f"\n[bold]{escape(text)}[/bold]")

    def note(self, text: str) -> None:
        self._console.print(f"     [dim]{escape(text)}[/dim]")

    def plain(self, text: str) -> None:
        self._console.print(escape(text))

    def step(self, number: int, sentence: str, pool: str) -> None:
        self._console.print(
            f"[bold cyan]{number:>3}[/bold cyan]  {escape(sentence)}"
            f"  [green]pool {escape(pool)}[/green]"
        )

    def failed(self, place: int | str, reason: str) -> None:
        self._console.print(f"[bold red]{place:>3}  FAILED: {escape(reason)}[/bold red]")

    @contextmanager
    def progress(self) -> Iterator["Bar"]:
        """Show how far something long is: a bar on a terminal, a line a stage elsewhere."""
        columns = (TextColumn("     {task.description}"), BarColumn(), MofNCompleteColumn())
        progress = Progress(*columns, console=self._console, transient=True)
        if not self.is_terminal:
            yield Bar(self, None)
            return
        with progress:
            yield Bar(self, progress)

    def refusals(self, refusals: Sequence[Refusal]) -> None:
        for refusal in refusals:
            limit = f" ({refusal.limit})" if refusal.limit else ""
            self._console.print(
                f"     refused [bold yellow]{refusal.code}[/bold yellow]: "
                f"{escape(refusal.to_whom)}{escape(limit)}; "
                f"[dim]can be lifted by {escape(refusal.who_can_lift)}[/dim]"
            )


class Bar:
    """How far a stage of something long is."""

    def __init__(self, screen: Screen, progress: Progress | None) -> None:
        self._screen = screen
        self._progress = progress
        self._task: TaskID | None = None

    def stage(self, name: str, total: int) -> None:
        """Begin a stage of so many steps."""
        if self._progress is None:
            self._screen.note(f"{total:,} {name} to go")
        else:
            self._task = self._progress.add_task(name, total=total)

    def step(self) -> None:
        """One more step is done."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)
