"""Fine-tuning Kokoro to one voice: gradient steps on its decoder and prosody predictor, in resumable slices."""

import json
import math
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.base import Policy, TrainingPlan
from voiceclone.bases.kokoro import dataset, losses, synthesis
from voiceclone.bases.kokoro.checkpoint import load_checkpoint, save_checkpoint
from voiceclone.bases.kokoro.meters import Meters
from voiceclone.bases.kokoro.network import FRAME_SAMPLES, STYLE_SIZE, supports_bfloat16
from voiceclone.bases.kokoro.recipe import Recipe, is_style_layer, is_trained
from voiceclone.bases.kokoro.start import choose_start, kept_polish
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
_EDGE_FRAMES = 1
"""Frames at both ends of a window that the losses leave out: the decoder lacks context there."""
_GRID_FRAMES = 24
"""Windows of band-limited clips start on this grid, so that the teacher's answer is computed once each."""


@dataclass(frozen=True)
class Position:
    """Where a run stands; saved with each checkpoint."""

    step: int = 0
    elapsed_s: float = 0.0
    learning_since_s: float = 0.0
    """Clock when the first step was made; the learning-rate schedule begins there."""
    first_listen_done: bool = False
    finished: bool = False


@dataclass
class LoadedClip:
    """A clip's tensors on the training device."""

    entry: dataset.ClipEntry
    text: synthesis.TextFeatures
    frames: "torch.Tensor"
    pitch_hz: "torch.Tensor"
    loudness: "torch.Tensor"
    samples: "torch.Tensor"

    @property
    def frame_count(self) -> int:
        """Length in frames of 25 ms."""
        return self.pitch_hz.shape[1] // 2


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
        self._pending = [entry for entry in entries if not entry.held_out]
        self._clips: list[LoadedClip] = []
        self._order: list[int] = []
        self._teacher_cache: dict[tuple[str, int], Any] = {}
        self._bad_steps = 0
        self._step_s = 0.0
        self._meters = Meters()
        self.start = choose_start(self.network, base_folder, run_dir, self._pending).to(device)
        self._teacher = self._copy_teacher()
        self._prepare_parameters()
        self._load_checkpoint()

    def _read_plan(self) -> dict[str, Any]:
        lost = TrainingError("This training's plan is gone or damaged. Start a new training.")
        return read_json(self.run_dir / PLAN_FILE, missing=lost, damaged=lost)

    # What learns ------------------------------------------------------------------------------

    def _copy_teacher(self) -> "torch.nn.Module | None":
        import copy

        band_limited = any(entry.bandwidth_hz < losses.FULL_BAND_HZ for entry in self._pending)
        return copy.deepcopy(self.network.decoder) if band_limited else None

    def _prepare_parameters(self) -> None:
        import torch

        recipe = self.recipe
        self.style = self.start.clone()
        self.acoustic_style = self.style[:, :STYLE_SIZE].clone().requires_grad_()
        self.prosody_style = self.style[:, STYLE_SIZE:].clone().requires_grad_()
        self.trained = self._learning_in("decoder")
        predictor = self._learning_in("predictor")
        for parameter in (*self.trained.values(), *predictor.values()):
            parameter.requires_grad_()
        options: dict[str, Any] = {"betas": recipe.betas, "weight_decay": 0.0, "fused": True}
        self._acoustic = torch.optim.AdamW(
            [
                {
                    "params": [value for name, value in self.trained.items() if not is_style_layer(name)],
                    "lr": recipe.decoder_rate,
                },
                {
                    "params": [value for name, value in self.trained.items() if is_style_layer(name)],
                    "lr": recipe.norm_rate,
                },
                {"params": [self.acoustic_style], "lr": recipe.acoustic_style_rate},
            ],
            **options,
        )
        self._prosody = torch.optim.AdamW(
            [
                {"params": list(predictor.values()), "lr": recipe.predictor_rate},
                {"params": [self.prosody_style], "lr": recipe.prosody_style_rate},
            ],
            **options,
        )
        self.trained |= predictor
        for optimizer in (self._acoustic, self._prosody):
            for group in optimizer.param_groups:
                group["full_rate"] = group["lr"]

    def _learning_in(self, part: str) -> dict[str, "torch.Tensor"]:
        """Return the parameters of a part that learn, by name in the network; none when only the style does."""
        if self.plan.policy == Policy.TRANSFER:
            return {}
        parameters = getattr(self.network, part).named_parameters()
        return {f"{part}.{name}": parameter for name, parameter in parameters if is_trained(name)}

    def voice_style(self) -> "torch.Tensor":
        """Return the style learnt so far, shape (1, 256)."""
        import torch

        return torch.cat([self.acoustic_style, self.prosody_style], dim=1).detach()

    def polish(self) -> "dict[str, np.ndarray]":
        """Return what puts the spoken sound right, by tensor name; nothing new from style alone, or too early."""
        kept = kept_polish(self.run_dir)
        return kept if self.plan.policy == Policy.TRANSFER else kept | self._meters.tensors()

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
        ready_s = sum(clip.entry.duration_s for clip in self._clips)
        if self._pending and (ready_s < self.recipe.first_clips_s or self._wants_more_clips()):
            self._make_ready(self._pending.pop(0))
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
        ready_frames = sum(clip.frame_count for clip in self._clips)
        wanted = ready_frames < frames_worth_having(self.total_steps(), self.recipe)
        if self.plan.minutes is None:
            return wanted
        early = self.elapsed_s < FEATURES_SHARE * self.plan.minutes * 60
        return self.position.first_listen_done and early and wanted

    def _make_ready(self, entry: dataset.ClipEntry) -> None:
        import torch

        # Once something is learnt, the voice itself is the better template to align to.
        style = self.voice_style() if self.position.step else self.start
        made = dataset.get_features(self.run_dir, entry, self.network, style)

        def on_device(array: Any) -> "torch.Tensor":
            return torch.from_numpy(array)[None].to(self.device)

        self._clips.append(
            LoadedClip(
                entry=entry,
                text=synthesis.TextFeatures(
                    tokens=torch.tensor([[0, *entry.tokens, 0]], device=self.device),
                    prosody_text=on_device(made.prosody_text),
                    acoustic_text=on_device(made.acoustic_text),
                ),
                frames=torch.from_numpy(made.frames).to(self.device),
                pitch_hz=on_device(made.pitch_hz),
                loudness=on_device(made.loudness),
                samples=on_device(made.samples),
            )
        )

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
        for group in optimizer.param_groups:
            group["lr"] = group["full_rate"] * scale
        parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        torch.nn.utils.clip_grad_norm_(parameters, self.recipe.gradient_norm)
        optimizer.step()

    # The two losses ---------------------------------------------------------------------------

    def _prosody_step(self, scale: float) -> float:
        import torch.nn.functional as functional

        chosen = self.random.sample(self._clips, min(self.recipe.prosody_clips, len(self._clips)))
        total = 0.0
        for clip in chosen:
            styled, durations = synthesis.encode_prosody(self.network, clip.text, self.prosody_style)
            pitch_hz, loudness = synthesis.predict_curves(self.network, styled, clip.frames, self.prosody_style)
            wrong_frames = (durations[0] - clip.frames).abs()
            # The silences at both ends depend on how the clip was cut, so they count less.
            loss = wrong_frames[1:-1].mean() + 0.2 * (wrong_frames[0] + wrong_frames[-1]) / 2
            loss = loss + functional.smooth_l1_loss(pitch_hz / 10, clip.pitch_hz / 10)
            total = total + (loss + (loudness - clip.loudness).abs().mean()) / len(chosen)
        self._update(self._prosody, total, scale)
        return float(total.detach())

    def _acoustic_step(self, scale: float) -> float:
        windows = list(self._draw_windows())
        length = min(self.recipe.window_frames, *(clip.frame_count for clip, _ in windows))
        inputs = [_cut(clip, start, length) for clip, start in windows]
        text, pitch_hz, loudness, recorded = (_stack(parts) for parts in zip(*inputs, strict=True))
        bandwidth_hz = min(clip.entry.bandwidth_hz for clip, _ in windows)
        inner = slice(_EDGE_FRAMES * FRAME_SAMPLES, -_EDGE_FRAMES * FRAME_SAMPLES)
        styles = self.acoustic_style.expand(len(windows), -1)
        spoken = synthesis.render(self.network, text, pitch_hz, loudness, styles)[:, inner]
        distance = losses.spectral_distance(spoken, recorded[:, inner], bandwidth_hz, self.recipe.linear_weight)
        loss = distance + self.recipe.line_weight * losses.frame_rate_lines(spoken)
        asked = self.position.step % self.recipe.teacher_every == 0
        if self._teacher is not None and asked and bandwidth_hz < losses.FULL_BAND_HZ:
            known = self._teacher_spectra(windows, (text, pitch_hz, loudness), bandwidth_hz, inner)
            own = losses.teacher_spectrum(spoken, bandwidth_hz)
            loss = loss + self.recipe.teacher_weight * (own - known).abs().mean()
        self._update(self._acoustic, loss, scale)
        self._meters.add(spoken, recorded[:, inner], bandwidth_hz)
        return float(distance.detach())

    def _draw_windows(self) -> Iterator[tuple[LoadedClip, int]]:
        """Yield a clip and a start frame per window; each clip comes in proportion to its length."""
        for _ in range(self.recipe.batch_windows):
            if not self._order:
                for index, clip in enumerate(self._clips):
                    self._order += [index] * max(1, round(clip.frame_count / self.recipe.window_frames))
                self.random.shuffle(self._order)
            clip = self._clips[self._order.pop()]
            last = max(0, clip.frame_count - self.recipe.window_frames)
            start = self.random.randint(0, last)
            if clip.entry.bandwidth_hz < losses.FULL_BAND_HZ and self.recipe.batch_windows == 1:
                start = min(last, round(start / _GRID_FRAMES) * _GRID_FRAMES)
            yield clip, start

    def _teacher_spectra(
        self,
        windows: list[tuple[LoadedClip, int]],
        inputs: tuple["torch.Tensor", ...],
        bandwidth_hz: float,
        inner: slice,
    ) -> "torch.Tensor":
        import torch

        key = (windows[0][0].entry.clip_id, windows[0][1])
        if len(windows) == 1 and key in self._teacher_cache:
            return self._teacher_cache[key]
        device = self.device.partition(":")[0]
        style = self.start[:, :STYLE_SIZE].expand(len(windows), -1)
        with torch.no_grad(), torch.autocast(device, torch.bfloat16, enabled=supports_bfloat16(device)):
            sound = self._teacher(*inputs, style)[:, 0].float()[:, inner]
        spectra = losses.teacher_spectrum(sound, bandwidth_hz)
        if len(windows) == 1:
            self._teacher_cache[key] = spectra
        return spectra

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
            "order": self._order,
        } | self._meters.state()
        save_checkpoint(self.run_dir / CHECKPOINT_FILE, self._learners(), self._optimizers(), about)
        self._saved_at = time.monotonic()

    def _learners(self) -> dict[str, "torch.Tensor"]:
        return self.trained | {"acoustic_style": self.acoustic_style, "prosody_style": self.prosody_style}

    def _optimizers(self) -> tuple["torch.optim.Optimizer", ...]:
        return self._acoustic, self._prosody

    def _load_checkpoint(self) -> None:
        path = self.run_dir / CHECKPOINT_FILE
        if not path.is_file():
            return
        about = load_checkpoint(path, self._learners(), self._optimizers())
        self.position = Position(**about["position"])
        version, internal, gauss = about["random"]
        self.random.setstate((version, tuple(internal), gauss))
        self._began = time.monotonic() - self.position.elapsed_s
        self._meters.restore(about)
        self._restore_clips(about["order"])

    def _restore_clips(self, order: list[int]) -> None:
        """Load again the clips that were ready, in the same order, and go on with the order they were drawn in."""
        for entry in [entry for entry in self._pending if dataset.has_features(self.run_dir, entry)]:
            self._pending.remove(entry)
            self._make_ready(entry)
        self._order = [index for index in order if index < len(self._clips)]


def _cut(clip: LoadedClip, start: int, length: int) -> tuple["torch.Tensor", ...]:
    """Return `length` frames of a clip from frame `start`: text, pitch, loudness, sound."""
    stretched = synthesis.stretch(clip.text.acoustic_text, clip.frames)
    end = start + length
    return (
        stretched[:, :, start:end],
        clip.pitch_hz[:, 2 * start : 2 * end],
        clip.loudness[:, 2 * start : 2 * end],
        clip.samples[:, FRAME_SAMPLES * start : FRAME_SAMPLES * end],
    )


def _stack(parts: tuple["torch.Tensor", ...]) -> "torch.Tensor":
    import torch

    return torch.cat(parts)
