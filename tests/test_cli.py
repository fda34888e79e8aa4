"""The terminal: every command, JSON, exit codes and one plain sentence for what a person can put right."""

import io
import json
import os
import signal
import subprocess
import sys
from functools import partial

import pytest
import soundfile
from small_corpora import librispeech

from tests.small_project import fake_engine, make_project
from tests.terminal import run_command
from voiceclone.cli import main
from voiceclone.cli.parser import build_parser
from voiceclone.training.lock import TrainingLock

WORDS = "Hello there, how are you today?"
COMMANDS = list(build_parser()._subparsers._group_actions[0].choices)


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def run(data_dir, capsys):
    return partial(run_command, capsys, lambda: fake_engine(data_dir))


@pytest.fixture
def anna(data_dir):
    """A project with enough speech."""
    return make_project(data_dir, "Anna")


@pytest.fixture
def voice(run, anna):
    code, _, errors = run("train", "Anna", "--voice", "Anna", "--i-have-consent", "--steps", 10)
    assert code == 0, errors
    return "Anna"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(run, command):
    code, output, errors = run(command, "--help")
    assert (code, errors) == (0, "")
    assert "--json" in output


def test_the_issue_names_these_commands():
    named = {"add", "clean", "clips", "train", "speak", "voices", "export", "import", "delete", "setup"}
    assert named <= set(COMMANDS)


def test_a_wrong_command_line_ends_with_two(run):
    for arguments in (
        [],
        ["sing"],
        ["speak", "--voice", "x"],
        ["train", "x"],
        ["train", "x", "--voice", "y", "--minutes", "a"],
    ):
        code, output, errors = run(*arguments)
        assert (code, output) == (2, "")
        assert "usage" in errors
    assert run("train", "x", "--voice", "y", "--minutes", 1, "--steps", 1)[0] == 2
    assert run("--version")[0] == 0


def test_add_makes_the_project_and_takes_the_text(run, speech_file):
    code, output, errors = run("add", "Berta", speech_file, "--text", "The quiet morning light.", "--json")
    assert (code, errors) == (0, "")
    told = json.loads(output)
    assert told["project"]["name"] == "Berta"
    assert [clip["text"] for clip in told["added"]] == ["The quiet morning light."]
    assert told["rejected"] == []
    code, output, _ = run("clips", "berta", "--json")
    assert [clip["clip_id"] for clip in json.loads(output)["clips"]] == [told["added"][0]["clip_id"]]
    assert run("clips", "Berta")[1].startswith(told["added"][0]["clip_id"][:8])
    assert json.loads(run("projects", "--json")[1])[0]["language"] == "en-us"


def test_add_takes_a_folder_and_a_table(run, tmp_path, speech_file):
    folder = tmp_path / "takes"
    folder.mkdir()
    speech_file.rename(folder / "one.wav")
    (tmp_path / "table.csv").write_text("one.wav|Uno dos tres.\n", encoding="utf-8")
    code, output, _ = run("add", "Ana", folder, "--transcripts", tmp_path / "table.csv", "--language", "es", "--json")
    assert code == 0
    (clip,) = json.loads(output)["added"]
    assert (clip["text"], clip["language"]) == ("Uno dos tres.", "es")
    assert json.loads(run("projects", "--json")[1])[0]["language"] == "es"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_table_that_does_not_fit_is_told(run, tmp_path, speech_file, as_json):
    (tmp_path / "table.csv").write_text("take1.wav|Hello there.\n", encoding="utf-8")
    options = ["--json"] if as_json else []
    code, output, errors = run("add", "Anna", speech_file, "--transcripts", tmp_path / "table.csv", *options)
    assert code == 0
    assert errors.startswith("table.csv: It does not fit the recording: it names “take1.wav”")
    if as_json:
        assert [rejected["source_name"] for rejected in json.loads(output)["rejected"]] == ["table.csv"]


def test_the_column_with_the_words_may_be_named(run, tmp_path, speech_file):
    path = tmp_path / "table.csv"
    path.write_text("".join(f"{name}|anna|happy\n" for name in ("speech", "b", "c")), encoding="utf-8")
    code, output, errors = run("add", "Anna", speech_file, "--transcripts", path, "--json")
    assert code == 2 and "It is not clear which column of “table.csv” holds the words" in errors
    code, output, _ = run("add", "Anna", speech_file, "--transcripts", path, "--text-column", "3", "--json")
    assert code == 0 and [clip["text"] for clip in json.loads(output)["added"]] == ["happy"]
    assert "--transcripts" in run("add", "Anna", speech_file, "--text-column", "3")[2]


