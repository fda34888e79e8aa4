"""A run folder read by any process: state, metrics with torn lines, plot points, plain words."""

import json
import time
from dataclasses import replace

import pytest

from voiceclone.errors import NotFoundError
from voiceclone.storage import disk
from voiceclone.training import runs


@pytest.fixture
def run_dir(tmp_path):
    folder = tmp_path / "runs" / disk.new_id()
    config = runs.RunConfig(
        run_id=folder.name,
        project_id="p",
        project_name="Project",
        voice_id=disk.new_id(),
        voice_name="Anna",
        base_id="fake-base",
        base_factory=None,
        minutes=None,
        steps=None,
        seed=0,
        consent={"given": True},
        created_at=disk.now_iso(),
    )
    runs.write_config(folder, config)
    return folder


def tell(run_dir, *entries, end="\n"):
    with (run_dir / "metrics.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n".join(entry if isinstance(entry, str) else json.dumps(entry) for entry in entries) + end)


def entry(step, loss=1.0, **more):
    return {
        "step": step,
        "total_steps": 300,
        "loss": loss,
        "phase": "a",
        "elapsed_s": step,
        "eta_s": 180.0,
    } | more


def test_a_run_without_a_process_and_without_an_end_is_interrupted(run_dir):
    runs.write_state(run_dir, runs.RunState(state="training", step=7))
    assert runs.read_status(run_dir, process_alive=True).state == "training"
    status = runs.read_status(run_dir, process_alive=False)
    assert status.state == "interrupted"
    assert not status.running
    assert "7 steps" in status.message


@pytest.mark.parametrize("final", runs.FINAL_STATES)
def test_an_end_stays_an_end(run_dir, final):
    runs.write_state(run_dir, runs.RunState(state=final, error="Too bad."))
    assert runs.read_status(run_dir, process_alive=False).state == final
    assert runs.read_status(run_dir, process_alive=True).state == final


def test_a_stop_request_shows_at_once(run_dir):
    runs.write_state(run_dir, runs.RunState(state="training"))
    runs.stop_path(run_dir).touch()
    status = runs.read_status(run_dir, process_alive=True)
    assert status.state == "stopping"
    assert status.running


def test_a_pause_request_shows_at_once_and_a_stop_comes_before_it(run_dir):
    runs.write_state(run_dir, runs.RunState(state="training"))
    runs.pause_path(run_dir).touch()
    status = runs.read_status(run_dir, process_alive=True)
    assert (status.state, status.running) == ("pausing", True)
    runs.stop_path(run_dir).touch()
    assert runs.read_status(run_dir, process_alive=True).state == "stopping"


def test_steps_and_time_of_an_open_ended_run_are_bounds_until_it_cools_down(run_dir):
    config = replace(runs.read_config(run_dir), steps=6000, effort="overnight")
    runs.write_config(run_dir, config)
    runs.write_state(run_dir, runs.RunState(state="training", total_steps=6000))
    tell(run_dir, entry(1500, total_steps=6000))
    said = runs.read_status(run_dir, process_alive=True).message
    assert said == "Learning your voice: step 1500 of at most 6000, up to 3 minutes left."
    tell(run_dir, entry(1501, total_steps=1800))
    said = runs.read_status(run_dir, process_alive=True).message
    assert said == "Learning your voice: step 1501 of about 1800, about 3 minutes left."


def test_a_slowed_run_says_so_only_while_it_learns(run_dir):
    runs.write_state(run_dir, runs.RunState(state="training", step=5, slowed=True))
    status = runs.read_status(run_dir, process_alive=True)
    assert status.slowed and "busy with other programs" in status.message
    status = runs.read_status(run_dir, process_alive=False)
    assert not status.slowed and "busy" not in status.message


def test_the_sentence_tells_step_and_time_left(run_dir):
    runs.write_state(run_dir, runs.RunState(state="training", step=100, total_steps=300))
    tell(run_dir, entry(119), entry(120, loss=0.25))
    status = runs.read_status(run_dir, process_alive=True)
    assert status.message == "Learning your voice: step 120 of about 300, about 3 minutes left."
    assert (status.step, status.total_steps, status.loss) == (120, 300, 0.25)
    assert status.eta_s == pytest.approx(180, abs=5)


