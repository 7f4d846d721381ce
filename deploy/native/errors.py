"""What an operator is told when the stack cannot do what was asked."""


class StackError(Exception):
    """A sentence for the operator: what is wrong and what to do about it."""


class BrokerRefusedError(StackError):
    """The broker was there, and said no: the same again would be refused again."""


class SettingsError(StackError):
    """A variable of the environment says nothing that can be meant."""
