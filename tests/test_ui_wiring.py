"""Every event of the page is wired the same careful way, and every control explains itself."""

import gc
import os
import subprocess
import sys
import time

import pytest

from voiceclone import VoiceEngine
from voiceclone.ui import build, head, launch_options
from voiceclone.ui.parts import shared
from voiceclone.ui.text import record as record_text
from voiceclone.ui.text import train as train_text

# Gradio leaves event loops to the garbage collector when it builds a page.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
LANES = {"fetch", "listen", "take", "clips", "edit", "start", "speech", "base", "check", "import"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    built = build(VoiceEngine(tmp_path_factory.mktemp("home"), base_factory="tests.fake_base:FakeBase"))
    gc.collect()  # while the filter above holds
    return built


def events(demo):
    return list(demo.fns.values())


def test_no_event_is_advertised_to_other_programs(demo):
    assert len(events(demo)) > 40
    assert {event.api_visibility for event in events(demo)} == {"private"}


def test_an_event_is_either_quick_or_waits_in_a_lane(demo):
    for event in events(demo):
        if event.queue is False:
            assert event.show_progress == "hidden", event.name
        else:
            assert event.concurrency_id in LANES, (event.name, event.concurrency_id)
            assert event.concurrency_limit in (1, 2, 4)


def test_heavy_work_runs_one_at_a_time(demo):
    heavy = [event for event in events(demo) if event.concurrency_id in {"clips", "speech", "base", "start"}]
    assert len(heavy) >= 6
    assert all(event.concurrency_limit == 1 for event in heavy)


def test_polling_a_run_never_waits_in_the_queue(demo):
    ticks = [event for event in events(demo) if any(target[1] == "tick" for target in event.targets)]
    assert {event.name for event in ticks} == {
        "tick",
        "follow",
        "observe",
        "await_training_speed",
    }  # a run, a download, a comparison
    assert all(event.queue is False for event in ticks)


def test_every_control_has_a_label_and_an_explanation(demo):
    unexplained = []
    for block in demo.blocks.values():
        kind = block.get_block_name()
        if kind in {"textbox", "dropdown", "checkbox", "radio", "slider", "number"} and block.visible != "hidden":
            unexplained += [block.label or kind] if not (block.label and block.info) else []
        if kind in {"audio", "file", "lineplot"}:
            unexplained += [] if block.label else [kind]
    assert unexplained == []


def test_nothing_is_played_unasked_and_nothing_is_shared(demo):
    players = [block for block in demo.blocks.values() if block.get_block_name() == "audio"]
    assert len(players) == 14
    assert not any(player.autoplay for player in players)
    assert not any("share" in (player.buttons or []) for player in players)


def test_the_page_is_served_privately():
    options = launch_options()
    assert options["allowed_paths"] == []
    for off in ("share", "run_history", "enable_monitoring", "show_error", "mcp_server"):
        assert options[off] is False
    assert options["strict_cors"] is True
    assert "server_name" not in options  # only host.address() decides, and that is this machine


def test_the_microphone_script_turns_the_phone_processing_off_and_has_its_words():
    script = head()
    for setting in ("echoCancellation", "noiseSuppression", "autoGainControl"):
        assert f"{setting}: false" in script
    assert "__WORDS__" not in script
    assert all(sentence in script for sentence in record_text.MICROPHONE.values())
    assert all(sentence in script for sentence in train_text.NOTIFY.values())


def test_names_of_files_for_the_browser_lead_nowhere(tmp_path):
    engine = VoiceEngine(tmp_path)
    files = shared.BrowserFiles(engine)
    for owner, folder in (("a" * 32, "a" * 32), ("../..", shared.NOBODY), ("stock:af_heart", shared.NOBODY)):
        path = files.path("../../etc/passwd\0.wav", owner)
        assert path.parents[1] == engine.page_folder() / folder and path.is_relative_to(tmp_path)
        assert "/" not in path.name and "\0" not in path.name
    assert files.path("", "").name == "file"


def test_files_for_the_browser_last_a_day(tmp_path):
    files = shared.BrowserFiles(VoiceEngine(tmp_path))
    old, new = files.path("a.wav", "a" * 32), files.path("b.wav", "b" * 32)
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(old.parent, (two_days_ago, two_days_ago))
    files.path("c.wav", "")
    assert not old.parent.exists() and new.parent.exists()


def test_a_stop_request_reaches_only_the_work_it_names():
    stops = shared.StopRequests()
    with stops.work("clean a") as first, stops.work("clean b") as second:
        stops.stop("clean a")
        assert first() and not second()
    with stops.work("clean a") as again:
        assert not again()


def test_the_page_needs_no_torch():
    code = (
        "import sys, tests.fake_base\n"
        "from voiceclone import VoiceEngine\nfrom voiceclone.ui import build\n"
        "import tempfile\nbuild(VoiceEngine(tempfile.mkdtemp(), base_factory='tests.fake_base:FakeBase'))\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
