"""What an operator is told when the stack cannot do what was asked."""


class StackError(Exception):
    """A sentence for the operator: what is wrong and what to do about it."""
