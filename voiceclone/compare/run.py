"""Run a comparison: make, speak and evaluate each way, one after another, keeping finished ones.

A folder `comparisons/<id>/` holds `request.json`, `<policy>.json` and the audio of each finished way, `current.json`
while a training run is active, and at the end `comparison.json` and `comparison.png`. After a crash or a
cancellation, the same request finds its folder again and continues with the missing ways.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from voiceclone import host
from voiceclone.audio.sound import Audio, encode_wav
from voiceclone.bases.base import Policy
from voiceclone.compare import folders, judging, model, verdict
from voiceclone.compare.model import Comparison, Request, Way
from voiceclone.errors import BusyError, Cancelled, NotFoundError, TrainingError
from voiceclone.limits import MAX_NAME_CHARACTERS
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.services.base_models import BaseModels
from voiceclone.services.projects import ProjectService
from voiceclone.services.runs import RunService
from voiceclone.services.speech import SpeechService
from voiceclone.services.voice_making import VoiceMaker
from voiceclone.services.voices import VoiceService
from voiceclone.storage import disk
from voiceclone.training.request import TrainingRequest
from voiceclone.training.runs import RunStatus

_CURRENT_FILE = "current.json"
_WATCH_INTERVAL_S = 0.25
_SPEAKING_SHARE = 0.15
"""Share of a way's progress for speaking and evaluating."""


@dataclass(frozen=True)
class Workbench:
    """The services a comparison uses."""

    data_dir: Path
    bases: BaseModels
    projects: ProjectService
    voices: VoiceService
    runs: RunService
    maker: VoiceMaker
    speech: SpeechService


