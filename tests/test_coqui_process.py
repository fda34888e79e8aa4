"""YourTTS from download to speech through the program: a server, the training process, stop, kill and going on."""

import itertools
import os
import time

import psutil
import pytest
from coqui_bundles import RELEASED_NAMES, YOUR_TTS, write_bundle, zip_bundle
from joe_project import joe_project

from tests.small_hub import serve_all
from voiceclone.bases.base import Policy
from voiceclone.bases.catalogue import card
from voiceclone.engine import VoiceEngine
from voiceclone.errors import VoiceFileError
from voiceclone.storage import download
from voiceclone.training.lock import TrainingLock

SENTENCE = "The boy saw a ship, and 3 gulls."
WAIT_S = 3600.0
"""Seconds; a busy computer takes its time, and what hangs is ended by it."""


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "RETRY_PAUSE_S", 0.0)
    with serve_all(tmp_path / "site") as small_site:
        yield small_site


@pytest.fixture
def engine(tmp_path):
    engine = VoiceEngine(tmp_path / "data")
    yield engine
    holder = TrainingLock(engine.data_dir).holder()
    if holder is not None and holder.pid != os.getpid():
        psutil.Process(holder.pid).kill()


def get_your_tts(engine, site, tmp_path, full_size=False):
    """Serve a bundle as the release is served, and get it through the program's own download."""
    released = write_bundle(YOUR_TTS, tmp_path / RELEASED_NAMES[YOUR_TTS], full_size=full_size)
    (source,) = card(YOUR_TTS).sources
    target = site.folder / source.url.split("/", 3)[3]
    target.parent.mkdir(parents=True)
    zip_bundle(YOUR_TTS, released, target)
    engine.models.install(YOUR_TTS, licence_agreed=True, agreed_by="a test", mirror=site.endpoint)
    base = engine.base_of(YOUR_TTS)
    assert base.is_ready()
    assert len(base.weights_sha256) == 64
    return base


def wait_for(engine, run_id, condition, what):
    """Wait until a run's status fulfils a condition; return the status and the peak memory of its process, GB."""
    ends, peak_gb = time.monotonic() + WAIT_S, 0.0
    while True:
        status = engine.runs.status(run_id)
        assert status.state != "failed", status.error
        if condition(status):
            return status, peak_gb
        assert time.monotonic() < ends, f"waited in vain: {what}"
        holder = TrainingLock(engine.data_dir).holder()
        if holder is not None and holder.pid != os.getpid() and psutil.pid_exists(holder.pid):
            peak_gb = max(peak_gb, psutil.Process(holder.pid).memory_info().rss / 1e9)
        time.sleep(0.1)


def training_process(engine):
    return psutil.Process(TrainingLock(engine.data_dir).holder().pid)


def dead(status):
    return not status.process_alive


@pytest.mark.timeout(WAIT_S)
def test_ended_killed_continued_stopped_spoken_converted_exported(engine, site, tmp_path, speech):
    get_your_tts(engine, site, tmp_path)
    run_id = engine.start_training(
        joe_project(engine.data_dir), "Joe", True, steps=100_000, base_id=YOUR_TTS, policy=Policy.TRANSFER
    ).run_id
    run_dir = engine.data_dir / "runs" / run_id
    wait_for(engine, run_id, lambda status: status.step >= 3, "the first steps")
    assert (run_dir / "first_listen.wav").read_bytes().startswith(b"RIFF")
    training_process(engine).terminate()  # as a computer that shuts down: it saves
    status, _ = wait_for(engine, run_id, dead, "the end of the process")
    assert status.state == "interrupted"
    saved = status.step
    assert (run_dir / "checkpoint.safetensors").is_file()

    engine.runs.resume(run_id)
    wait_for(engine, run_id, lambda status: status.step > saved and status.process_alive, "going on")
    training_process(engine).kill()
    wait_for(engine, run_id, dead, "the process is dead")

    engine.runs.resume(run_id)
    wait_for(engine, run_id, lambda status: status.process_alive and status.state == "training", "going on again")
    engine.runs.stop(run_id)
    status, _ = wait_for(engine, run_id, lambda status: status.state == "stopped", "stopped")
    assert status.step >= saved
    voice = engine.voices.get(status.voice_id)
    assert (voice.base_id, voice.policy, voice.may_share) == (YOUR_TTS, "transfer", False)
    assert voice.size_mb < 0.1
    assert voice.scores["held_out_mel"] <= voice.scores["held_out_mel_start"]
    assert engine.speak(voice.voice_id, SENTENCE).audio.sample_rate == 16_000
    assert abs(engine.convert(voice.voice_id, speech).duration_s - speech.duration_s) < 0.02
    with pytest.raises(VoiceFileError, match="CC BY-NC-ND"):
        engine.voices.export(voice.voice_id, tmp_path / "joe.safetensors")
    exported = engine.voices.export(voice.voice_id, tmp_path / "joe.safetensors", private_use=True)
    assert engine.voices.import_file(exported).name.startswith("Joe")


@pytest.mark.slow
@pytest.mark.timeout(2 * WAIT_S)
def test_a_model_of_the_released_size(engine, site, tmp_path, speech, capsys):
    """39.8 million numbers that speak and 46.7 that tell true from false, through the whole way.

    Prints what it measured: peak memory of the training process and seconds per step.
    """
    base = get_your_tts(engine, site, tmp_path, full_size=True)
    network = sum(_count(shape) for shape in base._parameter_shapes.values()) / 1e6
    assert 39.5 < network < 40.5
    began = time.monotonic()
    run_id = engine.start_training(
        joe_project(engine.data_dir), "Joe", True, steps=6, base_id=YOUR_TTS, policy=Policy.FINE_TUNE
    ).run_id
    _, before_gb = wait_for(engine, run_id, lambda status: status.step >= 2, "two steps")
    training_process(engine).terminate()
    wait_for(engine, run_id, dead, "the end of the process")
    checkpoint_mb = (engine.data_dir / "runs" / run_id / "checkpoint.safetensors").stat().st_size / 1e6
    engine.runs.resume(run_id)
    status, after_gb = wait_for(engine, run_id, lambda status: status.state == "finished", "the voice")
    voice = engine.voices.get(status.voice_id)
    spoken = engine.speak(voice.voice_id, SENTENCE)
    converted = engine.convert(voice.voice_id, speech)
    assert abs(converted.duration_s - speech.duration_s) < 0.02
    exported = engine.voices.export(voice.voice_id, tmp_path / "joe.safetensors", private_use=True)
    steps = [line["elapsed_s"] for line in _metrics(engine, run_id)]
    took = [later - earlier for earlier, later in itertools.pairwise(steps)]
    with capsys.disabled():
        print(
            f"\n{network:.1f} M numbers; {max(before_gb, after_gb):.1f} GB at most; "
            f"{min(took):.1f} to {max(took):.1f} s per step; checkpoint {checkpoint_mb:.0f} MB; "
            f"voice {exported.stat().st_size / 1e6:.1f} MB; {time.monotonic() - began:.0f} s in all; "
            f"spoken {spoken.audio.duration_s:.1f} s in {spoken.elapsed_s:.1f} s"
        )
    assert exported.stat().st_size / 1e6 < base.max_voice_mb


def _count(shape):
    total = 1
    for number in shape:
        total *= number
    return total


def _metrics(engine, run_id):
    from voiceclone.training.runs import metrics

    return metrics(engine.data_dir / "runs" / run_id)
