"""Hashes of effects: the top byte is the version of the recipe that wrote the others."""

from typing import Final

VERSION_BITS: Final = 56


def is_same(one: int, other: int) -> bool:
    """Tell whether two hashes may be of one effect; those of two recipes cannot be compared.

    An id that was remembered under an older recipe is taken as the same. It was decided, and gets
    the verdict it got then: nothing is done twice. To call it reused would refuse, and bury, each
    message that is delivered again across the change of a recipe.
    """
    return one == other or one >> VERSION_BITS != other >> VERSION_BITS
