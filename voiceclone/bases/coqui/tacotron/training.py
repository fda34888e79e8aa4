"""Fine-tuning Tacotron 2 and its vocoder one after the other, in resumable slices."""

import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.coqui import clip_store
from voiceclone.bases.coqui.optional import held_out_error, was_judged
from voiceclone.bases.coqui.run_clock import RunClock, read_plan
from voiceclone.bases.coqui.tacotron.stages import STAGES, TacotronRecipe
from voiceclone.bases.coqui.voice_tensors import difference, read_voice_tensors, write_voice_tensors
from voiceclone.bases.memory import Batching, fewer_at_a_time, free_memory, is_out_of_memory
from voiceclone.bases.run.checkpoint import load_checkpoint, save_checkpoint
from voiceclone.bases.run.notes import add_note
from voiceclone.errors import TrainingError

if TYPE_CHECKING:
    import torch

CHECKPOINT_FILE = "checkpoint.safetensors"


@dataclass
class Position:
    """Where a run stands; saved with each checkpoint."""

    stage: int = 0
    stage_began_share: float = 0.0
    step: int = 0
    elapsed_s: float = 0.0
    first_loss: float | None = None
    """Error of this stage on the held-out clips before anything was learnt; infinite when it could not be measured."""
    best_loss: float | None = None
    evaluated_share: float = 0.0
    batch_clips: int = 0


