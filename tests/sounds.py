"""Sound the tests are made of: tones, noise, and the example voice's recordings."""

from pathlib import Path

import numpy as np

from voiceclone.audio.sound import Audio

EXAMPLE_DIR = Path(__file__).resolve().parent.parent / "examples" / "joe"
EXAMPLE_TEXTS = dict(line.split("|", 1) for line in (EXAMPLE_DIR / "metadata.csv").read_text("utf-8").splitlines()[1:])


def make_tone(duration_s: float, sample_rate: int = 16_000, hertz: float = 220.0, level: float = 0.3) -> Audio:
    """A sine."""
    seconds = np.arange(round(duration_s * sample_rate)) / sample_rate
    return Audio((level * np.sin(2 * np.pi * hertz * seconds)).astype(np.float32), sample_rate)


def make_noise(duration_s: float, sample_rate: int = 16_000, level: float = 0.01, seed: int = 0) -> Audio:
    """White noise; `level` is its root mean square."""
    numbers = np.random.default_rng(seed).normal(0.0, level, round(duration_s * sample_rate))
    return Audio(numbers.astype(np.float32), sample_rate)


def joined(*pieces: Audio) -> Audio:
    """Sounds of one rate after one another."""
    return Audio(np.concatenate([piece.samples for piece in pieces]), pieces[0].sample_rate)


def mixed(first: Audio, second: Audio) -> Audio:
    """Two sounds at once, as long as the first."""
    return Audio(np.clip(first.samples + second.samples[: len(first.samples)], -1, 1), first.sample_rate)
