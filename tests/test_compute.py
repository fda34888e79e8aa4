"""One thread for all networks: whoever asks, the work runs in the same thread, and errors come back."""

import threading

import pytest
from sounds import make_noise

from tests.fake_base import FakeBase
from voiceclone.compute import in_one_thread, use_this_thread
from voiceclone.evaluation import speaker_similarity
from voiceclone.recognition import transcribe
from voiceclone.voices.speech import Speaker


@in_one_thread
def where() -> int:
    return threading.get_ident()


@in_one_thread
def where_inside() -> tuple[int, int]:
    return threading.get_ident(), where()


@in_one_thread
def failing() -> None:
    raise ValueError("said by the work")


def test_all_callers_meet_in_one_thread_that_is_not_theirs():
    found = []
    callers = [threading.Thread(target=lambda: found.append(where())) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len({*found, where()}) == 1
    assert where() != threading.get_ident()


def test_decorated_functions_may_call_each_other():
    assert where_inside() == (where(), where())


def test_an_error_reaches_the_caller():
    with pytest.raises(ValueError, match="said by the work"):
        failing()


def test_a_process_that_trains_computes_where_it_trains():
    """A thread of its own, because the choice holds for good."""
    found = []

    def train():
        use_this_thread()
        found.append((threading.get_ident(), where(), where_inside()))

    worker = threading.Thread(target=train)
    worker.start()
    worker.join()
    ((own, computed, inside),) = found
    assert computed == own and inside == (own, own)
    assert where() != own


def test_every_base_speaks_there(tmp_path):
    spoke_in = []

    class Base(FakeBase):
        def speak(self, *given, **named):
            spoke_in.append(threading.get_ident())
            return super().speak(*given, **named)

    for _ in range(2):
        Speaker(Base(tmp_path)).speak(None, "One sentence.", "en-us")
    assert spoke_in == [where(), where()]


@pytest.mark.parametrize(("module", "work"), [(transcribe, "transcribe"), (speaker_similarity, "embed")])
def test_the_listeners_work_there_too(module, work, monkeypatch):
    worked_in = []
    resample = module.resample

    def look(*given):
        worked_in.append(threading.get_ident())
        return resample(*given)

    monkeypatch.setattr(module, "resample", look)
    getattr(module, work)(make_noise(1.0, 16_000, 0.02))
    assert worked_in == [where()]
