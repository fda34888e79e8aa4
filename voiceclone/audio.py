"""Sound inside the program: one value type, and decoding, resampling and encoding at its edges."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Audio:
    """Mono sound with its rate."""

    samples: np.ndarray
    """float32 in [-1, 1], shape (samples,)."""
    sample_rate: int
    """Hertz."""

    def __post_init__(self) -> None:
        if self.samples.ndim != 1:
            raise ValueError(f"Audio is mono, shape (samples,); got shape {self.samples.shape}")
        if self.samples.dtype != np.float32:
            object.__setattr__(self, "samples", self.samples.astype(np.float32))

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate
