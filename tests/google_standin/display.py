"""A value and its number format → the text people see."""

import re
from datetime import datetime, timedelta

from tests.google_standin.cells import Value

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - serial numbers have no zone
DATES = {"DATE": "yyyy-mm-dd", "TIME": "h:mm:ss", "DATE_TIME": "yyyy-mm-dd h:mm:ss"}
COMMA_LOCALES = ("de", "fr", "es", "it", "pt", "nl", "pl", "ru", "cs", "da", "fi", "nb", "sv", "tr")
_TOKEN = re.compile(r'"[^"]*"|\\.|y+|m+|d+|h+|s+|am/pm|a/p|0+|.', re.IGNORECASE)


def is_comma_locale(locale: str) -> bool:
    """Say whether the locale writes 2,5 for two and a half."""
    return locale.split("_")[0] in COMMA_LOCALES


def shown(value: Value, pattern: tuple[str, str], locale: str = "en_US") -> str:
    """Return how a value shows."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
    return shown_number(value, pattern, locale)


def shown_number(value: float, pattern: tuple[str, str], locale: str) -> str:
    """Return how a number shows in its format."""
    kind, form = pattern
    if kind in DATES:
        return shown_date(value, form or DATES[kind])
    if kind == "TEXT" or form == "@" or not (kind or form):
        text = automatic(value)
    else:
        text = _patterned(value, form or {"PERCENT": "0.00%"}.get(kind, "#,##0.00"))
    return text.translate({44: ".", 46: ","}) if is_comma_locale(locale) else text


def automatic(value: float) -> str:
    """Return a number as the automatic format shows it."""
    if isinstance(value, int) and abs(value) < 10**15:
        return str(value)
    if value and not 1e-9 <= abs(value) < 1e15:
        return re.sub(r"\.?0*E([+-])0*(\d\d)", r"E\1\2", f"{value:.5E}")
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return text or "0"


def _patterned(value: float, form: str) -> str:
    if form.endswith("%"):
        return _fixed(value * 100, form[:-1]) + "%"
    if "E+" in form:
        decimals = len(form.split("E")[0].partition(".")[2])
        return f"{value:.{decimals}E}"
    prefix = re.match(r"[^#0.]*", form)
    before = prefix.group().strip('"') if prefix else ""
    return before + _fixed(value, form[len(before) :])


def _fixed(value: float, form: str) -> str:
    least, most = (
        form.partition(".")[2].count("0"),
        len(re.findall(r"[0#]", form.partition(".")[2])),
    )
    text = f"{value:{',' if ',' in form else ''}.{most}f}"
    while most > least and text.endswith("0"):
        text, most = text[:-1], most - 1
    return text.rstrip(".")


def serial(moment: datetime) -> float:
    """Return a date and time as days since 1899-12-30."""
    days = (moment - EPOCH) / timedelta(days=1)
    return int(days) if days.is_integer() else round(days, 10)


def moment(value: float) -> datetime:
    """Return the date and time of a serial number, to the second."""
    return EPOCH + timedelta(seconds=round(value * 86400))


def shown_date(value: float, form: str) -> str:
    """Return a serial number in a date pattern."""
    when, parts = moment(value), _TOKEN.findall(form)
    half = any(part.lower() in ("am/pm", "a/p") for part in parts)
    text, time_before = "", False
    for index, part in enumerate(parts):
        follows = next((p.lower()[0] for p in parts[index + 1 :] if p[0].lower() in "ymdhs"), "")
        minute = part[0].lower() == "m" and (time_before or follows == "s")
        text += _date_part(part, when, half=half, minute=minute)
        if part[0].lower() in "ymdhs":
            time_before = part[0].lower() == "h"
    return text


def _date_part(part: str, when: datetime, *, half: bool, minute: bool) -> str:
    letter, wide = part[0].lower(), len(part)
    if part.lower() in ("am/pm", "a/p"):
        return f"{when:%p}"
    if letter == "m" and not minute and wide > 2:
        return f"{when:%b}" if wide == 3 else f"{when:%B}"
    if letter == "d" and wide > 2:
        return f"{when:%a}" if wide == 3 else f"{when:%A}"
    if letter == "y":
        return f"{when.year:04}" if wide > 2 else f"{when.year % 100:02}"
    hour = (when.hour % 12 or 12) if half else when.hour
    numbers = {
        "m": when.minute if minute else when.month,
        "d": when.day,
        "h": hour,
        "s": when.second,
    }
    if letter in numbers:
        return f"{numbers[letter]:0{2 if wide > 1 else 1}}"
    return part.strip('"').removeprefix("\\")