def test_add_tells_what_is_wrong_with_each_file_and_keeps_the_good(run, tmp_path, speech_file):
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"this is no sound")
    code, output, errors = run("add", "Anna", bad, speech_file, "--transcripts", _table(tmp_path))
    assert code == 0
    assert "Added 1 clip" in output
    assert "bad.wav" in errors
    assert "Traceback" not in errors
    code, output, errors = run("add", "Anna", bad, "--text", "x", "--json")
    assert code == 2
    assert json.loads(output)["rejected"][0]["source_name"] == "bad.wav"
    assert run("add", "Anna", tmp_path / "nothing.wav")[0] == 2


def _table(folder):
    (folder / "table.tsv").write_text("speech.wav\tThe quiet morning light.\n", encoding="utf-8")
    return folder / "table.tsv"


def test_a_corpus_lists_its_speakers_and_gives_one(run, tmp_path):
    root = librispeech(tmp_path)
    code, output, errors = run("speakers", "--librispeech", root)
    assert (code, errors) == (0, "")
    assert [line.split()[:5] for line in output.splitlines()] == [
        ["84", "0.2", "min", "3", "recordings"],
        ["19", "0.1", "min", "2", "recordings"],
    ]
    assert [one["clip_count"] for one in json.loads(run("speakers", "--librispeech", root, "--json")[1])] == [3, 2]
    code, output, errors = run("add", "Kara", "--librispeech", root, "--speaker", "19", "--max-minutes", 1, "--json")
    assert (code, errors) == (0, "")
    assert json.loads(output)["added"][0]["text"].startswith("The quiet morning")
    (project,) = json.loads(run("projects", "--json")[1])
    assert (project["name"], project["language"]) == ("Kara", "en-us")


def test_what_is_wrong_with_a_corpus_is_one_sentence_and_leaves_no_project(run, tmp_path, speech_file):
    root = librispeech(tmp_path)
    for arguments in (
        ("add", "New"),
        ("add", "New", speech_file, "--librispeech", root),
        ("add", "New", speech_file, "--speaker", "19"),
        ("add", "New", "--librispeech", root),
        ("add", "New", "--librispeech", root, "--speaker", "20"),
        ("add", "New", "--librispeech", root, "--speaker", "19", "--text", "x"),
        ("add", "New", "--librispeech", root, "--speaker", "19", "--max-minutes", -1),
        ("add", "New", "--vctk", root),
        ("speakers", "--vctk", root),
        ("speakers", "--librispeech", tmp_path / "none"),
    ):
        code, output, errors = run(*arguments)
        assert (code, output) == (2, ""), arguments
        assert errors.count("\n") == 1, errors
        assert errors.strip().endswith("."), errors
    assert json.loads(run("projects", "--json")[1]) == []
    assert run("speakers")[0] == 2  # argparse: one of the corpora is required


def test_clean_makes_copies(run, data_dir, speech_file):
    run("add", "Anna", speech_file, "--text", "The quiet morning light.")
    originals = [path.read_bytes() for path in data_dir.rglob("original.flac")]
    code, output, _ = run("clean", "Anna", "--json")
    assert code == 0
    assert [clip["cleaned"] for clip in json.loads(output)] == [True]
    assert [path.read_bytes() for path in data_dir.rglob("original.flac")] == originals


def test_train_needs_consent(run, anna):
    code, output, errors = run("train", "Anna", "--voice", "A")
    assert (code, output) == (2, "")
    assert "permission" in errors and errors.endswith("add --i-have-consent.\n")
    assert errors.count("\n") == 1


def test_train_follows_to_the_end_and_prints_one_value(run, anna):
    code, output, errors = run(
        "train", "Anna", "--voice", "A", "--i-have-consent", "--steps", 12, "--seed", 5, "--json"
    )
    assert (code, errors) == (0, "")
    told = json.loads(output)
    assert (told["state"], told["step"], told["voice_name"]) == ("finished", 12, "A")
    assert json.loads(run("voices", "--json")[1])[0]["voice_id"] == told["voice_id"]
    assert json.loads(run("voices", "--json")[1])[0]["consent_record"]["by"].startswith("terminal")
    assert json.loads(run("status", "--json")[1])["run_id"] == told["run_id"]
    assert json.loads(run("runs", "--json")[1])[0]["state"] == "finished"
    assert run("stop", told["run_id"])[0] == 0
    code, _, errors = run("continue", told["run_id"])
    assert code == 2
    assert "ended already" in errors


def test_what_happened_in_a_training_is_told_with_its_end(run, anna, data_dir):
    run("setup")
    (data_dir / "base" / "fake-base" / "note").write_text("The memory was too small.", encoding="utf-8")
    code, output, _ = run("train", "Anna", "--voice", "A", "--i-have-consent", "--steps", 12)
    assert code == 0
    assert output.splitlines()[1:] == ["The memory was too small."]
    assert run("status")[1].splitlines()[1:] == ["The memory was too small."]
    assert json.loads(run("status", "--json")[1])["notes"] == ["The memory was too small."]


