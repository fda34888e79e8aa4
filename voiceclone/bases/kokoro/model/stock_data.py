"""All 54 stock voices of Kokoro v1.0 as this package carries them: one style each, and what tells them apart."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

DATA_FILE = Path(__file__).with_name("stock_voices.safetensors")
"""Made by tools/make_stock_voices.py: to be made again when the sentence to compare or the speaker encoder changes."""


@dataclass(frozen=True, eq=False)
class ShippedVoice:
    """One stock voice."""

    style: np.ndarray
    """`starting_voice.typical_style` of its table, exactly: float32 (1, 256)."""
    embedding: np.ndarray
    """Speaker embedding of a sentence spoken with it, float32 (256,), of length 1."""
    pitch_hz: float
    """Median pitch of that sentence."""


@cache
def shipped_voices() -> dict[str, ShippedVoice]:
    """Return the voices by name (`af_heart`), sorted."""
    from safetensors import safe_open

    with safe_open(DATA_FILE, "numpy") as stored:
        names = stored.metadata()["voices"].split()
        styles, embeddings, pitches_hz = (stored.get_tensor(key) for key in ("styles", "embeddings", "pitches_hz"))
    return {
        name: ShippedVoice(styles[row : row + 1], embeddings[row], float(pitches_hz[row]))
        for row, name in enumerate(names)
    }