class TacotronTrainer:
    """One run in memory; every method leaves the run folder fit to be continued from."""

    def __init__(self, run_dir: Path, folder: Path, weights_sha256: str, device: str) -> None:
        self.run_dir, self.folder, self.device = run_dir, folder, device
        self.recipe = TacotronRecipe()
        self.plan = read_plan(run_dir, weights_sha256)
        self.clock = RunClock(self.plan, self.recipe.default_minutes, self.recipe.reserve_s)
        clips = clip_store.read_index(run_dir)
        self.clips = [clip for clip in clips if not clip.held_out]
        self.held_out = [clip for clip in clips if clip.held_out]
        self.position = self._stored_position()
        self._saved_at = time.monotonic()
        self._begin_stage()
        self._load_checkpoint()

    def _begin_stage(self) -> None:
        import torch

        torch.manual_seed(self.plan.seed)  # a discriminator that no release brought begins with the seed
        kind = STAGES[self.position.stage]
        self.stage: Any = kind(self.run_dir, self.folder, self.device, self.plan.policy, self.recipe)
        # A copy on the processor: what was learnt is told from it.
        self._base = {name: value.detach().cpu().clone() for name, value in self.stage.state.items()}
        self._rates = [group["lr"] for optimizer in self.stage.optimizers for group in optimizer.param_groups]
        self._stage_first_step = self.clock.step

    # Steps ------------------------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        """True when the plan is fulfilled."""
        return self.clock.finished and self.position.stage == len(STAGES) - 1

    def advance(self) -> None:
        """Do the next unit of work: judge the stage's beginning, make a step, judge again, or go to the next stage."""
        if self.position.first_loss is None and self.held_out:
            self.position.first_loss = self._evaluate()
            return
        over = self.clock.share >= self.recipe.acoustic_share or self.clock.finished
        if self.position.stage == 0 and over:
            self._next_stage()
            return
        values = self._step()
        due = self.clock.share - self.position.evaluated_share >= self.recipe.evaluate_every_share
        if self.held_out and (due or self.clock.finished or self._stage_share() >= 1.0):
            error = self._keep_if_best()
            values |= {"eval_loss": error} if math.isfinite(error) else {}
        if "loss" in values:
            self.clock.append_metrics(self.run_dir, self.stage.name, values)

    def _stage_share(self) -> float:
        """How much of the present stage is done, 0..1."""
        begin = self.position.stage_began_share
        end = self.recipe.acoustic_share if self.position.stage == 0 else 1.0
        return min(1.0, max(0.0, (self.clock.share - begin) / max(1e-6, end - begin)))

    def _next_stage(self) -> None:
        self.keep_stage()
        self.position = Position(
            self.position.stage + 1, self.clock.share, self.clock.step, batch_clips=self.position.batch_clips
        )
        self.position.evaluated_share = self.clock.share
        self.stage = None
        free_memory()
        self._begin_stage()
        self.save_checkpoint()

    def _step(self) -> dict[str, Any]:
        """Make one step and return what to tell of it; without a loss when it had to be left out."""
        began = time.monotonic()
        while True:
            try:
                values = self._accumulate()
                break
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                self._zero()
                free_memory()
                self.position.batch_clips = self.batching.halved().clips
                add_note(self.run_dir, fewer_at_a_time(self.position.batch_clips))
        if values is not None:
            steps_here = self.clock.step - self._stage_first_step
            warm = min(1.0, (steps_here + 1) / self.recipe.warm_up_steps)
            groups = [group for optimizer in self.stage.optimizers for group in optimizer.param_groups]
            for group, rate in zip(groups, self._rates, strict=True):
                group["lr"] = rate * warm
            for optimizer in self.stage.optimizers:
                optimizer.step()
        self._zero()
        self.clock.note_step(time.monotonic() - began)
        return values or {}

    @property
    def batching(self) -> Batching:
        """How many clips at a time: all of a step, unless memory ran out."""
        clips = self.position.batch_clips or min(self.recipe.clips_per_step, len(self.clips))
        return Batching(clips, -(-min(self.recipe.clips_per_step, len(self.clips)) // clips))

    def _zero(self) -> None:
        for optimizer in self.stage.optimizers:
            optimizer.zero_grad(set_to_none=True)

    def _accumulate(self) -> dict[str, float] | None:
        """Add up the gradients of one step; None when they are not finite and the step has to be left out."""
        import torch

        chooser, batching = self.clock.seed_step(), self.batching
        sums: dict[str, float] = {}
        before = {name: value.clone() for name, value in self._buffers().items()}
        for _ in range(batching.rounds):
            chosen = chooser.sample(self.clips, batching.clips)
            for name, value in self.stage.losses(chosen, chooser, self._stage_share()).items():
                sums[name] = sums.get(name, 0.0) + value / batching.rounds
        finite = True
        for optimizer in self.stage.optimizers:
            learning = [
                value for group in optimizer.param_groups for value in group["params"] if value.grad is not None
            ]
            for value in learning:
                value.grad /= batching.rounds
            norm = torch.nn.utils.clip_grad_norm_(learning, self.recipe.gradient_norm)
            finite = finite and bool(torch.isfinite(norm))
            sums["grad_norm"] = max(sums.get("grad_norm", 0.0), float(norm))
        finite = finite and all(value == value and abs(value) < float("inf") for value in sums.values())
        if not finite:  # batch norms have seen the bad numbers, too
            for name, value in self._buffers().items():
                value.copy_(before[name])
        self.clock.note_loss(finite)
        return sums if finite else None

    def _buffers(self) -> "dict[str, torch.Tensor]":
        buffers = self.stage.network.named_buffers()
        return {name: value for name, value in buffers if value.is_floating_point() and "running" in name}

    # Judging and keeping ----------------------------------------------------------------------

    def _evaluate(self) -> float:
        clips = self.held_out
        return held_out_error(self.run_dir, lambda: sum(map(self.stage.evaluate, clips)) / len(clips))

    def _keep_if_best(self) -> float:
        self.position.evaluated_share = self.clock.share
        loss = self._evaluate()
        known = [value for value in (self.position.first_loss, self.position.best_loss) if value is not None]
        if loss < min(known):
            write_voice_tensors(self._best_path(), difference(self.stage.state, self._base))
            self.position.best_loss = loss
        return loss

    def _best_path(self, stage: int | None = None) -> Path:
        return self.run_dir / f"{STAGES[self.position.stage if stage is None else stage].name}.safetensors"

    def keep_stage(self) -> None:
        """Write what the present stage has learnt; where held-out clips could be judged, the best of it is already."""
        judged = was_judged(self.position.first_loss, self.position.best_loss)
        if not judged and self.clock.step > self._stage_first_step:
            write_voice_tensors(self._best_path(), difference(self.stage.state, self._base))

    def learnt_changes(self) -> "dict[str, torch.Tensor]":
        """Return the changes of both stages as they go into a voice file; a stage that made nothing better has none."""
        if self.held_out and self.position.evaluated_share < self.clock.share:
            self._keep_if_best()  # stopped between two judgements
        self.keep_stage()
        changes: dict[str, torch.Tensor] = {}
        for stage in range(len(STAGES)):
            if self._best_path(stage).is_file():
                changes |= {name: value.half() for name, value in read_voice_tensors(self._best_path(stage)).items()}
        return changes

    # On disk ----------------------------------------------------------------------------------

    def checkpoint_age_s(self) -> float:
        """Return how long ago the last checkpoint was written."""
        return time.monotonic() - self._saved_at

    def save_checkpoint(self) -> None:
        """Write weights, optimizer state and position, whole or not at all."""
        self.position.step, self.position.elapsed_s = self.clock.step, self.clock.elapsed_s
        about = {"position": asdict(self.position), "stage_first_step": self._stage_first_step}
        save_checkpoint(self.run_dir / CHECKPOINT_FILE, self._learners(), self.stage.optimizers, about)
        self._saved_at = time.monotonic()

    def _learners(self) -> "dict[str, torch.Tensor]":
        # state_dict gives copies of the handles; the optimizers know the parameters themselves.
        own = dict(self.stage.network.named_parameters())
        by_place = {value.data_ptr(): value for value in own.values()}
        state = {name: by_place.get(value.data_ptr(), value) for name, value in self.stage.state.items()}
        return state | self.stage.kept

    def _stored_position(self) -> Position:
        from safetensors import SafetensorError, safe_open

        path = self.run_dir / CHECKPOINT_FILE
        if not path.is_file():
            return Position()
        try:
            with safe_open(path, "pt") as stored:
                about = json.loads(stored.metadata()["about"])
            return Position(**about["position"])
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise TrainingError(
                "This training's last checkpoint is damaged. Start a new training; your recordings are safe."
            ) from error

    def _load_checkpoint(self) -> None:
        path = self.run_dir / CHECKPOINT_FILE
        if path.is_file():
            about = load_checkpoint(path, self._learners(), self.stage.optimizers)
            self.clock.restore(self.position.step, self.position.elapsed_s)
            self._stage_first_step = int(about["stage_first_step"])
