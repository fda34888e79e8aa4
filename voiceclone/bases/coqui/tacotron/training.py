"""Fine-tuning Tacotron 2 and its vocoder one after the other, in resumable slices."""

import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.coqui import clip_store
from voiceclone.bases.coqui.tacotron.stages import STAGES, TacotronRecipe
from voiceclone.bases.coqui.voice_tensors import difference, read_voice_tensors, write_voice_tensors
from voiceclone.bases.memory import Batching, fewer_at_a_time, free_memory
from voiceclone.bases.run.checkpoint import load_checkpoint, read_about
from voiceclone.bases.run.clock import RunClock, rate_share
from voiceclone.bases.run.held_out import BestMoment
from voiceclone.bases.run.optional import held_out_error
from voiceclone.bases.run.plan import read_plan
from voiceclone.bases.run.trainer import RunTrainer, clip_gradients

if TYPE_CHECKING:
    import torch

_ON_DISK = {"judged_share": "evaluated_share"}
"""Names of fields of a position whose key in a checkpoint is another one."""


@dataclass
class Position(BestMoment):
    """Position of a run; stored with each checkpoint. The judgements are those of the present stage."""

    stage: int = 0
    stage_began_share: float = 0.0
    step: int = 0
    elapsed_s: float = 0.0
    batch_clips: int = 0

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {_ON_DISK.get(name, name): value for name, value in asdict(self).items()}

    @classmethod
    def from_plain(cls, value: dict[str, Any]) -> "Position":
        """Return what `as_plain` returned as a position; raises TypeError or AttributeError for anything else."""
        names = {key: name for name, key in _ON_DISK.items()}
        return cls(**{names.get(key, key): item for key, item in value.items()})


