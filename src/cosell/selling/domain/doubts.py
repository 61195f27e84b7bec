"""What is wrong with an opportunity and refused only where the profile says so: elsewhere the call
succeeds, and the log and the journal tell it.

Must not hold a rule.
"""

from typing import Final

from cosell.calls import Call
from cosell.errors import FieldError, business_refused
from cosell.originals import getLogger
from cosell.selling.profiles import profile
from cosell.selling.rules import check
from cosell.selling.rules.content import Content
from cosell.selling.rules.postal_code import FORMS

log: Final = getLogger("cosell.doubts")


def ensure(call: Call, content: Content, errors: tuple[FieldError, ...]) -> None:
    """ValidationException for the errors that were found, and for what the profile refuses besides;
    what it does not refuse is told."""
    found = check(FORMS, content)
    if profile(call).postal_formats_refused:
        errors, found = errors + found, ()
    if errors:
        raise business_refused(*errors)
    call.trace.warnings = found
    for one in found:
        log.warning("%s took a doubtful value: %s: %s", call.operation, one.path, one.message)
