"""The page behind a real server, asked the way a stranger's program would ask it."""

import base64
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.browser.conftest import EXAMPLE
from tests.served_page import MADE_UP, QUIET_SERVER, serve
from tests.sounds import make_noise
from voiceclone import VoiceEngine
from voiceclone.audio.sound import Audio, decode, encode_wav
from voiceclone.clips.model import AddReport, Rejected
from voiceclone.clips.transcripts.reader import TextsByFile, read_transcripts
from voiceclone.ui.record_tab.booth import MAX_TAKE_BASE64
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import record as record_text
from voiceclone.ui.text import speak as speak_text
from voiceclone.ui.text import train as train_text

EXAMPLE_WORDS = read_transcripts(EXAMPLE[0].with_name("metadata.csv"))
pytestmark = QUIET_SERVER


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    yield from serve(tmp_path_factory)


@pytest.fixture
def project(page):
    name = f"Person {len(page.engine.projects.all())}"
    return page.engine.projects.create(name)


def test_a_person_is_made_and_named_twice_only_once(page):
    assert page.ask("create", "Nora", "es")[0]
    assert page.engine.projects.get("Nora").language == "es"
    went_well, answer = page.ask("create", "nora", "es")
    assert not went_well
    assert "Nora" in answer["error"] or "nora" in answer["error"]


def test_recordings_may_be_in_a_language_that_the_voice_will_not_speak(page):
    (choice,) = [block for block in page.demo.blocks.values() if getattr(block, "elem_id", "") == "record-language"]
    assert ("Russian", "ru") in choice.choices
    assert page.ask("create", "Иван", "ru")[0]
    project = page.engine.projects.get("Иван")
    _, answer = page.ask("open_project", project.project_id)
    language, script, _ = answer["data"]
    assert (language["value"] if isinstance(language, dict) else language) == "ru"
    assert set("абв") <= set(script)
    _, answer = page.ask("say_limits", "ru")
    assert "The voice will not speak Russian: it takes the colour of your voice" in answer["data"][0]
    assert page.ask("say_limits", "es")[1]["data"] == [""]


@pytest.mark.parametrize("name", ["", "   ", None])
def test_a_person_needs_a_name(page, name):
    went_well, answer = page.ask("create", name, "en-us")
    assert (went_well, answer["error"]) == (False, common_text.NEED_NAME)


@pytest.mark.parametrize("value", MADE_UP)
def test_a_made_up_person_gets_one_sentence(page, value):
    went_well, answer = page.ask("open_project", value)
    assert not went_well
    assert "no project" in answer["error"]


@pytest.mark.parametrize("value", [value for value in MADE_UP if value and isinstance(value, str)])
def test_a_made_up_voice_or_run_gets_one_sentence(page, value):
    for handler, data in (("rename", [value, "Another name", 0]), ("tick", [value, None])):
        went_well, answer = page.ask(handler, *data)
        assert not went_well
        assert "choose" in answer["error"].lower() or "no voice" in answer["error"]


def test_a_damaged_person_is_spoken_of(page):
    lost = page.engine.projects.create("Lost")
    folder = page.engine.data_dir / "projects" / lost.project_id
    _, answer = page.ask("tell_damage", lost.project_id)
    assert not answer["data"][0]["visible"]
    for name in ("project.json", "project.copy.json"):
        (folder / name).write_bytes(b'{"project_id":')
    _, answer = page.ask("tell_damage", page.engine.projects.all()[0].project_id)
    assert answer["data"][0]["visible"] and "Nothing was deleted" in answer["data"][0]["value"]
    shutil.rmtree(folder)
    assert not page.ask("tell_damage", "../..")[0]


def test_what_a_person_types_comes_back_as_text_not_as_markup(page):
    _, answer = page.ask("open_project", "<img src=x onerror=alert(1)>")
    assert "<img" not in answer["error"]
    assert "&lt;img" in answer["error"]


def start(page, project, effort="quick", consent=True, steps=None, minutes=None, seed=0, name="Voice"):
    return page.ask("start", project.project_id, name, consent, "", "", effort, steps, minutes, seed)


def test_training_asks_for_consent_and_for_speech(page, project):
    for consent in (False, None, 1, "yes"):
        went_well, answer = start(page, project, consent=consent)
        assert not went_well and "permission" in answer["error"]
    went_well, answer = start(page, project)
    assert not went_well and "usable speech" in answer["error"]
    assert page.engine.runs.all() == []


