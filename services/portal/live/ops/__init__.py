"""The screen of those who watch the machines: rates, refusals, depths, lags, what happens."""
