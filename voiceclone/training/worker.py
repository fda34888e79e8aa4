"""The process that trains one run: `python -m voiceclone.training.worker RUN_DIR`."""

import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from voiceclone import compute, host, logs
from voiceclone.bases.abilities import HeardWhileTraining, check_learns_from
from voiceclone.bases.base import START_VOICE_FILE, BaseModel, Effort, Policy, TrainingPlan
from voiceclone.bases.memory import is_out_of_memory
from voiceclone.bases.registry import load_base
from voiceclone.bases.run.active_time import ActiveTime
from voiceclone.bases.run.notes import add_note
from voiceclone.errors import Cancelled, NotFoundError, StorageError, VoiceCloneError, VoiceFileError
from voiceclone.storage import disk
from voiceclone.storage.safetensors_file import is_whole
from voiceclone.text.languages import speakable
from voiceclone.training import runs
from voiceclone.training.candidate_selection import CandidateSelector
from voiceclone.training.lock import TrainingLock
from voiceclone.training.machine import OtherLoadMeter
from voiceclone.training.pace import PaceWatch
from voiceclone.training.speed import read_training_speed
from voiceclone.voices.library import VoiceLibrary
from voiceclone.voices.voice_file import Voice, base_sha256

SLICE_S = 15.0
"""Training between two checkpoints."""
STATE_INTERVAL_S = 0.5
STOP_INTERVAL_S = 0.2
NICENESS = 5
"""Slightly below everything else, so that the page and speaking stay responsive."""


class Board:
    """Writes `state.json` and knows whether to stop."""

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self.state = runs.read_state(run_dir)
        self._clock = ActiveTime(self.state.elapsed_s)
        self._written = 0.0
        self._asked = 0.0
        self._stop = self._pause = False
        self.terminated = False
        """True once the system asked this process to end; the run is resumed later."""

    def write(self, **changes: Any) -> None:
        """Update and save the state."""
        self.state = replace(self.state, elapsed_s=self._clock.elapsed_s, **changes)
        runs.write_state(self._run_dir, self.state)
        self._written = time.monotonic()

    def tell(self, **changes: Any) -> None:
        """Update the state, and save it unless the disk is full, which alone does not end a training."""
        with suppress(StorageError):
            self.write(**changes)

    def progress(self, share: float, message: str) -> None:
        """Report progress of the preparation, at most a few times a second."""
        if time.monotonic() - self._written >= STATE_INTERVAL_S:
            self.tell(message=f"{message.rstrip('.')} ({100 * share:.0f} %).")

    def stop_asked(self) -> bool:
        """True once the user asked to stop."""
        self._look()
        return self._stop

    def pause_asked(self) -> bool:
        """True once the user asked to pause; a stop comes before it."""
        self._look()
        return self._pause and not self._stop

    def _look(self) -> None:
        """Look for the two files now and then; a stop is for good."""
        if not self._stop and time.monotonic() - self._asked >= STOP_INTERVAL_S:
            self._asked = time.monotonic()
            self._stop = runs.stop_path(self._run_dir).exists()
            self._pause = runs.pause_path(self._run_dir).exists()

    def terminate(self, _signal: int, _frame: FrameType | None) -> None:
        """Signal handler: the system asks this process to end."""
        self.terminated = True

    def should_stop(self) -> bool:
        """True once work has to end for any reason."""
        return self.terminated or self.stop_asked() or self.pause_asked()


@dataclass(frozen=True)
class Prepared:
    """Summary of the prepared recordings, stored in `prepared.json`."""

    language: str
    languages: list[str]
    speech_s: float
    clip_count: int


def main(arguments: list[str]) -> int:
    """Train the run whose folder is the only argument; return the exit code."""
    with disk.private_by_default():
        return _main(arguments)


def _main(arguments: list[str]) -> int:
    compute.use_this_thread()
    run_dir = Path(arguments[0]).resolve()
    data_dir = run_dir.parent.parent
    config = runs.read_config(run_dir)
    lock = TrainingLock(data_dir)
    lock.take(config.run_id)
    board = Board(run_dir)
    signal.signal(signal.SIGTERM, board.terminate)
    try:
        fruitless = board.state.fruitless_starts + 1
        board.write(state="preparing", message="", error="", slowed=False, fruitless_starts=fruitless)
        _lower_priority()
        with disk.storage_errors(run_dir):
            _train(run_dir, data_dir, config, board)
        return 0
    except Exception as error:
        logs.print_frames()
        _say_failed(board, error)
        return 1
    finally:
        lock.release(config.run_id)


