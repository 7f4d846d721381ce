"""How commands end: the same four numbers for each of them, as docs/command.md says."""

# All that was asked for is done, or all that was looked at is well.
DONE = 0
# Something was refused, went wrong, or was found that is not as it should be.
REFUSED = 1
# An option, an argument or a file is none that the command can work with; nothing was done.
WRONGLY_CALLED = 2
# No stack runs here or nobody answered: the same call may be tried again.
NOT_ANSWERED = 3