def test_a_taken_name_is_refused_with_what_can_be_done(run, voice, data_dir):
    again = ("train", "Anna", "--voice", "anna", "--i-have-consent", "--steps", 10)
    code, output, errors = run(*again)
    assert (code, output) == (2, "")
    assert errors.count("\n") == 1 and "--replace" in errors and "--continue-from “Anna”" in errors
    assert len(json.loads(run("runs", "--json")[1])) == 1
    (old,) = json.loads(run("voices", "--json")[1])
    assert run(*again, "--continue-from", "Anna")[0] == 0
    assert {voice["name"] for voice in json.loads(run("voices", "--json")[1])} == {"Anna", "anna (2)"}
    assert run(*again, "--replace")[0] == 0
    ids = {voice["voice_id"] for voice in json.loads(run("voices", "--json")[1])}
    assert len(ids) == 2 and old["voice_id"] not in ids


def test_check_tells_what_is_missing_and_how_long_it_takes(run, anna):
    check = ("train", "Anna", "--voice", "A", "--check")
    code, output, errors = run(*check, "--json")
    told = json.loads(output)
    assert code == 2 and not told["ready"], "nobody agreed yet"
    assert {one["kind"]: one["level"] for one in told["checks"]}["consent"] == "fix first"
    assert "add --i-have-consent" in run(*check)[1], "a page says it, a terminal needs the option"
    run("setup")
    code, output, errors = run(*check, "--i-have-consent")
    assert code == 0, errors
    assert "Measuring" in errors
    assert [line.split()[0] for line in output.splitlines() if "steps, " in line] == ["quick", "better", "best"]
    assert "this computer" in output and "two cores" not in output
    code, output, errors = run(*check, "--i-have-consent", "--json")
    assert code == 0, errors
    assert [plan["steps"] for plan in json.loads(output)["plans"]] == [30, 60, 80]
    assert json.loads(run("runs", "--json")[1]) == []


def test_a_check_does_not_wait_for_ever_on_a_busy_computer(run, anna, monkeypatch):
    monkeypatch.setattr("voiceclone.cli.training.MEASURE_S", 0.0)
    run("setup")
    code, output, errors = run("train", "Anna", "--voice", "A", "--check", "--i-have-consent")
    assert code == 0 and "so busy that it could not be measured in time" in errors
    assert "on a computer with two cores (not measured here yet)" in output


def test_an_effort_is_worth_its_steps(run, anna):
    code, output, errors = run("train", "Anna", "--voice", "A", "--i-have-consent", "--effort", "quick", "--json")
    assert code == 0 and json.loads(output)["step"] == 30
    assert errors.startswith("30 steps, ")
    code, output, _ = run("runs", json.loads(output)["run_id"])
    assert code == 0 and "quick: 30 steps" in output
    assert run("train", "Anna", "--voice", "B", "--i-have-consent", "--effort", "quick", "--steps", 3)[0] == 2


@pytest.mark.parametrize("command", [("status",), ("stop",), ("continue",), ("status", "b" * 32)])
def test_no_such_run(run, command):
    code, output, errors = run(*command)
    assert (code, output) == (2, "")
    assert errors.count("\n") == 1


def test_speak_writes_a_wav(run, voice, tmp_path):
    out = tmp_path / "new folder" / "out.wav"
    code, output, errors = run("speak", "--voice", "anna", "--text", WORDS, "--out", out, "--speed", 1.5, "--json")
    assert (code, errors) == (0, "")
    told = json.loads(output)
    assert told["path"] == str(out)
    assert told["duration_s"] == pytest.approx(soundfile.info(out).duration)


def test_speak_reads_a_file_or_standard_input(run, voice, tmp_path, monkeypatch):
    (tmp_path / "words.txt").write_bytes(b"\xef\xbb\xbf" + WORDS.encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WORDS.encode())))
    for number, source in enumerate((tmp_path / "words.txt", "-")):
        out = tmp_path / f"{number}.wav"
        assert run("speak", "--voice", voice, "--text-file", source, "--out", out)[0] == 0
    first, second = (soundfile.read(tmp_path / f"{number}.wav")[0] for number in range(2))
    assert (first == second).all()


