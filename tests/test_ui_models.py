"""The parts of the page about other base models, as a stranger's program would ask them: get, train, try, convert."""

import functools
import gc
import tempfile
import threading
from html import escape

import pytest

from tests import fake_base
from tests.fake_base import BASE_ID, PrivateBase
from tests.served_page import MADE_UP, QUIET_SERVER, Page
from tests.small_hub import serve_all
from tests.small_project import fake_engine, make_project
from tests.test_models_library import YOUR_TTS_FILES, ZIP, zipped
from tests.waiting import WAIT_S, wait_until
from voiceclone import VoiceEngine
from voiceclone.bases import catalogue
from voiceclone.compare import judging, model
from voiceclone.storage import disk
from voiceclone.ui.parts import markup
from voiceclone.ui.text import base_models as base_models_text
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import speak as speak_text
from voiceclone.ui.text import train as train_text
from voiceclone.ui.train_tab import comparison, models

pytestmark = QUIET_SERVER


def put_your_tts(engine: VoiceEngine) -> None:
    """Lay a small YourTTS into the data folder, agreed to, with a tone behind its name."""
    folder = engine.data_dir / "base" / "your_tts"
    folder.mkdir(parents=True)
    for name, content in YOUR_TTS_FILES.items():
        (folder / name).write_bytes(content)
    disk.write_json(folder / "base.json", {"base_id": "your_tts", "licence_agreed": {"by": "a test"}})
    engine._bases._loaded["your_tts"] = PrivateBase(folder)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    home = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(home / "gradio"))
        patch.setattr(tempfile, "tempdir", str(home))
        engine = fake_engine(home / "home")
        engine.prepare_base()
        put_your_tts(engine)
        served = Page(home / "home", engine)
        yield served
        served.close()
        gc.collect()


@pytest.fixture(scope="module")
def project_id(page):
    return make_project(page.engine.data_dir, clip_count=8).project_id


def by_name(page, handler, answer):
    """Return the answer's values by the element id (or the label) of what they are for."""
    outputs = page.event(handler).outputs
    return {block.elem_id or getattr(block, "label", None) or str(number): value
            for number, (block, value) in enumerate(zip(outputs, answer["data"], strict=True))}  # fmt: skip


# Which model ------------------------------------------------------------------------------------


def test_models_that_are_here_can_be_chosen_and_the_one_that_came_with_the_program_is_first(page):
    went_well, answer = page.ask("refresh_models", "", "")
    assert went_well
    told = by_name(page, "refresh_models", answer)
    assert told["base-choice"]["choices"] == [["Tone", BASE_ID], ["YourTTS", "your_tts"]]
    assert told["base-choice"]["value"] == BASE_ID
    assert "your_tts" not in [value for _, value in told["get-choice"]["choices"]]
    assert told["model-cards"].count("<li") == len(catalogue.CARDS)


def test_only_the_ways_of_the_chosen_model_are_offered(page, monkeypatch):
    engine = page.engine
    assert [value for _, value in models.policy_choices(engine, "")] == ["fine-tune", "transfer"]
    monkeypatch.setattr(type(engine.base), "policies", type(engine.base).policies[:1])
    _, answer = page.ask("pick", BASE_ID)
    assert answer["data"][0]["visible"] is False and answer["data"][1] == "fine-tune"
    assert models.policy_choices(engine, "openvoice_v2") == []


def test_a_training_gets_the_model_and_the_way_that_were_chosen(page, project_id):
    went_well, answer = page.ask("start", project_id, "Chosen", True, BASE_ID, "transfer", "quick", None, 5, 0)
    assert went_well, answer
    run = page.engine.runs.all()[0]
    assert (run.policy, run.voice_name) == ("transfer", "Chosen")
    page.engine.runs.stop(run.run_id)
    *_, _ = page.engine.runs.watch(run.run_id, 0.05)


def test_a_model_that_cannot_learn_from_the_recordings_refuses_before_it_starts(page):
    russian = make_project(page.engine.data_dir, "Иван", clip_count=8, language="ru").project_id
    before = len(page.engine.runs.all())
    for base_id, words in (
        ("your_tts", "YourTTS cannot learn from recordings in Russian."),
        ("", "will not speak Russian"),
    ):
        _, answer = page.ask("look", russian, True, base_id, "fine-tune", "quick", None, None, 0)
        assert words in by_name(page, "look", answer)["preflight"]
    went_well, answer = page.ask("start", russian, "Иван", True, "your_tts", "fine-tune", "quick", None, 5, 0)
    assert not went_well and "Train with the model that comes with VoiceClone" in answer["error"]
    assert len(page.engine.runs.all()) == before


