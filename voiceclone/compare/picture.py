"""Draw a comparison: a panel with dots and means per measure, and the table below."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceclone.audio.pictures import DOTS_PER_INCH, INK, WAVE
from voiceclone.compare import table
from voiceclone.compare.model import Comparison, interval
from voiceclone.wording import duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH_INCHES = 10.0
_WRAP_CHARACTERS = 120


def comparison_png(comparison: Comparison) -> bytes:
    """Draw speaker similarity, words and naturalness of each way, and the table; readable on white and on black."""
    from textwrap import fill

    from matplotlib.figure import Figure

    row_count = len(comparison.ways) + 2
    height_inches = 4.0 + 0.28 * row_count
    figure = Figure(figsize=(_WIDTH_INCHES, height_inches), dpi=DOTS_PER_INCH, layout="constrained")
    grid = figure.add_gridspec(2, 3, height_ratios=[3.0, 0.3 * row_count])
    for column, panel in enumerate(_panels(comparison)):
        _draw_panel(figure.add_subplot(grid[0, column]), panel, [way.title for way in comparison.ways])
    _draw_table(figure.add_subplot(grid[1, :]), comparison)
    request = comparison.request
    headline = f"{request.project_name}, {request.base_title}, {duration(request.training_speech_s)} of speech"
    figure.suptitle(f"{headline}\n{fill(comparison.verdict, _WRAP_CHARACTERS)}", color=INK, fontsize=10)
    figure.patch.set_alpha(0.0)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    return drawn.getvalue()


@dataclass(frozen=True)
class _Panel:
    title: str
    lowest: float
    """Baseline of the bars and end of the axis: truncated bars would exaggerate differences."""
    highest: float
    per_way: list[tuple[float, ...]]
    recordings: tuple[float, ...]


def _panels(comparison: Comparison) -> list[_Panel]:
    every = [way.figures for way in comparison.ways]
    recorded = comparison.recordings
    similarity = [one.similarities for one in every]
    words = [_word_shares(one.word_errors, one.word_counts) for one in every]
    naturalness = [one.naturalnesses for one in every]
    return [
        _Panel("similarity to unheard recordings", 0.0, 1.0, similarity, recorded.similarities),
        _Panel(
            "words right in each sentence", 0.0, 1.0, words, _word_shares(recorded.word_errors, recorded.word_counts)
        ),
        _Panel("naturalness (DNSMOS, 1 to 5)", 1.0, 5.0, naturalness, recorded.naturalnesses),
    ]


def _word_shares(errors: Sequence[int], counts: Sequence[int]) -> tuple[float, ...]:
    return tuple(max(0.0, 1 - wrong / max(1, count)) for wrong, count in zip(errors, counts, strict=True))


def _draw_panel(axes: "Axes", panel: _Panel, names: list[str]) -> None:
    """Draw each sentence as a dot, the mean as a bar with its 95 % interval, and the recordings' mean as a line."""
    axes.patch.set_alpha(0.0)
    axes.set_title(panel.title, color=INK, fontsize=10)
    axes.tick_params(colors=INK, labelsize=8)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(INK)
    means = [f"\n{sum(values) / len(values):.2f}" if values else "" for values in panel.per_way]
    axes.set_xticks(range(len(names)), [name + mean for name, mean in zip(names, means, strict=True)], fontsize=9)
    axes.set_xlim(-0.6, len(names) - 0.4)
    if not any(panel.per_way):
        axes.text(0.5, 0.5, "not measured", color=INK, ha="center", transform=axes.transAxes)
        axes.set_yticks([])
        return
    axes.set_ylim(min(panel.lowest, *(min(values) for values in panel.per_way if values)), panel.highest)
    for place, values in enumerate(panel.per_way):
        if values:
            _draw_bar(axes, place, values, panel.lowest)
    if panel.recordings:
        mean = sum(panel.recordings) / len(panel.recordings)
        axes.axhline(mean, color=INK, linestyle="--", linewidth=1)
        axes.annotate("your recordings", (len(names) - 0.42, mean), color=INK, fontsize=7, va="bottom", ha="right")


def _draw_bar(axes: "Axes", place: int, values: tuple[float, ...], bottom: float) -> None:
    mean = sum(values) / len(values)
    # Nearly transparent, so that the text on it is readable on white and on black.
    axes.bar(place, mean - bottom, bottom=bottom, width=0.6, facecolor=f"{WAVE}30", edgecolor=WAVE, linewidth=1.5)
    axes.errorbar(place, mean, yerr=interval(values), color=INK, capsize=5, linewidth=1.5)
    spread = [place + 0.4 * (index / max(1, len(values) - 1) - 0.5) for index in range(len(values))]
    axes.plot(spread, values, "o", color=WAVE, markersize=3.5, clip_on=False)


def _draw_table(axes: "Axes", comparison: Comparison) -> None:
    axes.axis("off")
    drawn = axes.table(
        [list(row) for row in table.rows(comparison)], colLabels=list(table.HEAD), cellLoc="center", loc="center"
    )
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(8.5)
    drawn.scale(1, 1.25)
    for cell in drawn.get_celld().values():
        cell.set_facecolor("none")
        cell.set_edgecolor(INK)
        cell.set_linewidth(0.4)
        cell.get_text().set_color(INK)