def _train(run_dir: Path, data_dir: Path, config: runs.RunConfig, board: Board) -> None:
    base = load_base(config.base_id, config.base_factory, data_dir)
    _end_torn_line(run_dir / "metrics.jsonl")
    _mend_start_voice(run_dir)
    selector = None
    try:
        prepared = _prepare(run_dir, data_dir, config, base, board)
        if isinstance(base, HeardWhileTraining):
            selector = CandidateSelector(run_dir, data_dir, config, base, prepared.language)
        known = read_training_speed(data_dir, base)
        watch = PaceWatch(None if known is None else known.at_best().step_s)
        _learn(run_dir, base, board, selector, watch)
    except Cancelled:
        prepared = _read_prepared(run_dir)
    if board.stop_asked():
        if prepared is None or board.state.step == 0:
            board.write(state="stopped", message="")
            return
    elif board.pause_asked():
        board.write(state="paused", message="", slowed=False)
        return
    elif board.should_stop():
        return  # asked to end by the system; without a final state the run is found and continued
    steps = _finish(run_dir, base, board, selector)
    stopped = board.stop_asked()
    _install(run_dir, data_dir, config, base, board, prepared, steps)
    board.write(state="stopped" if stopped else "finished", message="", voice_installed=True)
    disk.copy_path(run_dir / START_VOICE_FILE).unlink(missing_ok=True)  # 20 MB that nothing needs any more


def _prepare(run_dir: Path, data_dir: Path, config: runs.RunConfig, base: BaseModel, board: Board) -> Prepared:
    prepared = _read_prepared(run_dir)
    if prepared is not None:
        return prepared
    from voiceclone.clips.library import ClipLibrary

    if "refused" in config.consent:
        add_note(run_dir, f"The spoken consent does not count for this voice: {config.consent['refused']}.")
    board.progress(0.0, "reading and cleaning them")
    clips = ClipLibrary(data_dir).training_clips(config.project_id, base.sample_rate, config.clip_ids)
    if board.should_stop():
        raise Cancelled("Stopped before the recordings were ready.")
    check_learns_from(base, {clip.language for clip in clips})
    base.ensure_ready(board.progress)
    open_ended = config.effort == Effort.OVERNIGHT
    plan = TrainingPlan(config.minutes, config.steps, config.seed, _policy(config, base), open_ended)
    base.prepare(clips, run_dir, plan, board.progress, board.should_stop)
    if board.should_stop():
        raise Cancelled("Stopped before the recordings were ready.")
    heard_s: dict[str, float] = {}
    for clip in clips:
        heard_s[clip.language] = heard_s.get(clip.language, 0.0) + clip.usable_s
    languages = sorted(heard_s, key=lambda language: -heard_s[language])
    prepared = Prepared(speakable(languages[0], base.languages), languages, sum(heard_s.values()), len(clips))
    disk.write_json_twice(run_dir / "prepared.json", vars(prepared))
    return prepared


def _policy(config: runs.RunConfig, base: BaseModel) -> Policy:
    return Policy(config.policy) if config.policy else base.policies[0]


def _read_prepared(run_dir: Path) -> Prepared | None:
    nothing = NotFoundError("not prepared")
    try:
        return Prepared(**disk.read_json_twice(run_dir / "prepared.json", missing=nothing, damaged=nothing))
    except (NotFoundError, TypeError):
        return None


def _learn(run_dir: Path, base: BaseModel, board: Board, selector: CandidateSelector | None, watch: PaceWatch) -> None:
    board.tell(state="training", message="")
    if selector is not None:
        selector.begin()
    is_first = True
    while True:
        before, began, others = board.state, time.monotonic(), OtherLoadMeter()
        # Asked for at least once, even to stop: only the base knows what its last checkpoint holds.
        if selector is None:
            result = base.train_slice(run_dir, SLICE_S, board.should_stop)
        else:
            limits = selector.limits(SLICE_S, before.total_steps, before.elapsed_s)
            result = base.train_slice(run_dir, limits[0], board.should_stop, limits[1])
        fruitless = 0 if result.step > before.step else before.fruitless_starts
        # The first slice of a process may load the network, too, which tells nothing about the pace.
        steps = 0 if is_first else result.step - before.step
        took_s = (time.monotonic() - began) / result.step_cost
        slowed, is_first = watch.note(steps, took_s, others.share()), False
        board.tell(step=result.step, total_steps=result.total_steps, fruitless_starts=fruitless, slowed=slowed)
        if result.finished or board.should_stop():
            return
        if selector is not None and selector.is_due(result.step, result.total_steps, board.state.elapsed_s):
            base.save(run_dir)  # or a kill meanwhile would cost the age of the last checkpoint, too
            # A person's Stop lets it be completed: it is the last one then, and would be made anew at once.
            selector.make(result.step, board.state.elapsed_s, lambda: board.terminated)
            board.tell()
            if selector.ends_early():
                return


