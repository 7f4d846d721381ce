"""What a browser that somebody is signed in with is called, out of all that it claims to be."""

# The first that is found in the claim, for each also claims to be those after it.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_called(claim: str) -> str:
    """Name a browser by what it sent as its user agent."""
    browser = next((name for mark, name in BROWSERS if mark in claim), "")
    system = next((name for mark, name in SYSTEMS if mark in claim), "")
    if not browser:
        return claim[:60] or "Unknown browser"
    return f"{browser} on {system}" if system else browser
