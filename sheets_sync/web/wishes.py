"""What a reader typed on their page -> what is chosen, or what is wrong with it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from digests.filters import FilterError, Names, parse
from digests.wanted import Everything, written
from forms.rules import clean
from forms.wording import N_
from sheets_sync.choices import FREQUENCY, PAUSED
from sheets_sync.community import Subscription

LONGEST_PAUSE = timedelta(days=730)
FREQUENCIES = {
    "weekly": N_("Every week"),
    "monthly": N_("Once a month: all that came since"),
    "paused": N_("Not until a day that I choose"),
    "stop": N_("No mail"),
}
NO_DAY = N_("Give a day after today and within two years, such as {day}.")


@dataclass(frozen=True, slots=True)
class Wishes:
    """The fields of the page, as they are to be shown."""

    filter: str = ""
    frequency: str = "weekly"
    """One of FREQUENCIES."""
    until: str = ""
    plain: bool = False
    language: str = ""


def wishes_of(subscription: Subscription, today: date) -> Wishes:
    """Return the page's fields as they stand."""
    paused = subscription.paused_until
    still = paused is not None and today <= paused
    kept = subscription.frequency if subscription.frequency in FREQUENCIES else "weekly"
    return Wishes(
        filter=subscription.filter,
        frequency="paused" if still and kept != "stop" else kept,
        until=paused.isoformat() if paused and still else "",
        plain=subscription.format == "text",
        language=subscription.language,
    )


def read_wishes(fields: Mapping[str, Sequence[str]]) -> Wishes:
    """Return what was typed; ticked tags are added to the filter."""
    typed = {name: clean(values[0]).strip() for name, values in fields.items() if values}
    frequency = typed.get("frequency", "")
    return Wishes(
        filter=with_tags(_line(typed.get("filter", "")), fields.get("also", ())),
        frequency=frequency if frequency in FREQUENCIES else "weekly",
        until=typed.get("until", ""),
        plain=bool(typed.get("plain")),
        language=typed.get("language", ""),
    )


def with_tags(expression: str, tags: Sequence[str]) -> str:
    """Return a filter that also wants these tags; one that wants everything begins anew."""
    added = [written(_line(tag)) for tag in tags if _line(tag)]
    if not added:
        return expression
    if expression.casefold() == "everything":
        expression = ""
    return ", ".join([*([expression] if expression else []), *added])


def faults(
    wishes: Wishes, names: Names, today: date, translate: Callable[[str], str]
) -> dict[str, str]:
    """Return what is wrong, by field; day faults are a phrase with a place for a day."""
    found = {}
    try:
        parse(wishes.filter, names=names)
    except FilterError as error:
        found["filter"] = error.text(translate)
    if wishes.frequency == "paused" and not _is_day_ahead(wishes.until, today):
        found["until"] = NO_DAY
    return found


def chosen(wishes: Wishes, before: Subscription, today: date) -> dict[str, str]:
    """Return what differs from before, as columns of the Subscriptions tab."""
    stands = wishes_of(before, today)
    values: dict[str, str] = {}
    if wishes.filter != stands.filter:
        values["filter"] = wishes.filter
    # Who was typed `bounced` and saves here has read a mail: the address works again.
    bounced = before.frequency == "bounced"
    if bounced or (wishes.frequency, wishes.until) != (stands.frequency, stands.until):
        values |= _how_often(wishes, before)
    if wishes.plain != stands.plain:
        values["format"] = "text" if wishes.plain else "html"
    if wishes.language != stands.language:
        values["language"] = wishes.language
    return values


def _how_often(wishes: Wishes, before: Subscription) -> dict[str, str]:
    if wishes.frequency == "paused":
        kept = before.frequency if before.frequency in ("weekly", "monthly") else "weekly"
        values = {PAUSED: wishes.until, FREQUENCY: kept}
    else:
        values = {FREQUENCY: wishes.frequency, PAUSED: ""}
    stands = before.paused_until.isoformat() if before.paused_until else ""
    same = {FREQUENCY: before.frequency, PAUSED: stands}
    return {column: value for column, value in values.items() if value != same[column]}


def readable(wishes: Wishes, names: Names) -> Wishes:
    """Return wishes with a filter that can be read: everything, where it cannot."""
    try:
        parse(wishes.filter, names=names)
    except FilterError:
        return replace(wishes, filter=str(Everything()))
    return wishes


def _is_day_ahead(typed: str, today: date) -> bool:
    try:
        return today < date.fromisoformat(typed) <= today + LONGEST_PAUSE
    except ValueError:
        return False


def _line(typed: str) -> str:
    return " ".join(clean(typed).split())
