"""Copies that heal: facts lost on the way, copies rebuilt while they are used."""
