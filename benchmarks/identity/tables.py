"""What was measured as Markdown, for README.md."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.identity import likeness, rows
from benchmarks.identity.rows import Row

_HEAD = (
    "voice, speech",
    "training",
    "seeds",
    "speaking",
    *(f"identity, {title}" for title in likeness.TITLES.values()),
    "worst sentence, CAM++",
    "distortion, dB (worst)",
    "pitch / spread, semitones off",
    "word errors",
    "DNSMOS (worst)",
    "DistillMOS (worst)",
    "strongest tones 1–4, 4–8, 8–12 kHz",
)
_BANDS_HZ = ("1000", "4000", "8000")


def tables(measured: Row) -> str:
    """Return the tables; empty without rows."""
    if not measured["rows"]:
        return ""
    lines = [_line(_HEAD), _line(["---"] * len(_HEAD))]
    for group in rows.grouped(measured["rows"]):
        lines += [_line(_cells(group, language)) for language in group[0]["languages"]]
    return "\n".join([*lines, "", *_ends(measured), "", *_circumstances(measured["rows"])]) + "\n"


def _cells(group: Sequence[Row], language: str) -> list[str]:
    made = rows.made_of(group[0])
    here = ("languages", language)
    tones = [cell(group, *here, "tones", band, 1, digits=1) for band in _BANDS_HZ]
    own = language == next(iter(group[0]["languages"])) and group[0]["own_texts"] is not None
    pitches = [cell(group, "own_texts", f"pitch{kind}_off_semitones", digits=1, sign=True) for kind in ("", "_spread")]
    return [
        ", ".join([made.voice, *([f"{made.seconds} s"] if made.seconds is not None else [])]),
        _training(group),
        ", ".join(str(row["seed"]) for row in group),
        language,
        *(cell(group, *here, "identity", name, "identity", digits=2) for name in likeness.ENCODERS),
        cell(group, *here, "identity", "campp", "identity_worst", digits=2),
        _with_worst(group, "own_texts", "mcd_db", digits=1) if own else "",
        " / ".join(pitches) if own else "",
        cell(group, *here, "word_error_rate", digits=3),
        _with_worst(group, *here, "dnsmos", digits=2),
        _with_worst(group, *here, "distillmos", digits=2),
        ", ".join(tones),
    ]


def _training(group: Sequence[Row]) -> str:
    made = rows.made_of(group[0])
    reached = rows.spread(rows.values(group, "steps"))
    at = "" if made.at == rows.END else f"after {made.at} steps"
    told = [made.label, made.plan, at]
    if made.at == rows.END and reached is not None and not made.plan.endswith("steps"):
        several = "" if reached.lowest == reached.highest else f"{reached.lowest:.0f}–"
        told.append(f"{several}{reached.highest:.0f} steps")
    return ", ".join(part for part in told if part)


def cell(group: Sequence[Row], *path: str | int, digits: int, sign: bool = False) -> str:
    """Return the mean of a figure over the seeds and, of several seeds, its range; a dash without any."""
    found = rows.spread(rows.values(group, *path))
    if found is None:
        return "-"
    mean, lowest, highest = (
        f"{round(value, digits) + 0.0:{'+' if sign else ''}.{digits}f}"
        for value in (found.mean, found.lowest, found.highest)
    )
    return mean if found.count == 1 else f"{mean} ({lowest} to {highest})"


def _with_worst(group: Sequence[Row], *path: str, digits: int) -> str:
    """Return a figure and that of the worst sentence, means over the seeds."""
    worst = rows.spread(rows.values(group, *path[:-1], f"{path[-1]}_worst"))
    told = cell(group, *path, digits=digits)
    return told if worst is None else f"{told}, worst {worst.mean:.{digits}f}"


def _ends(measured: Row) -> list[str]:
    """Return the two ends of the scale for each person and language, and what the recordings themselves reach."""
    head = ["0 and 1", "speaking", *(f"{title}: nearest stranger, recordings" for title in likeness.TITLES.values())]
    head += ["recordings: word errors", "DNSMOS", "DistillMOS"]
    lines = [_line(head), _line(["---"] * len(head))]
    told: set[tuple[str, str]] = set()
    for row in measured["rows"]:
        for language, figures in row["languages"].items():
            if (row["voice"], language) in told:
                continue
            told.add((row["voice"], language))
            ends = [_end(figures["identity"][name]) for name in likeness.ENCODERS]
            person = [measured["people"].get(row["voice"], {})]
            own = [cell(person, "word_error_rate", digits=3)]
            own += [cell(person, name, digits=2) for name in ("dnsmos", "distillmos")]
            lines.append(_line([row["voice"], language, *ends, *own]))
    return lines


def _end(figures: Mapping[str, Any]) -> str:
    return f"{figures['stranger']:.3f} ({figures['stranger_voice']}), {figures['recordings']:.3f}"


def _circumstances(measured_rows: Sequence[Row]) -> list[str]:
    told: dict[str, list[str]] = {}
    for row in measured_rows:
        when, machine = row["circumstances"], row["circumstances"]["machine"]
        line = f"{when['date']}, commit {when['commit']}, {machine['processor']}, {machine['cores']} cores"
        made = rows.made_of(row)
        told.setdefault(line, []).append(" ".join(filter(None, [made.voice, made.label, made.plan])))
    return [f"- {', '.join(dict.fromkeys(names))}: {line}" for line, names in told.items()]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