class ComparisonRun:
    """A comparison in progress."""

    def __init__(
        self,
        bench: Workbench,
        request: Request,
        consent_by: str,
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> None:
        self._bench, self._request, self._consent_by = bench, request, consent_by
        self._on_progress, self._should_stop = on_progress, should_stop
        self._folder = folders.unfinished(bench.data_dir, request) or folders.new(bench.data_dir)
        self._place, self._share = 0, 0.0

    def run(self) -> Comparison:
        """Do the ways that are not done yet, and return the comparison.

        Raises:
            Cancelled: `should_stop` returned True; finished ways are kept.
            BusyError: this comparison, or a training run, is already in progress.
            TrainingError: a training run failed; the message says why.
        """
        with self._exclusive():
            disk.write_json(self._folder / folders.REQUEST_FILE, model.as_plain(self._request))
            self._bench.bases.get(self._request.base_id).ensure_ready()  # not counted in the time of the first way
            recordings = self._recordings()
            ways = []
            for place, policy in enumerate(self._request.policies):
                self._place = place
                self._check_stop()
                ways.append(self._finished_way(policy) or self._make_way(policy, recordings))
            return self._conclude(ways, recordings)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with disk.storage_errors(self._folder):
            disk.make_folder(self._folder)
        lock = FileLock(self._folder / "lock", timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            raise BusyError("This comparison is running already. Wait until it ends.") from None
        try:
            yield
        finally:
            lock.release()

    def _recordings(self) -> list[Audio]:
        """Return the held-out recordings, cleaned like the training clips."""
        project_id, clip_ids = self._request.project_id, self._request.held_out_clip_ids
        self._bench.projects.clean(project_id, _not_cleaned(self._bench.projects, project_id, clip_ids))
        return [self._bench.projects.clip_audio(project_id, clip_id) for clip_id in clip_ids]

    # One way --------------------------------------------------------------------------------------

    def _finished_way(self, policy: str) -> Way | None:
        nothing = NotFoundError("not done")
        try:
            way = model.way_from(disk.read_json(self._folder / f"{policy}.json", missing=nothing, damaged=nothing))
        except (NotFoundError, KeyError, TypeError, ValueError, AttributeError):
            return None
        self._clean_up(policy, way.voice_id)  # after a crash between writing and clearing
        return way

    def _make_way(self, policy: str, recordings: list[Audio]) -> Way:
        began = time.monotonic()
        if policy == Policy.INSTANT:
            self._report(0.0, "comparing your recordings")
            voice_id = self._make_instant()
            minutes, steps = (time.monotonic() - began) / 60, 0
        else:
            run = self._train(policy)
            voice_id, minutes, steps = run.voice_id, run.elapsed_s / 60, run.step
        try:
            way = self._judge(policy, voice_id, minutes, steps, recordings)
        except BaseException:
            if policy == Policy.INSTANT:  # takes seconds to redo; a trained voice is kept for the next attempt
                self._clean_up(policy, voice_id)
            raise
        disk.write_json(self._folder / f"{policy}.json", model.as_plain(way))
        self._clean_up(policy, voice_id)
        return way

    def _make_instant(self) -> str:
        request = self._request
        voice = self._bench.maker.instant_voice(
            request.project_id,
            self._voice_name(Policy.INSTANT),
            True,
            base_id=request.base_id,
            clip_ids=request.training_clip_ids,
            consent_by=self._consent_by,
        )
        return voice.voice_id

    def _train(self, policy: str) -> RunStatus:
        """Train to the end, or continue the run that a crash interrupted."""
        run_id = (self._existing_run(policy) or self._start(policy)).run_id
        try:
            for run in self._bench.runs.watch(run_id, _WATCH_INTERVAL_S):
                self._report((1 - _SPEAKING_SHARE) * run.step / max(1, run.total_steps), run.message)
                if run.running:
                    self._check_stop()
        except (Cancelled, KeyboardInterrupt):
            self._discard_run(run_id)
            raise
        if run.state == "finished":
            return run
        if run.state == "stopped":
            self._discard_run(run_id)
            raise Cancelled("The training was stopped. Compare again; the ways that were done are kept.")
        if run.state == "paused":
            raise Cancelled("The training was paused. Compare again; it goes on from where it was.")
        raise TrainingError(
            run.error or "The training process ended unexpectedly. Compare again; it goes on from where it was."
        )

    def _existing_run(self, policy: str) -> RunStatus | None:
        try:
            run = self._bench.runs.status(self._existing_run_id(policy))
        except NotFoundError:
            return None
        if run.state == "stopped":
            self._discard_run(run.run_id)
            return None
        return run if run.running or run.state == "finished" else self._bench.runs.resume(run.run_id)

    def _existing_run_id(self, policy: str) -> str:
        """Return the id of the training run started for a way; empty without one."""
        nothing = NotFoundError("no training")
        try:
            current = disk.read_json(self._folder / _CURRENT_FILE, missing=nothing, damaged=nothing)
            return str(current["run_id"]) if current["policy"] == policy else ""
        except (NotFoundError, KeyError, TypeError):
            return ""

    def _start(self, policy: str) -> RunStatus:
        request = self._request
        run = self._bench.maker.start_training(
            TrainingRequest(
                project_id=request.project_id,
                voice_name=self._voice_name(policy),
                consent=True,
                consent_by=self._consent_by,
                minutes=request.minutes,
                steps=request.steps,
                seed=request.seed,
                base_id=request.base_id,
                policy=policy,
                clip_ids=request.training_clip_ids,
            )
        )
        disk.write_json(self._folder / _CURRENT_FILE, {"policy": policy, "run_id": run.run_id})
        return run

    def _discard_run(self, run_id: str) -> None:
        """Stop a training run and delete it."""
        self._bench.runs.stop(run_id)
        *_, run = self._bench.runs.watch(run_id, _WATCH_INTERVAL_S)
        (self._folder / _CURRENT_FILE).unlink(missing_ok=True)
        with suppress(NotFoundError):
            self._bench.voices.delete(run.voice_id or "")
        self._bench.runs.delete(run_id)

    def _judge(self, policy: str, voice_id: str, minutes: float, steps: int, recordings: list[Audio]) -> Way:
        request = self._request
        sounds, spoken = [], []
        for number, sentence in enumerate(request.sentences, start=1):
            self._check_stop()
            share = number / (len(request.sentences) + 2)
            self._report(1 - _SPEAKING_SHARE * (1 - share), f"speaking sentence {number}")
            audio = self._bench.speech.speak_unmarked(voice_id, sentence, request.language).audio
            name = f"{policy}_{number:02d}.wav"
            self._bench.speech.write(self._folder / name, audio, voice_id)
            sounds.append(name)
            spoken.append(audio)
        self._report(1 - _SPEAKING_SHARE / (len(request.sentences) + 2), "listening to it")
        path = self._bench.voices.path(voice_id)
        return Way(
            policy=str(policy),
            figures=judging.judge_voice(request.sentences, spoken, request.language, recordings),
            minutes=minutes,
            steps=steps,
            trained_parameters=judging.changed_numbers(path) if steps else 0,
            voice_mb=round(path.stat().st_size / 1e6, 4),
            sounds=tuple(sounds),
            voice_id=voice_id,
        )

    def _clean_up(self, policy: str, voice_id: str) -> None:
        run_id = self._existing_run_id(policy)
        if not self._request.keep_voices:
            with suppress(NotFoundError):
                self._bench.voices.delete(voice_id)
            with suppress(NotFoundError):
                self._bench.runs.delete(run_id)
        if run_id:
            (self._folder / _CURRENT_FILE).unlink(missing_ok=True)

    # All of it ------------------------------------------------------------------------------------

    def _conclude(self, ways: list[Way], recordings: list[Audio]) -> Comparison:
        from voiceclone.compare.picture import comparison_png

        request = self._request
        self._place = len(request.policies)
        self._report(0.0, "putting the figures together")
        texts = {clip.clip_id: clip.text for clip in self._bench.projects.clips(request.project_id)}
        said = [texts.get(clip_id, "") for clip_id in request.held_out_clip_ids]
        comparison = Comparison(
            comparison_id=self._folder.name,
            request=request,
            recordings=judging.judge_recordings(said, recordings, request.language),
            ways=tuple(ways),
            verdict=verdict.verdict(ways),
            device=host.device_in_use(),
            created_at=disk.now_iso(),
        )
        encode_wav(recordings[0], self._folder / model.RECORDING_FILE)
        disk.write_bytes(self._folder / model.PICTURE_FILE, comparison_png(comparison))
        model.write_comparison(self._folder, comparison)
        return comparison

    def _voice_name(self, policy: str) -> str:
        ending = f", {model.WAY_TITLES[policy]}"
        return self._request.project_name[: MAX_NAME_CHARACTERS - len(ending)] + ending

    def _check_stop(self) -> None:
        if self._should_stop is not None and self._should_stop():
            raise Cancelled("Stopped comparing. Compare again, and it goes on with what is missing.")

    def _report(self, share: float, words: str) -> None:
        count = len(self._request.policies)
        if self._on_progress is not None:
            way = (
                "" if self._place >= count else f"{self._place + 1} of {count}, {self._request.policies[self._place]}: "
            )
            # A time-limited run re-estimates its steps as it goes; reported progress never goes backwards.
            self._share = max(self._share, min(1.0, (self._place + min(1.0, share)) / count))
            self._on_progress(self._share, way + words)


def _not_cleaned(projects: ProjectService, project_id: str, clip_ids: Sequence[str]) -> list[str]:
    return [clip.clip_id for clip in projects.clips(project_id) if clip.clip_id in clip_ids and not clip.cleaned]
