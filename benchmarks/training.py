"""One training as a person has it, through the engine and its child process, with a stopwatch beside it."""

import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.sentences import UNSEEN, unseen_among
from benchmarks.stock import LANGUAGE, NOISE_SEED
from benchmarks.voices import SpokenClip
from voiceclone import VoiceEngine
from voiceclone.audio.sound import Audio
from voiceclone.errors import TrainingError
from voiceclone.training.lock import TrainingLock
from voiceclone.voices.speech import QUIET_ENDS_S

if TYPE_CHECKING:
    from voiceclone.clips.quality.clean import Strength

SAMPLING_INTERVAL_S = 0.5
_TOLD_EVERY_S = 15.0


@dataclass(frozen=True)
class Plan:
    """How long to train: minutes on the clock, or steps when the harness itself is tried."""

    minutes: float | None
    steps: int | None
    seed: int = 0


def fresh_engine(data_dir: Path, base_folder: Path) -> VoiceEngine:
    """Return an engine on an empty data folder whose base model is already there, so that converting is not counted."""
    engine = VoiceEngine(data_dir)
    shutil.copytree(base_folder, data_dir / "base" / base_folder.name, copy_function=_link_or_copy)
    return engine


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or a file system without hard links
        shutil.copyfile(source, target)


def add_and_clean(engine: VoiceEngine, name: str, clips: list[SpokenClip], strength: "Strength" = "gentle") -> str:
    """Make a project of the clips with their texts, cleaned; return its id.

    Raises:
        ValueError: an unseen sentence is among the texts.
    """
    if read := unseen_among(clip.text for clip in clips):
        raise ValueError(f"These sentences have to stay unseen, and are in the training texts: {read}")
    project_id = engine.projects.create(name, clips[0].language).project_id
    report = engine.projects.add_clips(
        project_id,
        [clip.path for clip in clips],
        transcripts={clip.path.name: clip.text for clip in clips},
    )
    for rejected in report.rejected:
        print(f"  left out: {rejected.source_name}: {rejected.reason}", file=sys.stderr)
    engine.projects.clean(project_id, strength=strength)
    return project_id


def describe_speech(engine: VoiceEngine, project_id: str) -> dict[str, Any]:
    """Return how much there is to train on: clips, their whole length, and the speech in them."""
    clips = engine.projects.clips(project_id)
    return {
        "clips": len(clips),
        "clips_s": sum(clip.duration_s for clip in clips),
        "speech_s": sum(clip.speech_s for clip in clips),
        "usable_speech_s": engine.projects.readiness(project_id).usable_s,
    }


def train(engine: VoiceEngine, project_id: str, voice_name: str, plan: Plan) -> dict[str, Any]:
    """Train to the end and return what it took.

    Keys: `minutes` (from the call until the finished state), `first_listen_s` (None: there was none),
    `steps`, `peak_memory_gb` (resident, the training process and its children, looked at every 0.5 s),
    `voice_file_mb`, `run_id`.

    Raises:
        TrainingError: it did not finish.
    """
    began = time.monotonic()
    run_id = engine.start_training(
        project_id, voice_name, True, plan.minutes, plan.steps, plan.seed, consent_by="benchmark"
    ).run_id
    first_listen_s, peak_bytes, told_s = None, 0, 0.0
    try:
        for status in engine.runs.watch(run_id, SAMPLING_INTERVAL_S):
            elapsed_s = time.monotonic() - began
            if first_listen_s is None and status.first_listen is not None:
                first_listen_s = elapsed_s
            pid = _training_process(engine)
            peak_bytes = max(peak_bytes, resident_bytes(pid) if pid else 0)
            if elapsed_s - told_s >= _TOLD_EVERY_S:
                told_s = elapsed_s
                print(f"  {elapsed_s:4.0f} s: step {status.step} of {status.total_steps}", file=sys.stderr)
    except BaseException:
        kill_training(engine)  # after Ctrl-C it would go on, in a folder that is about to be deleted
        raise
    if status.state != "finished" or status.voice_id is None:
        raise TrainingError(f"The training ended as “{status.state}”: {status.error or status.message}")
    return {
        "minutes": elapsed_s / 60,
        "first_listen_s": first_listen_s,
        "steps": status.step,
        "peak_memory_gb": peak_bytes / 1e9,
        "voice_file_mb": engine.voices.get(status.voice_id).size_mb,
        "run_id": run_id,
    }


def kill_training(engine: VoiceEngine) -> None:
    """End the process that trains, if there is one."""
    if pid := _training_process(engine):
        psutil.Process(pid).kill()


def _training_process(engine: VoiceEngine) -> int | None:
    """Return the id of the process that trains, None without one."""
    holder = TrainingLock(engine.data_dir).holder()
    # Until it is handed over, the lock names this process.
    return holder.pid if holder is not None and holder.pid != os.getpid() else None


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and its children; 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])
    except psutil.Error:
        return 0


def speak_unseen(engine: VoiceEngine, voice: str | None) -> tuple[list[Audio], float]:
    """Speak the unseen sentences as the page does; return them and the time taken per second between their quiet ends.

    One sentence is spoken before the clock starts: the first one loads the network.
    """
    import torch

    engine.speak(voice, UNSEEN[0], LANGUAGE)
    torch.manual_seed(NOISE_SEED)
    spoken = [engine.speak(voice, sentence, LANGUAGE) for sentence in UNSEEN]
    audio = [speech.audio for speech in spoken]
    speech_s = fmean(one.duration_s - 2 * QUIET_ENDS_S for one in audio)  # silence costs nothing to make
    return audio, fmean(speech.elapsed_s for speech in spoken) / speech_s
