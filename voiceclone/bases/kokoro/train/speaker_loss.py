"""The speaker loss: sentences that nobody recorded, in every language a voice speaks, have to sound like the person.

The spectral loss ties what is learnt to the sounds that were recorded; in another language a third of it is lost. Here
the network says any sentence, and CAM++, a speaker encoder that judges nothing, says how far its speaker is from the
person's. It hears 1.6 s, late in the training, and the gradient has a bounded length: from the beginning, at full
weight or on shorter sound, such a loss is met by tricks (docs/decisions/0032).
"""

import random
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.audio.sound import Audio, resample
from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.model import synthesis
from voiceclone.bases.kokoro.model.network import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE
from voiceclone.bases.kokoro.model.recomputing import recomputing
from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
from voiceclone.evaluation import campplus
from voiceclone.text.languages import LANGUAGES
from voiceclone.text.phonemes import phonemize
from voiceclone.text.scripts import reading_script

if TYPE_CHECKING:
    import torch

_SENTENCES = slice(12, 40)
"""Of each language's script: the first ones are read by most people, and heard in benchmarks."""
_EDGE_FRAMES = 2
"""Frames at both ends that are not heard: the decoder lacks context there."""
_HEARD_FRAMES = round(1.6 / FRAME_S)
_PERSON_S = 60.0
"""Speech by which the person is known."""


class SpeakerLoss:
    """One minus the cosine between what the network says and the person.

    Args:
        run_dir: a prepared run.
        learnt_from: its clips that are trained on.
    """

    def __init__(self, run_dir: Path, learnt_from: list[dataset.ClipEntry]) -> None:
        self._run_dir, self._learnt_from = run_dir, learnt_from
        self._person: torch.Tensor | None = None
        self._texts: dict[tuple[str, int], synthesis.TextFeatures] = {}

    def draw_sentence(self, network: "torch.nn.Module", chooser: random.Random) -> synthesis.TextFeatures:
        """Choose a language and a sentence, and return its encoded text. Call it in the thread that trains."""
        import torch

        if self._person is None:
            self._person = self._hear_person()
        language = chooser.choice(list(LANGUAGES))
        script = reading_script(language)[_SENTENCES]
        number = chooser.randrange(len(script))
        if (language, number) not in self._texts:
            tokens = phonemes_to_tokens(phonemize(script[number], language))
            with torch.no_grad():
                self._texts[language, number] = synthesis.encode_text(network, tokens)
        return self._texts[language, number]

    def of(
        self,
        text: synthesis.TextFeatures,
        network: "torch.nn.Module",
        acoustic_style: "torch.Tensor",
        prosody_style: "torch.Tensor",
        chooser: random.Random,
    ) -> "torch.Tensor":
        """Return the loss of a stretch of a sentence, 0..2; gradients reach the decoder and the acoustic style.

        Args:
            text: of `draw_sentence`.
            network: the network being trained.
            acoustic_style: shape (1, 128).
            prosody_style: shape (1, 128); decides melody and timing, which are not changed.
            chooser: chooses the stretch.
        """
        import torch
        import torchaudio

        with torch.no_grad():
            styled, durations = synthesis.encode_prosody(network, text, prosody_style)
            frames = synthesis.whole_frames(durations)
            pitch_hz, loudness = synthesis.predict_curves(network, styled, frames, prosody_style)
            stretched = synthesis.stretch(text.acoustic_text, frames)
        length = min(_HEARD_FRAMES + 2 * _EDGE_FRAMES, stretched.shape[-1])
        start = chooser.randint(0, stretched.shape[-1] - length)
        curve = slice(2 * start, 2 * (start + length))
        # A window is learnt from in another thread meanwhile, so memory is short here and time is not.
        with recomputing():
            spoken = synthesis.render(
                network, stretched[:, :, start : start + length], pitch_hz[:, curve], loudness[:, curve], acoustic_style
            )
        heard = spoken[0, _EDGE_FRAMES * FRAME_SAMPLES : -_EDGE_FRAMES * FRAME_SAMPLES]
        heard = torchaudio.functional.resample(heard, SAMPLE_RATE, campplus.SAMPLE_RATE).cpu()
        return 1 - campplus.embed(heard) @ self._person

    def _hear_person(self) -> "torch.Tensor":
        """Return the unit vector of the recordings, shape (192,)."""
        import torch

        vectors, heard_s = [], 0.0
        for entry in self._learnt_from:
            if heard_s < _PERSON_S:
                audio = Audio(dataset.read_sound(self._run_dir, entry), SAMPLE_RATE)
                vectors.append(torch.from_numpy(campplus.vector(resample(audio, campplus.SAMPLE_RATE).samples)))
                heard_s += audio.duration_s
        return torch.nn.functional.normalize(torch.stack(vectors).mean(dim=0), dim=0)
