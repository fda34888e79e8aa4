"""Callbacks through which long work reports its progress and is asked to stop."""

from collections.abc import Callable

OnProgress = Callable[[float, str], None]
"""Called with (fraction 0..1, message)."""
ShouldStop = Callable[[], bool]
"""Polled between small steps of work; return True to end it early."""
