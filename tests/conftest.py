"""Fixtures shared by all tests: tones, noise, real speech and small libraries."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, joined

from voiceclone.audio.sound import Audio, decode, encode_wav
from voiceclone.clips import ClipLibrary, Project


def pytest_configure(config: pytest.Config) -> None:
    """Give each process of `pytest -n` a core of its own.

    Two that share their cores wait for each other at every barrier of torch's threads: three to five times slower.
    """
    worker = getattr(config, "workerinput", None)
    if worker is not None and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(worker["workerid"].removeprefix("gw")) % len(cores)]})


@pytest.fixture(scope="session")
def speech() -> Audio:
    """3.3 s of speech, 22.05 kHz: “The quiet morning light fell across the kitchen table.”"""
    return decode(EXAMPLE_DIR / "joe_01.flac")


@pytest.fixture(scope="session")
def long_speech() -> Audio:
    """About 20 s: six sentences with pauses of 0.4 s between them."""
    return joined(*(decode(EXAMPLE_DIR / f"joe_{number:02d}.flac") for number in range(1, 7)))


@pytest.fixture
def speech_file(speech: Audio, tmp_path: Path) -> Path:
    """The speech as a 16-bit WAV."""
    encode_wav(speech, tmp_path / "speech.wav")
    return tmp_path / "speech.wav"


@pytest.fixture
def library(tmp_path: Path) -> ClipLibrary:
    """An empty library."""
    return ClipLibrary(tmp_path / "data")


@pytest.fixture
def project(library: ClipLibrary) -> Project:
    """An empty English project in `library`."""
    return library.create_project("Anna")


@pytest.fixture
def example_library(library: ClipLibrary, project: Project) -> ClipLibrary:
    """`library` with the first three example clips and their texts in `project`."""
    library.add_files(
        project.project_id,
        [EXAMPLE_DIR / f"joe_{number:02d}.flac" for number in (1, 2, 3)],
        transcripts=EXAMPLE_TEXTS,
    )
    return library


@pytest.fixture
def write_wav(tmp_path: Path) -> Callable[[str, Audio], Path]:
    """Write a sound under a name and return its path."""

    def write(name: str, audio: Audio) -> Path:
        encode_wav(audio, tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture(scope="session")
def kokoro_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded base model, converted once (some 3 s); tests must not change it."""
    from voiceclone.bases.kokoro.model import weights

    folder = tmp_path_factory.mktemp("kokoro") / "base"
    weights.install_embedded(folder)
    return folder


@pytest.fixture(scope="session")
def kokoro(kokoro_folder: Path):
    """One `KokoroBase` whose loaded network all tests share; whoever puts a voice on takes it off again."""
    from voiceclone.bases.kokoro import KokoroBase

    return KokoroBase(kokoro_folder)


@pytest.fixture(scope="session")
def kokoro_network(kokoro):
    """The network inside `kokoro`, as the untouched base; tests must not change it."""
    return kokoro.synthesizer.untouched()


@pytest.fixture(scope="module")
def network(kokoro_folder: Path):
    """The untouched network; trainers get copies of it."""
    from voiceclone.bases.kokoro.model.weights import load_network

    return load_network(kokoro_folder)


@pytest.fixture(scope="module")
def prepared(kokoro_folder: Path, network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which only the style learns, so that its checkpoints are small; features are made, no step is."""
    from kokoro_runs import STEPS, load_once, prepare

    from voiceclone.bases.base import Policy, TrainingPlan
    from voiceclone.bases.kokoro.train.trainer import Trainer

    run_dir = tmp_path_factory.mktemp("runs") / "prepared"
    prepare(kokoro_folder, run_dir, 2, TrainingPlan(steps=STEPS, policy=Policy.TRANSFER))
    with pytest.MonkeyPatch.context() as patch:
        load_once(patch, network)
        trainer = Trainer(run_dir, kokoro_folder, "cpu")
    while trainer.clips.pending:
        trainer.clips.make_next_ready()
    return run_dir


@pytest.fixture
def make_trainer(prepared: Path, kokoro_folder: Path, network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a trainer of a run folder; without one, of a new copy of the prepared run."""
    from kokoro_runs import copy_run, load_once, use_recipe

    from voiceclone.bases.kokoro.train.trainer import Trainer

    use_recipe(monkeypatch)
    load_once(monkeypatch, network)

    def make(run_dir: Path | None = None) -> Trainer:
        return Trainer(run_dir or copy_run(prepared, tmp_path / "run"), kokoro_folder, "cpu")

    return make


@pytest.fixture(scope="module")
def vits_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """YourTTS and VITS VCTK as released, small and ready to use; tests must not change them."""
    from coqui_bundles import VCTK, YOUR_TTS, install_bundle

    data_dir = tmp_path_factory.mktemp("data")
    return {base_id: install_bundle(base_id, data_dir) for base_id in (YOUR_TTS, VCTK)}


@pytest.fixture
def no_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the judges of a finished coqui voice: loading three recognisers for every small run takes minutes."""
    monkeypatch.setattr("voiceclone.bases.coqui.finished.sentences.score", lambda *_: {"naturalness": 3.0})
