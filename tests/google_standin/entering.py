"""What came by API or was typed → a cell: RAW as it is, USER_ENTERED as if a person typed it."""

import re
from datetime import datetime

from tests.google_standin.cells import BARE, MAX_TEXT, Cell, Format, Value, plain
from tests.google_standin.display import is_comma_locale, serial, shown
from tests.google_standin.wire import Json, invalid

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?(e[+-]?\d+)?", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s*([AaPp][Mm]))?")
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_SHORT = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")


def raw(given: Json, old: Cell, locale: str) -> Cell:
    """Return the cell for a value taken as it is; formats stay."""
    return holding(_checked(given), old, locale)


def user_entered(given: Json, old: Cell, locale: str) -> Cell:
    """Return the cell for a value read as if typed."""
    value = _checked(given)
    if not isinstance(value, str):
        return holding(value, old, locale)
    if value.startswith("'"):
        return holding(value[1:], old, locale)
    if value.startswith("=") and len(value) > 1:
        return old._replace(value=None, shown="", formula=value, error="")
    # A cell formatted as plain text takes what is typed as text.
    if old.pattern[0] == "TEXT":
        return holding(value, old, locale)
    number, pattern = typed(value, locale)
    if number is None:
        return holding(value, old, locale)
    if pattern is None or old.pattern[0] == pattern["type"]:
        return holding(number, old, locale)
    return holding(
        number, old._replace(format={**(old.format or {}), "numberFormat": pattern}), locale
    )


def holding(value: Value, old: Cell, locale: str) -> Cell:
    """Return a cell with another value; an empty text empties it."""
    if value == "" or value is None:
        return old._replace(value=None, shown="", formula="", error="")
    value = plain(value)
    if old is BARE and isinstance(value, str):
        return Cell(value, value)
    return old._replace(value=value, shown=shown(value, old.pattern, locale), formula="", error="")


def _checked(given: Json) -> Value:
    if isinstance(given, list | dict):
        raise invalid(
            f"Invalid values[0][0]: {'list' if isinstance(given, list) else 'struct'}_value"
        )
    if isinstance(given, str) and len(given) > MAX_TEXT:
        raise invalid(
            "Your input contains more than the maximum of 50000 characters in a single cell."
        )
    return given  # type: ignore[no-any-return]


def typed(text: str, locale: str) -> tuple[Value, Format | None]:
    """Return the bool or number a typed text means, with the format it brings; None for text."""
    bare = text.strip()
    if bare.upper() in ("TRUE", "FALSE"):
        return bare.upper() == "TRUE", None
    if not any(character.isdigit() for character in bare):
        return None, None
    found = _number(bare, comma=is_comma_locale(locale))
    return found if found[0] is not None else _date(bare, locale)


def _number(text: str, *, comma: bool) -> tuple[Value, Format | None]:
    bare, percent, money = text.removesuffix("%"), text.endswith("%"), False
    if bare[:1] in "$€£":
        bare, money = bare[1:], True
    if comma:
        bare = bare.translate({44: ".", 46: ","})
    found = _NUMBER.fullmatch(bare)
    if not found or not any(c.isdigit() for c in bare.lower().partition("e")[0]):
        return None, None
    value = float(bare.replace(",", ""))
    if value in (float("inf"), float("-inf")):
        return None, None
    return plain(value / 100 if percent else value), _number_format(
        text, bare, percent=percent, money=money
    )


def _number_format(text: str, bare: str, *, percent: bool, money: bool) -> Format | None:
    decimals = ".00" if "." in bare else ""
    if percent:
        return {"type": "PERCENT", "pattern": f"0{decimals}%"}
    if money:
        return {"type": "CURRENCY", "pattern": f"{text[0]}#,##0{decimals}"}
    if "e" in bare.lower():
        return {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if "," in bare:
        return {"type": "NUMBER", "pattern": f"#,##0{decimals}"}
    return None


def _date(text: str, locale: str) -> tuple[Value, Format | None]:
    day, _, clock = text.partition("T" if re.match(r"\d{4}-\d\d-\d\dT", text) else " ")
    if _TIME.fullmatch(text):
        part, form = _time(text)
        return (None, None) if part is None else (part, {"type": "TIME", "pattern": form})
    date, form = _day(day, locale)
    if date is None:
        return None, None
    if not clock.strip():
        return serial(date), {"type": "DATE", "pattern": form}
    part, time_form = _time(clock.strip())
    if part is None:
        return None, None
    return serial(date) + part, {"type": "DATE_TIME", "pattern": f"{form} {time_form}"}


def _day(text: str, locale: str) -> tuple[datetime | None, str]:
    if found := _ISO.fullmatch(text):
        year, mark, month, day = found.groups()
        form = f"yyyy{mark}{'m' * len(month)}{mark}{'d' * len(day)}"
    elif found := _SHORT.fullmatch(text):
        first, mark, second, year = found.groups()
        if (mark == ".") != (locale != "en_US"):
            return None, ""
        month, day = (first, second) if locale == "en_US" else (second, first)
        letters = ("m", "d") if locale == "en_US" else ("d", "m")
        form = mark.join([letters[0] * len(first), letters[1] * len(second), "y" * len(year)])
        year = f"20{year}" if len(year) == 2 else year
    else:
        return None, ""
    try:
        return datetime(int(year), int(month), int(day)), form  # noqa: DTZ001
    except ValueError:
        return None, ""


def _time(text: str) -> tuple[float | None, str]:
    found = _TIME.fullmatch(text)
    if not found:
        return None, ""
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    form = ("hh" if len(found[1]) > 1 else "h") + ":mm" + (":ss" if found[3] else "")
    if found[4]:
        hour, form = hour % 12 + (12 if found[4].lower() == "pm" else 0), form + " am/pm"
    if hour > 23 or minute > 59 or second > 59:
        return None, ""
    return round((hour * 3600 + minute * 60 + second) / 86400, 10), form
