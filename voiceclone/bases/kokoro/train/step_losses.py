"""The two losses of a step: acoustic (sound) and prosody (timing, pitch and loudness)."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceclone.bases import spectra
from voiceclone.bases.kokoro.model import synthesis
from voiceclone.bases.kokoro.model.network import FRAME_SAMPLES, SAMPLE_RATE, STYLE_SIZE, supports_bfloat16
from voiceclone.bases.kokoro.train import losses
from voiceclone.bases.kokoro.train.noise import OwnNoise
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.kokoro.train.training_clips import LoadedClip, Window

if TYPE_CHECKING:
    import torch

_EDGE_FRAMES = 1
"""Frames at both ends of a window that the losses leave out: the decoder lacks context there."""
INNER = slice(_EDGE_FRAMES * FRAME_SAMPLES, -_EDGE_FRAMES * FRAME_SAMPLES)


@dataclass(frozen=True)
class Heard:
    """Input and result of the acoustic loss."""

    loss: "torch.Tensor"
    """The training loss."""
    distance: "torch.Tensor"
    """The reported part of it: the spectral distance."""
    spoken: "torch.Tensor"
    """float32, shape (batch, samples), 24 kHz."""
    recorded: "torch.Tensor"
    """float32, shape (batch, samples), 24 kHz."""
    bandwidth_hz: float
    """Highest frequency compared."""


class Teacher:
    """The untouched decoder, as the target above the bandwidth of a recording.

    Args:
        network: the untouched network; its decoder is copied.
        start: the style training starts with, float32, shape (1, 256).
    """

    def __init__(self, network: "torch.nn.Module", start: "torch.Tensor") -> None:
        self._decoder = copy.deepcopy(network.decoder)
        self._style = start[:, :STYLE_SIZE]
        self._known: dict[tuple[str, int, int], torch.Tensor] = {}

    def spectra(
        self, windows: Sequence[Window], inputs: tuple["torch.Tensor", ...], bandwidth_hz: float
    ) -> "torch.Tensor":
        """Return its log magnitudes above `bandwidth_hz`, shape (batch, bins, frames); kept for single windows."""
        import torch

        clip, start = windows[0]
        key = (clip.entry.clip_id, start, inputs[0].shape[-1])
        if len(windows) == 1 and key in self._known:
            return self._known[key]
        device = inputs[0].device.type
        style = self._style.expand(len(windows), -1)
        with (
            OwnNoise(f"{key}", device),
            torch.no_grad(),
            torch.autocast(device, torch.bfloat16, enabled=supports_bfloat16(device)),
        ):
            sound = self._decoder(*inputs, style)[:, 0].float()[:, INNER]
        spectra = losses.teacher_spectrum(sound, bandwidth_hz)
        if len(windows) == 1:
            self._known[key] = spectra
        return spectra


def acoustic_loss(
    network: "torch.nn.Module",
    windows: Sequence[Window],
    style: "torch.Tensor",
    recipe: Recipe,
    window_frames: int,
    teacher: Teacher | None,
) -> Heard:
    """Synthesize some windows and compare them with the recordings.

    Args:
        network: the network being trained.
        windows: of clips; all are cut to the length of the shortest.
        style: acoustic half of the style, shape (1, 128).
        recipe: the weights of the parts.
        window_frames: length of a window in frames.
        teacher: target above the bandwidth of band-limited recordings; None for no target.
    """
    import torch

    length = min(window_frames, *(clip.frame_count for clip, _ in windows))
    inputs = [clip.cut(start, length) for clip, start in windows]
    text, pitch_hz, loudness, recorded = (torch.cat(parts) for parts in zip(*inputs, strict=True))
    bandwidth_hz = min(clip.entry.bandwidth_hz for clip, _ in windows)
    styles = style.expand(len(windows), -1)
    spoken = synthesis.render(network, text, pitch_hz, loudness, styles)[:, INNER]
    recorded = recorded[:, INNER]
    distance = spectra.spectral_distance(spoken, recorded, SAMPLE_RATE, bandwidth_hz, recipe.linear_weight)
    lines = spectra.frame_rate_lines(spoken, SAMPLE_RATE, losses.LINE_FRAME_SAMPLES)
    loss = distance + recipe.line_weight * lines
    if teacher is not None and bandwidth_hz < losses.FULL_BAND_HZ:
        known = teacher.spectra(windows, (text, pitch_hz, loudness), bandwidth_hz)
        own = losses.teacher_spectrum(spoken, bandwidth_hz)
        loss = loss + recipe.teacher_weight * (own - known).abs().mean()
    return Heard(loss, distance, spoken, recorded, bandwidth_hz)


def prosody_loss(network: "torch.nn.Module", clips: Sequence[LoadedClip], style: "torch.Tensor") -> "torch.Tensor":
    """Return the error of durations, pitch and loudness of some clips; `style` is the prosody half, shape (1, 128)."""
    import torch.nn.functional as functional

    total = style.new_zeros(())
    for clip in clips:
        styled, durations = synthesis.encode_prosody(network, clip.text, style)
        pitch_hz, loudness = synthesis.predict_curves(network, styled, clip.frames, style)
        wrong_frames = (durations[0] - clip.frames).abs()
        # The silences at both ends depend on how the clip was cut, so they count less.
        loss = wrong_frames[1:-1].mean() + 0.2 * (wrong_frames[0] + wrong_frames[-1]) / 2
        loss = loss + functional.smooth_l1_loss(pitch_hz / 10, clip.pitch_hz / 10)
        total = total + (loss + (loudness - clip.loudness).abs().mean()) / len(clips)
    return total
