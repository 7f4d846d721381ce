"""The portal in a real browser: Chromium, by Playwright."""
