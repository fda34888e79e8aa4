"""The engine as a whole: what it refuses, the example, training, voices and speech through one door."""

import json
import sys
import threading

import pytest

from tests.fake_base import FakeBase, spectral_centre_hz
from tests.small_project import fake_engine, make_project
from voiceclone import VoiceEngine, host
from voiceclone.errors import (
    BaseModelError,
    ConsentError,
    InputError,
    NotEnoughSpeechError,
    NotFoundError,
    StorageError,
    TextError,
    VoiceFileError,
)
from voiceclone.evaluation.panel import BROKEN
from voiceclone.limits import MAX_TRAIN_MINUTES, MAX_TRAIN_STEPS
from voiceclone.services.projects import EXAMPLE_NAME
from voiceclone.training import candidates
from voiceclone.training.candidates import Candidate
from voiceclone.ui.text import history as history_text


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


@pytest.fixture
def project_id(engine):
    return make_project(engine.data_dir).project_id


def trained(engine, project_id, name="Anna", steps=10):
    run_id = engine.start_training(project_id, name, True, steps=steps).run_id
    *_, last = engine.runs.watch(run_id, interval_s=0.02)
    assert last.state == "finished", last.message
    return engine.voices.get(last.voice_id)


@pytest.mark.parametrize("consent", [False, None, 1, "yes"])
def test_without_consent_nothing_is_trained(engine, project_id, consent):
    with pytest.raises(ConsentError, match="permission"):
        engine.start_training(project_id, "Anna", consent)
    assert engine.runs.all() == []


def test_too_little_speech_is_told_with_what_is_missing(engine):
    project = make_project(engine.data_dir, clip_count=1, speech_s=3.0)
    with pytest.raises(NotEnoughSpeechError, match=r"3 s .* at least 10 s.* 7 s more"):
        engine.start_training(project.project_id, "Anna", True)
    assert engine.runs.all() == []


def test_an_effort_is_worked_out_into_steps_for_this_base_and_kept_with_the_run(engine, project_id):
    plan = engine.runs.estimate(project_id).plan("quick")
    run_id = engine.start_training(project_id, "Anna", True, effort="quick").run_id
    *_, last = engine.runs.watch(run_id, interval_s=0.02)
    record = engine.runs.record(run_id)
    assert (record.effort, record.steps_asked, record.minutes_asked) == ("quick", plan.steps, None)
    assert last.total_steps == plan.steps
    assert ("How long", f"Quick, for {plan.steps} steps") in history_text.run_settings(record, "Fake base")


def test_an_effort_is_minutes_for_a_base_that_knows_no_steps(engine, project_id):
    single = VoiceEngine(engine.data_dir, "fake-base", base_factory="tests.fake_base:SingleBase")
    assert single.runs.estimate(project_id).plan("better").minutes == 15.0
    run_id = single.start_training(project_id, "Anna", True, effort="better").run_id
    record = single.runs.record(run_id)
    assert (record.effort, record.minutes_asked, record.steps_asked) == ("better", 15.0, None)
    single.runs.stop(run_id)
    list(single.runs.watch(run_id, interval_s=0.02))


def test_a_run_of_an_older_version_has_no_effort(engine, project_id):
    run_id = engine.start_training(project_id, "Anna", True, steps=3).run_id
    list(engine.runs.watch(run_id, interval_s=0.02))
    for path in (engine.data_dir / "runs" / run_id).glob("run.json*"):
        told = json.loads(path.read_text(encoding="utf-8"))
        if "effort" in told:
            del told["effort"]
            path.write_text(json.dumps(told), encoding="utf-8")
    record = engine.runs.record(run_id)
    assert (record.effort, record.steps_asked) == (None, 3)


@pytest.mark.parametrize(
    "plan",
    [
        {"minutes": 1, "steps": 1},
        {"minutes": 1, "effort": "quick"},
        {"steps": 1, "effort": "quick"},
        {"effort": "thorough"},
        {"minutes": 0},
        {"minutes": -1},
        {"minutes": float("nan")},
        {"minutes": MAX_TRAIN_MINUTES + 1},
        {"steps": 0},
        {"steps": MAX_TRAIN_STEPS + 1},
        {"seed": -1},
        {"seed": 2**31},
    ],
)
def test_a_plan_out_of_its_limits_is_told(engine, project_id, plan):
    with pytest.raises(InputError):
        engine.start_training(project_id, "Anna", True, **plan)
    assert engine.runs.all() == []


def test_an_unnamed_voice_and_an_unknown_project_are_told(engine, project_id):
    with pytest.raises(InputError, match="voice name"):
        engine.start_training(project_id, "   ", True)
    with pytest.raises(NotFoundError):
        engine.start_training("nobody", "Anna", True)


def test_a_full_disk_stops_before_anything_is_written(engine, project_id, monkeypatch):
    monkeypatch.setattr("voiceclone.training.runner.NEEDED_DISK_MB", 1e12)
    with pytest.raises(StorageError, match="Free some space"):
        engine.start_training(project_id, "Anna", True)
    assert engine.runs.all() == []
    assert engine.runs.active() is None


