"""Put the figures of results.json and identity.json into README.md: `python -m benchmarks.report`."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks import results
from benchmarks.identity import curves as identity_curves
from benchmarks.identity import rows as identity_rows
from benchmarks.identity import tables as identity_tables
from voiceclone.evaluation import pitch
from voiceclone.storage.disk import write_bytes

README = results.HERE / "README.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
IDENTITY_BEGIN, IDENTITY_END = "<!-- identity: begin -->", "<!-- identity: end -->"
NOT_MEASURED = "Not measured yet."
PASSED, MISSED, NO_BAR = "✓", "✗", ""

MIN_SIMILARITY = {60: 0.88, 300: 0.90}
"""By seconds of speech; less speech has no bar."""
MAX_WORD_ERRORS_ABOVE_STOCK = 0.02
MIN_DNSMOS = 3.1
MAX_TONE_MEAN_ABOVE_STOCK_DB = 0.3
MAX_TONE_MAX_ABOVE_STOCK_DB = 4.0
MAX_FIRST_LISTEN_S = 60.0
MAX_VOICE_FILE_MB = 25.0
MAX_MEMORY_GB = 6.0
MAX_REAL_TIME_FACTOR = 0.30

Run = Mapping[str, Any]


def marks(run: Run, stock: Mapping[str, Run]) -> dict[str, bool | None]:
    """Return for each bar whether a run keeps it; None where there is no bar or nothing to compare with.

    Bars are those of the first milestone; each is compared with the figure as it is stored, not as it is printed.
    """
    similarity_bar = MIN_SIMILARITY.get(run["seconds"])
    word_errors = stock_mean(stock, "word_error_rate")
    first_listen_s, minutes = run["first_listen_s"], run["minutes_asked"]
    return {
        "similarity": None if similarity_bar is None else run["similarity"] >= similarity_bar,
        "words": None if word_errors is None else run["word_error_rate"] <= word_errors + MAX_WORD_ERRORS_ABOVE_STOCK,
        "dnsmos": run["dnsmos"] >= MIN_DNSMOS,
        **{f"tones_{band['low_hz']}": _tones_kept(band) for band in run["tones_above_stock"]},
        "pauses": run["pause_below_speech_db"] <= run["cleaned"]["pause_below_speech_db"],
        "minutes": None if minutes is None else run["minutes"] <= minutes,
        "first_listen": first_listen_s is not None and first_listen_s <= MAX_FIRST_LISTEN_S,
        "memory": run["peak_memory_gb"] <= MAX_MEMORY_GB,
        "file": run["voice_file_mb"] <= MAX_VOICE_FILE_MB,
        "speed": run["real_time_factor"] <= MAX_REAL_TIME_FACTOR,
    }


def _tones_kept(band: Run) -> bool:
    return band["mean_db"] <= MAX_TONE_MEAN_ABOVE_STOCK_DB and band["max_db"] <= MAX_TONE_MAX_ABOVE_STOCK_DB


def stock_mean(stock: Mapping[str, Run], key: str) -> float | None:
    """Return the mean of a figure over the stock voices, None without any."""
    return fmean(figures[key] for figures in stock.values()) if stock else None


def tables(measured: Run) -> str:
    """Return all tables as Markdown."""
    parts = [_sound_table(measured), _cost_table(measured), _reference_table(measured), _circumstances(measured)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _sound_table(measured: Run) -> str:
    head = ["voice", "speech", "similarity", "as one", "pitch, semitones off", "word errors", "DNSMOS"]
    head += ["tones 1–4 kHz", "4–8 kHz", "8–12 kHz", "pauses (recording)"]
    rows = []
    for run in measured["runs"]:
        kept = marks(run, measured["stock"])
        tones = [
            f"{band['mean_db']:+.2f} / {band['max_db']:+.1f}" + _mark(kept[f"tones_{band['low_hz']}"])
            for band in run["tones_above_stock"]
        ]
        rows.append(
            [
                run["voice"],
                f"{run['seconds']} s",
                f"{run['similarity']:.3f}{_mark(kept['similarity'])}",
                f"{run['similarity_as_one']:.3f}",
                signed(run.get("pitch_off_semitones")),
                f"{run['word_error_rate']:.3f}{_mark(kept['words'])}",
                f"{run['dnsmos']:.2f}{_mark(kept['dnsmos'])}",
                *tones,
                f"{run['pause_below_speech_db']:.0f} ({run['cleaned']['pause_below_speech_db']:.0f})"
                f"{_mark(kept['pauses'])}",
            ]
        )
    return _titled("How it sounds", head, rows)


def _cost_table(measured: Run) -> str:
    head = ["voice", "speech", "minutes", "first listen", "steps", "memory", "voice file", "× real time"]
    head += ["ONNX int8, × real time", "measured"]
    rows = []
    for run in measured["runs"]:
        kept = marks(run, measured["stock"])
        first = "none" if run["first_listen_s"] is None else f"{run['first_listen_s']:.0f} s"
        rows.append(
            [
                run["voice"],
                f"{run['seconds']} s",
                f"{run['minutes']:.2f}{_mark(kept['minutes'])}",
                f"{first}{_mark(kept['first_listen'])}",
                f"{run['steps']}",
                f"{run['peak_memory_gb']:.1f} GB{_mark(kept['memory'])}",
                f"{run['voice_file_mb']:.1f} MB{_mark(kept['file'])}",
                f"{run['real_time_factor']:.2f}{_mark(kept['speed'])}",
                f"{run['onnx_real_time_factor']:.2f}",
                f"{run['made']['date']}, {run['made']['commit']}",
            ]
        )
    return _titled("What it costs", head, rows)


def _reference_table(measured: Run) -> str:
    speakers = sorted(measured["speakers"])
    head = ["reference", *(f"like {name}, pitch" for name in speakers), "word errors", "DNSMOS"]
    head += ["tones 1–4 kHz", "4–8 kHz", "8–12 kHz", "pauses"]
    rows = []
    for name in speakers:
        figures = measured["speakers"][name]
        own = f"{figures['similarity']:.3f}, {signed(figures.get('pitch_off_semitones'))}"
        similarity = [own if name == other else "" for other in speakers]
        rows.append([f"{name}, {figures['clips']} held-out clips", *similarity, *_own_figures(figures)])
    for name, figures in measured["stock"].items():
        pitches = figures.get("pitch_off_semitones", {})
        similarity = [
            f"{figures['similarity'][other]:.3f}, {signed(pitches.get(other))}"
            if other in figures["similarity"]
            else ""
            for other in speakers
        ]
        rows.append([f"stock voice {name}", *similarity, *_own_figures(figures)])
    return _titled("To compare with", head, rows)


def _own_figures(figures: Run) -> list[str]:
    tones = [f"{band['mean_db']:.2f} / {band['max_db']:.1f}" for band in figures["tones"]]
    tones += [""] * (3 - len(tones))  # recordings at 16 kHz end at 8 kHz
    pauses = f"{figures['pause_below_speech_db']:.0f}"
    words = figures["word_error_rate"]
    return ["-" if words is None else f"{words:.3f}", f"{figures['dnsmos']:.2f}", *tones, pauses]


def _circumstances(measured: Run) -> str:
    rows_of: dict[str, list[str]] = {}
    for run in measured["runs"]:
        made, machine = run["made"], run["made"]["machine"]
        versions = ", ".join(f"{name} {number}" for name, number in made["versions"].items())
        line = (
            f"{made['date']}, commit {made['commit']}, {machine['processor']}, {machine['cores']} cores, "
            f"{machine['memory_gb']:.0f} GB, {machine['system']}; {versions}"
        )
        rows_of.setdefault(line, []).append(f"{run['voice']} {run['seconds']} s")
    if not rows_of:
        return ""
    return "\n".join(["Measured:", "", *(f"- {', '.join(rows)}: {line}" for line, rows in rows_of.items())])


def signed(semitones: float | None) -> str:
    """Return a pitch with its sign, a dash where it was not measured."""
    return "-" if semitones is None else pitch.signed(semitones)


def _mark(kept: bool | None) -> str:
    return NO_BAR if kept is None else f" {PASSED}" if kept else f" {MISSED}"


def _titled(title: str, head: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return ""
    lines = [_row(head), _row(["---"] * len(head)), *map(_row, rows)]
    return "\n".join([f"### {title}", "", *lines])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def with_tables(page: str, written: str, begin: str = BEGIN, end: str = END) -> str:
    """Return a page with what stands between the markers replaced.

    Raises:
        ValueError: the markers are not there once each, in order.
    """
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise ValueError(f"The page needs “{begin}” and, after it, “{end}”, once each.")
    before, after = page.split(begin)[0], page.split(end)[1]
    return f"{before}{begin}\n\n{written.strip()}\n\n{end}{after}"


def write_readme(measured: Run | None = None, readme: Path = README) -> None:
    """Put the tables into README.md: of results as given or as they are kept, and of identity."""
    page = with_tables(readme.read_text(encoding="utf-8"), tables(results.load() if measured is None else measured))
    known = identity_rows.load()
    identity = identity_tables.tables(known) or NOT_MEASURED
    if readme == README and identity_curves.write_picture(known["rows"]):
        identity += f"\n{identity_curves.IN_README}"
    write_bytes(readme, with_tables(page, identity, IDENTITY_BEGIN, IDENTITY_END).encode("utf-8"))


def main() -> int:
    """Rewrite README.md from results.json and identity.json."""
    write_readme()
    return 0


if __name__ == "__main__":
    sys.exit(main())
