"""Which base models this program works with just now, so that none is removed under its hands."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from voiceclone.errors import BusyError


@dataclass(frozen=True)
class ModelRemoval:
    """What removing a base model would mean."""

    base_id: str
    frees_mb: float
    """Disk space that becomes free, megabytes of a million bytes; 0 when nothing of it is here."""
    voices: tuple[str, ...]
    """Names of the voices that are silent until the model is back."""


class ModelsInUse:
    """Counts the work that goes on with each base model in this program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    @contextmanager
    def use(self, base_id: str) -> Iterator[None]:
        """Count one piece of work for as long as the block lasts."""
        with self._lock:
            self._counts[base_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._counts[base_id] -= 1

    @contextmanager
    def unused(self, base_id: str, title: str) -> Iterator[None]:
        """Let nothing begin with a model for as long as the block lasts.

        Raises:
            BusyError: something works with it.
        """
        with self._lock:
            if self._counts[base_id]:
                raise BusyError(f"{title} is speaking or listening just now. Wait until that has ended, or cancel it.")
            yield
