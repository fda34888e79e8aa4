"""The blind listening tests in a data folder: make, ask, answer."""

from pathlib import Path

from voiceclone.blind.library import BlindTestLibrary
from voiceclone.blind.making import BlindMaker, Workbench
from voiceclone.blind.model import BlindQuestion, BlindTest
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.storage import disk


class BlindTestService:
    """Makes and stores blind listening tests."""

    def __init__(self, data_dir: Path, bench: Workbench) -> None:
        self._data_dir = data_dir
        self._bench = bench
        self._library = BlindTestLibrary(data_dir)

    def make(
        self,
        one: str,
        other: str,
        question: str = "better",
        *,
        project_id: str | None = None,
        seed: int | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> BlindTest:
        """Make ten pairs of the same sentence, in hidden order and at equal loudness; see `blind.making.BlindMaker`."""
        disk.require_free_disk(self._data_dir)
        maker = BlindMaker(self._bench, one, other, question, project_id, seed)
        return maker.make(self._library, on_progress, should_stop)

    def all(self) -> list[BlindTest]:
        """Return every blind test, finished or not, newest first; `BlindTest.result` says what it proves."""
        return self._library.tests()

    def question(self, test_id: str) -> BlindQuestion | None:
        """Return the next question of a blind test, or None if it is finished."""
        return self._library.question(test_id)

    def answer(self, test_id: str, number: int, choice: int) -> BlindTest:
        """Record the choice of sound 1 or 2 of a pair; errors as in `blind.library.BlindTestLibrary.answer`."""
        return self._library.answer(test_id, number, choice)

    def delete(self, test_id: str) -> None:
        """Delete a blind test with its audio and answers."""
        self._library.delete(test_id)
