"""Audio drawn as PNG: waveform, spectrogram, and both before and after cleaning."""

import io
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.audio.sound import Audio, resample

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# The background is transparent; these colours are readable on white (contrast 4.5) and on black (4.6).
INK = "#767676"
WAVE = "#2a86c8"
WIDTH_INCHES = 8.0
NARROW_INCHES = 4.5
DOTS_PER_INCH = 100
TOP_HZ = 12_000
"""Highest frequency drawn; the base model reaches 12 kHz."""
FLOOR_DB = -75.0
"""Lower end of the colour scale, relative to the loudest point."""
_COLUMNS = 700
"""More columns would not be visible."""


def waveform_png(audio: Audio) -> bytes:
    """Draw the waveform of a recording; the edges of the picture are full scale."""
    figure, (axes,) = _figure(1, 1.6)
    _draw_waveform(axes, audio)
    axes.set_xlabel("seconds", color=INK)
    return _png(figure)


def spectrogram_png(audio: Audio, title: str = "") -> bytes:
    """Draw the spectrogram of a recording up to 12 kHz."""
    figure, (axes,) = _figure(1, 2.6)
    _draw_spectrogram(axes, audio)
    axes.set_title(title, color=INK)
    axes.set_xlabel("seconds", color=INK)
    return _png(figure)


def before_after_png(before: Audio, after: Audio) -> bytes:
    """Draw the waveform and spectrogram before cleaning, and below them those after, on one time axis."""
    # As many pixels on fewer inches: the labels stay readable where a phone shows it 300 pixels wide.
    figure, (wave_before, tones_before, wave_after, tones_after) = _figure(4, 4.6, (1, 2, 1, 2), NARROW_INCHES)
    loudest = max(_loudest_db(before), _loudest_db(after))
    longest_s = max(before.duration_s, after.duration_s, 1e-3)
    rows = ((before, "Before", wave_before, tones_before), (after, "After", wave_after, tones_after))
    for audio, title, waveform, spectrogram in rows:
        _draw_waveform(waveform, audio)
        _draw_spectrogram(spectrogram, audio, loudest)
        waveform.set_title(title, color=INK)
        for axes in (waveform, spectrogram):
            axes.set_xlim(0, longest_s)
        waveform.tick_params(labelbottom=False)
    tones_after.set_xlabel("seconds", color=INK)
    return _png(figure)


def _figure(
    rows: int, height_inches: float, row_heights: tuple[int, ...] | None = None, width_inches: float = WIDTH_INCHES
) -> "tuple[Figure, list[Axes]]":
    # Figure without pyplot: pyplot keeps global state and is not safe in server threads.
    from matplotlib.figure import Figure

    dots_per_inch = DOTS_PER_INCH * WIDTH_INCHES / width_inches
    figure = Figure(figsize=(width_inches, height_inches), dpi=dots_per_inch, layout="constrained")
    all_axes = list(figure.subplots(rows, 1, squeeze=False, height_ratios=row_heights)[:, 0])
    for axes in all_axes:
        _style(axes)
    return figure, all_axes


def _style(axes: "Axes") -> None:
    axes.patch.set_alpha(0.0)
    axes.tick_params(colors=INK, labelsize=8)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(INK)


def _draw_waveform(axes: "Axes", audio: Audio) -> None:
    samples = audio.samples if len(audio.samples) else np.zeros(1, np.float32)
    width = -(-len(samples) // _COLUMNS)
    columns = np.pad(samples, (0, -len(samples) % width)).reshape(-1, width)
    seconds = np.arange(len(columns)) * width / audio.sample_rate
    axes.fill_between(seconds, columns.min(axis=1), columns.max(axis=1), color=WAVE, linewidth=0.6)
    axes.set_ylim(-1, 1)
    axes.set_yticks([-1, 0, 1])
    axes.set_xlim(0, max(audio.duration_s, 1e-3))


def _draw_spectrogram(axes: "Axes", audio: Audio, loudest_db: float | None = None) -> None:
    decibels, highest_hz = _spectrogram_db(audio)
    top = float(decibels.max()) if loudest_db is None else loudest_db
    axes.imshow(
        decibels,
        origin="lower",
        aspect="auto",
        extent=(0, max(audio.duration_s, 1e-3), 0, highest_hz / 1000),
        cmap="magma",
        vmin=top + FLOOR_DB,
        vmax=top,
        interpolation="nearest",
    )
    axes.set_ylabel("kHz", color=INK)


def _loudest_db(audio: Audio) -> float:
    return float(_spectrogram_db(audio)[0].max())


def _spectrogram_db(audio: Audio) -> tuple[np.ndarray, float]:
    """Return the spectrogram in dB, shape (frequencies, times), and its highest frequency in hertz."""
    if audio.sample_rate > 2 * TOP_HZ:
        audio = resample(audio, 2 * TOP_HZ)
    from scipy.signal import get_window

    # Telephone audio has half the rate and gets half the window: 21 ms resolves both pitch and syllables.
    window_length = 2 ** round(np.log2(0.021 * audio.sample_rate))
    samples = np.pad(audio.samples, (0, max(0, window_length - len(audio.samples))))
    hop = max(window_length // 4, (len(samples) - window_length) // _COLUMNS + 1)
    frames = np.lib.stride_tricks.sliding_window_view(samples, window_length)[::hop]
    spectrum = np.fft.rfft(frames * get_window("hann", window_length).astype(np.float32), axis=1)
    power = np.abs(spectrum.T) ** 2
    return 10 * np.log10(np.maximum(power, 1e-10)), audio.sample_rate / 2


def _png(figure: "Figure") -> bytes:
    figure.patch.set_alpha(0.0)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    return drawn.getvalue()
