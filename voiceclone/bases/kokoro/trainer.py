"""Fine-tuning Kokoro to one voice: gradient steps on its decoder and prosody predictor, in resumable slices."""

import json
import math
import random
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.bases.kokoro import dataset, losses
from voiceclone.bases.kokoro.checkpoint import load_checkpoint, save_checkpoint
from voiceclone.bases.kokoro.learners import Learners
from voiceclone.bases.kokoro.meters import Meters
from voiceclone.bases.kokoro.ready_clips import ReadyClips
from voiceclone.bases.kokoro.recipe import Recipe
from voiceclone.bases.kokoro.start import choose_start
from voiceclone.bases.kokoro.step_losses import Teacher, acoustic_loss, prosody_loss
from voiceclone.bases.kokoro.weights import load_network, read_info
from voiceclone.errors import TrainingError
from voiceclone.store import read_json, write_json

if TYPE_CHECKING:
    import numpy as np
    import torch

PLAN_FILE = "plan.json"
CHECKPOINT_FILE = "checkpoint.safetensors"
METRICS_FILE = "metrics.jsonl"
FINISH_RESERVE_S = 20.0
"""Kept of a plan in minutes for writing and judging the voice."""
FEATURES_SHARE = 0.4
"""Part of a plan in minutes after which no further recordings are made ready."""
HEARD_TIMES = 4
"""No more is made ready than the plan's steps hear so many times; see docs/decisions.md, “More speech”."""
MAX_BAD_STEPS = 5
"""Steps in a row without a finite loss after which a run gives up."""


@dataclass(frozen=True)
class Position:
    """Where a run stands; saved with each checkpoint."""

    step: int = 0
    elapsed_s: float = 0.0
    learning_since_s: float = 0.0
    """Clock when the first step was made; the learning-rate schedule begins there."""
    first_listen_done: bool = False
    finished: bool = False


def write_plan(run_dir: Path, plan: TrainingPlan, weights_sha256: str, began: float) -> None:
    """Save the plan, which weights it is for, and the time already spent since `began` (of `time.monotonic`)."""
    spent = {"weights_sha256": weights_sha256, "elapsed_s": time.monotonic() - began}
    write_json(run_dir / PLAN_FILE, asdict(plan) | spent)


def frames_worth_having(steps: int, recipe: Recipe) -> int:
    """Return how many frames of 25 ms to make ready for so many steps, so that each is heard `HEARD_TIMES`."""
    return steps * recipe.batch_windows * recipe.window_frames // HEARD_TIMES


