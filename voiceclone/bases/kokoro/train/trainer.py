"""Fine-tuning Kokoro to one voice: gradient steps on its decoder and prosody predictor, in resumable slices."""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.base import Policy
from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.data.alignment import Aligner
from voiceclone.bases.kokoro.data.feature_cache import VERSION
from voiceclone.bases.kokoro.model.weights import load_network, read_info
from voiceclone.bases.kokoro.postprocess.statistics import Statistics
from voiceclone.bases.kokoro.starting_voice import begin_at_voice, choose_start, kept_polish
from voiceclone.bases.kokoro.train import losses
from voiceclone.bases.kokoro.train.memory_fallback import MemoryFallback, compute_twice
from voiceclone.bases.kokoro.train.recipe import Recipe
from voiceclone.bases.kokoro.train.run_files import RunFiles
from voiceclone.bases.kokoro.train.schedule import Position, Schedule, read_plan
from voiceclone.bases.kokoro.train.step_losses import Heard, Teacher, acoustic_loss, prosody_loss
from voiceclone.bases.kokoro.train.trainable_parameters import TrainableParameters
from voiceclone.bases.kokoro.train.training_clips import LoadedClip, ReadyClips, Window
from voiceclone.bases.memory import free_memory, is_out_of_memory
from voiceclone.bases.run.checkpoint import load_checkpoint, read_about
from voiceclone.bases.run.divergence import DivergenceWatch
from voiceclone.errors import TrainingError
from voiceclone.wording import about, seconds

if TYPE_CHECKING:
    import numpy as np
    import torch

MAX_RETURNS = 2
"""Times a run that went astray goes back to its last good checkpoint with half the learning rate; then it ends."""


