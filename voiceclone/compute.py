"""What this process computes on, and the one thread it speaks and judges in, so that one pool of threads has all cores.

Torch's OpenMP (libgomp) makes a pool of threads for every Python thread that computes. As soon as there are more pool
threads than cores, they sleep at each barrier instead of spinning, and speech takes a third longer
(docs/decisions/0052). A web page answers each request in another thread, so without this it would always be so.
"""

import functools
import random
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import numpy as np

from voiceclone import host

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="voiceclone-compute")
_NOISE_SEED = 1
_computes = threading.local()
"""Its `here` is True in the one thread."""


def device() -> str:
    """Return what networks compute on: `cuda` or `cpu`. Loads torch."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def use_all_cores() -> None:
    """Let torch compute with every core."""
    import torch

    torch.set_num_threads(host.cores())


def use_this_thread() -> None:
    """Make the calling thread one that computes itself; for a process that trains in it, before anything is computed.

    Listening to the speaker in another thread made every later step of a training take a third longer.
    """
    _computes.here = True


def in_one_thread(work: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Decorate a function so that all calls run in the same thread, in the order they came.

    The caller waits for the result or the error. Decorated functions may call each other.
    """

    def begin(*given: _Given.args, **named: _Given.kwargs) -> _Result:
        _computes.here = True
        return work(*given, **named)

    @functools.wraps(work)
    def wait_for_it(*given: _Given.args, **named: _Given.kwargs) -> _Result:
        if getattr(_computes, "here", False):
            return work(*given, **named)
        return _thread.submit(begin, *given, **named).result()

    return wait_for_it


@contextmanager
def random_state_untouched() -> Iterator[None]:
    """Run a block whose use of randomness leaves no trace in Python's, numpy's and torch's random states.

    Speaking draws noise, and building a judge's network draws its first weights: a training that speaks now and then
    goes on exactly as one that does not. Inside, torch begins with the same seed each time, so that two voices are
    heard with the same noise. Without torch loaded there is no state of it to keep.
    """
    python_state, numpy_state = random.getstate(), np.random.get_state()
    try:
        with _torch_untouched():
            yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)


@contextmanager
def _torch_untouched() -> Iterator[None]:
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    devices = [torch.cuda.current_device()] if torch.cuda.is_available() and torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(_NOISE_SEED)
        yield
