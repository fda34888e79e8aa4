"""Training batches for VITS: tokens and sound of own clips and those of known speakers."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.audio.sound import Audio, decode
from voiceclone.bases.coqui.bundle import Bundle
from voiceclone.bases.coqui.vits.network import language_id, spectrogram_of, token_ids
from voiceclone.bases.coqui.workarounds import log_mel, samples_for
from voiceclone.errors import BaseModelError, TextError

if TYPE_CHECKING:
    import torch

KNOWN_FOLDER = "known_speakers"
"""Below the base folder: recordings of speakers the model knows, and `metadata.csv` (`file|speaker|language|text`)."""
MAX_KNOWN_CLIPS = 400
"""Read into memory; 400 clips of 5 s are 130 MB."""


@dataclass(frozen=True)
class KnownClip:
    """One recording of a known speaker."""

    path: Path
    speaker: str
    language: str
    text: str


@dataclass(frozen=True)
class LoadedClip:
    """One clip in memory."""

    tokens: tuple[int, ...]
    samples: "torch.Tensor"
    """float32, shape (samples,), at the model's rate, whole frames."""
    language_row: int | None
    speaker: str
    """Name of a known speaker; empty for the new one."""


@dataclass
class Batch:
    """Collated clips, zero-padded; tensors on the training device."""

    tokens: "torch.Tensor"
    """int64, shape (batch, tokens)."""
    token_counts: "torch.Tensor"
    waveform: "torch.Tensor"
    """float32, shape (batch, 1, samples)."""
    spectrogram: "torch.Tensor"
    """Linear magnitudes, shape (batch, bins, frames)."""
    mel: "torch.Tensor"
    """Log magnitudes in mel bands, shape (batch, bands, frames)."""
    frame_counts: "torch.Tensor"
    language_rows: "torch.Tensor | None"
    speakers: tuple[str, ...]


def load_clip(
    network: "torch.nn.Module", bundle: Bundle, audio: Audio, text: str, language: str, speaker: str = ""
) -> LoadedClip:
    """Return a recording and its text as network input."""
    import torch

    samples = samples_for(audio, bundle.sample_rate)
    frame = network.config.audio.hop_length
    whole = len(samples) // frame * frame
    return LoadedClip(
        tokens=tuple(token_ids(network, bundle, text, language)),
        samples=torch.from_numpy(samples[:whole].copy()),
        language_row=language_id(network, bundle, language),
        speaker=speaker,
    )


def make_batch(network: "torch.nn.Module", clips: Sequence[LoadedClip], device: str) -> Batch:
    """Collate clips and compute their spectrograms."""
    import torch
    from torch.nn.utils.rnn import pad_sequence
    from TTS.tts.utils.helpers import sequence_mask

    audio = network.config.audio
    tokens = pad_sequence([torch.tensor(clip.tokens) for clip in clips], batch_first=True)
    waveform = pad_sequence([clip.samples for clip in clips], batch_first=True)[:, None].to(device)
    frames = torch.tensor([len(clip.samples) // audio.hop_length for clip in clips], device=device)
    spectrogram = spectrogram_of(network, waveform)
    mel = log_mel(spectrogram, audio)
    mask = sequence_mask(frames, spectrogram.shape[2]).unsqueeze(1)
    rows = [clip.language_row for clip in clips]
    return Batch(
        tokens=tokens.to(device),
        token_counts=torch.tensor([len(clip.tokens) for clip in clips], device=device),
        waveform=waveform,
        spectrogram=spectrogram * mask,
        mel=mel * mask,
        frame_counts=frames,
        language_rows=None if None in rows else torch.tensor(rows, device=device),
        speakers=tuple(clip.speaker for clip in clips),
    )


def mel_of(network: "torch.nn.Module", waveform: "torch.Tensor") -> "torch.Tensor":
    """Return log magnitudes in mel bands, shape (batch, bands, frames), of sound, shape (batch, 1, samples)."""
    return log_mel(spectrogram_of(network, waveform.float()), network.config.audio)


def read_known_clips(base_folder: Path) -> list[KnownClip]:
    """Return the known speakers' recordings beside a model; none where there is no such folder.

    Raises:
        BaseModelError: the table names a file that is not there, or has other columns.
    """
    table = base_folder / KNOWN_FOLDER / "metadata.csv"
    if not table.is_file():
        return []
    clips = []
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="|", quoting=csv.QUOTE_NONE):
            path = table.parent / row[0] if row else table
            if len(row) != 4 or not path.is_file() or path.parent.resolve() != table.parent.resolve():
                raise BaseModelError(
                    f"Line {len(clips) + 1} of “{table}” does not name a recording as file|speaker|language|text. "
                    "Correct it, or delete the folder."
                )
            clips.append(KnownClip(path, *row[1:]))
    return clips[:MAX_KNOWN_CLIPS]


def load_known_clips(network: "torch.nn.Module", bundle: Bundle, clips: Sequence[KnownClip]) -> list[LoadedClip]:
    """Return known speakers' recordings as network input; unspeakable texts are skipped."""
    loaded = []
    for clip in clips:
        try:
            loaded.append(load_clip(network, bundle, decode(clip.path), clip.text, clip.language, clip.speaker))
        except TextError:
            continue
    return loaded
