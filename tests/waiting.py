"""Waiting for something that happens in another thread or process, and saying what did not."""

import time
from collections.abc import Callable

WAIT_S = 60
INTERVAL_S = 0.005
"""Short: some tests wait for what lasts a few hundredths of a second."""


def wait_until(condition: Callable[[], bool], what: str = "the end of the work") -> None:
    """Return once `condition()` is true; fail after `WAIT_S`."""
    ends = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < ends, f"waited {WAIT_S} s in vain: {what}"
        time.sleep(INTERVAL_S)
