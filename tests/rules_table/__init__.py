"""docs/rules.md, written from a run of the tests that carry the numbers of what they prove."""
