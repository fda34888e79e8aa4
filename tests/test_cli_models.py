"""The terminal around base models: cards, the typed yes, instant voices, converting, and what may not be passed on."""

import io
import json
import sys
import zipfile

import pytest
import soundfile

from tests.fake_base import tone
from tests.small_hub import serve_all
from tests.small_project import fake_engine, make_project
from voiceclone import VoiceEngine
from voiceclone.audio.sound import encode_wav
from voiceclone.bases.catalogue import BASE_IDS
from voiceclone.cli import main
from voiceclone.storage import download

NAME = "tts_models--en--vctk--vits"
ZIP = f"coqui-ai/TTS/releases/download/v0.6.1_models/{NAME}.zip"


class Terminal(io.StringIO):
    """Standard input with somebody at it."""

    def isatty(self):
        return True


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def run(data_dir, capsys):
    """Run a command in this process: exit code, standard output, standard error."""

    def run(*arguments, make_engine=lambda: fake_engine(data_dir)):
        try:
            code = main([str(one) for one in arguments], make_engine)
        except SystemExit as end:  # argparse
            code = end.code
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A server with VITS VCTK on it."""
    import huggingface_hub

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(download, "RETRY_PAUSE_S", 0.0)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"{NAME}/config.json", "{}")
        archive.writestr(f"{NAME}/model_file.pth", "weights")
    huggingface_hub.close_session()
    with serve_all(tmp_path / "site") as small_site:
        small_site.put(ZIP, made.getvalue())
        yield small_site
    huggingface_hub.close_session()


@pytest.fixture
def somebody_types(monkeypatch):
    """Put somebody at the terminal, who types this."""
    return lambda words: monkeypatch.setattr(sys, "stdin", Terminal(words))


def private(data_dir):
    return VoiceEngine(data_dir, "your_tts", base_factory="tests.fake_base:PrivateBase")


def test_the_models_are_listed_and_one_card_is_shown(run):
    code, output, errors = run("models", "--json")
    assert (code, errors) == (0, "")
    told = json.loads(output)
    assert [model["base_id"] for model in told] == list(BASE_IDS)
    assert {model["state"] for model in told} == {"missing"}
    assert run("models")[1].count("\n") == len(BASE_IDS)
    code, output, _ = run("models", "xtts_v2")
    assert code == 0
    for words in ("CPML 1.0.0", "https://tts-hub.github.io/cpml", "2087 MB", "graphics card", "unzipped folder"):
        assert words in output
    assert json.loads(run("models", "your_tts", "--json")[1])["may_share_voices"] is False
    code, output, errors = run("models", "bark")
    assert (code, output) == (2, "")
    assert "it knows kokoro-82m" in errors


def test_with_the_flag_a_model_is_got(run, site):
    code, output, errors = run("get", "vctk_vits", "--accept-licence", "--mirror", site.endpoint, "--json")
    assert (code, errors) == (0, "")
    assert json.loads(output)["state"] == "ready"
    assert json.loads(run("models", "vctk_vits", "--json")[1])["licence_agreed"] is True
    assert "ready" in run("get", "VCTK_VITS")[1], "one that is there asks again"
    told = json.loads(run("remove", "vctk_vits", "--yes", "--json")[1])
    assert told == {"removed": "vctk_vits", "freed_mb": 0.0, "silent_voices": []}
    assert json.loads(run("models", "vctk_vits", "--json")[1])["state"] == "missing"


def test_a_typed_yes_is_agreement_and_is_noted(run, site, data_dir, somebody_types):
    somebody_types(" Yes \n")
    code, output, errors = run("get", "vctk_vits", "--mirror", site.endpoint)
    assert (code, output) == (0, "VITS (VCTK) is ready (licence: Apache-2.0).\n")
    assert "Licence: Apache-2.0. Free for everything" in errors
    assert "Type yes to agree" in errors
    info = json.loads((data_dir / "base" / "vctk_vits" / "base.json").read_text())
    assert info["licence_agreed"]["by"] == "terminal, typed yes"


@pytest.mark.parametrize("typed", ["no\n", "y\n", "\n", ""])
def test_anything_else_is_not(run, site, somebody_types, typed):
    somebody_types(typed)
    code, output, errors = run("get", "vctk_vits", "--mirror", site.endpoint)
    assert (code, output) == (2, "")
    assert "was not downloaded" in errors
    assert site.asked == []


def test_without_a_terminal_or_with_json_nobody_is_asked_and_nobody_agrees(run, site, somebody_types, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    quiet = run("get", "vctk_vits", "--mirror", site.endpoint)
    somebody_types("yes\n")
    as_json = run("get", "vctk_vits", "--mirror", site.endpoint, "--json")
    for code, output, errors in (quiet, as_json):
        assert (code, output) == (2, "")
        assert errors.count("\n") == 1
        assert "Apache-2.0" in errors
        assert "--accept-licence" in errors
    assert site.asked == []


def test_an_instant_voice_and_a_converted_recording(run, data_dir, tmp_path):
    make_project(data_dir, "Anna")
    code, output, errors = run("instant", "Anna", "--voice", "A")
    assert (code, output) == (2, "")
    assert "permission" in errors and errors.endswith("add --i-have-consent.\n")
    code, output, _ = run("instant", "Anna", "--voice", "A", "--base", "fake-base", "--i-have-consent", "--json")
    assert code == 0
    assert (json.loads(output)["policy"], json.loads(output)["name"]) == ("instant", "A")
    assert "without training" in run("instant", "Anna", "--voice", "B", "--i-have-consent")[1]
    encode_wav(tone(700.0, 1.0, 22_050), tmp_path / "in.wav")
    out = tmp_path / "out.wav"
    code, output, errors = run("convert", "--voice", "A", tmp_path / "in.wav", out, "--json")
    assert (code, errors) == (0, "")
    assert json.loads(output)["duration_s"] == pytest.approx(soundfile.info(out).duration)


def test_what_a_person_can_put_right_is_one_sentence_and_two(run, data_dir, tmp_path):
    make_project(data_dir, "Anna")
    run("instant", "Anna", "--voice", "A", "--i-have-consent")
    encode_wav(tone(700.0, 1.0, 22_050), tmp_path / "in.wav")
    out = tmp_path / "out.wav"
    for arguments in (
        ("get", "bark", "--accept-licence"),
        ("get", "vctk_vits", "--accept-licence", "--mirror", "nowhere"),
        ("remove", "bark"),
        ("remove", "kokoro-82m"),
        ("remove", "your_tts"),  # it is not there
        ("instant", "Nobody", "--voice", "x", "--i-have-consent"),
        ("instant", "Anna", "--voice", "", "--i-have-consent"),
        ("instant", "Anna", "--voice", "x", "--base", "your_tts", "--i-have-consent"),
        ("instant", "Anna", "--voice", "x", "--base", "bark", "--i-have-consent"),
        ("train", "Anna", "--voice", "x", "--base", "your_tts", "--i-have-consent"),
        ("train", "Anna", "--voice", "x", "--policy", "instant", "--i-have-consent"),
        ("train", "Anna", "--voice", "x", "--policy", "full", "--i-have-consent"),
        ("convert", "--voice", "Nobody", tmp_path / "in.wav", out),
        ("convert", "--voice", "A", tmp_path / "none.wav", out),
        ("convert", "--voice", "A", tmp_path / "in.wav", tmp_path / "out.ogg"),
    ):
        code, output, errors = run(*arguments)
        assert (code, output) == (2, ""), arguments
        assert errors.count("\n") == 1, errors
        assert errors.strip().endswith((".", "?")) or "voiceclone get" in errors, errors
    assert not out.exists()


def test_training_takes_the_policy(run, data_dir):
    make_project(data_dir, "Anna")
    code, output, errors = run(
        "train", "Anna", "--voice", "A", "--i-have-consent", "--steps", 5, "--policy", "transfer", "--json"
    )
    assert (code, errors) == (0, "")
    assert (json.loads(output)["policy"], json.loads(output)["base_id"]) == ("transfer", "fake-base")


def test_training_a_large_base_without_a_graphics_card_says_how_long(run, data_dir, monkeypatch):
    monkeypatch.setattr("voiceclone.host.has_gpu", lambda: False)
    make_project(data_dir, "Anna")
    code, _, errors = run("train", "Anna", "--voice", "A", "--i-have-consent", "--base", "xtts_v2")
    assert code == 2
    assert errors.index("hours") < errors.index("not on this computer")


def test_a_voice_that_may_not_be_passed_on_needs_private_use(run, data_dir, tmp_path):
    make_project(data_dir, "Anna")
    private(data_dir).instant_voice("Anna", "A", True)
    file = tmp_path / "a.safetensors"
    engine = {"make_engine": lambda: private(data_dir)}
    code, output, errors = run("export", "A", file, **engine)
    assert (code, output) == (2, "")
    assert "CC BY-NC-ND 4.0" in errors
    assert "--private-use" in errors
    assert not file.exists()
    code, output, errors = run("export", "A", file, "--private-use", "--json", **engine)
    assert code == 0
    assert json.loads(output)["path"] == str(file)
    assert "may not be passed on" in errors
    assert json.loads(run("import", file, "--json", **engine)[1])["may_share"] is False
