"""XTTS v2 behind the base-model interface: an instant voice from a clip, and fine-tuning of its GPT."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.audio.sound import Audio
from voiceclone.bases.base import VOICE_FILE, TrainingClip, TrainingPlan
from voiceclone.bases.coqui import clip_store, released
from voiceclone.bases.coqui.finished import score
from voiceclone.bases.coqui.released_base import TrainableBase, voice_key
from voiceclone.bases.coqui.voice_tensors import (
    SPEAKER,
    changes_fit,
    parameter_changes,
    read_shapes,
    read_voice_tensors,
    write_voice_tensors,
)
from voiceclone.bases.coqui.workarounds import prepare_library
from voiceclone.bases.coqui.xtts import network as xtts_network
from voiceclone.bases.coqui.xtts.network import LATENT, OUTPUT_RATE
from voiceclone.bases.run.plan import write_plan
from voiceclone.compute import device
from voiceclone.errors import NotEnoughSpeechError, VoiceFileError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage.disk import require_free_disk
from voiceclone.wording import seconds

if TYPE_CHECKING:
    import torch

    from voiceclone.bases.coqui.xtts.training import XttsTrainer

MAX_CLIPS = 10
MIN_SPEECH_S = 3.0
"""What coqui's documentation asks of a reference."""
CHECKPOINT_INTERVAL_S = 300.0
"""A checkpoint of the full model is 5.3 GB."""


