"""Progress where standard error is no terminal: plain lines now and then, and nothing of it on standard output."""

import json
import re
import subprocess
import sys
import time

import pytest

from tests.small_project import fake_engine, make_project
from voiceclone import host
from voiceclone.cli import main, output, training
from voiceclone.cli.output import Lines, progress_bar

EVERY_S = 0.05


@pytest.fixture
def often(monkeypatch):
    """A line every 50 ms instead of every half minute."""
    monkeypatch.setattr(output, "LINE_EVERY_S", EVERY_S)
    monkeypatch.setattr(training, "LINE_EVERY_S", EVERY_S)


def test_lines_come_while_nothing_new_is_told(often, capsys):
    with progress_bar("Cleaning") as on_progress:
        time.sleep(3 * EVERY_S)
        on_progress(0.25, "Clip 1 of 4")
        time.sleep(3 * EVERY_S)
    printed = capsys.readouterr()
    lines = printed.err.splitlines()
    assert printed.out == "" and "\r" not in printed.err
    assert lines[0] == "Cleaning: 0 s so far."
    assert lines[-1] == "Cleaning: 25%, 0 s so far. Clip 1 of 4."
    assert 2 <= len(lines) <= 7


def test_what_ends_soon_prints_nothing(capsys):
    with progress_bar("Cleaning") as on_progress:
        on_progress(1.0, "Done.")
    assert capsys.readouterr() == ("", "")
    assert (output.LINE_EVERY_S, training.LINE_EVERY_S) == (30, 60)


@pytest.mark.parametrize(("share", "shown"), [(-1.0, "0%"), (0.999, "100%"), (7.0, "100%"), (None, None)])
def test_a_share_is_shown_within_its_bounds(share, shown, capsys):
    with Lines("Fetching", every_s=EVERY_S) as lines:
        lines.tell(share, "Big file.")
        time.sleep(2 * EVERY_S)
    first = capsys.readouterr().err.splitlines()[0]
    assert first == (
        "Fetching: 0 s so far. Big file." if shown is None else f"Fetching: {shown}, 0 s so far. Big file."
    )


def test_they_end_with_an_error_too(often):
    with pytest.raises(KeyboardInterrupt), progress_bar("Cleaning"):
        raise KeyboardInterrupt
    time.sleep(2 * EVERY_S)


def test_a_training_tells_how_far_it_is_and_json_stays_json(often, tmp_path, capsys):
    make_project(tmp_path, "Anna")
    command = ["train", "Anna", "--voice", "Anna", "--i-have-consent", "--steps", "60", "--json"]
    assert main(command, lambda: fake_engine(tmp_path)) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["state"] == "finished"
    assert re.search(
        r"^Anna: \d+%, \d+ s so far\. Learning your voice: step \d+ of about 60.*\.$", printed.err, re.MULTILINE
    )


PROGRAM = (
    "import sys, time; from voiceclone.cli import output; output.LINE_EVERY_S = 0.1\n"
    "with output.progress_bar('Comparing') as on_progress:\n"
    "    on_progress(0.5, 'Zoë speaks'); time.sleep(0.35)\n"
)


def test_a_log_file_gets_whole_lines_at_once(tmp_path):
    log = tmp_path / "log"
    with log.open("wb") as file:
        subprocess.run([sys.executable, "-X", "utf8", "-c", PROGRAM], stderr=file, check=True)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Comparing: 50%, 0 s so far. Zoë speaks."
    assert len(lines) >= 2


TRAINING = (
    "import sys; from pathlib import Path; from voiceclone.cli import main, training; training.LINE_EVERY_S = 0.1\n"
    "from tests.small_project import fake_engine\n"
    "command = ['train', 'Anna', '--voice', 'Anna', '--i-have-consent', '--steps', '300']\n"
    "sys.exit(main(command, lambda: fake_engine(Path(sys.argv[1]))))\n"
)


def test_a_training_on_a_server_writes_lines_into_its_log(tmp_path):
    """Nobody looks on and nothing is a terminal: one line after another, each with all one wants to know."""
    make_project(tmp_path / "data", "Anna")
    log = tmp_path / "log"
    with log.open("wb") as file:
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", TRAINING, str(tmp_path / "data")],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            cwd=host.CHECKOUT_DIR,
            check=True,
        )
    told = log.read_text(encoding="utf-8")
    line = re.compile(
        r"Anna: \d+%, \d+ s so far\. Learning your voice: step \d+ of about 300, [a-z0-9 ]+ left\. Loss \d+\.\d{3}\."
    )
    lines = [one for one in told.splitlines() if line.fullmatch(one)]
    assert len(lines) >= 3, told
    steps = [int(re.search(r"step (\d+)", one)[1]) for one in lines]
    assert steps == sorted(steps) and steps[0] < steps[-1]
    assert "\r" not in told and "ready to speak" in told.splitlines()[-1]
