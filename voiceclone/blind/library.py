"""The blind listening tests in a data folder: list, read, answer, delete."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from voiceclone.blind.model import BlindQuestion, BlindTest, as_plain, blind_test_from
from voiceclone.errors import InputError, NotFoundError, VoiceCloneError
from voiceclone.storage import disk, temporary

TEST_FILE = "test.json"
"""Written last: a folder without it is unfinished, or was left by a killed process."""
_ABANDONED_S = 3600.0


class BlindTestLibrary:
    """The tests below `blind/`; threads of one process may share it."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._root = data_dir / "blind"
        self._turn = threading.Lock()

    @contextmanager
    def new_folder(self) -> Iterator[Path]:
        """Yield a temporary folder, named after the new test, to make its audio in; see `keep`."""
        self._sweep()
        with temporary.work_folder(self._data_dir) as work:
            folder = work / disk.new_id()
            disk.make_folder(folder)
            yield folder

    def keep(self, folder: Path, test: BlindTest) -> None:
        """Write a new test into its folder and move that to the others."""
        disk.write_json(folder / TEST_FILE, as_plain(test))
        with disk.storage_errors(self._root):
            disk.make_folder(self._root)
            shutil.move(folder, disk.safe_path(self._root, test.test_id))

    def _sweep(self) -> None:
        """Delete what killed processes of older versions left."""
        for folder in self._root.glob("*"):
            if (folder / TEST_FILE).is_file() or time.time() - folder.stat().st_mtime < _ABANDONED_S:
                continue
            shutil.rmtree(folder, ignore_errors=True)

    def save(self, test: BlindTest) -> None:
        """Write a test atomically."""
        disk.write_json(disk.safe_path(self._root, test.test_id) / TEST_FILE, as_plain(test))

    def tests(self) -> list[BlindTest]:
        """Return every readable test, newest first."""
        found = []
        for path in self._root.glob(f"*/{TEST_FILE}"):
            try:
                found.append(self.test(path.parent.name))
            except VoiceCloneError:
                continue
        return sorted(found, key=lambda test: (test.created_at, test.test_id), reverse=True)

    def test(self, test_id: str) -> BlindTest:
        """Return a test.

        Raises:
            NotFoundError: there is none with that id, or it is damaged.
        """
        missing = NotFoundError("That listening test is not there any more. Begin a new one.")
        damaged = NotFoundError("That listening test is damaged. Delete it and begin a new one.")
        value = disk.read_json(self._folder(test_id) / TEST_FILE, missing=missing, damaged=damaged)
        return blind_test_from(value, test_id)

    def question(self, test_id: str) -> BlindQuestion | None:
        """Return the first unanswered pair, or None if all are answered.

        Raises:
            NotFoundError: the test or its audio is gone.
        """
        test = self.test(test_id)
        for number, pair in enumerate(test.pairs, start=1):
            if pair.answer is None:
                folder = self._folder(test_id)
                sounds = (sound_path(folder, number, 1), sound_path(folder, number, 2))
                if not all(path.is_file() for path in sounds):
                    raise NotFoundError("The sounds of this listening test are gone. Begin a new one.")
                return BlindQuestion(test_id, test.question, number, len(test.pairs), pair.text, sounds)
        return None

    def answer(self, test_id: str, number: int, choice: int) -> BlindTest:
        """Record the choice of sound 1 or 2 of a pair; an answered pair keeps its first answer.

        The audio is deleted with the last answer; the figures are kept.

        Raises:
            InputError: there is no such pair, or the choice is neither 1 nor 2.
        """
        if choice not in (1, 2) or isinstance(choice, bool):
            raise InputError("Choose 1 or 2.")
        with self._turn:
            test = self.test(test_id)
            if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(test.pairs):
                raise InputError("That pair is not in this listening test. Reload the page and go on.")
            pair = test.pairs[number - 1]
            if pair.answer is not None:  # double click, or a second window
                return test
            pairs = list(test.pairs)
            pairs[number - 1] = replace(pair, answer=choice)
            test = replace(test, pairs=tuple(pairs))
            if test.finished:
                test = replace(test, finished_at=disk.now_iso())
            self.save(test)
        if test.finished:
            for sound in self._folder(test_id).glob("*.wav"):
                sound.unlink(missing_ok=True)
        return test

    def delete(self, test_id: str) -> None:
        """Delete a test with its audio and answers."""
        temporary.discard(self._data_dir, [self._folder(test_id), *temporary.copies(self._data_dir, [test_id])])

    def _folder(self, test_id: str) -> Path:
        missing = NotFoundError("That listening test is not there any more. Begin a new one.")
        if not disk.is_id(test_id):
            raise missing
        folder = disk.safe_path(self._root, test_id)
        if not folder.is_dir():
            raise missing
        return folder


def sound_path(folder: Path, number: int, place: int) -> Path:
    """Return the path of a sound; the file name reveals nothing but its place in the pair."""
    return folder / f"{number:02d}-{place}.wav"
