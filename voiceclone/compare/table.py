"""A comparison as a table, with the same cells in the terminal, the picture and the documents."""

from voiceclone.compare.model import Comparison, interval
from voiceclone.evaluation import pitch
from voiceclone.evaluation.judge import Figures

HEAD = (
    "",
    "similarity",
    "pitch, semitones",
    "words right",
    "naturalness",
    "minutes",
    "trained numbers",
    "voice file",
)


def rows(comparison: Comparison) -> list[tuple[str, ...]]:
    """Return one row per way, with the columns of `HEAD`, and one for the recordings at the end."""
    found = []
    for way in comparison.ways:
        cost = (f"{way.minutes:.1f}", f"{way.trained_parameters:,}", size(way.voice_mb))
        found.append((way.title, *_sound(way.figures), *cost))
    return [*found, ("your recordings", *_sound(comparison.recordings), "", "", "")]


def size(megabytes: float) -> str:
    """Return a file size, for example `2 kB` or `19.3 MB`."""
    return f"{1000 * megabytes:.0f} kB" if megabytes < 0.1 else f"{megabytes:.1f} MB"


def _sound(figures: Figures) -> tuple[str, str, str, str]:
    return (
        _with_spread(figures.similarities, figures.similarity, 3),
        "-" if figures.pitch_off_semitones is None else pitch.signed(figures.pitch_off_semitones),
        "-" if figures.words_right is None else f"{figures.words_right:.1%}",
        _with_spread(figures.naturalnesses, figures.naturalness, 2),
    )


def _with_spread(values: tuple[float, ...], mean: float | None, digits: int) -> str:
    if mean is None:
        return "-"
    width = interval(values)
    return f"{mean:.{digits}f}" + ("" if width is None else f" ± {width:.{digits}f}")
