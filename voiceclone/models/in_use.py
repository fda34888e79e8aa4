"""Track which base models this process is using, so that none is removed while in use."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from voiceclone.errors import BusyError


@dataclass(frozen=True)
class ModelRemoval:
    """The consequences of removing a base model."""

    base_id: str
    frees_mb: float
    """Disk space it frees, in megabytes of a million bytes; 0 if none of its files are here."""
    voices: tuple[str, ...]
    """Names of the voices that cannot speak until the model is back."""


class ModelsInUse:
    """Counts the tasks that are using each base model in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    @contextmanager
    def use(self, base_id: str) -> Iterator[None]:
        """Count one task for the duration of the block."""
        with self._lock:
            self._counts[base_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._counts[base_id] -= 1

    @contextmanager
    def unused(self, base_id: str, title: str) -> Iterator[None]:
        """Prevent any use of a model for the duration of the block.

        Raises:
            BusyError: the model is in use.
        """
        with self._lock:
            if self._counts[base_id]:
                raise BusyError(f"{title} is speaking or listening just now. Wait until that has ended, or cancel it.")
            yield