def _finish(run_dir: Path, base: BaseModel, board: Board, selector: CandidateSelector | None) -> int:
    """Write the final `voice.safetensors` and `scores.json`; return the step of that voice."""
    kept = selector.conclude(board.state.step, board.state.elapsed_s) if selector is not None else None
    if kept is None:
        base.finish(run_dir)
        return board.state.step
    candidate, path = kept
    base.finish(run_dir, path)
    return candidate.step


def _install(
    run_dir: Path,
    data_dir: Path,
    config: runs.RunConfig,
    base: BaseModel,
    board: Board,
    prepared: Prepared,
    steps: int,
) -> None:
    nothing = NotFoundError("no scores")
    try:
        scores = disk.read_json(run_dir / "scores.json", missing=nothing, damaged=nothing)
    except NotFoundError:
        scores = {}
    board.write()
    voice = Voice(
        voice_id=config.voice_id,
        name=config.voice_name,
        language=prepared.language,
        languages=tuple(prepared.languages),
        base_id=base.base_id,
        base_sha256=base_sha256(base),
        base_licence=base.licence,
        created_at=disk.now_iso(),
        minutes=board.state.elapsed_s / 60,
        steps=steps,
        speech_s=prepared.speech_s,
        seed=config.seed,
        device=host.device_in_use(),
        scores=scores,
        consent=True,
        consent_record=config.consent,
        policy=_policy(config, base).value,
        may_share=base.may_share_voices,
        project_id=config.project_id,
    )
    _check_whole(run_dir / "voice.safetensors")
    # A voice that was stopped early does not take the place of one that was finished.
    replaces = None if board.stop_asked() else config.replaces
    VoiceLibrary(data_dir).install(run_dir / "voice.safetensors", voice, replaces)


def _check_whole(path: Path) -> None:
    if not is_whole(path):
        raise VoiceFileError(
            "The voice was learnt, but its file was damaged before it was kept. Start a new training; "
            "your recordings are untouched."
        )


def _mend_start_voice(run_dir: Path) -> None:
    """Restore the starting voice of a run from its copy if a power loss truncated it."""
    path = run_dir / START_VOICE_FILE
    copy = disk.copy_path(path)
    if is_whole(path) or not (path.is_file() or copy.is_file()):
        return
    if not is_whole(copy):
        raise VoiceFileError(
            "The copy of the voice that this training goes on from is damaged. Start a new training; the voice itself "
            "and your recordings are untouched."
        )
    disk.write_bytes(path, copy.read_bytes())
    add_note(run_dir, "The voice that this training goes on from was damaged; its copy has taken its place.")


def _say_failed(board: Board, error: Exception) -> None:
    if isinstance(error, VoiceCloneError):
        sentence = str(error)
    elif is_out_of_memory(error):
        sentence = "The computer ran out of memory. Close other programs, then continue the training."
    else:
        kind = type(error).__name__
        sentence = (
            f"The training stopped on an unexpected error ({kind}: {error}). Continue it to try again from "
            "where it was; worker.log in the run's folder holds the details."
        )
    try:
        board.write(state="failed", error=sentence)
    except VoiceCloneError:
        logs.print_frames()  # a full disk: without a final state the run is found as interrupted


def _end_torn_line(path: Path) -> None:
    # A killed process may have left half a line; what follows must not be glued to it.
    if path.exists() and path.stat().st_size and not path.read_bytes().endswith(b"\n"):
        with disk.storage_errors(path), path.open("ab") as file:
            file.write(b"\n")


def _lower_priority() -> None:
    below = psutil.BELOW_NORMAL_PRIORITY_CLASS if psutil.WINDOWS else NICENESS
    process = psutil.Process()
    if psutil.WINDOWS or process.nice() < below:
        process.nice(below)


if __name__ == "__main__":
    logs.keep_private()
    sys.exit(main(sys.argv[1:]))
