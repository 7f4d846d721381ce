"""Benchmarks: what `coffer bench` runs, outside the test suite."""
