"""Fields that several forms of the staff have in common."""

from services.portal.forms import FieldErrors, Form

REASON_MAX = 500


def reason_in(form: Form, name: str = "reason") -> str:
    """Read the reason for an act; raises FieldErrors without one."""
    reason = form.get(name)
    if not reason:
        raise FieldErrors({name: "Say why, for whoever asks later."})
    if len(reason) > REASON_MAX:
        raise FieldErrors({name: f"Say it in {REASON_MAX} characters at most."})
    return reason