class XttsBase(TrainableBase["XttsTrainer"]):
    """XTTS v2; the constructor loads nothing.

    Args:
        folder: of the released files.
        base_id: `xtts_v2`.
    """

    sample_rate = OUTPUT_RATE

    checkpoint_interval_s = CHECKPOINT_INTERVAL_S

    def __init__(self, folder: Path, base_id: str = "xtts_v2") -> None:
        super().__init__(folder, base_id)
        self._voice: dict[str, torch.Tensor] = {}
        self._changed: set[str] = set()

    def _is_complete(self) -> bool:
        return xtts_network.is_complete(self._folder)

    def check_voice_file(self, path: Path) -> None:
        """Raise `VoiceFileError` unless the voice's tensors fit this network; none is read."""
        prepare_library()
        self._check_shapes(path, {name: tuple(value.shape) for name, value in self._state().items()})

    def _check_shapes(self, path: Path, parameters: dict[str, tuple[int, ...]]) -> None:
        shapes = read_shapes(path)
        latent, speaker = shapes.pop(LATENT, ()), shapes.pop(SPEAKER, ())
        width = parameters["gpt.final_norm.weight"][0]
        fits = len(latent) == 3 and latent[0] == 1 and latent[2] == width
        fits = fits and len(speaker) == 3 and speaker[0] == speaker[2] == 1
        learnable = {name: shape for name, shape in parameters.items() if name.startswith("gpt.")}
        if not fits or not changes_fit(shapes, learnable):
            raise VoiceFileError("This voice file does not fit the base model it names; it is damaged or was altered.")

    def _state(self) -> "dict[str, torch.Tensor]":
        return xtts_network.read_state(self._folder)

    # Without training -------------------------------------------------------------------------

    def make_instant_voice(
        self, clips: Sequence[TrainingClip], voice_path: Path, on_progress: OnProgress | None = None
    ) -> None:
        """Write a voice file from 1 to 10 clips: the conditioning latents of the GPT and the speaker embedding.

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
            if on_progress:
                on_progress(0.0, "Loading the model")
            self._put_on(None)
            if on_progress:
                on_progress(0.5, "Listening to your voice")
            tensors = xtts_network.describe_speaker(self._network, [clip.audio for clip in chosen])
        write_voice_tensors(voice_path, tensors)

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
            BaseModelError: the model, or a file that only training needs, is missing.
            NotEnoughSpeechError: no clip can be used.
        """
        from voiceclone.bases.coqui.xtts.training import why_not

        began = time.monotonic()
        plan = self._with_policy(plan)
        self.ensure_ready(on_progress)
        prepare_library()
        for name in xtts_network.TRAINING_FILES:
            released.need_file(self._folder, (name,), self.title)
        # The checkpoint, the one that takes its place, the best voice and the final one.
        size_mb = (self._folder / xtts_network.MODEL_FILE).stat().st_size / 1e6
        require_free_disk(run_dir, 8 * size_mb)
        tokenizer = xtts_network.read_tokenizer(self._folder)
        clip_store.store_clips(
            clips, run_dir, xtts_network.INPUT_RATE, lambda clip: why_not(clip, tokenizer), on_progress, should_stop
        )
        write_plan(run_dir, plan, self.weights_sha256, time.monotonic() - began)

    def _write_voice(self, run_dir: Path, trainer: "XttsTrainer") -> dict[str, float]:
        changes = trainer.learnt_changes()
        network, clips = trainer.model.xtts, clip_store.read_index(run_dir)
        longest = sorted((clip for clip in clips if not clip.held_out), key=lambda clip: -clip.duration_s)[:MAX_CLIPS]
        sounds = [clip_store.read_sound(run_dir, clip) for clip in longest]
        spoken: dict[str, dict[str, torch.Tensor]] = {}
        trainer.model.eval()
        for name, worn in (("instant", {}), ("trained", changes)):
            trainer.put_on(worn)
            spoken[name] = xtts_network.describe_speaker(network, sounds)
        write_voice_tensors(run_dir / VOICE_FILE, spoken["trained"] | changes)
        language = clip_store.main_language(clips)
        network.gpt.init_gpt_for_inference(kv_cache=network.args.kv_cache)

        def say(name: str, text: str) -> Audio:
            trainer.put_on(changes if name == "trained" else {})
            return xtts_network.say(network, spoken[name], text, language, 1.0)

        real = [clip_store.read_sound(run_dir, clip) for clip in trainer.held_out]
        return score(run_dir, lambda text: say("trained", text), lambda text: say("instant", text), language, real)

    def _left_by_training(self) -> Sequence[str]:
        from voiceclone.bases.coqui.xtts.training import BEST_FILE

        return (BEST_FILE,)

    def _make_trainer(self, run_dir: Path) -> "XttsTrainer":
        from voiceclone.bases.coqui.xtts.training import XttsTrainer

        return XttsTrainer(run_dir, self._folder, device())

    # Speaking ---------------------------------------------------------------------------------

    def speak(self, voice_path: Path | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Speak one sentence-sized text; `voice_path=None` is the first of the released speakers.

        Raises:
            TextError: there is nothing to speak, or the text is too long.
            BaseModelError: the model is missing or damaged.
            VoiceFileError: the voice file is damaged.
        """
        with self._turn:
            self._put_on(voice_path)
            if not self._voice:
                self._voice = xtts_network.stock_voice(self._folder)
            return xtts_network.say(self._network, self._voice, text, language, speed)

    def _put_on(self, voice_path: Path | None) -> None:
        """Apply a voice to the loaded network, or restore the base."""
        import torch

        key = voice_key(voice_path)
        if self._network is not None and key == self._spoken_by:
            return
        self.ensure_ready()
        prepare_library()
        if self._network is None:
            self._network = xtts_network.load_network(self._folder).to(device())
        self._spoken_by = None  # until all is in place
        tensors: dict[str, torch.Tensor] = {}
        parameters = dict(self._network.named_parameters())
        if voice_path:
            self._check_shapes(voice_path, {name: tuple(value.shape) for name, value in parameters.items()})
            tensors = read_voice_tensors(voice_path)
        vectors = {name: tensors.pop(name) for name in (LATENT, SPEAKER) if name in tensors}
        changes = parameter_changes(tensors)
        if self._changed or changes:
            base = self._state()
            with torch.no_grad():
                for name in self._changed | set(changes):
                    value = base[name].float()
                    parameters[name].copy_(value + changes[name].reshape(value.shape) if name in changes else value)
        self._changed, self._voice, self._spoken_by = set(changes), vectors, key
