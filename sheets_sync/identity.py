"""Nothing but chance -> the id of a new report."""

import secrets

# Crockford's base 32, lower case: no i, l, o, u, so nothing is misread or rude.
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def new_report_id() -> str:
    """Return `r-` and 10 characters (50 bits); no spreadsheet takes it for a number."""
    return "r-" + "".join(secrets.choice(_DIGITS) for _ in range(10))
