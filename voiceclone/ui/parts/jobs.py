"""Long jobs in a background thread, one at a time, which survive a reload of the page."""

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
    """The state of a job."""

    key: str
    """The id of the model or project worked on."""
    share: float = 0.0
    words: str = ""
    state: str = RUNNING
    result: Any = None
    """What the job returned; None until it has finished."""
    error: str = ""
    """Why the job failed, as one plain sentence."""

    @property
    def running(self) -> bool:
        """True while the job runs."""
        return self.state == RUNNING


class BackgroundJob:
    """Runs one job after another; all open pages see the same one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._status: JobStatus | None = None

    def status(self) -> JobStatus | None:
        """Return the current or else the last job; None before the first."""
        return self._status

    @property
    def running(self) -> bool:
        """True while a job runs."""
        return self._status is not None and self._status.running

    def start(self, key: str, busy: str, work: Callable[[OnProgress, ShouldStop], Any]) -> JobStatus:
        """Start `work(on_progress, should_stop)` and return at once.

        Raises:
            BusyError: another job is running; the message is `busy`.
        """
        with self._lock:
            if self.running:
                raise BusyError(busy)
            self._stop = threading.Event()
            self._status = JobStatus(key)
        # A daemon thread: the job ends with the program, and continues from its files next time.
        threading.Thread(target=self._run, args=(work, self._stop), name=f"page-{key}", daemon=True).start()
        return self._status

    def cancel(self) -> None:
        """Ask the current job to stop."""
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