def test_what_a_person_can_put_right_is_one_sentence_and_two(run, voice, tmp_path):
    out = tmp_path / "out.wav"
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "broken.safetensors").write_bytes(b"broken")
    said = ("speak", "--out", out, "--voice", voice)
    for arguments in (
        ("clips", "Nobody"),
        ("clean", "Nobody"),
        ("train", "Nobody", "--voice", "x", "--i-have-consent"),
        ("train", "Anna", "--voice", "x", "--i-have-consent", "--steps", 0),
        ("train", "Anna", "--voice", "x" * 1000, "--i-have-consent"),
        ("add", "", out),
        ("add", "New", out, "--language", "xx"),
        ("add", "New", out, "--transcripts", tmp_path / "none.csv"),
        ("speak", "--out", out, "--voice", "Nobody", "--text", WORDS),
        (*said, "--text", ""),
        (*said, "--text", "x" * 50_001),
        (*said, "--text", "你好，世界"),
        (*said, "--text", WORDS, "--speed", 9),
        (*said, "--text", WORDS, "--language", "xx"),
        (*said, "--text-file", tmp_path / "none.txt"),
        (*said, "--text-file", tmp_path),
        (*said, "--text-file", tmp_path / "binary.txt"),
        ("speak", "--voice", voice, "--text", WORDS, "--out", tmp_path / "out.ogg"),
        ("speak", "--voice", voice, "--text", WORDS, "--out", tmp_path / "binary.txt" / "out.wav"),
        ("export", "Nobody", out),
        ("export", voice, tmp_path / "binary.txt" / "voice.safetensors"),
        ("import", tmp_path / "none.safetensors"),
        ("import", tmp_path / "broken.safetensors"),
        ("delete", "Nobody"),
        ("rename", voice, ""),
    ):
        code, output, errors = run(*arguments)
        assert (code, output) == (2, ""), arguments
        assert errors.count("\n") == 1, errors
        assert errors.strip().endswith((".", "?")), errors
    assert not out.exists()


def test_voices_go_out_and_come_in(run, voice, tmp_path):
    file = tmp_path / "anna.safetensors"
    assert json.loads(run("export", voice, file, "--json")[1])["path"] == str(file)
    assert run("delete", voice, "--yes")[0] == 0
    assert json.loads(run("voices", "--json")[1]) == []
    assert json.loads(run("import", file, "--json")[1])["name"] == voice
    assert run("rename", voice, "Berta")[0] == 0
    assert "Berta" in run("voices")[1]


def test_setup_tells_the_licence(run):
    code, output, _ = run("setup", "--json")
    assert code == 0
    assert json.loads(output) == {
        "base_id": "fake-base",
        "title": "Tone",
        "licence": "CC0-1.0",
        "ready": True,
    }


def test_an_unexpected_error_ends_with_one_and_can_be_reported(capsys):
    def broken():
        raise RuntimeError("out of order")

    assert main(["voices"], broken) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" in captured.err
    assert "out of order" in captured.err.splitlines()[-1]


PROGRAM = (
    "import signal, sys; from pathlib import Path\n"
    # A shell that runs the tests in the background has its children ignore Ctrl-C, and they hand that on.
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from tests.small_project import fake_engine; from voiceclone.cli import main\n"
    "sys.exit(main(sys.argv[2:], lambda: fake_engine(Path(sys.argv[1]))))"
)


def test_ctrl_c_stops_the_training_and_keeps_the_voice(data_dir, anna, run):
    command = ["train", "Anna", "--voice", "A", "--i-have-consent", "--steps", "50000", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(data_dir), *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    engine = fake_engine(data_dir)
    while not (engine.runs.all() and engine.runs.all()[0].step >= 5):
        assert process.poll() is None, process.communicate()
    os.kill(process.pid, signal.SIGINT)
    try:
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert "keeping what was learnt" in errors
    assert "Traceback" not in errors
    told = json.loads(output)
    assert told["state"] == "stopped"
    assert engine.voices.get(told["voice_id"]).name == "A"
    assert TrainingLock(data_dir).holder() is None


def test_the_program_runs_as_a_module(tmp_path):
    environment = os.environ | {"VOICECLONE_HOME": str(tmp_path), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "voiceclone", "speak", "--voice", "Zoë", "--text", "x", "--out", "x.wav"]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("There is no voice called")
    assert ended.stderr.count("\n") == 1


def test_the_room_is_checked_from_files(run, tmp_path):
    from sounds import EXAMPLE_DIR, make_noise

    from voiceclone.audio.sound import encode_wav

    encode_wav(make_noise(3, 22_050, 3e-3), tmp_path / "silence.wav")
    speech = EXAMPLE_DIR / "joe_01.flac"
    code, output, _ = run("room", tmp_path / "silence.wav", speech)
    assert code == 0 and output.splitlines()[1].startswith("- The microphone hisses")
    code, output, _ = run("room", tmp_path / "silence.wav", speech, "--json")
    report = json.loads(output)
    assert (code, report["verdict"], report["findings"][0]["kind"]) == (0, "usable", "noise")
    code, output, errors = run("room", tmp_path / "none.wav", speech)
    assert (code, output) == (2, "") and "none.wav" in errors
