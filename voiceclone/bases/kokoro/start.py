"""Where learning begins: the stock voice nearest in pitch for the alignment, nearest in sound for the style."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.audio import Audio
from voiceclone.bases.kokoro import dataset, features, losses, synthesis
from voiceclone.bases.kokoro.network import FRAME_SAMPLES, STYLE_SIZE
from voiceclone.bases.kokoro.weights import load_stock_voices
from voiceclone.errors import NotFoundError
from voiceclone.store import read_json, write_json

if TYPE_CHECKING:
    import torch

START_FILE = "start.json"
_TYPICAL_TOKENS = slice(60, 140)
"""Rows of a stock voice's table that fit a usual sentence; their mean is the one style a voice begins with."""
_PITCH_CLIPS = 4
_PROBE_FRAMES = 96
"""Length of the piece of a clip that every stock voice speaks for comparison: 2.4 s."""


@dataclass(frozen=True)
class Start:
    """The styles a run begins with."""

    alignment_style: "torch.Tensor"
    """Stock style (1, 256) that alignment templates are spoken with."""
    style: "torch.Tensor"
    """Style (1, 256) that learning begins with."""


def typical_style(table: "torch.Tensor") -> "torch.Tensor":
    """Return one style (1, 256) for usual sentences from a stock voice's table (510, 256)."""
    return table[_TYPICAL_TOKENS].mean(0, keepdim=True)


def choose_start(
    network: "torch.nn.Module", base_folder: Path, run_dir: Path, entries: list[dataset.ClipEntry]
) -> Start:
    """Choose the stock voices to begin with; the choice is kept in the run folder.

    The untouched `network` is needed, so this comes before anything is trained.
    """
    styles = {name: typical_style(table) for name, table in sorted(load_stock_voices(base_folder).items())}
    names = _read_choice(run_dir, styles)
    if names is None:
        nearest_pitch = _nearest_pitch(network, styles, run_dir, entries)
        names = (nearest_pitch, _nearest_sound(network, styles, nearest_pitch, run_dir, entries[0]))
        write_json(run_dir / START_FILE, {"alignment": names[0], "style": names[1]})
    prosody = styles[names[0]][:, STYLE_SIZE:]
    import torch

    return Start(styles[names[0]], torch.cat([styles[names[1]][:, :STYLE_SIZE], prosody], dim=1))


def _read_choice(run_dir: Path, styles: dict[str, "torch.Tensor"]) -> tuple[str, str] | None:
    nothing = NotFoundError("no choice yet")
    try:
        value = read_json(run_dir / START_FILE, missing=nothing, damaged=nothing)
    except NotFoundError:
        return None
    names = (value.get("alignment"), value.get("style"))
    return names if all(name in styles for name in names) else None


def _nearest_pitch(
    network: "torch.nn.Module",
    styles: dict[str, "torch.Tensor"],
    run_dir: Path,
    entries: list[dataset.ClipEntry],
) -> str:
    """Return the stock voice whose usual pitch is nearest to the recordings', as a musical interval."""
    import torch

    heard = []
    for entry in entries[:_PITCH_CLIPS]:
        sound = dataset.read_sound(run_dir, entry)
        curve = features.pitch_curve(
            Audio(sound, features.SAMPLE_RATE), len(sound) // features.CURVE_HOP_SAMPLES
        )
        heard.append(curve[curve > 0])
    voiced = np.concatenate(heard)
    wanted_hz = float(np.median(voiced)) if len(voiced) else 150.0
    intervals = {}
    device = network.bert_encoder.weight.device
    with torch.no_grad():
        text = synthesis.encode_text(network, list(entries[0].tokens))
        for name, style in styles.items():
            prosody_style = style[:, STYLE_SIZE:].to(device)
            styled, durations = synthesis.encode_prosody(network, text, prosody_style)
            curve, _ = synthesis.predict_curves(
                network, styled, synthesis.whole_frames(durations), prosody_style
            )
            usual_hz = float(curve[curve > features.MIN_PITCH_HZ].median())
            intervals[name] = abs(np.log(usual_hz / wanted_hz))
    return min(intervals, key=intervals.__getitem__)


def _nearest_sound(
    network: "torch.nn.Module",
    styles: dict[str, "torch.Tensor"],
    alignment_name: str,
    run_dir: Path,
    entry: dataset.ClipEntry,
) -> str:
    """Return the stock voice that repeats a piece of the first clip with the least spectral distance."""
    import torch

    device = network.bert_encoder.weight.device
    made = dataset.get_features(run_dir, entry, network, styles[alignment_name].to(device))
    frames = min(_PROBE_FRAMES, len(made.samples) // FRAME_SAMPLES)
    text = torch.from_numpy(made.acoustic_text)[None]
    stretched = synthesis.stretch(text, torch.from_numpy(made.frames))[:, :, :frames].to(device)
    pitch_hz = torch.from_numpy(made.pitch_hz)[None, : 2 * frames].to(device)
    loudness = torch.from_numpy(made.loudness)[None, : 2 * frames].to(device)
    recorded = torch.from_numpy(made.samples)[None, : FRAME_SAMPLES * frames].to(device)
    distances = {}
    with torch.no_grad():
        for name, style in styles.items():
            spoken = synthesis.render(
                network, stretched, pitch_hz, loudness, style[:, :STYLE_SIZE].to(device)
            )
            distances[name] = float(losses.spectral_distance(spoken, recorded, entry.bandwidth_hz))
    return min(distances, key=distances.__getitem__)
