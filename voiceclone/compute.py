"""The one thread in which this process speaks and judges, so that one pool of OpenMP threads has all the cores.

Torch's OpenMP (libgomp) makes a pool of threads for every Python thread that computes. As soon as there are more pool
threads than cores, they sleep at each barrier instead of spinning, and speech takes a third longer (docs/decisions.md).
A web page answers each request in another thread, so without this it would always be so.
"""

import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="voiceclone-compute")
_computes = threading.local()
"""Its `here` is True in the one thread."""


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