class Trainer:
    """One run in memory; every method leaves the run folder fit to be continued from.

    A run in steps that was stopped or killed and continued is bit for bit the run that never stopped (on a processor,
    with as many threads): the random numbers of a step follow from the run's seed and the step alone.

    Args:
        run_dir: a prepared run.
        base_folder: the converted base.
        device: `cpu` or `cuda`.
        recipe: another one than the device's own, to find out what a change of it gives (`benchmarks/levers.py`).
    """

    def __init__(self, run_dir: Path, base_folder: Path, device: str, recipe: Recipe | None = None) -> None:
        self.run_dir, self.device = run_dir, device
        self._base_folder = base_folder
        self.recipe = recipe or Recipe.for_device(device)
        plan, spent_s = read_plan(run_dir, read_info(base_folder).weights_sha256)
        self.schedule = Schedule(plan, self.recipe, spent_s)
        self._files = RunFiles(run_dir)
        self.network = load_network(base_folder, device)
        entries = self._read_entries()
        self.held_out = [entry for entry in entries if entry.held_out]
        learnt_from = [entry for entry in entries if not entry.held_out]
        self._meters, self._watches = Statistics(), _new_watches()
        self._thrift, self._returns = MemoryFallback.none(self.recipe), 0
        self._saved_step: int | None = None
        self.start = choose_start(self.network, base_folder, run_dir, learnt_from).to(device)
        self.aligner = Aligner(self.network, base_folder, self.start)  # before anything is learnt
        self.clips = ReadyClips(run_dir, learnt_from, self.recipe, self.aligner, device)
        band_limited = any(entry.bandwidth_hz < losses.FULL_BAND_HZ for entry in learnt_from)
        self._teacher = Teacher(self.network, self.start) if band_limited else None
        self.learners = TrainableParameters(self.network, self.start, self.recipe, plan.policy)
        about = self._load_checkpoint()
        if about is not None:
            self.schedule.go_on_from(about["position"], about.get("step_s", 0.0))

    def _read_entries(self) -> list[dataset.ClipEntry]:
        entries = dataset.read_index(self.run_dir)
        whole = dataset.without_damaged(self.run_dir, entries)
        if all(entry.held_out for entry in whole):
            raise TrainingError("This training's prepared recordings are gone or damaged. Start a new training.")
        if len(whole) < len(entries):
            self._files.note(
                f"{len(entries) - len(whole)} of {len(entries)} prepared recordings were damaged; left out."
            )
        return whole

    # The voice so far -------------------------------------------------------------------------

    @property
    def position(self) -> Position:
        """Where the run stands."""
        return self.schedule.position

    @property
    def trained(self) -> dict[str, "torch.Tensor"]:
        """Parameters of the network that learn, by their name in it."""
        return self.learners.trained

    def voice_style(self) -> "torch.Tensor":
        """Return the style learnt so far, shape (1, 256)."""
        return self.learners.voice_style()

    def polish(self) -> "dict[str, np.ndarray]":
        """Return what puts the spoken sound right, by tensor name; nothing new from style alone, or too early."""
        kept = kept_polish(self.run_dir)
        return kept if self.schedule.plan.policy == Policy.TRANSFER else kept | self._meters.tensors()

    # One unit of work -------------------------------------------------------------------------

    def advance(self) -> None:
        """Do the next unit of work: make a clip ready, make a step, or note that the plan is fulfilled."""
        ready_s = self.clips.ready_s
        few = ready_s < self.recipe.first_clips_s
        if self.clips.pending and (few or self.schedule.wants_more_clips(self.clips.ready_frames)):
            self._make_next_ready()
            if few:
                return
        self.step()
        if self.schedule.learning_share() >= 1.0:
            self.schedule.note_end()

    def _make_next_ready(self) -> None:
        """Make a clip ready, or leave it out where the memory is too small for it."""
        for _ in range(2):
            try:
                self.clips.make_next_ready()
                return
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
            # No rung of `MemoryFallback` helps: they make steps smaller, and of a step only gradients are left here.
            self.learners.forget_gradients()
            free_memory()
        length_s = self.clips.leave_next_out().duration_s
        self._files.note(
            f"The memory was too small to make a recording of {seconds(length_s)} ready; the training goes on without "
            "it."
        )
        if not self.clips.ready and not self.clips.pending:
            raise TrainingError(
                "There is too little memory to make any of the recordings ready. Close other programs, then continue "
                "the training."
            )

    def wants_first_listen(self) -> bool:
        """True once the voice is worth a first listen and none was spoken yet."""
        position = self.position
        early = self.schedule.elapsed_s < self.recipe.first_listen_s
        return not position.first_listen_done and position.step > 0 and not early

    def note_first_listen(self) -> None:
        """Note that the first listen was spoken."""
        self.schedule.position = replace(self.position, first_listen_done=True)

    def step(self) -> None:
        """Make one acoustic step, and every so often a prosody step, and append a line to the metrics."""
        began = time.monotonic()
        self.schedule.begin_step()
        chooser, scale = self._seed_step(), self.schedule.rate_scale() * 0.5**self._returns
        windows = list(self.clips.draw_windows(chooser, self._thrift.window_frames))
        told = {"loss": self._sparing(lambda: self._acoustic_step(windows, scale))}
        if self.position.step % self.recipe.prosody_every == 0:
            clips = self.clips.draw_clips(chooser)
            told["prosody_loss"] = self._sparing(lambda: self._prosody_step(clips, scale))
        self.schedule.end_step(time.monotonic() - began)
        slept_s = self.schedule.clock.take_slept_s()
        if slept_s:
            self._files.note(
                f"The training was held up for {about(slept_s)} (the computer slept, or was busy with other "
                "things); that does not count as training time."
            )
        for name, loss in told.items():
            self._watches[name].note(loss)
        if any(watch.astray for watch in self._watches.values()):
            self._go_back()
        elif all(math.isfinite(loss) for loss in told.values()):
            self._tell(told)

    def _seed_step(self) -> random.Random:
        """Set torch's random state for the next step, and return a generator for choosing what it learns from."""
        import torch

        # Another seed after each return: the same windows in the same order would lead astray again.
        chooser = random.Random(f"{self.schedule.plan.seed}:{self._returns}:{self.position.step}")
        torch.manual_seed(chooser.getrandbits(62))
        return chooser

    def _acoustic_step(self, windows: Sequence[Window], scale: float) -> float:
        """Learn from some windows; return how far off they were, or NaN when the step had to be left out."""
        import torch

        self.learners.forget_gradients()
        at_once, distance, compared = self._thrift.windows_at_once, 0.0, []
        for first in range(0, len(windows), at_once):
            part = windows[first : first + at_once]
            heard = self._hear(part)
            if not torch.isfinite(heard.loss):
                return math.nan
            weight = len(part) / len(windows)
            (weight * heard.loss).backward()
            distance += weight * float(heard.distance.detach())
            compared.append((heard.spoken.detach(), heard.recorded, heard.bandwidth_hz))
        if not self.learners.update(self.learners.acoustic, scale):
            return math.nan
        for pair in compared:
            self._meters.add(*pair)
        return distance

    def _hear(self, windows: Sequence[Window]) -> Heard:
        """Let the network say some windows as it is now, and compare."""
        teacher = self._teacher if self.position.step % self.recipe.teacher_every == 0 else None
        style = self.learners.acoustic_style
        return acoustic_loss(self.network, windows, style, self.recipe, self._thrift.window_frames, teacher)

    def _prosody_step(self, clips: Sequence[LoadedClip], scale: float) -> float:
        """Learn timing and pitch from some clips; return how wrong they were, or NaN when it had to be left out."""
        import torch

        self.learners.forget_gradients()
        loss = prosody_loss(self.network, clips, self.learners.prosody_style)
        if not torch.isfinite(loss):
            return math.nan
        loss.backward()
        return float(loss.detach()) if self.learners.update(self.learners.prosody, scale) else math.nan

    # When something goes wrong ----------------------------------------------------------------

    def _sparing(self, work: Callable[[], float]) -> float:
        """Do some work, again with less memory each time there was too little."""
        while True:
            try:
                return work()
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
            # Out here: while the error is handled, its traceback keeps the tensors of the failed step.
            self.learners.forget_gradients()
            free_memory()
            try:
                thrift, sentence = self._thrift.next_rung()
            except TrainingError:
                self.save_checkpoint()
                raise
            self._be_thrifty(thrift)
            self._files.note(sentence)

    def _be_thrifty(self, thrift: MemoryFallback) -> None:
        if thrift.computes_twice:
            compute_twice(self.network)
        if thrift.style_layers_only:
            self.learners.keep_to_style_layers()
        self._thrift = thrift

    def _go_back(self) -> None:
        """Return to the last good checkpoint with half the learning rate; after `MAX_RETURNS` end there.

        Raises:
            TrainingError: there is no voice to end with.
        """
        self._return_to_checkpoint()
        step = self.position.step
        if self._returns < MAX_RETURNS:
            self._returns += 1
            where = f"to step {step}" if step else "to the beginning"
            speed = "half" if self._returns == 1 else "a quarter"
            self._files.note(f"The training went astray. It went back {where} and learns {speed} as fast.")
        elif step:
            self.schedule.note_end()
            self._files.note(f"The training went astray again, so it ended early; the voice is the one of step {step}.")
        else:
            raise TrainingError(
                "The training went astray (its error grew beyond all numbers). Leave out recordings that sound "
                "broken and train again."
            )

    def _return_to_checkpoint(self) -> None:
        returns, thrift = self._returns, self._thrift
        about = self._load_checkpoint()
        self.schedule.go_back_to(Position() if about is None else about["position"])
        if about is None:
            self._begin_anew()
        self._returns = max(returns, self._returns)
        self._be_thrifty(thrift)

    def _begin_anew(self) -> None:
        network = load_network(self._base_folder, self.device)
        begin_at_voice(network, self.run_dir)
        self.learners.begin_anew(dict(network.named_parameters()), self.start)
        self._meters, self._watches = Statistics(), _new_watches()
        self.clips.order = []

    @property
    def _doubtful(self) -> bool:
        return any(watch.doubtful for watch in self._watches.values())

    def settle(self) -> None:
        """Come to rest before an end: what was learnt in a doubtful moment is given up for the last checkpoint."""
        if self._doubtful and self._files.has_checkpoint():
            finished = self.position.finished
            self._return_to_checkpoint()
            self.schedule.position = replace(self.position, finished=finished)

    def rest(self) -> None:
        """Give back the memory of the steps, for something else comes before the next one."""
        self.learners.forget_gradients()
        free_memory()

    # On disk ----------------------------------------------------------------------------------

    def _tell(self, told: dict[str, float]) -> None:
        schedule = self.schedule
        self._files.tell(
            {
                "step": self.position.step,
                "total_steps": schedule.total_steps(),
                **told,
                "phase": "learning",
                "elapsed_s": round(schedule.elapsed_s, 2),
                "eta_s": round(schedule.eta_s(), 1),
            }
        )

    def checkpoint_age_s(self) -> float:
        """Return how long ago the last checkpoint was written."""
        return self._files.checkpoint_age_s()

    def save_checkpoint(self) -> None:
        """Write weights, optimizer, random state and position, whole or not at all.

        In a doubtful moment the last good checkpoint stays instead. When the disk is full, training goes on without.
        """
        step = self.position.step
        if step in (0, self._saved_step) or self._doubtful:
            return
        self.schedule.position = replace(self.position, elapsed_s=self.schedule.elapsed_s)
        about = {
            "position": asdict(self.position),
            "step_s": self.schedule.step_s,
            "watches": {name: watch.state() for name, watch in self._watches.items()},
            "thrift": asdict(self._thrift),
            "returns": self._returns,
            "features": VERSION,
        }
        about |= self.clips.state() | self._meters.state()
        if self._files.save(self.learners.all(), self.learners.optimizers(), about):
            self._saved_step = step

    def _load_checkpoint(self) -> dict[str, Any] | None:
        """Put the last readable checkpoint back in place; return what it says, None when there is none."""
        about, damaged = self._files.load(self._restore)
        if about is not None and damaged:
            step = about["position"].step
            self._files.note(f"The last checkpoint was damaged; the training goes on from the one before, step {step}.")
        elif damaged:
            self._begin_anew()
            self._files.note(
                "The checkpoints of this training were damaged, so it begins again; your recordings are safe."
            )
        if about is not None and about.get("features") != VERSION:
            self._files.note(
                "This training was begun by an earlier version, which mistook the pitch of some voices. It goes on "
                "with the right pitch; if the voice stays too high, start a new training."
            )
        return about

    def _restore(self, path: Path) -> dict[str, Any]:
        about = read_about(path)
        self._saved_step = None
        position = Position(**about["position"])
        if "thrift" in about:
            self._be_thrifty(MemoryFallback(**about["thrift"]))
        load_checkpoint(path, self.learners.all(), self.learners.optimizers(), only_learning=True)
        self._meters.restore(about)
        self._returns = int(about.get("returns", 0))
        if about.get("features") == VERSION:  # else the aim is another now, and a loss that rises is not astray
            for name, state in about.get("watches", {}).items():
                self._watches[name].restore(state)
        self.clips.restore(about)
        return about | {"position": position}


def _new_watches() -> dict[str, DivergenceWatch]:
    return {"loss": DivergenceWatch(), "prosody_loss": DivergenceWatch()}
