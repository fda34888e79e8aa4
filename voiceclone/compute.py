"""The device we compute on, and the single thread that synthesizes and evaluates so that one thread pool has all cores.

Torch's OpenMP (libgomp) creates a thread pool for every Python thread that computes. As soon as there are more pool
threads than cores, they sleep at each barrier instead of spinning, and speech takes a third longer
(docs/decisions/0052). A web server answers each request in another thread, so without this module that would be normal.
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
"""Its attribute `here` is True in the compute thread."""


def device() -> str:
    """Return the device networks run on: `cuda` or `cpu`. Imports torch."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def use_all_cores() -> None:
    """Let torch compute with every core."""
    import torch

    torch.set_num_threads(host.cores())


def use_this_thread() -> None:
    """Let the calling thread compute directly; for a training process, called before anything is computed.

    Evaluating the speaker in another thread made every later training step take a third longer.
    """
    _computes.here = True


def in_one_thread(work: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Decorate a function so that all calls run in the same thread, in the order they arrive.

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
def preserved_random_state() -> Iterator[None]:
    """Run a block that leaves the random states of Python, numpy and torch as they were.

    Speaking draws noise, and building an evaluation network initialises its weights: a training run that speaks now and
    then must continue exactly like one that does not. Inside the block torch always starts from the same seed, so two
    voices are heard with the same noise. If torch is not imported, it has no state to preserve.
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
