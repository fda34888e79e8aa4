"""Long work in the background of the page: one piece at a time, stopped on request, and honest about failing."""

import threading

import pytest

from tests.waiting import WAIT_S, wait_until
from voiceclone.errors import BusyError, Cancelled, InputError
from voiceclone.ui.parts import jobs
from voiceclone.ui.text import common as common_text


def test_background_work_is_one_at_a_time_and_can_be_stopped():
    job, begun = jobs.BackgroundJob(), threading.Event()

    def work(on_progress, should_stop):
        on_progress(0.5, "Half")
        begun.set()
        wait_until(should_stop)
        raise Cancelled("Stopped.")

    job.start("a", "busy", work)
    assert begun.wait(WAIT_S) and (job.status().share, job.status().words) == (0.5, "Half")
    with pytest.raises(BusyError, match="busy"):
        job.start("b", "busy", work)
    job.cancel()
    wait_until(lambda: not job.running)
    assert (job.status().key, job.status().state) == ("a", jobs.CANCELLED)


def test_background_work_that_fails_says_why(caplog):
    job = jobs.BackgroundJob()

    def fail(error):
        raise error

    for error, said in ((InputError("Too long."), "Too long."), (ValueError("?"), common_text.UNEXPECTED)):
        job.start("a", "busy", lambda *_, error=error: fail(error))
        wait_until(lambda: not job.running)
        assert (job.status().state, job.status().error) == (jobs.FAILED, said)
    assert "ValueError" in caplog.text
