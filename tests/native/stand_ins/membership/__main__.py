"""Starts the stand-in."""

from tests.native.stand_ins.stand_in import serve

serve("membership")
