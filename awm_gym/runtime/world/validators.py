"""pydantic's PastDate, FutureDate, PastDatetime and FutureDatetime by the virtual clock.

pydantic-core compares with the machine's clock, in Rust, where time-machine cannot reach. So in models
declared from here on, the comparison is taken out of the core schema and made in Python, with the same error.
"""

from datetime import UTC, date, datetime
from typing import Any

from pydantic import FutureDate, FutureDatetime, GetCoreSchemaHandler, PastDate, PastDatetime
from pydantic_core import PydanticKnownError, core_schema


def follow_clock() -> None:
    """Patch the four types, for good."""
    for constraint in (PastDate, FutureDate, PastDatetime, FutureDatetime):
        _patch(constraint)


def _patch(constraint: Any) -> None:
    original = constraint.__get_pydantic_core_schema__.__func__

    def schema(cls: type, source: type, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        by_machine = original(cls, source, handler)
        direction = by_machine.pop("now_op")
        error_type: Any = f"{by_machine['type']}_{direction}"
        sign = -1 if direction == "past" else 1

        def check(value: date) -> date:
            if _compare_with_now(value) != sign:
                raise PydanticKnownError(error_type)
            return value

        return core_schema.no_info_after_validator_function(check, by_machine)

    constraint.__get_pydantic_core_schema__ = classmethod(schema)


def _compare_with_now(value: date) -> int:
    """Return -1, 0 or 1 for a date or datetime (without zone: UTC) before, at or after now."""
    now: date = date.today()
    if isinstance(value, datetime):
        now = datetime.now(value.tzinfo or UTC)
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
    return (value > now) - (value < now)
