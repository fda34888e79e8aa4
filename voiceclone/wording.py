"""Numbers in words, phrased the same way on the page, in the terminal and in errors. Durations are rounded down.

Rounded up, 9.6 s would be refused as “10 s, at least 10 s are needed”, and the same speech could read 8 s in one place
and 7 s in another.
"""

import math
from collections.abc import Callable

_MINUTE_S = 60
_HOUR_S = 3600
_ALMOST = 1e-6
"""Sums of floats may fall just short of the true value: 7.3 may be stored as 7.299999."""


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 clip`, `2 clips`, `1,500 steps`; `plural` for nouns that do not simply take an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {plural or noun + 's'}"


def is_are(number: float, one: str = "is", more: str = "are") -> str:
    """Return the verb that goes with a count."""
    return one if number == 1 else more


def kept_sentence(number: int, done: str, noun: str = "clip") -> str:
    """Say what is kept after a stop: `2 clips were added before and are kept.`"""
    if not number:
        return f"Nothing was {done} before."
    return f"{count(number, noun)} {is_are(number, 'was', 'were')} {done} before and {is_are(number)} kept."


def duration(duration_s: float) -> str:
    """Return a length in whole seconds: `42 s`, `3 min 5 s`, `1 h 4 min`."""
    whole = math.floor(max(0.0, duration_s) + _ALMOST)
    if whole < _MINUTE_S:
        return f"{whole} s"
    minutes, rest = divmod(whole, _MINUTE_S)
    if whole < _HOUR_S:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def seconds(duration_s: float) -> str:
    """Return a short duration with one decimal, `6.2 s`; from one minute up, like `duration`."""
    if duration_s >= _MINUTE_S - _ALMOST:
        return duration(duration_s)
    return f"{math.floor(10 * max(0.0, duration_s) + _ALMOST) / 10:.1f} s"


def size(size_bytes: int) -> str:
    """Return a size in the unit that fits, of a thousand each: `512 bytes`, `20 kB`, `12.3 MB`, `1.4 GB`."""
    if size_bytes < 1_000:
        return count(size_bytes, "byte")
    if size_bytes < 1_000_000:
        return f"{size_bytes // 1_000} kB"
    if size_bytes < 1_000_000_000:
        return f"{size_bytes / 1e6:.1f} MB"
    return f"{size_bytes / 1e9:.1f} GB"


def about(duration_s: float) -> str:
    """Return an estimate: `a few seconds`, `about 40 seconds`, `about 3 minutes`, `about 1 hour 5 minutes`."""
    if duration_s < 8:
        return "a few seconds"
    if duration_s < 55:
        return f"about {count(math.ceil(duration_s / 10) * 10, 'second')}"
    if duration_s < 90:
        return "about a minute"
    return f"about {_minutes(round(duration_s / _MINUTE_S))}"


def at_least(duration_s: float) -> str:
    """Return a lower bound: `at least a minute`, `at least 5 minutes`, `at least 1 hour 5 minutes`."""
    minutes = math.floor(duration_s / _MINUTE_S + _ALMOST)
    return f"at least {_minutes(minutes, math.floor) if minutes > 1 else 'a minute' if minutes else 'some seconds'}"


def up_to(duration_s: float) -> str:
    """Return an upper bound that is an estimate: `up to 5 minutes`, `up to 4 hours 25 minutes`."""
    return about(duration_s).replace("about ", "up to ", 1)


def _minutes(minutes: int, rounded: Callable[[float], int] = round) -> str:
    if minutes < 60:
        return count(minutes, "minute")
    hours, rest = divmod(rounded(minutes / 5) * 5, 60)  # an estimate in hours is not accurate to the minute
    return count(hours, "hour") + (f" {count(rest, 'minute')}" if rest else "")