@pytest.mark.parametrize(
    "asked",
    [
        *({"effort": effort} for effort in ("best; rm", 5, ["best"])),
        *({"steps": steps} for steps in (-1, 10**9, 1.5, True, "5; rm", [5])),
        *({"minutes": minutes} for minutes in (-1, 10**9, True, "5; rm", [5])),
        *({"seed": seed} for seed in (-1, 2**31, 0.5, "0; rm", [0])),
        {"steps": 10, "minutes": 1},
    ],
)
def test_only_lengths_that_make_sense_are_taken(page, project, asked):
    page.engine.projects.add_clips(project.project_id, EXAMPLE[:4], transcripts=EXAMPLE_WORDS)
    went_well, answer = start(page, project, **asked)
    assert not went_well and answer["error"].endswith(".")
    assert answer["error"] != common_text.UNEXPECTED
    assert page.engine.runs.all() == []


def test_a_name_that_is_taken_is_asked_about_before_anything_starts(page, project):
    page.engine.prepare_base()
    page.engine.projects.add_clips(project.project_id, EXAMPLE[:4], transcripts=EXAMPLE_WORDS)
    voice = page.engine.instant_voice(project.project_id, "Taken", True)
    went_well, answer = start(page, project, name=" taken ")
    told = json.dumps(answer["data"], ensure_ascii=False)
    assert went_well and "already have a voice called “Taken”" in told and "“Taken (2)”" in told
    assert page.engine.runs.all() == []
    for way in ("overwrite", 7, ["replace"]):
        assert (
            page.ask("start_as_chosen", way, project.project_id, "Taken", True, "", "", "quick", 5, None, 0)[0] is False
        )
    assert page.engine.runs.all() == []
    for way, names in (("beside", {"Taken", "Taken (2)"}), ("replace", {"Taken", "Taken (2)"})):
        asked = ("start_as_chosen", way, project.project_id, "Taken", True, "", "", "quick", 5, None, 0)
        assert page.ask(*asked)[0]
        *_, last = page.engine.runs.watch(page.engine.runs.all()[0].run_id, 0.02)
        assert last.state == "finished", last.message
        assert {known.name for known in page.engine.voices.all()} == names
    assert page.engine.voices.get("Taken").voice_id != voice.voice_id


def test_what_comes_before_a_training_is_shown_and_never_breaks(page, project):
    page.engine.projects.add_clips(project.project_id, EXAMPLE[:4], transcripts=EXAMPLE_WORDS)
    page.engine.runs.measure_speed(wait=True)
    shown = json.dumps(page.ask("look", project.project_id, False, "", "fine-tune", "best", None, None, 0)[1]["data"])
    assert all(train_text.LEVELS[level] in shown for level in ("fine", "fix first"))
    assert train_text.DERIVED["decoder_rate"] in shown and "<script>" not in shown
    for steps, minutes, seed in (
        (7, 0, 0),
        (0, 2, 0),
        (7, None, 0),
        (None, 2, 0),
        (7, 2, 0),
        ("x", None, [1]),
        (None, 10**9, None),
    ):
        given = (project.project_id, "<script>", "", "<script>", "<script>", steps, minutes, seed)
        went_well, answer = page.ask("look", *given)
        assert went_well and "<script>" not in json.dumps(answer["data"])


def test_what_comes_before_a_training_waits_until_somebody_is_chosen(page):
    for handler in ("look", "look_and_measure"):
        assert page.ask(handler, "", False, "", "fine-tune", "", None, None, 0)[0]


def coded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("takes") / "spoken.wav"
    encode_wav(decode(EXAMPLE[0]), path)
    return path


def test_a_take_is_on_disk_before_the_page_says_so(page, project, spoken):
    take = {"project_id": project.project_id, "language": "en-us", "sentence": "What I said.", "wav": coded(spoken)}
    answer = page.call("keep_take", take)
    assert answer["ok"] and answer["words"].startswith("Kept")
    (clip,) = VoiceEngine(page.engine.data_dir).projects.clips(project.project_id)
    assert (clip.text, clip.source_name) == ("What I said.", f"{record_text.TAKE_FILE}.wav")
    assert clip.duration_s == pytest.approx(decode(EXAMPLE[0]).duration_s, abs=0.01)


