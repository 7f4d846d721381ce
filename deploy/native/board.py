"""The file in which a supervisor shows others what it runs."""

from collections.abc import Mapping
from dataclasses import replace

from deploy.native.stack import Child, Stack, write_stack


class Board:
    """Rewrites the file at each change, so that a reader is never behind."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        write_stack(stack)

    def announce(self, names: list[str]) -> None:
        """Name who is to come, so that nobody calls a stack healthy that is not complete."""
        children = {name: Child() for name in names}
        self._write(replace(self._stack, children={**self._stack.children, **children}))

    def note(self, name: str, child: Child) -> None:
        self._write(replace(self._stack, children={**self._stack.children, name: child}))

    def provisioned(self, versions: Mapping[str, str]) -> None:
        self._write(replace(self._stack, provisioned=True, versions=dict(versions)))

    def failed(self, reason: str) -> None:
        self._write(replace(self._stack, failure=reason))

    def _write(self, stack: Stack) -> None:
        self._stack = stack
        write_stack(stack)
