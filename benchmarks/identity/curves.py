"""Learning curves drawn from `identity.json`: identity after so many steps, and after so many minutes of training."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import results
from benchmarks.identity import rows
from benchmarks.identity.likeness import ENCODERS, TITLES
from benchmarks.identity.rows import Row, Spread
from voiceclone.audio.pictures import DOTS_PER_INCH, INK
from voiceclone.storage.disk import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURE_FILE = results.HERE / "identity.png"
IN_README = f"""![Identity by steps and by minutes of training, for each plan]({PICTURE_FILE.name})

Learning curves of single plans: the voice as it was on the way and in the end. 0 is the nearest stranger, 1 the person;
the band is the range over the seeds. Minutes are those of training alone, whatever else the machine did.
"""
AXES = {"steps": "steps", "minutes": "minutes of training"}
"""Figures of a row that curves are drawn over, and what the axis says."""
_COLOURS = dict(zip(ENCODERS, ("#d1603d", "#3d7dd1", "#8a8a8a"), strict=True))
_DASHES = ("-", ":")
"""The person's language, and English where that is another one."""
_PANEL_INCHES = (4.6, 2.9)


@dataclass(frozen=True)
class Curve:
    """How near a voice came to the person in the course of one plan, by one encoder."""

    title: str
    """Whose voice, from how much speech, by which plan."""
    encoder: str
    language: str
    points: tuple[tuple[float, Spread], ...]
    """Where on the axis, mean over the seeds, and identity; in the order of the axis."""


def curves(measured_rows: Sequence[Row], axis: str) -> list[Curve]:
    """Return the curves over `steps` or `minutes`; a plan measured at one place only has none."""
    plans: dict[tuple[str, ...], list[list[Row]]] = {}
    for group in rows.grouped(measured_rows):
        plans.setdefault(rows.made_of(group[0]).group[:-1], []).append(group)
    found = []
    for groups in plans.values():
        made = rows.made_of(groups[0][0])
        speech = f"{made.seconds} s" if made.seconds is not None else ""
        title = ", ".join(part for part in (made.voice, speech, made.plan, made.label) if part)
        for language in groups[0][0]["languages"]:
            for encoder in ENCODERS:
                points = _points(groups, axis, ("languages", language, "identity", encoder, "identity"))
                if len(points) > 1:
                    found.append(Curve(title, encoder, language, tuple(points)))
    return found


def _points(groups: Sequence[Sequence[Row]], axis: str, path: tuple[str, ...]) -> list[tuple[float, Spread]]:
    points = []
    for group in groups:
        place, reached = rows.spread(rows.values(group, axis)), rows.spread(rows.values(group, *path))
        if place is not None and reached is not None:
            points.append((place.mean, reached))
    return sorted(points, key=lambda point: point[0])


def picture_png(measured_rows: Sequence[Row]) -> bytes | None:
    """Draw a row of two panels for each plan, over steps and over minutes; None where no plan was measured twice."""
    by_axis = {axis: curves(measured_rows, axis) for axis in AXES}
    titles = list(dict.fromkeys(curve.title for curve in by_axis["steps"]))
    if not titles:
        return None
    from matplotlib.figure import Figure

    width, height = _PANEL_INCHES[0] * len(AXES), _PANEL_INCHES[1] * len(titles)
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
    figure.patch.set_alpha(0.0)
    panels = figure.subplots(len(titles), len(AXES), squeeze=False, sharey=True)
    for title, line in zip(titles, panels, strict=True):
        for (axis, told), axes in zip(AXES.items(), line, strict=True):
            own = [curve for curve in by_axis[axis] if curve.title == title]
            _draw(axes, own, title, told)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    return drawn.getvalue()


def _draw(axes: "Axes", own: Sequence[Curve], title: str, told: str) -> None:
    axes.patch.set_alpha(0.0)
    axes.set_title(title, color=INK, fontsize=9)
    axes.set_xlabel(told, color=INK, fontsize=8)
    axes.set_ylabel("identity", color=INK, fontsize=8)
    axes.tick_params(colors=INK, labelsize=8)
    for spine in axes.spines.values():
        spine.set_color(INK)
    languages = list(dict.fromkeys(curve.language for curve in own))
    for level in (0.0, 1.0):  # the nearest stranger, and the person
        axes.axhline(level, color=INK, linewidth=0.6, alpha=0.5)
    for curve in own:
        places = [place for place, _ in curve.points]
        colour, dashes = _COLOURS[curve.encoder], _DASHES[languages.index(curve.language) % len(_DASHES)]
        spreads = [reached for _, reached in curve.points]
        name = f"{TITLES[curve.encoder]}, {curve.language}"
        axes.plot(places, [one.mean for one in spreads], dashes, marker="o", markersize=3, color=colour, label=name)
        axes.fill_between(
            places, [one.lowest for one in spreads], [one.highest for one in spreads], color=colour, alpha=0.2
        )
    places = sorted({place for curve in own for place, _ in curve.points})
    if places and places[0] > 0:
        axes.set_xscale("log")
        axes.set_xticks(places, [f"{place:.3g}" if place < 100 else f"{place:.0f}" for place in places])
        axes.minorticks_off()
        axes.legend(fontsize=7, framealpha=0.0, labelcolor=INK)


def write_picture(measured_rows: Sequence[Row], path: Path = PICTURE_FILE) -> bool:
    """Write the picture where there is something to draw; True when it was."""
    drawn = picture_png(measured_rows)
    if drawn is not None:
        write_bytes(path, drawn)
    return drawn is not None
