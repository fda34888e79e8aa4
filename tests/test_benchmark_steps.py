"""The two scripts that profile a step and measure a graphics card, run on the processor in their smallest form."""

import json

import pytest

from benchmarks import busy, gpu, steps
from benchmarks.sentences import UNSEEN
from voiceclone import host


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("aten::convolution_backward", "convolutions, backward"),
        ("aten::mkldnn_convolution", "convolutions, forward"),
        ("aten::addmm", "matrix products"),
        ("aten::sin", "pointwise and the rest"),
    ],
)
def test_each_operation_has_its_line(operation, kind):
    assert steps.kind_of(operation) == kind


def test_without_a_graphics_card_it_says_so_and_writes_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(host, "has_gpu", lambda: False)
    assert gpu.main(["--out", str(tmp_path / "out")]) == 2
    assert "--steps 3" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_step_is_profiled(kokoro_folder, monkeypatch, capsys):
    monkeypatch.setattr(steps, "WARM_STEPS", 1)
    assert steps.main(["--steps", "1", "--seconds", "5", "--base", str(kokoro_folder)]) == 0
    said = capsys.readouterr().out
    assert "s a step" in said and "| convolutions, backward |" in said


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_whole_of_it_runs_on_the_processor_too(kokoro_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "WARM_STEPS", 1)
    monkeypatch.setattr(gpu, "UNSEEN", UNSEEN[:2])
    asked = ["--steps", "1", "--profiled-steps", "1", "--seconds", "5", "--base", str(kokoro_folder)]
    assert gpu.main([*asked, "--out", str(tmp_path)]) == 0
    told = json.loads((tmp_path / gpu.RESULT).read_text())
    assert told["steps"] == 1 and told["step_s"] > 0 and told["real_time_factor"] > 0
    assert sum(told["share"].values()) == pytest.approx(1.0)
    assert "judged" in told or told["not_judged"]
    for name in ("voice.safetensors", "00.wav", "01.wav"):
        assert (tmp_path / name).stat().st_size > 1_000


def test_the_table_of_a_busy_computer_compares_with_the_first_setting():
    today = [busy.Measured(2.0, 6.0, 0.0, 0.5), busy.Measured(2.0, 6.0, 0.0, 0.5), busy.Measured(90.0, 90.0, 0.9, 0.9)]
    other = [busy.Measured(2.5, 4.0, 0.0, 0.5)]
    lines = busy.table({"today": today, "asleep": other})
    assert lines[2:] == ["| today | 2.00 | 6.00 | 33% | 100% | 100% |", "| asleep | 2.50 | 4.00 | 62% | 80% | 150% |"]


def test_a_busy_loop_does_not_outlive_a_process_that_was_killed():
    import subprocess
    import sys
    import time

    import psutil

    program = (
        "import time\nfrom benchmarks.busy import busy_loop\n"
        "with busy_loop():\n    print('on', flush=True)\n    time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=host.CHECKOUT_DIR)
    try:
        holder.stdout.readline()
        (loop,) = psutil.Process(holder.pid).children()
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    ends = time.monotonic() + 60
    while loop.is_running() and loop.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < ends, loop
        time.sleep(0.1)
