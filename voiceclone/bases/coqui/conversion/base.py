"""Voice converters behind the base-model interface: OpenVoice v2, FreeVC and kNN-VC."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from voiceclone.audio.sound import Audio, resample
from voiceclone.bases.base import SliceResult, TrainingClip, TrainingPlan
from voiceclone.bases.coqui.conversion.converters import CONVERTERS
from voiceclone.bases.coqui.pieces import convert_in_pieces
from voiceclone.bases.coqui.released_base import ReleasedBase
from voiceclone.bases.coqui.voice_tensors import read_shapes, read_voice_tensors, write_voice_tensors
from voiceclone.bases.coqui.workarounds import prepare_library
from voiceclone.compute import device
from voiceclone.errors import InputError, NotEnoughSpeechError, VoiceFileError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.wording import seconds

MAX_CLIPS = 10
MIN_SPEECH_S = 3.0
"""Below this the converters' speaker vectors are mostly the words, not the voice."""


class ConversionBase(ReleasedBase):
    """A converter; the constructor loads nothing.

    Args:
        folder: of the released files.
        base_id: `openvoice_v2`, `freevc24` or `knnvc`.
    """

    def __init__(self, folder: Path, base_id: str) -> None:
        super().__init__(folder, base_id)
        self._converter = CONVERTERS[self.base_id](folder, self.title)
        self.sample_rate = self._converter.output_rate

    def _is_complete(self) -> bool:
        return self._converter.is_complete()

    def _loaded(self) -> Any:
        if self._network is None:
            self.ensure_ready()
            prepare_library()
            self._network = self._converter.load().eval().to(device())
        return self._network

    # Voices -----------------------------------------------------------------------------------

    def make_instant_voice(
        self, clips: Sequence[TrainingClip], voice_path: Path, on_progress: OnProgress | None = None
    ) -> None:
        """Write a voice file from 1 to 10 clips: their speaker description.

        Raises:
            NotEnoughSpeechError: no clip, or less than 3 s of them.
            BaseModelError: the model is missing or damaged.
        """
        chosen = list(clips)[:MAX_CLIPS]
        length_s = sum(clip.audio.duration_s for clip in chosen)
        if length_s < MIN_SPEECH_S:
            raise NotEnoughSpeechError(
                f"There are {seconds(length_s)} of speech in these clips; at least {MIN_SPEECH_S:.0f} s are needed. "
                "Choose more or longer clips."
            )
        with self._turn:
            network = self._loaded()
            described = []
            for number, clip in enumerate(chosen, start=1):
                described.append(
                    self._converter.describe(network, resample(clip.audio, self._converter.input_rate).samples)
                )
                if on_progress:
                    on_progress(number / len(chosen), "Listening to your voice")
            tensors = self._converter.joined(described)
        write_voice_tensors(voice_path, tensors)

    def check_voice_file(self, path: Path) -> None:
        """Raise `VoiceFileError` unless the voice's tensors fit this converter; weights are not loaded."""
        if not self._converter.fits(read_shapes(path)):
            raise VoiceFileError(f"“{path.name}” does not fit {self.title}; it is damaged or was altered.")

    # Converting -------------------------------------------------------------------------------

    def convert(
        self,
        voice_path: Path,
        audio: Audio,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Audio:
        """Convert a recording to the voice of `voice_path`; same length, at `sample_rate`.

        Raises:
            AudioError: the recording is silent.
            VoiceFileError: the voice file is damaged or of another converter.
            BaseModelError: the model is missing or damaged.
            Cancelled: `should_stop` returned True.
        """
        import torch

        with self._turn:
            network = self._loaded()
            self.check_voice_file(voice_path)
            voice = {name: value.to(device()) for name, value in read_voice_tensors(voice_path).items()}
            with torch.random.fork_rng(), torch.inference_mode():
                torch.manual_seed(0)  # they draw noise: the same recording shall give the same sound
                return convert_in_pieces(
                    audio,
                    self._converter.input_rate,
                    self.sample_rate,
                    lambda samples: self._converter.convert(network, samples, voice).float().cpu().numpy(),
                    on_progress,
                    should_stop,
                )

    # What converters cannot do ----------------------------------------------------------------

    def speak(self, voice_path: Path | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Raise `InputError`: a converter has no words of its own."""
        raise InputError(
            f"{self.title} changes the voice of a recording; it cannot read text. Give it a recording, "
            "or choose a voice that speaks."
        )

    def prepare(
        self,
        clips: Sequence[TrainingClip],
        run_dir: Path,
        plan: TrainingPlan,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> None:
        """Raise `InputError`: there is nothing to train."""
        raise self._untrained()

    def train_slice(self, run_dir: Path, budget_s: float, should_stop: ShouldStop | None = None) -> SliceResult:
        """Raise `InputError`: there is nothing to train."""
        raise self._untrained()

    def finish(self, run_dir: Path) -> None:
        """Raise `InputError`: there is nothing to train."""
        raise self._untrained()

    def _untrained(self) -> InputError:
        return InputError(f"{self.title} needs no training: make an instant voice with it.")
