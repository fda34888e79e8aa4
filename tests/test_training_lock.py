"""One training per data folder, through crashes, handing over and pids used again."""

import json
import os
import subprocess
import sys

import psutil
import pytest

from voiceclone.errors import BusyError
from voiceclone.training.lock import TrainingLock


@pytest.fixture
def lock(tmp_path):
    return TrainingLock(tmp_path / "data")


@pytest.fixture
def other_process():
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.wait()
    process.stdin.close()


def test_a_claimed_lock_is_busy_until_released(lock):
    lock.claim("a")
    assert lock.holder().run_id == "a"
    with pytest.raises(BusyError, match="a"):
        lock.claim("b")
    lock.release("b")
    assert lock.holder() is not None
    lock.release("a")
    assert lock.holder() is None
    lock.claim("b")


def test_the_training_process_takes_over_from_its_starter(lock):
    lock.claim("a")
    assert lock.holder().handover
    lock.take("a")
    assert not lock.holder().handover
    with pytest.raises(BusyError):
        lock.take("a")  # a second training process of the same run


def test_another_run_cannot_take_over(lock):
    lock.claim("a")
    with pytest.raises(BusyError):
        lock.take("b")


def test_handing_over_comes_too_late_when_the_process_has_taken_it(lock, other_process):
    lock.claim("a")
    lock.take("a")
    lock.hand_over("a", other_process.pid)
    assert lock.holder().pid == os.getpid()


def test_a_killed_holder_leaves_a_free_lock(lock, other_process):
    lock.claim("a")
    lock.hand_over("a", other_process.pid)
    assert lock.holder().pid == other_process.pid
    with pytest.raises(BusyError):
        lock.claim("b")
    other_process.kill()
    # Nobody has waited for it yet, so the system still lists it, as a zombie.
    while psutil.Process(other_process.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    assert lock.holder() is None
    lock.claim("b")
    assert lock.holder().run_id == "b"


def test_a_pid_used_again_is_another_process(lock, tmp_path):
    lock.claim("a")
    path = tmp_path / "data" / "training.lock"
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"started_at": content["started_at"] - 3600, "boot": "another 1"}))
    assert lock.holder() is None


def test_a_small_correction_of_the_clock_is_no_other_process(lock, tmp_path):
    lock.claim("a")
    path = tmp_path / "data" / "training.lock"
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | {"started_at": content["started_at"] - 1}))
    assert lock.holder() is not None


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"run_id": "a", "pid": "x"}'])
def test_a_damaged_lock_file_is_a_free_lock(lock, tmp_path, content):
    lock.claim("a")
    (tmp_path / "data" / "training.lock").write_text(content)
    assert lock.holder() is None
    lock.claim("b")


def test_of_many_processes_one_wins(tmp_path):
    program = (
        "import sys; from pathlib import Path; from voiceclone.training.lock import TrainingLock\n"
        "from voiceclone.errors import BusyError\n"
        "sys.stdin.readline()\n"
        "try: TrainingLock(Path(sys.argv[1])).claim(sys.argv[2]); print('won')\n"
        "except BusyError: print('busy')\n"
        "sys.stdout.flush(); sys.stdin.readline()\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    outcomes = [process.stdout.readline().strip() for process in processes]
    for process in processes:
        process.communicate("end\n")
    assert sorted(outcomes) == ["busy", "busy", "busy", "won"]