class Trainer:
    """One run in memory; every method leaves the run folder fit to be continued from."""

    def __init__(self, run_dir: Path, base_folder: Path, device: str) -> None:
        import torch

        self.run_dir, self.device = run_dir, device
        self.recipe = Recipe.for_device(device)
        plan = self._read_plan()
        if plan["weights_sha256"] != read_info(base_folder).weights_sha256:
            raise TrainingError(
                "This training began with other weights of the base model than are there now. Start a new training."
            )
        policy = Policy(plan.get("policy") or Policy.FINE_TUNE)  # runs of before the choice was there name none
        self.plan = TrainingPlan(plan["minutes"], plan["steps"], plan["seed"], policy)
        if self.plan.minutes is None and self.plan.steps is None:
            self.plan = replace(self.plan, minutes=self.recipe.default_minutes)
        self.position = Position(elapsed_s=plan["elapsed_s"])
        self._began = time.monotonic() - self.position.elapsed_s
        self._saved_at = time.monotonic()
        self.random = random.Random(self.plan.seed)
        torch.manual_seed(self.plan.seed)

        self.network = load_network(base_folder, device)
        entries = dataset.read_index(run_dir)
        self.held_out = [entry for entry in entries if entry.held_out]
        learnt_from = [entry for entry in entries if not entry.held_out]
        self.clips = ReadyClips(run_dir, learnt_from, self.recipe, device)
        self._bad_steps = 0
        self._step_s = 0.0
        self._meters = Meters()
        self.start = choose_start(self.network, base_folder, run_dir, learnt_from).to(device)
        band_limited = any(entry.bandwidth_hz < losses.FULL_BAND_HZ for entry in learnt_from)
        self._teacher = Teacher(self.network, self.start) if band_limited else None
        self.learners = Learners(self.network, self.start, self.recipe, policy)
        self._load_checkpoint()

    def _read_plan(self) -> dict[str, Any]:
        lost = TrainingError("This training's plan is gone or damaged. Start a new training.")
        return read_json(self.run_dir / PLAN_FILE, missing=lost, damaged=lost)

    # The voice so far -------------------------------------------------------------------------

    @property
    def trained(self) -> dict[str, "torch.Tensor"]:
        """Parameters of the network that learn, by their name in it."""
        return self.learners.trained

    def voice_style(self) -> "torch.Tensor":
        """Return the style learnt so far, shape (1, 256)."""
        return self.learners.voice_style()

    def polish(self) -> "dict[str, np.ndarray]":
        """Return what puts the spoken sound right, by tensor name; nothing when only the style learns, or too early."""
        if self.plan.policy == Policy.TRANSFER:
            return {}
        return self._meters.tensors()

    # The clock --------------------------------------------------------------------------------

    @property
    def elapsed_s(self) -> float:
        """Time spent on this run, earlier processes included."""
        return time.monotonic() - self._began

    def _learning_share(self) -> float:
        """How much of the learning is done, 0..1; drives the learning rate."""
        if self.plan.steps is not None:
            return min(1.0, self.position.step / self.plan.steps)
        since = self.position.learning_since_s if self.position.step else self.elapsed_s
        length_s = max(self.plan.minutes * 60 - FINISH_RESERVE_S - since, 1.0)
        return min(1.0, (self.elapsed_s - since) / length_s)

    def _rate_scale(self) -> float:
        """Return the share of the full learning rates that holds now: up, hold, down a cosine."""
        recipe = self.recipe
        warm = min(1.0, (self.position.step + 1) / recipe.warm_up_steps)
        falling = max(0.0, (self._learning_share() - recipe.hold_share) / (1 - recipe.hold_share))
        floor = recipe.final_rate_share
        return warm * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * falling)))

    def total_steps(self) -> int:
        """Return the steps planned, or the best guess of them."""
        if self.plan.steps is not None:
            return self.plan.steps
        left_s = max(0.0, self.plan.minutes * 60 - FINISH_RESERVE_S - self.elapsed_s)
        return self.position.step + (math.ceil(left_s / self._step_s) if self._step_s else 0)

    def _eta_s(self) -> float:
        if self.plan.steps is not None:
            return (self.plan.steps - self.position.step) * self._step_s + FINISH_RESERVE_S
        return max(0.0, self.plan.minutes * 60 - self.elapsed_s)

    # One unit of work -------------------------------------------------------------------------

    def advance(self) -> None:
        """Do the next unit of work: make a clip ready, make a step, or note that the plan is fulfilled."""
        ready_s = self.clips.ready_s
        if self.clips.pending and (ready_s < self.recipe.first_clips_s or self._wants_more_clips()):
            # Once something is learnt, the voice itself is the better template to align to.
            style = self.voice_style() if self.position.step else self.start
            self.clips.make_next_ready(self.network, style)
            if ready_s < self.recipe.first_clips_s:
                return
        self.step()
        if self._learning_share() >= 1.0:
            self.position = replace(self.position, finished=True)

    def wants_first_listen(self) -> bool:
        """True once the voice is worth a first listen and none was spoken yet."""
        return (
            not self.position.first_listen_done
            and self.position.step > 0
            and self.elapsed_s >= self.recipe.first_listen_s
        )

    def note_first_listen(self) -> None:
        """Note that the first listen was spoken."""
        self.position = replace(self.position, first_listen_done=True)

    def _wants_more_clips(self) -> bool:
        # One clip between two steps, so that the plot goes on moving; and not before the first listen.
        if self.plan.minutes is None:
            return True
        early = self.elapsed_s < FEATURES_SHARE * self.plan.minutes * 60
        wanted_frames = frames_worth_having(self.total_steps(), self.recipe)
        return self.position.first_listen_done and early and self.clips.ready_frames < wanted_frames

    def step(self) -> None:
        """Make one acoustic step, and every so often a prosody step, and append a line to the metrics."""
        began = time.monotonic()
        if self.position.step == 0:
            self.position = replace(self.position, learning_since_s=self.elapsed_s)
        scale = self._rate_scale()
        line: dict[str, Any] = {"loss": self._acoustic_step(scale)}
        if self.position.step % self.recipe.prosody_every == 0:
            line["prosody_loss"] = self._prosody_step(scale)
        self.position = replace(self.position, step=self.position.step + 1)
        took_s = time.monotonic() - began
        self._step_s = took_s if not self._step_s else 0.9 * self._step_s + 0.1 * took_s
        self._append_metrics(line)

    def _acoustic_step(self, scale: float) -> float:
        windows = list(self.clips.draw_windows(self.random))
        asked = self.position.step % self.recipe.teacher_every == 0
        teacher = self._teacher if asked else None
        heard = acoustic_loss(self.network, windows, self.learners.acoustic_style, self.recipe, teacher)
        self._update(self.learners.acoustic, heard.loss, scale)
        self._meters.add(heard.spoken, heard.recorded, heard.bandwidth_hz)
        return float(heard.distance.detach())

    def _prosody_step(self, scale: float) -> float:
        clips = self.clips.draw_clips(self.random)
        loss = prosody_loss(self.network, clips, self.learners.prosody_style)
        self._update(self.learners.prosody, loss, scale)
        return float(loss.detach())

    def _update(self, optimizer: "torch.optim.Optimizer", loss: "torch.Tensor", scale: float) -> None:
        import torch

        optimizer.zero_grad(set_to_none=True)
        if not torch.isfinite(loss):
            self._bad_steps += 1
            if self._bad_steps >= MAX_BAD_STEPS:
                raise TrainingError(
                    "The training went astray (its error grew beyond all numbers). Leave out recordings that sound "
                    "broken and train again."
                )
            return
        self._bad_steps = 0
        loss.backward()
        self.learners.update(optimizer, scale)

    # On disk ----------------------------------------------------------------------------------

    def _append_metrics(self, line: dict[str, Any]) -> None:
        line = {
            "step": self.position.step,
            "total_steps": self.total_steps(),
            **line,
            "phase": "learning",
            "elapsed_s": round(self.elapsed_s, 2),
            "eta_s": round(self._eta_s(), 1),
        }
        with (self.run_dir / METRICS_FILE).open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(line) + "\n")

    def checkpoint_age_s(self) -> float:
        """Return how long ago the last checkpoint was written."""
        return time.monotonic() - self._saved_at

    def save_checkpoint(self) -> None:
        """Write weights, optimizer, random state and position, whole or not at all."""
        self.position = replace(self.position, elapsed_s=self.elapsed_s)
        about = {
            "position": asdict(self.position),
            "random": self.random.getstate(),
            "order": self.clips.order,
        } | self._meters.state()
        save_checkpoint(self.run_dir / CHECKPOINT_FILE, self.learners.all(), self.learners.optimizers(), about)
        self._saved_at = time.monotonic()

    def _load_checkpoint(self) -> None:
        path = self.run_dir / CHECKPOINT_FILE
        if not path.is_file():
            return
        about = load_checkpoint(path, self.learners.all(), self.learners.optimizers())
        self.position = Position(**about["position"])
        version, internal, gauss = about["random"]
        self.random.setstate((version, tuple(internal), gauss))
        self._began = time.monotonic() - self.position.elapsed_s
        self._meters.restore(about)
        self.clips.restore(about["order"], self.network, self.voice_style())