class TacotronTrainer(RunTrainer):
    """Trains Tacotron 2 and its vocoder, one run in memory.

    A divergence is told by the level of `loss` for the acoustic stage. In the vocoder's stage the mel distance takes
    its place: adversarial losses rise and fall as the two networks take turns.
    """

    def __init__(self, run_dir: Path, folder: Path, weights_sha256: str, device: str) -> None:
        self.folder, self.device = folder, device
        self.recipe = TacotronRecipe()
        self.plan = read_plan(run_dir, weights_sha256)
        super().__init__(run_dir, RunClock(self.plan, self.recipe.default_minutes, self.recipe.reserve_s))
        clips = clip_store.read_index(run_dir)
        self.clips = [clip for clip in clips if not clip.held_out]
        self.held_out = [clip for clip in clips if clip.held_out]
        self.position, self.stage = Position(), None
        self.continue_from_checkpoint()
        if self.stage is None:
            self._begin_stage()

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
        return self.clock.ended or (self.clock.finished and self.position.stage == len(STAGES) - 1)

    def advance(self) -> None:
        """Judge the untrained stage, make a step and judge when due, or go to the next stage."""
        if self.position.first_loss is None and self.held_out:
            self.position.first_loss = self._evaluate()
            return
        over = self.clock.share >= self.recipe.acoustic_share or self.clock.finished
        if self.position.stage == 0 and over:
            self._next_stage()
            return
        values = self._step()
        if self.note_losses({"loss": self._watched(values)}):
            return
        due = self.position.is_due(self.clock.share, self.recipe.evaluate_every_share)
        if self.held_out and (due or self.clock.finished or self._stage_share() >= 1.0):
            error = self._keep_if_best()
            values |= {"eval_loss": error} if math.isfinite(error) else {}
        if "loss" in values:
            self.tell(values, self.stage.name)

    def _watched(self, values: dict[str, Any]) -> float | None:
        """Return the loss whose level tells a divergence; NaN of a step that was left out, None of one without."""
        if "loss" not in values:
            return math.nan
        return values["loss"] if self.position.stage == 0 else values.get("loss_mel")

    def _stage_share(self) -> float:
        """Completed share of the current stage, 0..1."""
        begin = self.position.stage_began_share
        end = self.recipe.acoustic_share if self.position.stage == 0 else 1.0
        return min(1.0, max(0.0, (self.clock.share - begin) / max(1e-6, end - begin)))

    def _next_stage(self) -> None:
        self.keep_stage()
        self.position = Position(
            stage=self.position.stage + 1,
            stage_began_share=self.clock.share,
            step=self.clock.step,
            judged_share=self.clock.share,
            batch_clips=self.position.batch_clips,
        )
        self.stage = None
        free_memory()
        self.divergence.begin_anew()
        self._begin_stage()
        self._saved_step = None
        self.save_checkpoint()

    def _step(self) -> dict[str, Any]:
        """Make one step and return its metrics; empty when it was skipped."""
        began = time.monotonic()
        values = self.within_memory(self._accumulate)
        if values is not None:
            steps_here = self.clock.step - self._stage_first_step
            warm = rate_share(steps_here, self._stage_share(), self.recipe.warm_up_steps)
            groups = [group for optimizer in self.stage.optimizers for group in optimizer.param_groups]
            for group, rate in zip(groups, self._rates, strict=True):
                group["lr"] = rate * warm * self.divergence.rate_share
            for optimizer in self.stage.optimizers:
                optimizer.step()
        self._zero()
        self.count_step(began)
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
        """Accumulate the gradients of one step; None when they are not finite."""
        chooser, batching = self.clock.seed_step(self.divergence.returns), self.batching
        sums: dict[str, float] = {}
        before = {name: value.clone() for name, value in self._buffers().items()}
        for _ in range(batching.rounds):
            chosen = chooser.sample(self.clips, batching.clips)
            for name, value in self.stage.losses(chosen, chooser, self._stage_share()).items():
                sums[name] = sums.get(name, 0.0) + value / batching.rounds
        for optimizer in self.stage.optimizers:
            for group in optimizer.param_groups:
                for value in group["params"]:
                    if value.grad is not None:
                        value.grad /= batching.rounds
        sums["grad_norm"] = clip_gradients(self.stage.optimizers, self.recipe.gradient_norm)
        finite = all(map(math.isfinite, sums.values()))
        if not finite:  # batch norms have seen the bad numbers, too
            for name, value in self._buffers().items():
                value.copy_(before[name])
        return sums if finite else None

    def _buffers(self) -> "dict[str, torch.Tensor]":
        buffers = self.stage.network.named_buffers()
        return {name: value for name, value in buffers if value.is_floating_point() and "running" in name}

    # Judging and keeping ----------------------------------------------------------------------

    def _evaluate(self) -> float:
        clips = self.held_out
        return held_out_error(self.run_dir, lambda: sum(map(self.stage.evaluate, clips)) / len(clips))

    def _keep_if_best(self) -> float:
        loss = self._evaluate()
        if self.position.enter(self.clock.step, self.clock.share, loss):
            write_voice_tensors(self._best_path(), difference(self.stage.state, self._base))
        return loss

    def _best_path(self, stage: int | None = None) -> Path:
        return self.run_dir / f"{STAGES[self.position.stage if stage is None else stage].name}.safetensors"

    def keep_stage(self) -> None:
        """Write the changes of the current stage, unless judgements have already kept its best step."""
        if not self.position.was_judged and self.clock.step > self._stage_first_step:
            write_voice_tensors(self._best_path(), difference(self.stage.state, self._base))

    def learnt_changes(self) -> "dict[str, torch.Tensor]":
        """Return the tensors of both stages for a voice file; none of a stage that improved nothing."""
        if self.held_out and self.position.judged_share < self.clock.share:
            self._keep_if_best()  # stopped between two judgements
        self.keep_stage()
        changes: dict[str, torch.Tensor] = {}
        for stage in range(len(STAGES)):
            if self._best_path(stage).is_file():
                changes |= {name: value.half() for name, value in read_voice_tensors(self._best_path(stage)).items()}
        return changes

    # On disk ----------------------------------------------------------------------------------

    def optimizers(self) -> "tuple[torch.optim.Optimizer, ...]":
        """Return those of the present stage."""
        return self.stage.optimizers

    def about_checkpoint(self) -> dict[str, Any]:
        """Return position, judgements and losses."""
        self.position.step, self.position.elapsed_s = self.clock.step, self.clock.elapsed_s
        about = {"position": self.position.as_plain(), "stage_first_step": self._stage_first_step}
        return about | self.divergence.state()

    def checkpoint_tensors(self) -> "dict[str, torch.Tensor]":
        """Return all that the present stage may change, and its discriminator."""
        # state_dict gives copies of the handles; the optimizers know the parameters themselves.
        own = dict(self.stage.network.named_parameters())
        by_place = {value.data_ptr(): value for value in own.values()}
        state = {name: by_place.get(value.data_ptr(), value) for name, value in self.stage.state.items()}
        return state | self.stage.kept

    def restore(self, path: Path) -> tuple[int, float, float]:
        """Load a checkpoint, after the networks of the stage it was made in."""
        about = read_about(path)
        position = Position.from_plain(about["position"])
        first_step = int(about["stage_first_step"])
        if self.stage is None or position.stage != self.position.stage:
            self.position = position
            self._begin_stage()
        load_checkpoint(path, self.checkpoint_tensors(), self.stage.optimizers)
        self.position, self._stage_first_step = position, first_step
        self.divergence.restore(about)
        return position.step, position.elapsed_s, 0.0

    def begin_anew(self) -> None:
        """Forget everything that was learnt."""
        first_loss = self.position.first_loss if self.position.stage == 0 else None
        self.position, self.stage = Position(first_loss=first_loss, batch_clips=self.position.batch_clips), None
        self._begin_stage()
        self._stage_first_step = 0

    def use_less_memory(self) -> str:
        """Halve the clips at a time; return the sentence that says so."""
        self.position.batch_clips = self.batching.halved().clips
        return fewer_at_a_time(self.position.batch_clips)

    def memory_state(self) -> int:
        """Return the clips at a time; 0 for all of a step."""
        return self.position.batch_clips

    def restore_memory_state(self, state: int) -> None:
        """Set the clips at a time."""
        self.position.batch_clips = state
