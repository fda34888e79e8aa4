"""Tacotron 2 with HiFi-GAN behind the base-model interface: one speaker's model, trained over to a voice."""

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
from voiceclone.bases.coqui import clip_store, released, tacotron_network
from voiceclone.bases.coqui.finished import SCORES_FILE, VOICE_FILE, note_done, read_done, score
from voiceclone.bases.coqui.run_clock import write_plan
from voiceclone.bases.coqui.tacotron_network import ACOUSTIC, VOCODER, Pair, learnable_state
from voiceclone.bases.coqui.voice_tensors import (
    changes_fit,
    parameter_changes,
    read_shapes,
    read_voice_tensors,
    write_voice_tensors,
)
from voiceclone.bases.coqui.workarounds import prepare_library
from voiceclone.errors import InputError, TrainingError, VoiceFileError
from voiceclone.limits import MAX_LETTERS_PER_S
from voiceclone.store import require_free_disk, write_json

if TYPE_CHECKING:
    import torch

    from voiceclone.bases.coqui.tacotron_training import TacotronTrainer

CHECKPOINT_INTERVAL_S = 120.0
NEEDED_DISK_MB = 4_000
"""Two checkpoints of the vocoder's stage with its discriminator (1.2 GB each) and the voice."""
LONGEST_CLIP_S = 12.0


