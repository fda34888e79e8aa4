"""Deletion that deletes: a sound goes the whole way, everything about its person is deleted, and nothing is left.

What is searched for: the bytes of the recordings, the names and texts, every id that was given on the way, and any file
of a kind that holds sound or something derived from it.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import gradio as gr
import pytest

from tests.browser.conftest import EXAMPLE
from tests.served_page import QUIET_SERVER, serve
from tests.small_project import fake_engine, make_project
from voiceclone.audio.sound import decode, encode_wav
from voiceclone.bases.kokoro.data.feature_cache import FeatureCache
from voiceclone.deletion.finding import Finder
from voiceclone.errors import BusyError, Cancelled, NotFoundError
from voiceclone.storage import disk, temporary
from voiceclone.training.lock import TrainingLock

pytestmark = QUIET_SERVER
NAME, VOICE = "Quirinia Zzyx", "Quirinia's gramophone"
TEXT = "Seventeen zebras measured the gramophone."
SOUND_SUFFIXES = {".wav", ".flac", ".npz", ".safetensors", ".zip", ".png", ".mp3"}
OLD_FOLDER = Path(__file__).parent / "data_folders" / "2026-11-28"
HOLD = """
import sys
from pathlib import Path
from voiceclone.storage import temporary
folder = temporary.page_folder(Path(sys.argv[1])) / sys.argv[2] / "copy"
folder.mkdir(parents=True)
(folder / "speech.wav").write_bytes(b"RIFF")
print(folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def system_folder(tmp_path_factory):
    """The system's temporary folder, for this process and those it starts."""
    folder = tmp_path_factory.mktemp("system")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder


@pytest.fixture(scope="module")
def page(tmp_path_factory, system_folder):
    yield from serve(tmp_path_factory)


@pytest.fixture
def recordings(tmp_path):
    """Six recordings as WAV and a table with their texts."""
    folder = tmp_path / "brought"
    folder.mkdir()
    for number, path in enumerate(EXAMPLE[:6]):
        encode_wav(decode(path), folder / f"zzyx-{number}.wav")
    lines = [f"zzyx-{number}|{TEXT} Number {number}." for number in range(6)]
    (folder / "zzyx.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def traces(folders, marks):
    """Every file below `folders` that has a mark in its path or its content, or is of a kind that holds sound."""
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            named = str(path.relative_to(folder)).encode()
            content = path.read_bytes() if path.is_file() else b""
            if path.suffix in SOUND_SUFFIXES or any(mark in named or mark in content for mark in marks):
                found.append(path)
    return found


def fingerprint(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def addresses_in(value):
    """Every file address in what a handler returned."""
    if isinstance(value, dict):
        own = [value["path"]] if value.get("path") and "url" in value else []
        return own + [one for inner in value.values() for one in addresses_in(inner)]
    return [one for inner in value for one in addresses_in(inner)] if isinstance(value, list) else []


def asked(page, name, *data):
    """Ask a handler that has to do it, and return the addresses of the files that came back."""
    went_well, answer = page.ask(name, *data)
    assert went_well, answer
    return addresses_in(answer["data"])


def status_of(page, path):
    return page.http.get(f"{page.url}/file={path}").status_code


def finished_voice(engine, project_id, name, **options):
    run = engine.start_training(project_id, name, True, steps=12, **options)
    *_, last = engine.runs.watch(run.run_id, 0.02)
    assert last.state == "finished", last.message
    return last


def comparison(data_dir, project_id, voice_ids):
    """What a comparison leaves, without the minutes that it takes."""
    folder = data_dir / "comparisons" / disk.new_id()
    request = {"project_id": project_id, "project_name": NAME}
    disk.write_json(folder / "request.json", request)
    disk.write_json(folder / "comparison.json", {"request": request, "ways": [{"voice_id": one} for one in voice_ids]})
    for name in ("recording.wav", "instant_01.wav", "comparison.png"):
        disk.write_bytes(folder / name, b"RIFF")
    return folder.name


def test_a_sound_goes_the_whole_way_and_nothing_of_it_is_left(page, recordings, system_folder, write_wav, speech):
    engine = page.engine
    data_dir, home = engine.data_dir, engine.data_dir.parent
    berta = make_project(data_dir, "Berta")
    berta_voice = finished_voice(engine, berta.project_id, "Berta").voice_id
    berta_spoke = asked(page, "say", berta_voice, "Good morning.", "en-us", 1.0)

    # It comes in, is cleaned, heard, drawn, packed, …
    assert page.ask("create", NAME, "en-us")[0]
    project_id = engine.projects.get(NAME).project_id
    sent = [page.upload(path) for path in sorted(recordings.glob("*.wav"))]
    table = page.upload(recordings / "zzyx.csv")
    assert page.ask("add", project_id, sent, None, table, "en-us", False, 0)[0]
    clips = engine.projects.clips(project_id)
    assert len(clips) == 6 and clips[0].text.startswith(TEXT)
    engine.projects.clean(project_id)
    engine.projects.set_own_script(project_id, TEXT, "en-us")
    shown = asked(page, "reopen", project_id, clips[0].clip_id) + asked(page, "pack", project_id)
    assert page.ask("draw", project_id, clips[0].clip_id)[0]
    FeatureCache(data_dir / "base" / "kokoro-82m" / "features").put("a" * 64, {}, clips[0].clip_id)
    FeatureCache(data_dir / "base" / "kokoro-82m" / "features").put("b" * 64, {})  # of a version that did not say whose
    disk.write_bytes(data_dir / "base" / "kokoro-82m" / "alignment_map_0.safetensors", b"map")

    # … learnt, said, compared, tested blind; one more training is in the midst of it.
    trained = finished_voice(engine, project_id, VOICE)
    instant = engine.instant_voice(project_id, f"{VOICE} - untrained", True)
    shown += asked(page, "say", trained.voice_id, TEXT, "en-us", 1.0) + asked(page, "show", trained.voice_id)
    test = engine.blind_tests.make(trained.voice_id, "recording", project_id=project_id)
    other_test = engine.blind_tests.make(instant.voice_id, "stock", project_id=project_id)
    compared = comparison(data_dir, project_id, [instant.voice_id])
    running = engine.start_training(project_id, "Never made", True, steps=100_000)
    waiting = page.upload(write_wav("zzyx-waiting.wav", speech))

    ids = [project_id, trained.run_id, trained.voice_id, instant.voice_id, running.run_id]
    ids += [test.test_id, other_test.test_id, compared, *(clip.clip_id for clip in clips)]
    words = [NAME, VOICE, "zzyx", TEXT, "Never made"]
    pieces = [path.read_bytes()[at : at + 48] for path in recordings.glob("*.wav") for at in (20_000, 60_000)]
    marks = [mark.encode() for mark in (*ids, *words, json.dumps(NAME).strip('"'))] + pieces
    kept = {name: fingerprint(data_dir / name) for name in (f"projects/{berta.project_id}",)}
    kept_voice = (data_dir / "voices" / f"{berta_voice}.safetensors").read_bytes()

    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data_dir), trained.voice_id],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        elsewhere = Path(other.stdout.readline().strip())
        before = {path.relative_to(data_dir).parts[0] for path in traces([data_dir], marks)}
        assert before >= {"projects", "runs", "voices", "blind", "comparisons", "base", "temporary"}
        assert not [path for path in sent if Path(path["path"]).exists()]  # taken in, so not needed any more
        assert [status_of(page, path) for path in (*shown, *berta_spoke, waiting["path"])] == [200] * (
            len(shown) + len(berta_spoke) + 1
        )
        assert len(shown) >= 5

        # One question, with a list; then it goes.
        went_well, answer = page.ask("ask_delete_person", project_id)
        told = json.dumps(answer["data"], ensure_ascii=False)
        assert went_well and f"Delete everything about “{NAME}”" in told
        for line in ("6 clips with", "2 trainings with", "2 voices: “Quirinia", "1 comparison", "2 listening tests",
                     "The training of “Never made”, which is running, is ended first."):  # fmt: skip
            assert line in told
        went_well, answer = page.ask("delete_person", project_id, False, 0, 0)
        assert went_well, answer
        assert not elsewhere.exists() and elsewhere.parents[2].exists()  # of a process that lives on
        other.stdin.close()

    hers = {data_dir / "voices" / f"{berta_voice}.safetensors", *(data_dir / "projects" / berta.project_id).rglob("*"),
            *(data_dir / "runs").glob(f"{engine.runs.find('Berta').run_id}/**/*"), *map(Path, berta_spoke)}  # fmt: skip
    assert [path for path in traces([home, system_folder], marks) if path not in hers] == []
    assert not [path for path in traces([home], marks[: len(ids) + len(words)]) if path.suffix not in SOUND_SUFFIXES]
    assert [status_of(page, path) for path in (*shown, waiting["path"])] == [403] * (len(shown) + 1)
    assert TrainingLock(data_dir).holder() is None
    assert {name: fingerprint(data_dir / name) for name in kept} == kept
    assert (data_dir / "voices" / f"{berta_voice}.safetensors").read_bytes() == kept_voice
    assert status_of(page, berta_spoke[0]) == 200
    assert not page.ask("delete_person", project_id, False, 0, 0)[0]


def test_a_deleted_clip_or_voice_is_not_served_any_more(page):
    engine = page.engine
    project = make_project(engine.data_dir, "Cleo")
    clip = engine.projects.clips(project.project_id)[0]
    features = FeatureCache(engine.data_dir / "base" / "kokoro-82m" / "features")
    for key, clip_id in (("c" * 64, clip.clip_id), ("d" * 64, "0" * 32), ("e" * 64, "")):
        features.put(key, {}, clip_id)
    shown = asked(page, "reopen", project.project_id, clip.clip_id)
    assert [status_of(page, path) for path in shown] == [200, 200]
    assert page.ask("delete", project.project_id, clip.clip_id, 0)[0]
    assert [status_of(page, path) for path in shown] == [403, 403]
    assert features.get("c" * 64) is None and features.get("d" * 64) is not None and features.get("e" * 64) is not None

    voice_id = finished_voice(engine, project.project_id, "Cleo").voice_id
    said = asked(page, "say", voice_id, "Good morning.", "en-us", 1.0) + asked(page, "show", voice_id)
    assert {status_of(page, path) for path in said} == {200}
    assert page.ask("ask_delete_voice", voice_id)[0]
    assert page.ask("delete_voice", voice_id, 0)[0]
    assert {status_of(page, path) for path in said} == {403}
    assert engine.runs.all(project.project_id) == [] and len(engine.projects.clips(project.project_id)) == 3


def test_a_person_at_work_is_deleted_later(page, recordings, monkeypatch):
    project = make_project(page.engine.data_dir, "Dora")
    sent = page.upload(recordings / "zzyx-0.wav")
    begun, go_on = threading.Event(), threading.Event()

    def slow(*given, **named):
        begun.set()
        assert go_on.wait(60)
        raise Cancelled("Stopped.")

    monkeypatch.setattr(page.engine.projects, "add_clips", slow)
    adding = threading.Thread(target=page.ask, args=("add", project.project_id, [sent], None, None, "en-us", False, 0))
    adding.start()
    try:
        assert begun.wait(60)
        with pytest.raises(gr.Error, match="being added, cleaned or checked"):
            page.event("delete_person").fn(project.project_id, False, 0, 0)
    finally:
        go_on.set()
        adding.join()
    assert Path(sent["path"]).exists()  # the page still shows it, to be added once more
    assert page.ask("delete_person", project.project_id, False, 0, 0)[0]
    assert not Path(sent["path"]).exists()


def test_what_is_said_while_its_voice_is_deleted_does_not_stay(page, monkeypatch):
    engine = page.engine
    project = make_project(engine.data_dir, "Emil")
    voice_id = finished_voice(engine, project.project_id, "Emil").voice_id
    say = engine.speak_to_file

    def slow(wanted, words, path, **named):
        engine.deletion.delete_voice(wanted)
        return say(None, words, path, **named)  # a voice that was loaded before speaks without its file

    monkeypatch.setattr(engine, "speak_to_file", slow)
    went_well, answer = page.ask("say", voice_id, "Good morning.", "en-us", 1.0)
    assert not went_well and "no longer there" in answer["error"]
    assert list(engine.page_folder().glob(f"{voice_id}/*")) == []


@pytest.fixture
def engine(tmp_path):
    return fake_engine(tmp_path / "data")


def test_the_voices_may_stay(engine):
    project = make_project(engine.data_dir, NAME)
    last = finished_voice(engine, project.project_id, VOICE)
    told = engine.deletion.of_person(NAME, keep_voices=True)
    assert "voices" not in {item.kind for item in told.items} and "The voices stay" in told.remarks[0]
    assert engine.deletion.delete_person(NAME, keep_voices=True) == told
    assert [voice.voice_id for voice in engine.voices.all()] == [last.voice_id]
    assert engine.projects.all() == [] and engine.runs.all() == []
    assert engine.speak(last.voice_id, "Good morning.").audio.duration_s > 0


def test_a_voice_goes_with_what_it_was_learnt_and_tested_with(engine):
    project = make_project(engine.data_dir, NAME, clip_count=8)
    first, second = (finished_voice(engine, project.project_id, name) for name in (VOICE, "Other"))
    tests = [engine.blind_tests.make(one.voice_id, "stock", project_id=project.project_id) for one in (first, second)]
    compared = [comparison(engine.data_dir, project.project_id, [one.voice_id]) for one in (first, second)]
    told = engine.deletion.delete_voice(VOICE)
    assert {item.kind for item in told.items} == {"trainings", "voices", "comparisons", "listening tests"}
    assert [run.run_id for run in engine.runs.all()] == [second.run_id]
    assert [test.test_id for test in engine.blind_tests.all()] == [tests[1].test_id]
    assert [path.name for path in (engine.data_dir / "comparisons").iterdir()] == [compared[1]]
    assert len(engine.projects.clips(project.project_id)) == 8
    marks = [first.voice_id.encode(), first.run_id.encode()]
    found = [path for path in engine.data_dir.rglob("*") if path.is_file() and path.suffix == ".json"]
    assert not [path for path in found if any(mark in path.read_bytes() for mark in marks)]
    with pytest.raises(NotFoundError):
        engine.deletion.of_voice(VOICE)


def test_what_a_later_training_began_from_goes_too_but_not_under_its_feet(engine):
    project = make_project(engine.data_dir, NAME)
    first = finished_voice(engine, project.project_id, VOICE)
    second = finished_voice(engine, project.project_id, "Later", continue_from=VOICE)
    copy = engine.data_dir / "runs" / second.run_id / "start_voice.safetensors"
    assert copy.is_file()
    third = engine.start_training(project.project_id, "Now", True, steps=100_000, continue_from=VOICE)
    told = engine.deletion.of_voice(first.voice_id)
    assert "“Now” is being trained from this voice" in told.refusal
    with pytest.raises(BusyError, match="“Now” is being trained from this voice"):
        engine.deletion.delete_voice(first.voice_id)
    assert engine.voices.get(VOICE).voice_id == first.voice_id and copy.is_file()
    engine.runs.stop(third.run_id)
    *_, last = engine.runs.watch(third.run_id, 0.02)
    assert last.state == "stopped"
    engine.deletion.delete_voice(first.voice_id)
    assert not copy.exists() and not list((engine.data_dir / "runs").glob("*/start_voice*"))
    assert "Later" in {voice.name for voice in engine.voices.all()}


def test_a_data_folder_of_an_older_version_keeps_nothing_of_a_person(tmp_path):
    data_dir = tmp_path / "data"
    shutil.copytree(OLD_FOLDER, data_dir)
    engine = fake_engine(data_dir)
    project = engine.projects.get("Joe")
    texts = [clip.text.encode() for clip in engine.projects.clips(project.project_id) if clip.text]
    ids = [project.project_id, *(run.run_id for run in engine.runs.all())]
    told = engine.deletion.of_person("Joe")
    assert {item.kind: item.count for item in told.items if item.kind in ("trainings", "comparisons")} == {
        "trainings": len(ids) - 1,
        "comparisons": 1,
    }
    assert any("do not say from whose recordings" in line and "“Joe - untrained”" in line for line in told.remarks)
    engine.deletion.delete_person("Joe")
    marks = [one.encode() for one in ids] + texts
    found = traces([data_dir], marks)
    unclear = {data_dir / "voices" / f"{voice.voice_id}.safetensors" for voice in engine.voices.all()}
    models = {path for path in (data_dir / "base").rglob("*") if "features" not in path.parts}
    assert [path for path in found if path not in unclear | models] == []
    assert engine.blind_tests.all() == [] and engine.comparisons.all() == []
    for voice in engine.voices.all():
        engine.deletion.delete_voice(voice.voice_id)
    assert list((data_dir / "voices").iterdir()) == []


def test_a_damaged_person_a_damaged_voice_and_a_damaged_training_can_be_deleted(engine):
    project = make_project(engine.data_dir, NAME)
    last = finished_voice(engine, project.project_id, VOICE)
    for name in ("run.json", "run.copy.json"):
        (engine.data_dir / "runs" / last.run_id / name).write_bytes(b"{")
    (engine.data_dir / "voices" / f"{last.voice_id}.safetensors").write_bytes(b"no voice")
    engine.deletion.delete_voice(last.voice_id)
    assert list((engine.data_dir / "voices").iterdir()) == []
    for name in ("project.json", "project.copy.json"):
        (engine.data_dir / "projects" / project.project_id / name).write_bytes(b"{")
    told = engine.deletion.delete_person(project.project_id)
    assert told.name == "a person whose name is lost"
    assert list((engine.data_dir / "projects").iterdir()) == list((engine.data_dir / "runs").iterdir()) == []


def test_what_is_written_while_it_is_deleted_goes_too(engine, monkeypatch):
    project = make_project(engine.data_dir, NAME)
    folder = engine.data_dir / "projects" / project.project_id
    look = Finder.of_person

    def late(self, *given, **named):
        if named.get("gone") and not late.written:
            late.written = True
            disk.write_bytes(folder / "clips" / ("1" * 32) / "original.flac", b"late")
        return look(self, *given, **named)

    late.written = False
    monkeypatch.setattr(Finder, "of_person", late)
    engine.deletion.delete_person(NAME)
    assert late.written and not folder.exists()


def test_clips_of_a_deleted_person_are_not_kept(engine):
    from voiceclone.clips.library import ClipLibrary

    project = make_project(engine.data_dir, NAME)
    library = ClipLibrary(engine.data_dir)
    record = library.records(project.project_id)[0]
    sound = library.audio(project.project_id, record.clip_id)
    engine.deletion.delete_person(NAME)
    with pytest.raises(NotFoundError):
        library.save_new(project.project_id, record, sound, bits=16)
    assert not (engine.data_dir / "projects" / project.project_id).exists()


def test_a_kill_while_it_is_deleted_leaves_it_out_of_sight_and_the_next_start_deletes_it(engine, monkeypatch):
    project = make_project(engine.data_dir, NAME)
    rmtree = shutil.rmtree

    def killed(path, *given, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(temporary.shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        temporary.discard(engine.data_dir, [engine.data_dir / "projects" / project.project_id])
    monkeypatch.setattr(temporary.shutil, "rmtree", rmtree)
    assert engine.projects.all() == [] and list(engine.data_dir.rglob("original.flac"))
    temporary.leave(engine.data_dir)
    assert not list(engine.data_dir.rglob("original.flac"))
