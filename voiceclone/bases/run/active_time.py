"""Active time of a run, without the hours a laptop sleeps with its lid closed."""

import time
from collections.abc import Callable

MAX_IDLE_S = 60.0
"""After a longer pause without computing, the computer slept or the process was suspended. The longest idle wait of a
working process is for the disk: 800 MB at 20 MB/s take 40 s."""
MAX_COMPUTED_SHARE = 0.02
"""Below this share of the pause, on one core, counts as not computing. A process starved by a busy computer still gets
more (5 to 15 % beside four others of higher priority)."""


class ActiveTime:
    """Accumulates the active time of a run; has to be read at least once per step.

    Whether a clock runs while the computer sleeps depends on the system (it does on Windows and in a paused virtual
    machine; `time.monotonic` stops on Linux and macOS). Processor time stops everywhere, so a long gap between two
    readings without any is left out.

    Args:
        spent_s: active time of earlier processes, seconds.
        now: a monotonic clock, seconds.
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
        """Active time so far, seconds."""
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
        """Return and reset the seconds slept since the last call."""
        self._read()
        slept_s, self._slept_s = self._slept_s, 0.0
        return slept_s
