"""How a pydantic error is told: each field with what is wrong with it, in one line."""

from pydantic import ValidationError


def explain(error: ValidationError) -> str:
    """Return the error's findings as `field: message`, joined with semicolons."""
    return "; ".join(
        f"{'.'.join(map(str, finding['loc'])) or 'content'}: {finding['msg']}"
        for finding in error.errors(include_url=False, include_input=False)
    )
