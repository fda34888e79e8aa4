"""XTTS v2 behind the base-model interface: an instant voice from a clip, and fine-tuning of its GPT."""

import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone import host
from voiceclone.audio import Audio
from voiceclone.bases.base import OnProgress, Policy, ShouldStop, SliceResult, TrainingClip, TrainingPlan
from voiceclone.bases.catalogue import card
from voiceclone.bases.coqui import clip_store, released, xtts_network
from voiceclone.bases.coqui.finished import SCORES_FILE, VOICE_FILE, note_done, read_done, score
from voiceclone.bases.coqui.run_clock import write_plan
from voiceclone.bases.coqui.voice_tensors import (
    SPEAKER,
    changes_fit,
    parameter_changes,
    read_shapes,
    read_voice_tensors,
    write_voice_tensors,
)
from voiceclone.bases.coqui.workarounds import prepare_library
from voiceclone.bases.coqui.xtts_network import LATENT, OUTPUT_RATE
from voiceclone.errors import InputError, NotEnoughSpeechError, VoiceFileError
from voiceclone.store import require_free_disk, write_json

if TYPE_CHECKING:
    import torch

    from voiceclone.bases.coqui.xtts_training import XttsTrainer

MAX_CLIPS = 10
MIN_SPEECH_S = 3.0
"""What coqui's documentation asks of a reference."""
CHECKPOINT_INTERVAL_S = 300.0
"""A checkpoint of the full model is 5.3 GB."""


class XttsBase:
    """XTTS v2; building it loads nothing.

    Args:
        folder: where the released files lie, or will.
        base_id: `xtts_v2`.
    """

    sample_rate = OUTPUT_RATE

    def __init__(self, folder: Path, base_id: str = "xtts_v2") -> None:
        about = card(base_id)
        self.base_id, self.title, self.licence = about.base_id, about.title, about.licence
        self.may_share_voices, self.languages = about.may_share_voices, about.languages
        self.abilities, self.policies = about.abilities, about.policies
        self.max_voice_mb = about.max_voice_mb
        self._folder = folder
        self._network: Any = None
        self._spoken_by: tuple[str, int] | None = None
        self._voice: dict[str, torch.Tensor] = {}
        self._changed: set[str] = set()
        self._trainers: dict[Path, XttsTrainer] = {}
        self._turn = threading.RLock()

    # The model --------------------------------------------------------------------------------

    def is_ready(self) -> bool:
        """True when the model is complete and its licence was agreed to."""
        return released.is_agreed(self._folder) and xtts_network.is_complete(self._folder)

    def ensure_ready(self, on_progress: OnProgress | None = None) -> None:
        """Raise `BaseModelError` unless the model is there; nothing is fetched unasked."""
        released.require_ready(self.is_ready(), self.title, self.base_id)

    @property
    def weights_sha256(self) -> str:
        """The hash of the weights noted when the model was got."""
        return released.weights_sha256(self._folder)

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
        """Write a voice file from 1 to 10 clips: what the GPT and the decoder hear of the speaker.

        Raises:
            NotEnoughSpeechError: no clip, or less than 3 s of them.
            BaseModelError: the model is not there, or damaged.
        """
        chosen = list(clips)[:MAX_CLIPS]
        length_s = sum(clip.audio.duration_s for clip in chosen)
        if length_s < MIN_SPEECH_S:
            raise NotEnoughSpeechError(
                f"There are {length_s:.1f} s of speech in these clips; at least {MIN_SPEECH_S:.0f} s are needed. "
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
        """Write the clips' sound, texts and the plan into the run folder; what is left out is in `rejected.json`.

        Raises:
            InputError: it cannot be trained in that way.
            BaseModelError: the model, or a file that only training needs, is missing.
            NotEnoughSpeechError: no clip can be used.
        """
        from voiceclone.bases.coqui.xtts_training import why_not

        began = time.monotonic()
        plan = replace(plan, policy=plan.policy or self.policies[0])
        if plan.policy not in self.policies:
            raise InputError(f"{self.title} cannot be trained as “{plan.policy}”; choose {' or '.join(self.policies)}.")
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
        write_plan(run_dir, plan, Policy(plan.policy), self.weights_sha256, time.monotonic() - began)

    def train_slice(self, run_dir: Path, budget_s: float, should_stop: ShouldStop | None = None) -> SliceResult:
        """Train for about `budget_s` seconds from the last checkpoint; saved in time, and when asked to stop."""
        done = read_done(run_dir)
        if done is not None:
            return done
        trainer = self._trainer(run_dir)
        until = time.monotonic() + budget_s
        stopped = should_stop is not None and should_stop()
        while not trainer.clock.finished and time.monotonic() < until and not stopped:
            trainer.advance()
            stopped = should_stop is not None and should_stop()
        finished = trainer.clock.finished
        if trainer.clock.step and (stopped or finished or trainer.checkpoint_age_s() >= CHECKPOINT_INTERVAL_S):
            trainer.save_checkpoint()
        return SliceResult(trainer.clock.step, trainer.clock.total_steps(), finished)

    def finish(self, run_dir: Path) -> None:
        """Write `voice.safetensors` and `scores.json`, then clear away what only training needed."""
        from voiceclone.bases.coqui import xtts_training

        if read_done(run_dir) is not None:
            return  # killed after everything was written
        trainer = self._trainer(run_dir)
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
        scores = score(lambda text: say("trained", text), lambda text: say("instant", text), language, real)
        write_json(run_dir / SCORES_FILE, scores)
        note_done(run_dir, trainer.clock.step, trainer.clock.total_steps())
        self._trainers.pop(run_dir, None)
        for name in (xtts_training.CHECKPOINT_FILE, xtts_training.BEST_FILE):
            (run_dir / name).unlink(missing_ok=True)
        shutil.rmtree(run_dir / clip_store.FOLDER, ignore_errors=True)

    def _trainer(self, run_dir: Path) -> "XttsTrainer":
        if run_dir not in self._trainers:
            import torch

            from voiceclone.bases.coqui.xtts_training import XttsTrainer

            torch.set_num_threads(host.cores())
            self._trainers[run_dir] = XttsTrainer(run_dir, self._folder, released.device())
        return self._trainers[run_dir]

    # Speaking ---------------------------------------------------------------------------------

    def speak(self, voice_path: Path | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Speak one sentence-sized text; `voice_path=None` is the first of the released speakers.

        Raises:
            TextError: nothing in it can be spoken, or it is longer than one sentence can be.
            BaseModelError: the model is not there, or damaged.
            VoiceFileError: the voice file is damaged.
        """
        with self._turn:
            self._put_on(voice_path)
            if not self._voice:
                self._voice = xtts_network.stock_voice(self._folder)
            return xtts_network.say(self._network, self._voice, text, language, speed)

    def _put_on(self, voice_path: Path | None) -> None:
        """Change the loaded network into a voice, or back into the base."""
        import torch

        key = (str(voice_path), voice_path.stat().st_mtime_ns) if voice_path else ("", 0)
        if self._network is not None and key == self._spoken_by:
            return
        self.ensure_ready()
        prepare_library()
        if self._network is None:
            self._network = xtts_network.load_network(self._folder).to(released.device())
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
