"""What every trainer does alike: slices, checkpoints, fallbacks for little memory, return after divergence."""

import logging
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from voiceclone.bases.base import SliceResult
from voiceclone.bases.memory import free_memory, is_out_of_memory
from voiceclone.bases.run.clock import RunClock
from voiceclone.bases.run.divergence import MAX_RETURNS, Divergence
from voiceclone.bases.run.run_files import RunFiles
from voiceclone.errors import TrainingError
from voiceclone.progress import ShouldStop
from voiceclone.wording import about as about_duration

if TYPE_CHECKING:
    import torch

_LOG = logging.getLogger(__name__)
Result = TypeVar("Result")


class RunTrainer(ABC):
    """One run in memory; every method leaves the run folder fit to be continued from.

    What differs between networks is abstract here: what learns and what a step does, what a checkpoint holds besides
    parameters, how a step gets along with less memory, and how everything that was learnt is forgotten.

    Args:
        run_dir: a prepared run.
        clock: of the run.
        watched: names of the losses whose level tells a divergence.
    """

    def __init__(self, run_dir: Path, clock: RunClock, watched: Sequence[str] = ("loss",)) -> None:
        self.run_dir, self.clock = run_dir, clock
        self.divergence = Divergence(watched)
        self.files = RunFiles(run_dir)
        self._saved_step: int | None = None

    # What a trainer adds ----------------------------------------------------------------------

    @abstractmethod
    def advance(self) -> None:
        """Do the next unit of work, at most one step."""

    @abstractmethod
    def optimizers(self) -> Sequence["torch.optim.Optimizer"]:
        """Return the optimizers of all that learns now."""

    @abstractmethod
    def checkpoint_tensors(self) -> Mapping[str, "torch.Tensor"]:
        """Return everything a checkpoint has to hold, by name."""

    @abstractmethod
    def about_checkpoint(self) -> dict[str, Any]:
        """Return what else a checkpoint has to hold, as JSON takes it."""

    @abstractmethod
    def restore(self, path: Path) -> tuple[int, float, float]:
        """Load a checkpoint; return its step, the seconds spent until then, and the mean time of a step.

        Raises:
            TrainingError: the file is damaged; what was loaded of it is overwritten by whatever comes next.
        """

    @abstractmethod
    def begin_anew(self) -> None:
        """Forget everything that was learnt."""

    @abstractmethod
    def use_less_memory(self) -> str:
        """Change to steps that need less memory; return the sentence that says so.

        Raises:
            TrainingError: there is no smaller way.
        """

    @abstractmethod
    def memory_state(self) -> Any:
        """Return how steps get along with the memory, for `restore_memory_state`."""

    @abstractmethod
    def restore_memory_state(self, state: Any) -> None:
        """Go on with what `memory_state` returned: a return to a checkpoint brings no memory back."""

    # Slices -----------------------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        """True once the plan is fulfilled, or the run was ended early."""
        return self.clock.finished

    def run_slice(
        self,
        budget_s: float,
        checkpoint_interval_s: float,
        should_stop: ShouldStop | None = None,
        until_step: int | None = None,
        after_each: Callable[[], None] | None = None,
    ) -> SliceResult:
        """Train for about `budget_s` seconds, and save in time and before an end.

        Args:
            budget_s: length of the slice, seconds.
            checkpoint_interval_s: work that a killed process may lose, seconds.
            should_stop: returns True to end the slice.
            until_step: the slice also ends after this step.
            after_each: called after each unit of work.
        """
        until = time.monotonic() + budget_s
        last_step = math.inf if until_step is None else until_step
        stopped = should_stop is not None and should_stop()
        while not self.finished and self.clock.step < last_step and time.monotonic() < until and not stopped:
            self.advance()
            if after_each is not None:
                after_each()
            if self.files.checkpoint_age_s() >= checkpoint_interval_s:
                self.save_checkpoint()
            stopped = should_stop is not None and should_stop()
        if stopped or self.finished:
            self.settle()
            self.save_checkpoint()
        if stopped or self.finished or self.clock.step >= last_step:
            self.rest()
        return SliceResult(self.clock.step, self.clock.total_steps(), self.finished, self.clock.step_cost)

    def end_step(
        self, began: float, watched: Mapping[str, float | None], told: Mapping[str, Any], phase: str = "learning"
    ) -> None:
        """Count a step, then return to a checkpoint or write its metrics.

        Args:
            began: `time.monotonic()` at its beginning.
            watched: losses for `Divergence.note`; one that is not finite says that the step was left out.
            told: what the metrics say.
            phase: as in the metrics.
        """
        self.count_step(began)
        if not self.note_losses(watched):
            self.tell(told, phase)

    def count_step(self, began: float) -> None:
        """Count a step that began at `began` of `time.monotonic()`; note where the computer slept meanwhile."""
        self.clock.end_step(time.monotonic() - began)
        slept_s = self.clock.active_time.take_slept_s()
        if slept_s:
            self.files.note(
                f"The training was held up for {about_duration(slept_s)} (the computer slept, or was busy with other "
                "things); that does not count as training time."
            )

    def note_losses(self, watched: Mapping[str, float | None]) -> bool:
        """Enter the losses of a step; return True when the run diverged and went back."""
        self.divergence.note(watched)
        if self.divergence.diverged:
            self._go_back()
            return True
        return False

    def tell(self, values: Mapping[str, Any], phase: str = "learning") -> None:
        """Write a line of metrics, unless a number in it is not finite."""
        if values and all(math.isfinite(value) for value in values.values() if isinstance(value, float)):
            self.files.append_metrics(self.clock, phase, values)

    # When something goes wrong ----------------------------------------------------------------

    def within_memory(self, work: Callable[[], Result]) -> Result:
        """Return the result of `work`, repeated with less memory each time there is too little.

        Raises:
            TrainingError: not even the smallest steps fit; what was learnt is saved.
        """
        while True:
            try:
                return work()
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
            # Out here: while the error is handled, its traceback keeps the tensors of the failed step.
            self.rest()
            try:
                sentence = self.use_less_memory()
            except TrainingError:
                self.save_checkpoint()
                raise
            self.files.note(sentence)

    def rest(self) -> None:
        """Release gradients and cached memory before other work runs."""
        for optimizer in self.optimizers():
            optimizer.zero_grad(set_to_none=True)
        free_memory()

    def _go_back(self) -> None:
        """Return to the last good checkpoint with half the learning rate; after `MAX_RETURNS` end there.

        Raises:
            TrainingError: there is no voice to end with.
        """
        self._return_to_checkpoint()
        step = self.clock.step
        if self.divergence.returns < MAX_RETURNS:
            self.divergence.returns += 1
            where = f"to step {step}" if step else "to the beginning"
            speed = "half" if self.divergence.returns == 1 else "a quarter"
            self.files.note(f"The training went astray. It went back {where} and learns {speed} as fast.")
        elif step:
            self.clock.ended = True
            self.files.note(f"The training went astray again, so it ended early; the voice is the one of step {step}.")
        else:
            raise TrainingError(
                "The training went astray (its error grew beyond all numbers). Leave out recordings that sound "
                "broken and train again."
            )

    def _return_to_checkpoint(self) -> None:
        returns, memory = self.divergence.returns, self.memory_state()
        _LOG.warning("The training diverged after step %s; it returns to its last checkpoint.", self.clock.step)
        restored = self.load_checkpoint()
        if restored is None:
            self.begin_anew()
            self.divergence.begin_anew()
        self.clock.step = restored[0] if restored is not None else 0  # the time spent since then stays spent
        self.divergence.returns = max(returns, self.divergence.returns)
        self.restore_memory_state(memory)

    def settle(self) -> None:
        """Give up what was learnt in a doubtful moment for the last checkpoint, before an end."""
        if self.divergence.doubtful and self.files.has_checkpoint():
            ended = self.finished
            self._return_to_checkpoint()
            self.clock.ended = ended

    # On disk ----------------------------------------------------------------------------------

    def save_checkpoint(self) -> None:
        """Write a checkpoint, unless this step is saved already or its moment is doubtful."""
        step = self.clock.step
        if step in (0, self._saved_step) or self.divergence.doubtful:
            return
        if self.files.save(self.checkpoint_tensors(), self.optimizers(), self.about_checkpoint()):
            self._saved_step = step

    def load_checkpoint(self) -> tuple[int, float, float] | None:
        """Restore the last readable checkpoint; return what `restore` returned, None when there is none."""
        restored, damaged = self.files.load(self._restore)
        if restored is not None and damaged:
            self.files.note(
                f"The last checkpoint was damaged; the training goes on from the one before, step {restored[0]}."
            )
        elif damaged:
            self.begin_anew()
            self.divergence.begin_anew()
            self.files.note(
                "The checkpoints of this training were damaged, so it begins again; your recordings are safe."
            )
        return restored

    def _restore(self, path: Path) -> tuple[int, float, float]:
        self._saved_step = None
        return self.restore(path)

    def continue_from_checkpoint(self) -> None:
        """Continue where an earlier process left the run, if it saved anything."""
        restored = self.load_checkpoint()
        if restored is not None:
            self.clock.restore(*restored)


def clip_gradients(optimizers: Sequence["torch.optim.Optimizer"], max_norm: float) -> float:
    """Clip the gradients of each optimizer's parameters to `max_norm`; return the largest norm before.

    NaN when any gradient is not finite: then no optimizer may step, or one bad clip makes every weight NaN.
    """
    import torch

    norms = []
    for optimizer in optimizers:
        parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, max_norm)))
    return max(norms) if all(map(math.isfinite, norms)) else math.nan
