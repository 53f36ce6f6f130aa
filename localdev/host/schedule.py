"""NCRONTAB, the notation of timer schedules: `{second} {minute} {hour} {day} {month} {day of week}`, in UTC."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[int, int, Mapping[str, int]], ...] = (
    (0, 59, {}),
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_SEARCHED_DAYS = 366 * 8
"""Long enough for 29 February on any day of the week that comes at all."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a timer fires. Unlike in cron, day of month and day of week must both fit."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    days_of_week: tuple[int, ...]

    def after(self, moment: datetime) -> datetime:
        """The first time after `moment`, which is aware.

        Raises:
            ValueError: There is none, as on 30 February.
        """
        moment = moment.astimezone(UTC)
        for day in (moment.date() + timedelta(days=offset) for offset in range(_SEARCHED_DAYS)):
            is_day = day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.days_of_week
            if is_day:
                earliest_hour = moment.hour if day == moment.date() else 0
                for candidate in self._times(earliest_hour):
                    found = datetime.combine(day, candidate, UTC)
                    if found > moment:
                        return found
        raise ValueError("The schedule never fires.")

    def _times(self, earliest_hour: int) -> Iterator[time]:
        for hour in self.hours:
            if hour >= earliest_hour:
                yield from (time(hour, minute, second) for minute in self.minutes for second in self.seconds)


def parse(expression: str) -> Schedule:
    """Understand a schedule of six fields; each is `*`, or a list of numbers, names, ranges and steps.

    Raises:
        ValueError: It is malformed.
    """
    fields = expression.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"A schedule has six fields, beginning with seconds: {expression!r}")
    try:
        return Schedule(*(_parse_field(text.lower(), *limits) for text, limits in zip(fields, _FIELDS, strict=True)))
    except (KeyError, ValueError) as cause:
        raise ValueError(f"Not a schedule: {expression!r}") from cause


def _parse_field(text: str, lowest: int, highest: int, names: Mapping[str, int]) -> tuple[int, ...]:
    values: set[int] = set()
    for part in text.split(","):
        interval, has_step, step = part.partition("/")
        first, has_end, last = interval.partition("-")
        if first == "*":
            start, end = lowest, highest
        else:
            start = _number(first, names)
            end = _number(last, names) if has_end else (highest if has_step else start)
        if not lowest <= start <= end <= highest:
            raise ValueError(part)
        values.update(range(start, end + 1, int(step) if has_step else 1))
    return tuple(sorted(values))


def _number(text: str, names: Mapping[str, int]) -> int:
    return int(text) if text.isdecimal() else names[text[:3]]