def test_a_part_that_is_left_out_of_a_take_is_told_and_the_rest_is_kept(page, project, spoken, monkeypatch):
    add = page.engine.projects.add_clips

    def add_all_but_the_end(*given, **named):
        report = add(*given, **named)
        return AddReport(report.added, (Rejected("take.wav", "4 s were left out. Pause between sentences."),))

    monkeypatch.setattr(page.engine.projects, "add_clips", add_all_but_the_end)
    take = {"project_id": project.project_id, "language": "en-us", "sentence": "What I said.", "wav": coded(spoken)}
    answer = page.call("keep_take", take)
    assert answer["ok"] and answer["kind"] != "good"
    assert answer["words"].startswith("Kept") and "left out" in answer["words"]


@pytest.mark.parametrize(
    "change",
    [
        {"wav": ""},
        {"wav": None},
        {"wav": "no base64!"},
        {"wav": base64.b64encode(b"no sound at all").decode()},
        {"wav": "A" * (MAX_TAKE_BASE64 + 1)},
        {"sentence": " "},
        {"sentence": 7},
        {"language": "xx"},
        {"language": ["en-us"]},
        {"project_id": "../../etc"},
        {"project_id": "0" * 32},
    ],
)
def test_a_take_that_cannot_be_kept_gets_one_sentence(page, project, spoken, change):
    take = {"project_id": project.project_id, "language": "en-us", "sentence": "Words.", "wav": coded(spoken)}
    answer = page.call("keep_take", take | change)
    assert answer["ok"] is False
    assert len(answer["words"]) > 20 and "Traceback" not in answer["words"]
    assert page.engine.projects.clips(project.project_id) == []


def test_a_take_is_not_lost_when_the_disk_is_nearly_full(page, project, spoken, monkeypatch):
    take = {"project_id": project.project_id, "language": "en-us", "sentence": "What I said.", "wav": coded(spoken)}
    with monkeypatch.context() as patched:
        patched.setattr("shutil.disk_usage", lambda path: SimpleNamespace(total=1, used=1, free=1_000_000))
        refused = page.call("keep_take", take)
    assert refused["ok"] is False and "disk" in refused["words"].lower()
    assert page.engine.projects.clips(project.project_id) == []
    assert page.call("keep_take", take)["ok"], "the page still has it, and tries again"


@pytest.mark.parametrize("call", ["keep_take", "hear_take", "check_room"])
@pytest.mark.parametrize("request_body", [None, [], "text", 3, {}])
def test_a_call_that_is_no_take_at_all_is_refused(page, call, request_body):
    assert page.call(call, request_body)["ok"] is False


def test_a_room_is_judged_in_words_and_nothing_of_it_is_kept(page, spoken, tmp_path):
    quiet, loud = tmp_path / "quiet.wav", tmp_path / "loud.wav"
    encode_wav(make_noise(5.0, 48_000, 0.0003), quiet)
    encode_wav(make_noise(5.0, 48_000, 0.1), loud)
    good = page.call("check_room", {"silence": coded(quiet), "speech": coded(spoken)})
    assert good["ok"] and good["kind"] in ("good", "usable") and "noise" in good["figures"]
    noisy = page.call("check_room", {"silence": coded(loud), "speech": coded(spoken)})
    assert noisy["kind"] == "bad" and noisy["verdict"] == record_text.ROOM_VERDICTS["fix first"]
    assert any("noise" in sentence or "hiss" in sentence for sentence in noisy["findings"])


MISREAD = "Completely different words stand here, about ships and weather."
MISSED = "Would you like a generous cup of tea before we leave?"


@pytest.mark.parametrize(
    ("place", "sentence", "told"),
    [
        (0, None, None),
        (1, None, None),
        (0, MISREAD, record_text.misread),
        (1, MISSED, record_text.did_you_say),
    ],
    ids=["right", "also right", "another sentence", "a word left out"],
)
def test_words_that_were_not_said_are_told_and_the_take_is_kept(page, project, tmp_path, place, sentence, told):
    right = TextsByFile(read_transcripts(EXAMPLE[place].with_name("metadata.csv"))).find(EXAMPLE[place])
    encode_wav(decode(EXAMPLE[place]), tmp_path / "said.wav")
    take = {"project_id": project.project_id, "language": "en-us", "wav": coded(tmp_path / "said.wav")}
    kept = page.call("keep_take", take | {"sentence": sentence or right})
    assert kept["ok"]
    heard = page.call("hear_take", {"project_id": project.project_id, "clip_id": kept["clip_id"]})
    (clip,) = page.engine.projects.clips(project.project_id)
    assert heard["ok"] and heard["words"] == (told(clip.heard) if told else "")
    page.engine.projects.delete_clip(project.project_id, kept["clip_id"])


