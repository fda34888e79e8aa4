"""Fine-tuning Kokoro to one voice: gradient steps on its decoder and prosody predictor, in resumable slices."""

import math
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.base import Policy
from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.data.alignment import Aligner
from voiceclone.bases.kokoro.data.feature_cache import VERSION
from voiceclone.bases.kokoro.model.weights import load_network, read_info
from voiceclone.bases.kokoro.postprocess.statistics import Statistics
from voiceclone.bases.kokoro.starting_voice import begin_at_voice, choose_start, kept_postprocess_tensors
from voiceclone.bases.kokoro.train import losses
from voiceclone.bases.kokoro.train.gradients import Computed, SideBySide, added, bounded, gradients
from voiceclone.bases.kokoro.train.memory_fallback import MemoryFallback, compute_twice
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.kokoro.train.schedule import Position, Schedule
from voiceclone.bases.kokoro.train.speaker_loss import SpeakerLoss
from voiceclone.bases.kokoro.train.step_losses import Heard, Teacher, acoustic_loss, prosody_loss
from voiceclone.bases.kokoro.train.trainable_parameters import TrainableParameters
from voiceclone.bases.kokoro.train.training_clips import Draw, LoadedClip, ReadyClips, Window
from voiceclone.bases.memory import free_memory, is_out_of_memory
from voiceclone.bases.run.checkpoint import load_checkpoint, read_about
from voiceclone.bases.run.plan import read_plan
from voiceclone.bases.run.trainer import RunTrainer
from voiceclone.errors import TrainingError
from voiceclone.wording import seconds

if TYPE_CHECKING:
    import numpy as np
    import torch