def test_a_training_that_is_deleted_while_it_is_watched_brings_the_form_back(page, project_id):
    """As a comparison does with its own; there used to be one error a second."""
    page.ask("start", project_id, "Gone", True, "", "", "quick", None, 5, 0)
    run_id = page.engine.runs.all()[0].run_id
    page.engine.runs.stop(run_id)
    *_, _ = page.engine.runs.watch(run_id, 0.05)
    page.engine.runs.delete(run_id)
    went_well, answer = page.ask("tick", run_id, None)
    assert went_well, answer
    assert by_name(page, "tick", answer)["train-watch"]["visible"] is False


def test_what_happened_in_a_training_stands_below_its_losses(page, project_id):
    note = page.engine.data_dir / "base" / BASE_ID / fake_base.NOTE_FILE
    note.write_text("The memory was <b>too small</b>.", encoding="utf-8")
    page.ask("start", project_id, "Noted", True, "", "", "quick", None, 5, 0)
    run_id = page.engine.runs.all()[0].run_id
    try:
        wait_until(lambda: page.engine.runs.status(run_id).notes)
        told = by_name(page, "tick", page.ask("tick", run_id, None)[1])["run-notes"]
        assert told["visible"] is True
        assert train_text.RUN_NOTES_TITLE in told["value"] and "&lt;b&gt;too small" in told["value"]
    finally:
        note.unlink()
        page.engine.runs.stop(run_id)
        *_, _ = page.engine.runs.watch(run_id, 0.05)
    _, answer = page.ask("start", project_id, "Nothing to note", True, "", "", "quick", None, 5, 0)
    assert by_name(page, "start", answer)["run-notes"]["visible"] is False  # those of the run before are gone
    run_id = page.engine.runs.all()[0].run_id
    page.engine.runs.stop(run_id)
    *_, _ = page.engine.runs.watch(run_id, 0.05)


@pytest.mark.parametrize(("base_id", "policy"), [("bark", ""), ("xtts_v2", ""), ("", "instant"), ("", "../x")])
def test_a_model_or_a_way_that_is_not_offered_trains_nothing(page, project_id, base_id, policy):
    before = len(page.engine.runs.all())
    went_well, answer = page.ask("start", project_id, "Voice", True, base_id, policy, "quick", None, 5, 0)
    assert not went_well and answer["error"] != common_text.UNEXPECTED
    assert len(page.engine.runs.all()) == before


# Getting one ------------------------------------------------------------------------------------


def test_nothing_is_fetched_without_agreement(page, monkeypatch):
    monkeypatch.setattr(page.engine.models, "install", lambda *_, **__: pytest.fail("fetched without agreement"))
    went_well, answer = page.ask("get", "vctk_vits", False)
    assert (went_well, answer["error"]) == (False, base_models_text.need_licence("VITS (VCTK)"))
    assert page.ask("get", "", True)[1]["error"] == base_models_text.NO_MODEL
    went_well, answer = page.ask("get", "../../etc", True)
    assert not went_well and "does not know the base model" in answer["error"]


def test_another_choice_takes_the_agreement_back(page):
    _, answer = page.ask("show_terms", "xtts_v2")
    terms, agreed = answer["data"]
    assert agreed is False
    assert "CPML" in terms and catalogue.card("xtts_v2").licence_url in terms