def test_listening_to_a_take_that_is_gone_is_refused(page, project):
    assert page.call("hear_take", {"project_id": project.project_id, "clip_id": "0" * 32})["ok"] is False


@pytest.fixture
def several(page, project) -> list:
    """Clips of the example voice: the newest has words nobody said; all were listened to."""
    texts = read_transcripts(EXAMPLE[0].with_name("metadata.csv"))
    page.engine.projects.add_clips(project.project_id, EXAMPLE[:2], transcripts=texts)
    page.engine.projects.add_clips(
        project.project_id, EXAMPLE[2:3], text="Ships sail to weather stations far away at sea."
    )
    return page.engine.projects.listen(project.project_id)


def test_doubtful_clips_are_gone_through_one_after_the_other(page, project, several):
    _, answer = page.ask("refresh", project.project_id, 0, "", "", "")
    assert record_text.to_look_at(1) in json.dumps(answer["data"], ensure_ascii=False)
    went_well, answer = page.ask("go_on", project.project_id, "")
    assert went_well and several[-1].clip_id in answer["data"] and "look" in answer["data"]
    went_well, answer = page.ask("confirm_clip", project.project_id, several[-1].clip_id, 0)
    assert went_well and record_text.CONFIRMED in answer["data"][0]
    confirmed = page.engine.projects.clips(project.project_id)[-1]
    assert confirmed.confirmed and "words" not in confirmed.verdict.kinds
    _, answer = page.ask("go_on", project.project_id, several[-1].clip_id)
    assert "all" in answer["data"], "nothing is left to look at"


def test_the_list_is_narrowed_down_and_all_that_it_shows_is_left_out(page, project, several):
    _, answer = page.ask("top", project.project_id, "", "look", "worst")
    assert several[-1].clip_id in answer["data"][0] and several[0].clip_id not in answer["data"][0]
    assert page.ask("leave_all_out", project.project_id, "look", 0)[0]
    assert [clip.included for clip in page.engine.projects.clips(project.project_id)] == [True, True, False]
    assert page.ask("use_all", project.project_id, "out", 0)[0]
    assert all(clip.included for clip in page.engine.projects.clips(project.project_id))
    _, answer = page.ask("ask", project.project_id, "look")
    assert "1 clip" in json.dumps(answer["data"])
    assert page.ask("delete_all_shown", project.project_id, "look", 0)[0]
    assert [clip.clip_id for clip in page.engine.projects.clips(project.project_id)] == [
        one.clip_id for one in several[:2]
    ]


def test_which_of_two_people_is_you_is_asked_and_the_other_is_left_out(page, project, tmp_path):
    for number, name in enumerate(EXAMPLE[:6]):
        audio = decode(name)
        rate = audio.sample_rate if number < 4 else round(1.4 * audio.sample_rate)
        encode_wav(Audio(audio.samples, rate), tmp_path / f"{number}.wav")
    page.engine.projects.add_clips(project.project_id, sorted(tmp_path.glob("*.wav")))
    assert page.ask("ask_who", project.project_id)[1]["data"][1] == "", "nobody listened yet"
    assert page.ask("listen_after_clean", project.project_id, 0)[0]
    asked = page.ask("ask_who", project.project_id)[1]["data"][1]
    assert asked.count("<audio") == 2
    mine = page.engine.projects.speakers(project.project_id)[0]
    assert page.ask("choose_speaker", project.project_id, 0, told={"clip_id": mine.sample_clip_id})[0]
    assert [clip.included for clip in page.engine.projects.clips(project.project_id)] == [True] * 4 + [False] * 2
    assert page.ask("ask_who", project.project_id)[1]["data"][1] == ""
    assert page.ask("choose_speaker", project.project_id, 0, told={"clip_id": "0" * 32})[0] is False


def test_all_clips_are_packed_into_one_file(page, project, spoken):
    assert page.ask("pack", project.project_id)[0] is False, "nothing to pack yet"
    page.engine.projects.add_clips(project.project_id, [spoken], text="What I said.")
    went_well, answer = page.ask("pack", project.project_id)
    assert went_well and answer["data"][0]["value"]["path"].endswith(f"{project.name}.zip")
    assert "1 clip packed" in answer["data"][1]


