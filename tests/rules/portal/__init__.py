"""Rules of the portal: words, bars, numbers."""
