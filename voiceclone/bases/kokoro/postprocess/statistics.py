"""Statistics of training windows for the post-processing."""

from typing import TYPE_CHECKING, Any

from voiceclone.bases.kokoro.postprocess.formant_enhancement import CONTRAST, FormantStatistics
from voiceclone.bases.kokoro.postprocess.pauses import PAUSE_CURVE, PauseStatistics
from voiceclone.bases.kokoro.postprocess.tone_curve import TONE_CURVE, ToneCurveStatistics

if TYPE_CHECKING:
    import numpy as np
    import torch


class Statistics:
    """Compares synthesized with recorded windows: tone balance, formant contrast, pauses."""

    def __init__(self) -> None:
        self._balance = ToneCurveStatistics()
        self._contrast = FormantStatistics()
        self._pauses = PauseStatistics()

    def add(self, spoken: "torch.Tensor", recorded: "torch.Tensor", bandwidth_hz: float) -> None:
        """Add pairs of windows, each (batch, samples); formants and pauses use the first pair only."""
        self._balance.add(spoken, recorded, bandwidth_hz)
        heard = (spoken[0].detach().cpu().numpy(), recorded[0].cpu().numpy())
        self._contrast.add(*heard, bandwidth_hz)
        self._pauses.add(*heard)

    def tensors(self) -> "dict[str, np.ndarray]":
        """Return the tensors for a voice file, by name; those with too little data are left out."""
        made = {
            TONE_CURVE: self._balance.curve_db(),
            CONTRAST: self._contrast.contrast(),
            PAUSE_CURVE: self._pauses.curve_db(),
        }
        return {name: value for name, value in made.items() if value is not None}

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {
            "balance": self._balance.state(),
            "contrast": self._contrast.state(),
            "pauses": self._pauses.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore what `state` returned; checkpoints of earlier versions lack some of it."""
        for name, meter in (("balance", self._balance), ("contrast", self._contrast), ("pauses", self._pauses)):
            if name in state:
                meter.restore(state[name])