def test_a_text_of_ones_own_is_read_instead_until_it_is_dropped(page, project):
    own = "This is mine. So is this one!\n\nAnd the last."
    went_well, answer = page.ask("use_own", project.project_id, "en-us", own)
    assert went_well
    assert json.loads(answer["data"][0])["sentences"] == ["This is mine.", "So is this one!", "And the last."]
    assert page.ask("use_own", project.project_id, "en-us", "  ")[1]["error"] == record_text.NO_OWN_SCRIPT
    assert page.ask("use_own", project.project_id, "en-us", "…")[0] is False
    assert page.engine.projects.reading_script("en-us", project.project_id)[0] == "This is mine."
    _, answer = page.ask("drop_own", project.project_id, "en-us")
    assert json.loads(answer["data"][0])["sentences"] == page.engine.projects.reading_script("en-us")


def test_the_script_says_what_is_read_already(page, project, spoken):
    sentences = page.engine.projects.reading_script("en-us")
    page.engine.projects.add_clips(project.project_id, [spoken], text=sentences[2])
    _, answer = page.ask("open_project", project.project_id)
    shown = json.loads(answer["data"][1])
    assert (shown["project"], shown["sentences"], shown["read"]) == (project.project_id, sentences, [2])
    assert 0 < shown["recorded_s"] < shown["first_voice_s"] < shown["good_voice_s"]


def test_speaking_needs_words(page):
    went_well, answer = page.ask("say", "stock", "  ", "en-us", 1.0)
    assert (went_well, answer["error"]) == (False, speak_text.NO_TEXT)


def test_speech_comes_as_a_wav_file(page):
    page.engine.prepare_base()
    went_well, answer = page.ask("say", "stock", "Hello there.", "en-us", 1.0)
    assert went_well
    spoken = answer["data"][0]["value"]
    sound = page.http.get(f"{page.url}/file={spoken['path']}")
    assert sound.content[:4] == b"RIFF"
    assert spoken["orig_name"] == "Hello there.wav"


def test_an_unexpected_failure_becomes_one_plain_sentence(page, monkeypatch, caplog):
    monkeypatch.setattr(page.engine.projects, "clips", lambda project_id: 1 / 0)
    went_well, answer = page.ask("open_project", page.engine.projects.all()[0].project_id)
    assert (went_well, answer["error"]) == (False, common_text.UNEXPECTED)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("path", ["app.py", "pyproject.toml", "/etc/passwd", "models/x"])
def test_no_file_of_the_computer_is_served(page, path):
    assert page.http.get(f"{page.url}/file={path}").status_code == 403


def test_no_recording_is_served_from_the_data_folder(page, project):
    inside = page.engine.data_dir / "projects" / project.project_id / "project.json"
    assert inside.is_file()
    assert page.http.get(f"{page.url}/file={inside}").status_code == 403


def test_nothing_is_offered_to_other_programs(page):
    assert page.http.get(f"{page.url}/info").status_code == 404
    assert page.http.get(f"{page.server}/monitoring").status_code == 404


def test_a_name_is_no_key_where_there_is_an_id(page):
    """Every box that holds an id and is filled by the page's scripts, with a name in it that the engine would know."""
    name = "Known by name"
    page.engine.prepare_base()
    project = page.engine.projects.create(name)
    page.engine.projects.add_clips(project.project_id, EXAMPLE[:4], transcripts=EXAMPLE_WORDS)
    voice = page.engine.instant_voice(project.project_id, name, True)
    clips = page.engine.projects.clips(project.project_id)
    secrets = [project.project_id, voice.voice_id, *(clip.clip_id for clip in clips)]
    asked = 0
    for event in page.demo.fns.values():
        places = [place for place, box in enumerate(event.inputs) if getattr(box, "visible", True) == "hidden"]
        if not places or event.fn is None:
            continue
        _, answer = page.ask_event(event, *(name if at in places else None for at in range(len(event.inputs))))
        told = json.dumps(answer)
        assert not any(secret in told for secret in secrets), event.name
        asked += 1
    assert asked > 40
    for call in ("keep_take", "hear_take"):
        sent = {"project_id": name, "clip_id": clips[0].clip_id, "language": "en-us", "sentence": "A", "wav": "AAAA"}
        answer = page.call(call, sent)
        assert not answer["ok"] and "no project" in answer["words"]
    assert page.engine.projects.get(project.project_id) == project
    assert page.engine.projects.clips(project.project_id) == clips
    assert page.engine.voices.get(voice.voice_id) == voice