class Trainer(RunTrainer):
    """Fine-tunes Kokoro; one run in memory.

    A plan in steps is reproducible bit for bit even when stopped or killed and resumed (on a processor, with the same
    number of threads), because the random numbers of a step depend on the seed and the step only.

    Args:
        run_dir: a prepared run.
        base_folder: the converted base.
        device: `cpu` or `cuda`.
        recipe: replaces the one for the device, for experiments (`benchmarks/levers.py`).
    """

    def __init__(self, run_dir: Path, base_folder: Path, device: str, recipe: Recipe | None = None) -> None:
        self.device, self._base_folder = device, base_folder
        self.recipe = recipe or Recipe.for_device(device)
        plan = read_plan(run_dir, read_info(base_folder).weights_sha256)
        super().__init__(run_dir, Schedule(plan, self.recipe), ("loss", "prosody_loss"))
        self.clock: Schedule
        self.policy = plan.policy
        self.network = load_network(base_folder, device)
        entries = self._read_entries()
        self.held_out = [entry for entry in entries if entry.held_out]
        learnt_from = [entry for entry in entries if not entry.held_out]
        self._statistics = Statistics()
        self.memory_fallback = MemoryFallback.none(self.recipe)
        self._side_by_side = SideBySide(self.memory_fallback.threads)
        self.start = choose_start(self.network, base_folder, run_dir, learnt_from).to(device)
        self.aligner = Aligner(self.network, base_folder, self.start)  # before anything is learnt
        self.clips = ReadyClips(run_dir, learnt_from, self.recipe, self.aligner, device)
        band_limited = any(entry.bandwidth_hz < losses.FULL_BAND_HZ for entry in learnt_from)
        self._teacher = Teacher(self.network, self.start) if band_limited else None
        self.trainable = TrainableParameters(self.network, self.start, self.recipe, self.policy)
        self._speaker_loss = SpeakerLoss(run_dir, learnt_from) if self.policy == Policy.FINE_TUNE else None
        self.continue_from_checkpoint()

    def _read_entries(self) -> list[dataset.ClipEntry]:
        entries = dataset.read_index(self.run_dir)
        whole = dataset.without_damaged(self.run_dir, entries)
        if all(entry.held_out for entry in whole):
            raise TrainingError("This training's prepared recordings are gone or damaged. Start a new training.")
        if len(whole) < len(entries):
            self.files.note(
                f"{len(entries) - len(whole)} of {len(entries)} prepared recordings were damaged; left out."
            )
        return whole

    # The voice so far -------------------------------------------------------------------------

    @property
    def position(self) -> Position:
        """Position of the run."""
        return self.clock.position

    @property
    def trained(self) -> dict[str, "torch.Tensor"]:
        """Trained parameters of the network, by name."""
        return self.trainable.trained

    def voice_style(self) -> "torch.Tensor":
        """Return the current style, shape (1, 256)."""
        return self.trainable.voice_style()

    def postprocess_tensors(self) -> "dict[str, np.ndarray]":
        """Return the post-processing tensors by name; no new ones early on, or when only the style is trained."""
        kept = kept_postprocess_tensors(self.run_dir)
        return kept if self.policy == Policy.TRANSFER else kept | self._statistics.tensors()

    # One unit of work -------------------------------------------------------------------------

    def advance(self) -> None:
        """Preprocess a clip, make a step, or end the fulfilled plan."""
        ready_s = self.clips.ready_s
        few = ready_s < self.recipe.first_clips_s
        if self.clips.pending and (few or self.clock.wants_more_clips(self.clips.ready_frames)):
            self._make_next_ready()
            if few:
                return
        self.step()
        if self.clock.share >= 1.0:
            self.clock.ended = True

    def _make_next_ready(self) -> None:
        """Preprocess a clip, or leave it out when there is too little memory."""
        for _ in range(2):
            try:
                self.clips.make_next_ready()
                return
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
            # No rung of `MemoryFallback` helps: they make steps smaller, and of a step only gradients are left here.
            self.trainable.forget_gradients()
            free_memory()
        length_s = self.clips.leave_next_out().duration_s
        self.files.note(
            f"The memory was too small to make a recording of {seconds(length_s)} ready; the training goes on without "
            "it."
        )
        if not self.clips.ready and not self.clips.pending:
            raise TrainingError(
                "There is too little memory to make any of the recordings ready. Close other programs, then continue "
                "the training."
            )

    def wants_first_listen(self) -> bool:
        """True when the first listen is due."""
        early = self.clock.elapsed_s < self.recipe.first_listen_s
        return not self.clock.first_listen_done and self.clock.step > 0 and not early

    def note_first_listen(self) -> None:
        """Note that the first listen was spoken."""
        self.clock.first_listen_done = True

    def step(self) -> None:
        """Make the next acoustic steps, every so often a prosody step, and append to the metrics.

        The gradients of `steps_at_once` steps are computed side by side, all from what was learnt before them, and
        applied one after the other.
        """
        began = time.monotonic()
        self.clock.begin_step()
        drawn = [self._draw(ahead) for ahead in range(self._steps_at_once())]
        computed = self.within_memory(lambda: self._compute(drawn))
        for draw, (sound, speaker, prosody) in zip(drawn, computed, strict=True):
            scale = self.clock.rate_scale() * self.divergence.rate_share
            told = {"loss": self._learn_sound(sound, speaker, scale)}
            if prosody:
                told["prosody_loss"] = self._learn_prosody(prosody, scale)
            each_s = (time.monotonic() - began) / len(drawn)
            self.end_step(time.monotonic() - each_s, told, told)
            if self.clock.step != draw.step + 1:
                return  # it went back to a checkpoint; what is left was computed from what is given up

    def _steps_at_once(self) -> int:
        """Return how many steps come next. They begin at multiples, so that a continued run cuts them alike."""
        at_once = self.recipe.steps_at_once - self.clock.step % self.recipe.steps_at_once
        return at_once if self.clock.steps is None else max(1, min(at_once, self.clock.steps - self.clock.step))

    def _draw(self, ahead: int = 0) -> Draw:
        """Draw what a step learns from, `ahead` steps after the next one."""
        import torch

        chooser = self._seed_step(ahead)
        step = self.clock.step + ahead
        windows = list(self.clips.draw_windows(chooser, self.memory_fallback.window_frames))
        clips = self.clips.draw_clips(chooser) if step % self.recipe.prosody_every == 0 else []
        sentence = None
        if self._speaker_loss is not None and self.clock.late and step % self.recipe.speaker_every == 0:
            sentence = self._speaker_loss.draw_sentence(self.network, chooser)
        return Draw(step, torch.initial_seed(), windows, clips, sentence)

    def _seed_step(self, ahead: int = 0) -> random.Random:
        return self.clock.seed_step(self.divergence.returns, ahead)

    def _compute(self, drawn: Sequence[Draw]) -> list[tuple[Computed, Computed | None, list[Computed]]]:
        """Return for each step what the sound is to learn, what the speaker loss adds, and the prosody of each clip."""
        # The longest pieces first, so that the threads end at about the same time.
        work = [partial(self._compute_speaker, draw) for draw in drawn if draw.sentence is not None]
        work += [partial(self._compute_sound, draw) for draw in drawn]
        work += [partial(self._compute_prosody, clip, 1 / len(draw.clips)) for draw in drawn for clip in draw.clips]
        done = iter(self._side_by_side.run(work))
        speakers = [next(done) if draw.sentence is not None else None for draw in drawn]
        sounds = [next(done) for _ in drawn]
        return [
            (sound, speaker, [next(done) for _ in draw.clips])
            for draw, sound, speaker in zip(drawn, sounds, speakers, strict=True)
        ]

    def _compute_speaker(self, draw: Draw) -> Computed:
        """Return the gradients of the speaker loss; none when it is not finite."""
        import torch

        from voiceclone.bases.kokoro.train.noise import OwnNoise

        assert self._speaker_loss is not None and draw.sentence is not None
        with OwnNoise(draw.noise_seed + 1, self.device):
            styles = self.trainable.acoustic_style, self.trainable.prosody_style
            loss = self._speaker_loss.of(draw.sentence, self.network, *styles, random.Random(draw.noise_seed))
        if not torch.isfinite(loss):
            return Computed(math.nan, None)
        return Computed(float(loss.detach()), gradients(loss, self.trainable.learnt_by(self.trainable.acoustic)))

    def _compute_sound(self, draw: Draw) -> Computed:
        """Return the acoustic gradients of some windows; none when their loss is not finite."""
        import torch

        from voiceclone.bases.kokoro.train.noise import OwnNoise

        at_once, distance, compared, total = self.memory_fallback.windows_at_once, 0.0, [], None
        parameters = self.trainable.learnt_by(self.trainable.acoustic)
        for first in range(0, len(draw.windows), at_once):
            part = draw.windows[first : first + at_once]
            with OwnNoise(draw.noise_seed + first, self.device):
                heard = self._hear(part, draw.step)
            if not torch.isfinite(heard.loss):
                return Computed(math.nan, None)
            weight = len(part) / len(draw.windows)
            total = added(total, gradients(weight * heard.loss, parameters))
            distance += weight * float(heard.distance.detach())
            compared.append((heard.spoken.detach(), heard.recorded, heard.bandwidth_hz))
        return Computed(distance, total, compared)

    def _learn_sound(self, computed: Computed, speaker: Computed | None, scale: float) -> float:
        """Make an acoustic step; return the distance of its windows, or NaN when it was skipped."""
        total = computed.gradients
        if total is None:
            return math.nan
        if speaker is not None and speaker.gradients is not None:
            total = added(bounded(speaker.gradients, total, self.recipe.speaker_share), total)
        if not self.trainable.update(self.trainable.acoustic, total, scale):
            return math.nan
        for pair in computed.compared:
            self._statistics.add(*pair)
        return computed.loss

    def _hear(self, windows: Sequence[Window], step: int) -> Heard:
        """Return the acoustic loss of some windows in a step."""
        teacher = self._teacher if step % self.recipe.teacher_every == 0 else None
        style = self.trainable.acoustic_style
        return acoustic_loss(self.network, windows, style, self.recipe, self.memory_fallback.window_frames, teacher)

    def _compute_prosody(self, clip: LoadedClip, weight: float) -> Computed:
        """Return the gradients of a clip's timing and pitch, weighted; none when their loss is not finite."""
        import torch

        loss = prosody_loss(self.network, [clip], self.trainable.prosody_style)
        if not torch.isfinite(loss):
            return Computed(math.nan, None)
        parameters = self.trainable.learnt_by(self.trainable.prosody)
        return Computed(float(loss.detach()), gradients(weight * loss, parameters))

    def _learn_prosody(self, computed: Sequence[Computed], scale: float) -> float:
        """Make a prosody step; return the loss of its clips, or NaN when it was skipped."""
        total = None
        for one in computed:
            if one.gradients is None:
                return math.nan
            total = added(total, one.gradients)
        if total is None or not self.trainable.update(self.trainable.prosody, total, scale):
            return math.nan
        return sum(one.loss for one in computed) / len(computed)

    # When something goes wrong ----------------------------------------------------------------

    def use_less_memory(self) -> str:
        """Go down to the next rung of `MemoryFallback`; return the sentence that says so."""
        fallback, sentence = self.memory_fallback.next_rung()
        self.restore_memory_state(fallback)
        return sentence

    def memory_state(self) -> MemoryFallback:
        """Return the present rung."""
        return self.memory_fallback

    def restore_memory_state(self, state: MemoryFallback) -> None:
        """Train on a given rung."""
        if state.computes_twice:
            compute_twice(self.network)
        if state.style_layers_only:
            self.trainable.keep_to_style_layers()
        if state.threads != self.memory_fallback.threads:
            self._side_by_side = SideBySide(state.threads)
        self.memory_fallback = state

    def begin_anew(self) -> None:
        """Forget everything that was learnt."""
        network = load_network(self._base_folder, self.device)
        begin_at_voice(network, self.run_dir)
        self.trainable.begin_anew(dict(network.named_parameters()), self.start)
        self._statistics = Statistics()
        self.clips.order = []

    # On disk ----------------------------------------------------------------------------------

    def optimizers(self) -> Sequence["torch.optim.Optimizer"]:
        """Return those for the sound and for the prosody."""
        return self.trainable.optimizers()

    def checkpoint_tensors(self) -> Mapping[str, "torch.Tensor"]:
        """Return all that learns."""
        return self.trainable.all()

    def about_checkpoint(self) -> dict[str, Any]:
        """Return position, losses, rung of memory, clips and statistics."""
        about = {
            "position": asdict(self.position),
            "step_s": self.clock.step_s,
            "thrift": asdict(self.memory_fallback),
            "features": VERSION,
        }
        return about | self.divergence.state() | self.clips.state() | self._statistics.state()

    def load_checkpoint(self) -> tuple[int, float, float] | None:
        """Restore the last readable checkpoint, and tell where it came from an earlier version."""
        self._features_version: Any = VERSION
        restored = super().load_checkpoint()
        if restored is not None and self._features_version != VERSION:
            self.files.note(
                "This training was begun by an earlier version, which mistook the pitch of some voices. It goes on "
                "with the right pitch; if the voice stays too high, start a new training."
            )
        return restored

    def restore(self, path: Path) -> tuple[int, float, float]:
        """Load a checkpoint."""
        about = read_about(path)
        position = Position(**about["position"])
        if "thrift" in about:
            self.restore_memory_state(replace(MemoryFallback.none(self.recipe), **about["thrift"]))
        load_checkpoint(path, self.trainable.all(), self.trainable.optimizers(), only_learning=True)
        self._statistics.restore(about)
        self._features_version = about.get("features")
        # Of an earlier version: the aim is another now, and a loss that rises is no divergence.
        self.divergence.restore(about, with_losses=self._features_version == VERSION)
        self.clips.restore(about)
        self.clock.restore_position(position)
        return position.step, position.elapsed_s, float(about.get("step_s", 0.0))
