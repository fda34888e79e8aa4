"""The time a run is worked on; the hours a laptop sleeps with its lid closed are not among it."""

import time
from collections.abc import Callable

MAX_IDLE_S = 60.0
"""A pause in which the process computed nothing for longer than this was no work: the computer slept, or the process
was held. The longest idle wait of a working process is the disk's, 800 MB at 20 MB/s being 40 s."""
MAX_COMPUTED_SHARE = 0.02
"""Nothing is less than this share of the pause, on one core: a process that a busy computer starves still gets some of
it (5 to 15 % beside four others of higher priority), and one asleep only what it did before and after."""


class ActiveTime:
    """Adds up the time of a run, read at least once a step.

    Whether a clock goes on while the computer sleeps depends on the system (it does on Windows and for a paused virtual
    machine; `time.monotonic` stands still on Linux and macOS). The time this process computed stands still everywhere,
    so a long gap between two readings in which nothing was computed is left out.

    Args:
        spent_s: what earlier processes spent, seconds.
        now: a clock that never goes back, seconds.
        computed: processor time of this process, seconds.
    """

    def __init__(
        self,
        spent_s: float = 0.0,
        now: Callable[[], float] = time.monotonic,
        computed: Callable[[], float] = time.process_time,
    ) -> None:
        self._now, self._computed = now, computed
        self._spent_s = spent_s
        self._seen_s, self._seen_computed_s = now(), computed()
        self._slept_s = 0.0

    @property
    def elapsed_s(self) -> float:
        """Time spent on the run, seconds."""
        self._read()
        return self._spent_s

    def _read(self) -> None:
        now_s, computed_s = self._now(), self._computed()
        gap_s = max(0.0, now_s - self._seen_s)
        worked_s = computed_s - self._seen_computed_s
        idle_s = gap_s - worked_s
        if idle_s > MAX_IDLE_S and worked_s < MAX_COMPUTED_SHARE * gap_s:
            self._slept_s += idle_s
            gap_s -= idle_s
        self._seen_s, self._seen_computed_s = now_s, computed_s
        self._spent_s += gap_s

    def take_slept_s(self) -> float:
        """Return how long it slept since this was asked last, seconds; 0 when it did not."""
        self._read()
        slept_s, self._slept_s = self._slept_s, 0.0
        return slept_s
