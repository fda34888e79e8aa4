"""Long work in a thread of the program, one piece at a time: a reload of the page does not end it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from voiceclone.errors import BusyError, Cancelled, VoiceCloneError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.ui.text import common as common_text

RUNNING, DONE, CANCELLED, FAILED = "running", "done", "cancelled", "failed"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobStatus:
    """Where a piece of work stands."""

    key: str
    """What is worked on: the id of a model or a project."""
    share: float = 0.0
    words: str = ""
    state: str = RUNNING
    result: Any = None
    """What the work returned; None before."""
    error: str = ""
    """One plain sentence of a failed one."""

    @property
    def running(self) -> bool:
        """True while it is worked on."""
        return self.state == RUNNING


class BackgroundJob:
    """One piece of work after another; every page looks at the same one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._status: JobStatus | None = None

    def status(self) -> JobStatus | None:
        """Return the present piece of work, else the last one, None before the first."""
        return self._status

    @property
    def running(self) -> bool:
        """True while something is worked on."""
        return self._status is not None and self._status.running

    def start(self, key: str, busy: str, work: Callable[[OnProgress, ShouldStop], Any]) -> JobStatus:
        """Begin `work(on_progress, should_stop)` and return at once.

        Raises:
            BusyError: with the sentence `busy`, while something is worked on.
        """
        with self._lock:
            if self.running:
                raise BusyError(busy)
            self._stop = threading.Event()
            self._status = JobStatus(key)
        # A daemon: when the program ends the work ends with it, and the next time it goes on from its files.
        threading.Thread(target=self._run, args=(work, self._stop), name=f"page-{key}", daemon=True).start()
        return self._status

    def cancel(self) -> None:
        """Ask the present piece of work to stop."""
        self._stop.set()

    def _run(self, work: Callable[[OnProgress, ShouldStop], Any], stop: threading.Event) -> None:
        def report(share: float, words: str) -> None:
            self._status = replace(self._status, share=min(max(share, 0.0), 1.0), words=words)

        try:
            result = work(report, stop.is_set)
            ended = {"state": DONE, "share": 1.0, "result": result}
        except Cancelled as reason:
            ended = {"state": CANCELLED, "words": str(reason)}
        except VoiceCloneError as error:
            ended = {"state": FAILED, "error": str(error)}
        except Exception:
            log.exception("Unexpected error in background work")
            ended = {"state": FAILED, "error": common_text.UNEXPECTED}
        self._status = replace(self._status, **ended)
