"""`identity.json`: one row per measured voice, and how rows of several seeds are put together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks import results

RESULTS_FILE = results.HERE / "identity.json"
END = "end"
"""Value of `at` for the voice that a run ended in."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """How a measured voice was made; what a row is found by."""

    voice: str
    """Whose it is: a benchmark voice."""
    seconds: int | None = None
    """Seconds of recordings it was given; None where nobody said."""
    plan: str = ""
    """How long the run was to be: `5 minutes`, `1000 steps`."""
    at: str = END
    """The step of the run at which the voice was taken, or `END`."""
    seed: int = 0
    label: str = ""
    """What was different from the product."""

    @property
    def group(self) -> tuple[str, ...]:
        """What rows of several seeds have in common, in the order of the table."""
        seconds = "" if self.seconds is None else f"{self.seconds:06d}"
        at = self.at if self.at == END else f"{int(self.at):07d}"
        return self.voice, self.label, seconds, _by_length(self.plan), at


def _by_length(plan: str) -> str:
    """Return a plan so that sorting puts `60 minutes` after `5 minutes`."""
    number, _, unit = plan.partition(" ")
    try:
        return f"{unit} {float(number):012.2f}"
    except ValueError:
        return plan


def made_of(row: Row) -> Made:
    """Return how the voice of a row was made."""
    return Made(**{name: row[name] for name in Made.__dataclass_fields__})


def empty() -> dict[str, Any]:
    """Return results without any measurement."""
    return {"format": 1, "people": {}, "rows": []}


def load(path: Path = RESULTS_FILE) -> dict[str, Any]:
    """Read what was measured; a file that is not there is empty."""
    return results.load(path) if path.is_file() else empty()


def with_row(measured: Row, made: Made, figures: Row) -> dict[str, Any]:
    """Return what was measured with a row in the place of the one of a voice made alike, sorted."""
    kept = [row for row in measured["rows"] if made_of(row) != made]
    rows = [*kept, {**vars(made), **figures}]
    return {**measured, "rows": sorted(rows, key=lambda row: (made_of(row).group, row["seed"]))}


def with_person(measured: Row, name: str, figures: Row) -> dict[str, Any]:
    """Return what was measured with the figures of a person's own recordings."""
    return {**measured, "people": {**measured["people"], name: dict(figures)}}


def grouped(rows: Iterable[Row]) -> list[list[Row]]:
    """Return rows that differ in nothing but the seed as lists, sorted."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(made_of(row).group, []).append(row)
    return [groups[key] for key in sorted(groups)]


def values(rows: Sequence[Row], *path: str | int) -> list[float]:
    """Return one figure of each row, found by its keys one below the other; rows without it are left out."""
    found = []
    for row in rows:
        value: Any = row
        for key in path:
            missing = value is None or (isinstance(key, str) and key not in value)
            value = None if missing else value[key]
        if value is not None:
            found.append(float(value))
    return found


@dataclass(frozen=True)
class Spread:
    """A figure over several seeds."""

    mean: float
    lowest: float
    highest: float
    count: int


def spread(found: Sequence[float]) -> Spread | None:
    """Return mean and range; None without any value."""
    return Spread(fmean(found), min(found), max(found), len(found)) if found else None
