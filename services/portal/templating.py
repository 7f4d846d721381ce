"""The templates: escaped always, strict about what they are not given."""

from datetime import date
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.portal import format as wording
from services.portal.bars import left_of
from services.portal.browsers import browser_called
from services.portal.static_files import Assets

FOLDER = Path(__file__).parent / "templates"


def open_templates(assets: Assets) -> Environment:
    """Open the folder of templates; a name that nobody gave is an error, not a blank."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = assets.url
    environment.globals["has_asset"] = assets.has
    environment.filters["plural"] = wording.plural
    environment.filters["browser"] = browser_called
    environment.filters["moment"] = wording.moment
    environment.filters["day"] = date.fromisoformat
    environment.filters["uuid"] = UUID
    environment.filters["left"] = left_of
    # The macros are everywhere, for a block that is answered alone imports nothing.
    environment.globals["ui"] = environment.get_template("parts/ui.html").module
    return environment