def test_time_goes_on_while_the_process_lives(run_dir):
    runs.write_state(run_dir, runs.RunState(state="training", elapsed_s=10.0))
    time.sleep(0.05)
    assert 10.04 < runs.read_status(run_dir, process_alive=True).elapsed_s < 20
    assert runs.read_status(run_dir, process_alive=False).elapsed_s == 10.0


def test_a_voice_is_named_only_once_it_is_installed(run_dir):
    runs.write_state(run_dir, runs.RunState(state="stopped", step=5))
    status = runs.read_status(run_dir, process_alive=False)
    assert status.voice_id is None
    assert "before anything was learnt" in status.message
    runs.write_state(run_dir, runs.RunState(state="stopped", step=5, voice_installed=True))
    assert runs.read_status(run_dir, process_alive=False).voice_id == runs.read_config(run_dir).voice_id


def test_the_first_listen_appears_with_its_file(run_dir):
    assert runs.read_status(run_dir, process_alive=False).first_listen is None
    (run_dir / "first_listen.wav").touch()
    assert runs.read_status(run_dir, process_alive=False).first_listen == run_dir / "first_listen.wav"


def test_notes_of_a_run_are_told_once_each_and_damaged_ones_not(run_dir):
    def notes():
        return runs.read_status(run_dir, process_alive=True).notes

    assert notes() == ()
    disk.write_json(run_dir / "notes.json", ["Memory.", "Astray.", "Memory.", 7, None])
    assert notes() == ("Memory.", "Astray.")
    for damaged in ("{", '{"a": "b"}', '"abc"', "7"):
        (run_dir / "notes.json").write_text(damaged, encoding="utf-8")
        assert notes() == ()


def test_a_damaged_state_is_no_state(run_dir):
    for content in (b"", b"{", b"[]", b'{"state": 1, "unknown": 2}'):
        runs.state_path(run_dir).write_bytes(content)
        assert runs.read_status(run_dir, process_alive=False).state == "interrupted"


def test_a_damaged_description_is_told(run_dir):
    runs.config_path(run_dir).write_text("{}")
    with pytest.raises(NotFoundError, match="damaged"):
        runs.read_config(run_dir)
    with pytest.raises(NotFoundError, match="no such training run"):
        runs.read_config(run_dir.parent / "other")


def test_torn_and_foreign_lines_are_passed_over(run_dir):
    tell(run_dir, entry(1), '{"step": 2, "lo', entry(3), "[]", '{"step": 4}', '{"step": 5, "loss": NaN}')
    tell(run_dir, '{"step": 6, "loss"', end="")
    assert [one["step"] for one in runs.metrics(run_dir)] == [1, 3]
    runs.write_state(run_dir, runs.RunState(state="training"))
    assert runs.read_status(run_dir, process_alive=True).step == 3


def test_steps_told_again_after_a_restart_replace_the_earlier_ones(run_dir):
    tell(run_dir, *(entry(step, loss=9.0) for step in range(1, 8)))
    tell(run_dir, *(entry(step, loss=1.0) for step in range(5, 7)))
    told = runs.metrics(run_dir)
    assert [one["step"] for one in told] == [1, 2, 3, 4, 5, 6]
    assert [one["loss"] for one in told[-2:]] == [1.0, 1.0]


def test_no_metrics_yet(run_dir):
    assert runs.metrics(run_dir) == []
    assert runs.plot_points([]) == []


@pytest.mark.parametrize("count", [1, 2, 199, 200, 201, 5000])
def test_a_plot_has_at_most_its_limit_and_keeps_the_last_step(count):
    told = [entry(step, loss=1 / step) for step in range(1, count + 1)]
    points = runs.plot_points(told, limit=400)
    assert len(points) == min(2 * count, 400)
    for series in ("loss", "smoothed"):
        steps = [point["step"] for point in points if point["series"] == series]
        assert steps == sorted(set(steps))
        assert steps[-1] == count


def test_smoothing_begins_anew_with_each_phase():
    told = [entry(step, loss=100.0, phase="first") for step in range(1, 11)]
    told += [entry(step, loss=1.0, phase="second") for step in range(11, 21)]
    smoothed = [point["loss"] for point in runs.plot_points(told) if point["series"] == "smoothed"]
    assert smoothed == [100.0] * 10 + [1.0] * 10