class TacotronBase:
    """Tacotron 2 (DDC) and HiFi-GAN v2; building it loads nothing.

    Args:
        folder: where the released files lie, or will; the vocoder's in a folder of their released name.
        base_id: `tacotron2_ddc`.
    """

    sample_rate = 22_050

    def __init__(self, folder: Path, base_id: str = "tacotron2_ddc") -> None:
        about = card(base_id)
        self.base_id, self.title, self.licence = about.base_id, about.title, about.licence
        self.may_share_voices, self.languages = about.may_share_voices, about.languages
        self.abilities, self.policies = about.abilities, about.policies
        self.max_voice_mb = about.max_voice_mb
        self._folder = folder
        self._pair: Pair | None = None
        self._base: dict[str, torch.Tensor] = {}
        self._spoken_by: tuple[str, int] | None = None
        self._trainers: dict[Path, TacotronTrainer] = {}
        self._turn = threading.RLock()

    # The model --------------------------------------------------------------------------------

    def is_ready(self) -> bool:
        """True when both networks are complete and their licence was agreed to."""
        return released.is_agreed(self._folder) and tacotron_network.is_complete(self._folder)

    def ensure_ready(self, on_progress: OnProgress | None = None) -> None:
        """Raise `BaseModelError` unless the model is there; nothing is fetched unasked."""
        released.require_ready(self.is_ready(), self.title, self.base_id)

    @property
    def weights_sha256(self) -> str:
        """The hash of the weights noted when the model was got."""
        return released.weights_sha256(self._folder)

    def check_voice_file(self, path: Path) -> None:
        """Raise `VoiceFileError` unless the voice's tensors fit these networks."""
        with self._turn:
            self._load()
            if not changes_fit(read_shapes(path), {name: tuple(value.shape) for name, value in self._base.items()}):
                raise VoiceFileError(
                    "This voice file does not fit the base model it names; it is damaged or was altered."
                )

    def _load(self) -> Pair:
        if self._pair is None:
            self.ensure_ready()
            prepare_library()
            pair = tacotron_network.load_pair(self._folder)
            if pair.sample_rate != self.sample_rate:
                raise tacotron_network.wrong_rate(pair.sample_rate, self.sample_rate)
            self._base = {name: value.clone() for name, value in _state(pair).items()}
            pair.acoustic.to(released.device())
            pair.vocoder.to(released.device())
            self._pair = pair
        return self._pair

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
        """Write the clips' sound, texts and the plan into the run folder; what is left out is in `rejected.json`.

        Raises:
            InputError: it cannot be trained in that way.
            BaseModelError: the model is not there, damaged, or its two networks do not belong together.
            NotEnoughSpeechError: no clip can be used.
        """
        began = time.monotonic()
        plan = replace(plan, policy=plan.policy or self.policies[0])
        if plan.policy not in self.policies:
            raise InputError(f"{self.title} cannot be trained as “{plan.policy}”; choose {' or '.join(self.policies)}.")
        with self._turn:
            acoustic = self._load().acoustic
        require_free_disk(run_dir, NEEDED_DISK_MB)
        clip_store.store_clips(
            clips, run_dir, self.sample_rate, lambda clip: _why_not(clip, acoustic), on_progress, should_stop
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
        while not trainer.finished and time.monotonic() < until and not stopped:
            trainer.advance()
            stopped = should_stop is not None and should_stop()
        finished = trainer.finished
        if trainer.clock.step and (stopped or finished or trainer.checkpoint_age_s() >= CHECKPOINT_INTERVAL_S):
            trainer.save_checkpoint()
        return SliceResult(trainer.clock.step, trainer.clock.total_steps(), finished)

    def finish(self, run_dir: Path) -> None:
        """Write `voice.safetensors` and `scores.json`, then clear away what only training needed."""
        from voiceclone.bases.coqui import tacotron_stages, tacotron_training

        if read_done(run_dir) is not None:
            return  # killed after everything was written
        trainer = self._trainer(run_dir)
        changes = trainer.learnt_changes()
        if not changes:
            raise TrainingError(
                "The training made this model no better at your voice. Train for longer, or with more recordings."
            )
        write_voice_tensors(run_dir / VOICE_FILE, changes)
        clips = clip_store.read_index(run_dir)
        language = clip_store.main_language(clips)
        real = [clip_store.read_sound(run_dir, clip) for clip in trainer.held_out]
        scores = score(
            lambda text: self.speak(run_dir / VOICE_FILE, text, language),
            lambda text: self.speak(None, text, language),
            language,
            real,
        )
        write_json(run_dir / SCORES_FILE, scores)
        note_done(run_dir, trainer.clock.step, trainer.clock.total_steps())
        self._trainers.pop(run_dir, None)
        (run_dir / tacotron_training.CHECKPOINT_FILE).unlink(missing_ok=True)
        for stage in tacotron_stages.STAGES:
            (run_dir / f"{stage.name}.safetensors").unlink(missing_ok=True)
        shutil.rmtree(run_dir / clip_store.FOLDER, ignore_errors=True)

    def _trainer(self, run_dir: Path) -> "TacotronTrainer":
        if run_dir not in self._trainers:
            import torch

            from voiceclone.bases.coqui.tacotron_training import TacotronTrainer

            torch.set_num_threads(host.cores())
            self._trainers[run_dir] = TacotronTrainer(run_dir, self._folder, self.weights_sha256, released.device())
        return self._trainers[run_dir]

    # Speaking ---------------------------------------------------------------------------------

    def speak(self, voice_path: Path | None, text: str, language: str, speed: float = 1.0) -> Audio:
        """Speak one sentence-sized text; `voice_path=None` is the speaker the model was released with.

        Raises:
            TextError: nothing in it can be spoken, or it is longer than one sentence can be.
            BaseModelError: the model is not there, or damaged.
            VoiceFileError: the voice file is damaged.
        """
        with self._turn:
            self._put_on(voice_path)
            return tacotron_network.say(self._pair, text, language, speed)

    def _put_on(self, voice_path: Path | None) -> None:
        """Change the loaded networks into a voice, or back into the base."""
        import torch

        key = (str(voice_path), voice_path.stat().st_mtime_ns) if voice_path else ("", 0)
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
    """Return in one sentence why a clip cannot be learnt from, or None."""
    reason = clip_store.why_not_sound(clip, LONGEST_CLIP_S)
    reason = reason or clip_store.reason_of(lambda: tacotron_network.tokens_of(acoustic, clip.text, clip.language))
    letters = sum(letter.isalnum() for letter in clip.text)
    if reason is None and letters > MAX_LETTERS_PER_S * clip.audio.duration_s:
        return "A clip is too short for its text; check that the text is what is said."
    return reason
