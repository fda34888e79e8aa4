"""Tacotron 2 with HiFi-GAN behind the base-model interface: one speaker's model, trained over to a voice."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.audio.sound import Audio
from voiceclone.bases.base import VOICE_FILE, TrainingClip, TrainingPlan
from voiceclone.bases.coqui import clip_store
from voiceclone.bases.coqui.finished import score
from voiceclone.bases.coqui.released_base import TrainableBase, voice_key
from voiceclone.bases.coqui.tacotron import network
from voiceclone.bases.coqui.tacotron.network import ACOUSTIC, VOCODER, Pair, learnable_state
from voiceclone.bases.coqui.voice_tensors import (
    changes_fit,
    parameter_changes,
    read_shapes,
    read_voice_tensors,
    write_voice_tensors,
)
from voiceclone.bases.coqui.workarounds import prepare_library
from voiceclone.bases.run.plan import write_plan
from voiceclone.compute import device
from voiceclone.errors import InputError, TrainingError, VoiceFileError
from voiceclone.limits import MAX_LETTERS_PER_S
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import require_free_disk

if TYPE_CHECKING:
    import torch

    from voiceclone.bases.coqui.tacotron.training import TacotronTrainer

CHECKPOINT_INTERVAL_S = 120.0
NEEDED_DISK_MB = 4_000
"""Two checkpoints of the vocoder's stage with its discriminator (1.2 GB each) and the voice."""
LONGEST_CLIP_S = 12.0


class TacotronBase(TrainableBase["TacotronTrainer"]):
    """Tacotron 2 (DDC) and HiFi-GAN v2; the constructor loads nothing.

    Args:
        folder: of the released files; the vocoder's in a folder of their released name.
        base_id: `tacotron2_ddc`.
    """

    sample_rate = 22_050

    checkpoint_interval_s = CHECKPOINT_INTERVAL_S

    def __init__(self, folder: Path, base_id: str = "tacotron2_ddc") -> None:
        super().__init__(folder, base_id)
        self._network: Pair | None = None
        self._base: dict[str, torch.Tensor] = {}

    def _is_complete(self) -> bool:
        return network.is_complete(self._folder)

    def check_voice_file(self, path: Path) -> None:
        """Raise `VoiceFileError` unless the voice's tensors fit these networks."""
        with self._turn:
            self._load()
            if not changes_fit(read_shapes(path), {name: tuple(value.shape) for name, value in self._base.items()}):
                raise VoiceFileError(
                    "This voice file does not fit the base model it names; it is damaged or was altered."
                )

    def _load(self) -> Pair:
        if self._network is None:
            self.ensure_ready()
            prepare_library()
            pair = network.load_pair(self._folder)
            if pair.sample_rate != self.sample_rate:
                raise network.wrong_rate(pair.sample_rate, self.sample_rate)
            self._base = {name: value.clone() for name, value in _state(pair).items()}
            pair.acoustic.to(device())
            pair.vocoder.to(device())
            self._network = pair
        return self._network

    # What it cannot do ------------------------------------------------------------------------

    def make_instant_voice(
        self, clips: Sequence[TrainingClip], voice_path: Path, on_progress: OnProgress | None = None
    ) -> None:
        """Raise `InputError`: the model knows one speaker only."""
        raise InputError(f"{self.title} knows one speaker; it can only be trained. Choose another base for that.")

    def convert(
        self,
        voice_path: Path,
        audio: Audio,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Audio:
        """Raise `InputError`: the model reads text."""
        raise InputError(f"{self.title} reads text; it cannot change a recording. Choose a converter for that.")

    # Training ---------------------------------------------------------------------------------

    def prepare(
        self,
        clips: Sequence[TrainingClip],
        run_dir: Path,
        plan: TrainingPlan,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> None:
        """Write sound, texts and plan into the run folder; clips that are left out are listed in `rejected.json`.

        Raises:
            InputError: the model does not support this policy.
            BaseModelError: the model is missing or damaged, or its two networks do not belong together.
            NotEnoughSpeechError: no clip can be used.
        """
        began = time.monotonic()
        plan = self._with_policy(plan)
        with self._turn:
            acoustic = self._load().acoustic
        require_free_disk(run_dir, NEEDED_DISK_MB)
        clip_store.store_clips(
            clips, run_dir, self.sample_rate, lambda clip: _why_not(clip, acoustic), on_progress, should_stop
        )
        write_plan(run_dir, plan, self.weights_sha256, time.monotonic() - began)

    def _write_voice(self, run_dir: Path, trainer: "TacotronTrainer") -> dict[str, float]:
        changes = trainer.learnt_changes()
        if not changes:
            raise TrainingError(
                "The training made this model no better at your voice. Train for longer, or with more recordings."
            )
        write_voice_tensors(run_dir / VOICE_FILE, changes)
        clips = clip_store.read_index(run_dir)
        language = clip_store.main_language(clips)
        real = [clip_store.read_sound(run_dir, clip) for clip in trainer.held_out]
        return score(
            run_dir,
            lambda text: self.speak(run_dir / VOICE_FILE, text, language),
            lambda text: self.speak(None, text, language),
            language,
            real,
        )

    def _left_by_training(self) -> Sequence[str]:
        from voiceclone.bases.coqui.tacotron.stages import STAGES

        return [f"{stage.name}.safetensors" for stage in STAGES]

    def _make_trainer(self, run_dir: Path) -> "TacotronTrainer":
        from voiceclone.bases.coqui.tacotron.training import TacotronTrainer

        return TacotronTrainer(run_dir, self._folder, self.weights_sha256, device())

    # Speaking ---------------------------------------------------------------------------------

    def speak(self, voice_path: Path | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Speak one sentence-sized text; `voice_path=None` is the speaker the model was released with.

        Raises:
            TextError: there is nothing to speak, or the text is too long.
            BaseModelError: the model is missing or damaged.
            VoiceFileError: the voice file is damaged.
        """
        with self._turn:
            self._put_on(voice_path)
            return network.say(self._network, text, language, speed)

    def _put_on(self, voice_path: Path | None) -> None:
        """Apply a voice to the loaded networks, or restore the base."""
        import torch

        key = voice_key(voice_path)
        pair = self._load()
        if key == self._spoken_by:
            return
        changes: dict[str, Any] = {}
        if voice_path:
            self.check_voice_file(voice_path)
            changes = parameter_changes(read_voice_tensors(voice_path))
        self._spoken_by = None  # until all is in place
        with torch.no_grad():
            for name, value in _state(pair).items():
                base = self._base[name]
                value.copy_(base + changes[name].reshape(base.shape) if name in changes else base)
        self._spoken_by = key


def _state(pair: Pair) -> "dict[str, torch.Tensor]":
    return learnable_state(pair.acoustic, ACOUSTIC) | learnable_state(pair.vocoder, VOCODER)


def _why_not(clip: TrainingClip, acoustic: Any) -> str | None:
    """Return in one sentence why a clip cannot be used for training, or None."""
    reason = clip_store.why_not_sound(clip, LONGEST_CLIP_S)
    reason = reason or clip_store.reason_of(lambda: network.tokens_of(acoustic, clip.text, clip.language))
    letters = sum(letter.isalnum() for letter in clip.text)
    if reason is None and letters > MAX_LETTERS_PER_S * clip.audio.duration_s:
        return "A clip is too short for its text; check that the text is what is said."
    return reason
