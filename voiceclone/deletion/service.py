"""Delete everything about a person or a voice in one step, after telling what that is."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from voiceclone.clips.library import ClipLibrary
from voiceclone.deletion.finding import Finder, Found
from voiceclone.deletion.model import Deletion
from voiceclone.errors import BusyError, StorageError
from voiceclone.storage import temporary
from voiceclone.training.runner import TrainingRunner
from voiceclone.voices.library import VoiceLibrary

_LOOKS = 5
"""Something may be written while it is deleted, by work that had begun before; then it is looked for again."""


class DeletionService:
    """Tells what a deletion takes along, and deletes it.

    What is exported or downloaded is beyond reach, and so are backups. The disk is not overwritten.
    """

    def __init__(self, data_dir: Path, clips: ClipLibrary, voices: VoiceLibrary, runner: TrainingRunner) -> None:
        self._data_dir = data_dir
        self._runner = runner
        self._finder = Finder(data_dir, clips, voices, runner)

    def of_person(self, project_id: str, *, keep_voices: bool = False) -> Deletion:
        """Return what `delete_person` would delete; deletes nothing.

        Args:
            project_id: a project, by id or name.
            keep_voices: leave the voice files that were made from its recordings.

        Raises:
            NotFoundError: there is no such project.
        """
        return self._finder.of_person(project_id, keep_voices=keep_voices).deletion

    def of_voice(self, voice_id: str) -> Deletion:
        """Return what `delete_voice` would delete; deletes nothing.

        Raises:
            NotFoundError: there is no such voice (id or name).
        """
        return self._finder.of_voice(voice_id).deletion

    def delete_person(self, project_id: str, *, keep_voices: bool = False) -> Deletion:
        """Delete a project and everything made from it: trainings, voices, comparisons, listening tests, copies.

        A training of it that is running is ended first.

        Returns:
            What was deleted.

        Raises:
            NotFoundError: there is no such project.
            BusyError: a comparison of it is running, another training began from one of its voices, or one of its own
                is just being started.
            StorageError: something cannot be deleted; the rest is, and the next call goes on.
        """
        return self._delete(partial(self._finder.of_person, keep_voices=keep_voices), project_id)

    def delete_voice(self, voice_id: str) -> Deletion:
        """Delete a voice with its trainings, and the comparisons and listening tests it is in; recordings stay.

        Returns:
            What was deleted.

        Raises:
            NotFoundError: there is no such voice (id or name).
            BusyError: as for `delete_person`.
            StorageError: as for `delete_person`.
        """
        return self._delete(self._finder.of_voice, voice_id)

    def _delete(self, find: Callable[..., Found], wanted: str) -> Deletion:
        found = find(wanted)
        deletion = found.deletion
        if deletion.refusal:
            raise BusyError(deletion.refusal)
        for _ in range(_LOOKS):
            for run_id in found.run_ids:
                self._runner.end(run_id)
            temporary.discard(self._data_dir, found.paths)
            found = find(deletion.subject_id, gone=True)
            if not self._lasting(found):
                return deletion
        raise StorageError(
            f"Something keeps writing files about “{deletion.name}”. Close other windows of VoiceClone, then delete "
            "again."
        )

    def _lasting(self, found: Found) -> list[Path]:
        """Return what was found outside the temporary folder, into which anybody may upload something new."""
        passing = self._data_dir / temporary.FOLDER
        return [path for path in found.paths if passing not in path.parents]