def test_a_model_is_fetched_in_the_background_and_then_offered(page, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    name = "tts_models--en--vctk--vits"
    with serve_all(tmp_path / "site") as site:
        path = ZIP.replace("v0.10.1", "v0.6.1").replace("tts_models--multilingual--multi-dataset--your_tts", name)
        site.put(path, zipped(name, {"model_file.pth": b"w" * 1000, "config.json": b"{}"}))
        get_model = functools.partial(page.engine.models.install, mirror=site.endpoint)
        monkeypatch.setattr(page.engine.models, "install", get_model)
        assert page.ask("get", "vctk_vits", True)[0]
        wait_until(lambda: by_name(page, "follow", page.ask("follow", "", "vctk_vits")[1])["get"]["visible"])
    told = by_name(page, "follow", page.ask("follow", "", "vctk_vits")[1])
    assert base_models_text.got("VITS (VCTK)") in told["get-status"]
    assert ["VITS (VCTK)", "vctk_vits"] in told["base-choice"]["choices"]
    status = next(one for one in page.engine.models.all() if one.card.base_id == "vctk_vits")
    assert status.state == "ready" and status.licence_agreed


def state_of(page, base_id):
    return next(status.state for status in page.engine.models.all() if status.card.base_id == base_id)


def put_converter(engine):
    """Lay another small model into the data folder; a voice of nobody needs it."""
    folder = engine.data_dir / "base" / "openvoice_v2"
    (folder / "download").mkdir(parents=True)
    (folder / "download" / "checkpoint.pth").write_bytes(b"w" * 3_000_000)


def test_a_model_is_removed_after_its_card_asked_once(page, monkeypatch):
    put_converter(page.engine)
    _, answer = page.ask("refresh_models", "", "")
    cards = by_name(page, "refresh_models", answer)["model-cards"]
    question = base_models_text.remove_question("OpenVoice v2", 3.0, ())
    assert "This frees 3 MB" in question and "None of your voices" in question
    assert escape(question) in cards and 'data-remove="openvoice_v2"' in cards
    assert f'data-remove="{BASE_ID}"' not in cards and 'data-remove="kokoro-82m"' not in cards
    assert 'data-remove="freevc24"' not in cards  # it is not here
    went_well, answer = page.ask("remove", "openvoice_v2", "", told={"base_id": "openvoice_v2"})
    assert went_well, answer
    told = by_name(page, "remove", answer)
    assert 'data-remove="openvoice_v2"' not in told["model-cards"]
    assert told["base-choice"]["value"] == BASE_ID
    assert state_of(page, "openvoice_v2") == "missing"
    assert not (page.engine.data_dir / "base" / "openvoice_v2").exists()


@pytest.mark.parametrize("base_id", ["kokoro-82m", "../../x", "", None, 7])
def test_what_cannot_be_removed_is_refused(page, base_id):
    went_well, answer = page.ask("remove", "", "", told={"base_id": base_id})
    assert not went_well and answer["error"] != common_text.UNEXPECTED


def test_a_card_names_the_voices_that_need_the_model(page, instant):
    _, answer = page.ask("refresh_models", "", "")
    cards = by_name(page, "refresh_models", answer)["model-cards"]
    assert escape(f"“{instant.name}” is kept, but it stays silent until the model is back.") in cards
    many = base_models_text.remove_question("X", 2500.0, [f"V{number}" for number in range(9)])
    assert "This frees 2.5 GB" in many and "“V3” and 5 more are kept, but they stay silent" in many
    assert "V4" not in many


def test_a_model_that_speaks_just_now_is_not_removed(page, instant, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    whole = PrivateBase.speak
    monkeypatch.setattr(PrivateBase, "speak", lambda *given: (begun.set(), go_on.wait(WAIT_S), whole(*given))[2])
    thread = threading.Thread(target=lambda: page.engine.speak(instant.voice_id, "Hello there."))
    thread.start()
    try:
        assert begun.wait(WAIT_S)
        went_well, answer = page.ask("remove", "", "", told={"base_id": "your_tts"})
        assert not went_well and "YourTTS is speaking" in answer["error"]
    finally:
        go_on.set()
        thread.join(WAIT_S)
    assert state_of(page, "your_tts") == "ready"


def test_a_card_says_what_a_person_wants_to_know():
    cards = markup.model_cards([models_status("your_tts"), models_status("kokoro-82m", "ready")])
    for words in (
        "YourTTS",
        "425 MB",
        "CC BY-NC-ND 4.0",
        base_models_text.PRIVATE_ONLY,
        "French",
        base_models_text.STATES["missing"],
    ):
        assert words in cards
    assert "tts_models--multilingual--multi-dataset--your_tts" in cards
    assert base_models_text.CARD_EMBEDDED in cards


def models_status(base_id, state="missing"):
    from voiceclone.models.library import ModelStatus

    return ModelStatus(catalogue.card(base_id), state, False)


# Without training, converting, passing on -------------------------------------------------------


@pytest.fixture(scope="module")
def instant(page, project_id):
    """A voice made without training by a model whose voices may not be passed on."""
    went_well, answer = page.ask("instant", project_id, "Instant", True, "your_tts")
    assert went_well, answer
    return page.engine.voices.get(by_name(page, "instant", answer)["voice"])


def test_a_voice_without_training_needs_consent_all_the_same(page, project_id):
    went_well, answer = page.ask("instant", project_id, "Voice", False, "")
    assert (went_well, answer["error"]) == (False, escape(train_text.NEED_CONSENT))


def test_a_voice_without_training_is_made_by_the_chosen_model(instant):
    assert (instant.base_id, instant.policy, instant.name) == ("your_tts", "instant", "Instant - untrained")
    assert instant.consent_record["by"] == "page"


def test_a_voice_that_may_not_be_shared_is_given_out_for_oneself_only_with_the_reason(page, instant):
    went_well, answer = page.ask("show", instant.voice_id)
    assert went_well
    told = by_name(page, "show", answer)
    assert told["export"]["visible"] is False and told["export"]["value"] is None
    assert told["export-private"]["visible"] is True
    assert "CC BY-NC-ND" in told["sharing"] and speak_text.EXPORT_PRIVATE_INFO in told["sharing"]


def test_converting_is_offered_for_voices_that_can(page, instant, monkeypatch):
    for voice_id, visible in ((instant.voice_id, True), ("stock", False), ("", False), ("0" * 32, False)):
        assert page.ask("offer_converting", voice_id)[1]["data"][0]["visible"] is visible
    monkeypatch.setattr(PrivateBase, "abilities", frozenset())
    assert page.ask("offer_converting", instant.voice_id)[1]["data"][0]["visible"] is False


def test_a_recording_comes_back_in_the_voice(page, instant, speech_file):
    sent = page.http.post(f"{page.url}/upload", files={"files": speech_file.open("rb")}).json()[0]
    went_well, answer = page.ask("convert", instant.voice_id, {"path": sent, "meta": {"_type": "gradio.FileData"}})
    assert went_well, answer
    made = answer["data"][0]["value"]
    assert page.http.get(f"{page.url}/file={made['path']}").content[:4] == b"RIFF"
    assert made["orig_name"] == "speech - Instant - untrained.wav"


def sent_recording(page, path):
    sent = page.http.post(f"{page.url}/upload", files={"files": path.open("rb")}).json()[0]
    return {"path": sent, "meta": {"_type": "gradio.FileData"}}


def made_sounds(page):
    """The files on their way to the browser, half written ones, too; not what it sent."""
    of_owners = page.engine.page_folder().glob(f"{'[0-9a-f]' * 32}/**/*")
    return sorted(path for path in of_owners if path.is_file())


def converting_elsewhere(page, *data):
    """Convert in a thread of its own; the list gets what `ask` returned."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(page.ask("convert", *data)))
    thread.start()
    return thread, answers


def test_a_conversion_is_cancelled_while_it_runs_and_leaves_nothing(page, instant, speech_file, monkeypatch):
    begun = threading.Event()
    slow = page.engine.data_dir / "base" / "your_tts" / fake_base.SLOW_FILE
    slow.touch()
    monkeypatch.setattr(fake_base, "PIECE_S", 0.02)  # so many pieces that Cancel comes in time on any computer
    monkeypatch.setattr(fake_base, "PIECE_PAUSE_S", 0.2)
    whole = PrivateBase.convert
    monkeypatch.setattr(PrivateBase, "convert", lambda *given: (begun.set(), whole(*given))[1])
    before = made_sounds(page)
    assert page.ask("begin_converting")[1]["data"][1]["visible"] is True  # the Cancel button
    thread, answers = converting_elsewhere(page, instant.voice_id, sent_recording(page, speech_file))
    assert begun.wait(WAIT_S)
    assert page.ask("cancel_converting")[1]["data"][0]["interactive"] is False  # it ends its piece first
    thread.join(WAIT_S)
    went_well, answer = answers[0]
    assert went_well and speak_text.CONVERT_CANCELLED in answer["data"][2], answer
    slow.unlink()
    assert made_sounds(page) == before
    button, cancel = page.ask("ready_again")[1]["data"]
    assert button["visible"] is True and (cancel["visible"], cancel["interactive"]) == (False, True)


def test_a_conversion_that_still_waits_for_its_turn_is_cancelled_too(page, instant, speech_file):
    page.ask("begin_converting")
    page.ask("cancel_converting")
    file = sent_recording(page, speech_file)
    assert speak_text.CONVERT_CANCELLED in page.ask("convert", instant.voice_id, file)[1]["data"][2]
    page.ask("begin_converting")
    assert page.ask("convert", instant.voice_id, file)[1]["data"][0]["value"]
    page.ask("cancel_converting")  # too late: that must not stop the next one
    page.ask("begin_converting")
    assert page.ask("convert", instant.voice_id, file)[1]["data"][0]["value"]


def test_converting_needs_a_recording_and_a_voice(page, instant, speech_file):
    assert page.ask("convert", instant.voice_id, None)[1]["error"] == speak_text.NO_RECORDING
    sent = page.http.post(f"{page.url}/upload", files={"files": speech_file.open("rb")}).json()[0]
    file = {"path": sent, "meta": {"_type": "gradio.FileData"}}
    assert page.ask("convert", "stock", file)[1]["error"] == speak_text.CONVERT_STOCK
    assert "no voice" in page.ask("convert", "../../x", file)[1]["error"]


# Comparing --------------------------------------------------------------------------------------


def test_a_comparison_needs_consent_and_an_offered_length(page, project_id):
    for minutes, consent, said in ((5, False, escape(train_text.NEED_CONSENT)), (7, True, "")):
        went_well, answer = page.ask("start_comparing", project_id, "", minutes, consent)
        assert not went_well and said in answer["error"]
    for value in MADE_UP:
        assert page.ask("start_comparing", value, "", 5, True)[0] is False
    assert page.ask("start_comparing", project_id, "openvoice_v2", 5, True)[0] is False


def test_a_comparison_goes_on_without_the_page_and_is_shown_when_it_is_done(page, project_id, monkeypatch):
    # The judges of speech say nothing of tones.
    figures = model.Figures((0.5, 0.6, 0.7, 0.8))
    monkeypatch.setattr(judging, "judge_voice", lambda *_: figures)
    monkeypatch.setattr(judging, "judge_recordings", lambda *_: figures)
    whole = page.engine.compare

    def short(project_id, consent, minutes, **more):
        return whole(project_id, consent, steps=8, **more)

    monkeypatch.setattr(page.engine, "compare", short)
    assert page.ask("start_comparing", project_id, "", 5, True)[0]
    assert base_models_text.COMPARING in page.ask("start_comparing", project_id, "", 5, True)[1]["error"]
    assert (
        base_models_text.COMPARING
        in page.ask("start", project_id, "Voice", True, "", "", "quick", None, 5, 0)[1]["error"]
    )
    told = by_name(page, "arrive_comparing", page.ask("arrive_comparing")[1])  # a page opened meanwhile
    assert told["compare"]["open"] is True and told["compare-cancel"]["visible"] is True
    wait_until(lambda: by_name(page, "observe", page.ask("observe", project_id)[1])["compare-start"]["visible"])
    told = by_name(page, "observe", page.ask("observe", project_id)[1])
    assert told["compare-outcome"]["visible"] is True
    assert "<table" in told["compare-words"] and "fine-tuned" in told["compare-words"]
    assert "data:image/png" in told["compare-picture"]
    sentence = told[base_models_text.COMPARE_SENTENCE]["value"]
    heard = page.ask("listen", sentence)[1]["data"]
    assert [one["visible"] for one in heard] == [True, True, True, False, True]  # not trained in full
    assert page.http.get(f"{page.url}/file={heard[0]['value']['path']}").content[:4] == b"RIFF"
    comparison_id = sentence.split()[0]
    for made_up in ("../../x 0", f"{comparison_id} 99", f"{comparison_id} -1", f"{comparison_id} ../1", "0" * 32):
        assert page.ask("listen", made_up)[0] is False


def test_a_comparison_shows_what_was_typed_as_text():
    nasty = '<img src=x onerror="alert(1)">'
    for piece in (markup.table((nasty,), [(nasty, nasty)]), markup.verdict(nasty, nasty),
                  markup.job_progress(nasty, 0.5, nasty)):  # fmt: skip
        assert "<img" not in piece and "&lt;img" in piece


def test_only_models_with_two_ways_are_offered_to_compare(page):
    assert comparison._has_ways(page.engine, BASE_ID)
    assert not comparison._has_ways(page.engine, "openvoice_v2")
