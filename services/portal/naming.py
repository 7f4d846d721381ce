"""The name that people give their organization, as they type it."""

from pydantic import TypeAdapter, ValidationError

from services.portal.forms import FieldErrors, Form
from shared.contracts.organizations import OrganizationName

FIELD = "name"
WRONG = "One line of at most 100 characters that begins with none of = + - @."
_NAMES: TypeAdapter[str] = TypeAdapter(OrganizationName)


def organization_name(form: Form) -> str | None:
    """Read the name, None where none was typed; raises FieldErrors."""
    typed = form.get(FIELD)
    if not typed:
        return None
    try:
        return _NAMES.validate_python(typed)
    except ValidationError:
        raise FieldErrors({FIELD: WRONG}) from None
