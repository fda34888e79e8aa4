"""Synthesis with one network in memory, to which one voice after another is applied."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.bases import voice_numbers
from voiceclone.bases.kokoro.model import weights
from voiceclone.bases.kokoro.model.edges import sound_ends
from voiceclone.bases.kokoro.model.network import SAMPLE_RATE
from voiceclone.bases.kokoro.postprocess.pauses import quieten_end, quieten_lead
from voiceclone.bases.kokoro.postprocess.pipeline import POSTPROCESS_TENSORS, postprocess
from voiceclone.compute import device, use_all_cores
from voiceclone.errors import NotFoundError, TextError

if TYPE_CHECKING:
    import torch


class Synthesizer:
    """Speaks in a stock voice or the voice of a file; the constructor loads nothing.

    Args:
        folder: of the converted weights.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._network: torch.nn.Module | None = None
        self._spoken_by: tuple[str, int] | None = None
        self._postprocess_tensors: dict[str, np.ndarray] = {}
        self._style: torch.Tensor | None = None
        self._changed: set[str] = set()

    def speak(self, voice: Path | str | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Speak one sentence; arguments and errors as for `KokoroBase.speak`."""
        self._put_on(voice)
        try:
            spoken = postprocess(say(self._network, self._style, text, language, speed), self._postprocess_tensors)
        except voice_numbers.UnspeakableError as error:
            raise voice_numbers.unfit(str(error)) from error
        if not np.isfinite(spoken.samples).all():
            raise voice_numbers.unfit("what it says is no sound")
        return spoken

    def untouched(self) -> "torch.nn.Module":
        """Return the network with no voice applied; do not modify it, for it is the one that speaks."""
        self._put_on(None)
        return self._network

    def _put_on(self, voice: Path | str | None) -> None:
        """Apply a voice file to the loaded network, or restore the base with a stock voice."""
        import torch
        from safetensors import safe_open

        from voiceclone.bases.kokoro.starting_voice import stock_styles
        from voiceclone.bases.kokoro.voice_tensors import STYLE, parameter_changes, read_voice_tensors

        is_file = isinstance(voice, Path)
        stock_voice = voice if isinstance(voice, str) else weights.DEFAULT_STOCK_VOICE
        key = (str(voice), voice.stat().st_mtime_ns) if is_file else (stock_voice, 0)
        if self._network is not None and key == self._spoken_by:
            return
        if self._network is None:  # first: it tells when the base is not ready
            use_all_cores()
            self._network = weights.load_network(self._folder, device())
        tensors = (
            read_voice_tensors(voice, weights.shapes(self._folder))
            if is_file
            else {STYLE: self._stock_style(stock_voice, stock_styles(self._folder))}
        )
        changes = parameter_changes(tensors)
        self._spoken_by = None  # until all is in place
        parameters = dict(self._network.named_parameters())
        with safe_open(self._folder / weights.WEIGHTS_FILE, "pt") as base, torch.no_grad():
            for name in self._changed | set(changes):
                value = base.get_tensor(name)
                if name in changes:
                    value = value + changes[name].reshape(value.shape)
                parameters[name].copy_(value)
        self._changed = set(changes)
        self._style = tensors[STYLE].to(device())
        self._postprocess_tensors = {name: tensors[name].numpy() for name in POSTPROCESS_TENSORS if name in tensors}
        self._spoken_by = key

    @staticmethod
    def _stock_style(name: str, styles: "dict[str, torch.Tensor]") -> "torch.Tensor":
        """Return a stock voice's style (1, 256)."""
        if name not in styles:
            raise NotFoundError(f"There is no stock voice “{name}”. Choose one of {', '.join(styles)}.")
        return styles[name]


def say(network: "torch.nn.Module", style: "torch.Tensor", text: str, language: str, speed: float) -> Audio:
    """Synthesize one sentence in a style (1, 256): the raw output, without post-processing or gain.

    Raises:
        TextError: there is nothing to speak, or the text is too long.
    """
    from voiceclone.bases.kokoro.model import synthesis
    from voiceclone.bases.kokoro.model.network import MAX_TOKENS
    from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
    from voiceclone.text.phonemes import phonemize

    tokens = phonemes_to_tokens(phonemize(text, language))
    if not tokens:
        raise TextError("There is nothing to speak in this text. Type some words.")
    if len(tokens) > MAX_TOKENS:
        raise TextError("This sentence is too long to be spoken in one breath. Put a full stop in it.")
    samples, frames = synthesis.synthesize_with_frames(network, tokens, style, speed)
    frame_samples = len(samples) // int(frames.sum())
    quiet = quieten_lead(samples.cpu().numpy(), int(frames[0]) * frame_samples)
    ends = sound_ends(frames.tolist(), [0, *tokens, 0], speed) * frame_samples
    return Audio(quieten_end(quiet, ends), SAMPLE_RATE)