def test_a_training_whose_process_cannot_be_started_leaves_the_way_free(engine, project_id, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("voiceclone.training.runner.sys.executable", "/nowhere/python")
        with pytest.raises(FileNotFoundError):
            engine.start_training(project_id, "Anna", True)
    trained(engine, project_id)


@pytest.mark.parametrize("run_id", ["", "..", "a" * 32, "../projects"])
def test_an_unknown_run_is_told(engine, run_id):
    for ask in (
        engine.runs.status,
        engine.runs.stop,
        engine.runs.resume,
        engine.runs.delete,
        engine.runs.loss_points,
    ):
        with pytest.raises(NotFoundError):
            ask(run_id)


def test_a_plot_keeps_its_limit_with_the_held_out_losses_in_it(engine, project_id):
    trained(engine, project_id)
    run_id = engine.runs.all()[0].run_id
    run_dir = engine.data_dir / "runs" / run_id
    rows = (json.dumps({"step": step, "loss": 1 / step, "phase": "all"}) for step in range(1, 601))
    (run_dir / "metrics.jsonl").write_text("\n".join(rows), encoding="utf-8")
    for step in range(50, 601, 50):
        candidates.add(run_dir, Candidate(step, BROKEN, f"{step}.flac", f"{step}.safetensors", held_out_loss=0.5))
    points = engine.runs.loss_points(run_id, limit=400)
    assert len(points) == 400
    assert [point["step"] for point in points if point["series"] == "held_out"] == list(range(50, 601, 50))


def test_from_recordings_to_speech_and_the_voice_elsewhere(engine, project_id, tmp_path):
    voice = trained(engine, project_id)
    exported = engine.voices.export("Anna", tmp_path / "anna.safetensors")
    other = fake_engine(tmp_path / "other")
    imported = other.voices.import_file(exported)
    here = engine.speak(voice.voice_id, "Hello there, how are you?").audio
    there = other.speak("Anna", "Hello there, how are you?").audio
    assert (here.samples == there.samples).all()
    assert spectral_centre_hz(there) < 400
    assert engine.voices.rename("anna", "Berta").name == "Berta"
    with pytest.raises(NotFoundError, match="“Berta”"):
        engine.voices.get("Anna")
    engine.voices.delete("Berta")
    other.voices.delete(imported.voice_id)
    assert engine.voices.all() == other.voices.all() == []


def test_one_process_trains_the_same_voice_from_the_same_seed(engine, project_id):
    first, second = (trained(engine, project_id, steps=12) for _ in range(2))
    sounds = [engine.speak(voice.voice_id, "The same words.").audio.samples for voice in (first, second)]
    assert (sounds[0] == sounds[1]).all()


def test_a_voice_of_another_base_is_not_spoken_with(engine, project_id):
    voice = trained(engine, project_id)
    engine.base.weights_sha256 = "0" * 64
    with pytest.raises(VoiceFileError, match="other weights"):
        engine.speak(voice.voice_id, "Hello.")


def test_speaking_tells_what_is_wrong(engine, tmp_path):
    with pytest.raises(NotFoundError, match="no voice called “Nobody”"):
        engine.speak("Nobody", "Hello.")
    with pytest.raises(TextError):
        engine.speak_to_file(None, "", tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


def test_the_base_is_made_ready_once(engine):
    told = []
    assert not engine.base.is_ready()
    engine.prepare_base(lambda share, words: told.append(share))
    assert engine.base.is_ready()
    assert told[-1] == 1.0


def test_an_unknown_base_is_told(tmp_path):
    with pytest.raises(BaseModelError, match="kokoro-82m"):
        _ = VoiceEngine(tmp_path, "no-such-base").base
    for factory in ("nowhere.module:Class", "tests.fake_base:Nothing", "", "tests.fake_base"):
        with pytest.raises(BaseModelError, match=r"package\.module:Class"):
            _ = VoiceEngine(tmp_path, "x", base_factory=factory).base


def test_a_known_base_is_not_replaced_by_what_lies_in_a_file(engine, project_id):
    """Only the Python program names code to load: an engine without it never loads one."""
    assert isinstance(engine.base, FakeBase)
    plain = VoiceEngine(engine.data_dir)
    trained(engine, project_id)
    assert [voice.name for voice in plain.voices.all()] == ["Anna"]
    assert "base_factory" not in vars(plain.voices.all()[0])


def test_the_data_folder_is_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("VOICECLONE_HOME", str(tmp_path / "home"))
    assert VoiceEngine().data_dir == tmp_path / "home"
    monkeypatch.delenv("VOICECLONE_HOME")
    assert VoiceEngine().data_dir == host.CHECKOUT_DIR / "models"
    assert VoiceEngine("relative").data_dir.is_absolute()


@pytest.mark.skipif(sys.platform != "linux", reason="where it is depends on the system")
def test_an_installed_package_keeps_its_data_with_the_users(tmp_path, monkeypatch):
    monkeypatch.delenv("VOICECLONE_HOME", raising=False)
    monkeypatch.setattr(host, "IS_CHECKOUT", False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert host.data_dir() == tmp_path / "voiceclone"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert host.data_dir() == tmp_path / ".local" / "share" / "voiceclone"


@pytest.mark.parametrize(("port", "expected"), [("", 7860), ("8000", 8000), (" 81 ", 81)])
def test_the_address_is_where_the_environment_says(monkeypatch, port, expected):
    monkeypatch.setenv("PORT", port)
    monkeypatch.delenv("HOST", raising=False)
    assert host.address() == ("127.0.0.1", expected)
    assert host.address("0.0.0.0", 90) == ("0.0.0.0", 90)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "1.5"])
def test_a_port_that_is_none_is_told(monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(InputError, match="PORT"):
        host.address()


def test_the_example_is_loaded_once(engine):
    project = engine.load_example()
    assert project.name == EXAMPLE_NAME
    assert engine.projects.readiness(project.project_id).usable_s > 50
    assert all(clip.text and not clip.transcribed for clip in engine.projects.clips(project.project_id))
    assert engine.load_example() == project
    assert len(engine.projects.all()) == 1


def test_two_pages_may_ask_for_the_example_at_once(engine):
    found = []
    threads = [threading.Thread(target=lambda: found.append(engine.load_example())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len({project.project_id for project in found}) == 1
    assert len(engine.projects.all()) == 1
