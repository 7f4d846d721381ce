"""The command `coffer`: up, demo, replay, reconcile, tail, doctor."""
