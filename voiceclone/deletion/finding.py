"""Find everything about a person or a voice: where each kind of data lies, and what refers to whom."""

import time
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from voiceclone.bases.base import START_VOICE_FILE
from voiceclone.blind.library import TEST_FILE
from voiceclone.blind.model import RECORDING
from voiceclone.clips.library import ClipLibrary
from voiceclone.compare import folders as comparison_folders
from voiceclone.compare.model import COMPARISON_FILE
from voiceclone.deletion import model
from voiceclone.deletion.model import PERSON, VOICE, Deletion, Item
from voiceclone.errors import NotFoundError, StorageError, VoiceCloneError, VoiceFileError
from voiceclone.services.features import features_of, maps_of
from voiceclone.storage import disk, temporary
from voiceclone.training import candidates, runs
from voiceclone.training.runner import TrainingRunner
from voiceclone.training.runs import RunConfig
from voiceclone.voices.library import VoiceLibrary
from voiceclone.voices.voice_file import Voice

_ABANDONED_S = 600.0
"""What is written to a temporary name is in place long before."""
_ENDED = ("finished", "stopped")
_NOTHING = NotFoundError("no such file")


@dataclass(frozen=True)
class Found:
    """What a deletion takes along, and where it lies."""

    deletion: Deletion
    paths: tuple[Path, ...] = ()
    """In the order of deletion: whom it is all about comes last, so that after a crash it can be asked for again."""
    run_ids: tuple[str, ...] = ()


@dataclass
class _Gathering:
    """What was found so far."""

    items: list[Item] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    run_ids: list[str] = field(default_factory=list)
    running: list[str] = field(default_factory=list)

    def take(self, kind: str, paths: Sequence[Path], **figures: Any) -> None:
        """Add files and folders of one kind; nothing is said of a kind that there is none of."""
        if paths:
            files = sum(1 for path in paths for _ in _files(path))
            self.items.append(Item(kind, **({"count": files, "size_bytes": _size(paths)} | figures)))
            self.paths += paths


class Finder:
    """Looks through one data folder; changes nothing."""

    def __init__(self, data_dir: Path, clips: ClipLibrary, voices: VoiceLibrary, runner: TrainingRunner) -> None:
        self._data_dir = data_dir
        self._clips = clips
        self._voices = voices
        self._runner = runner

    def of_person(self, id_or_name: str, *, keep_voices: bool = False, gone: bool = False) -> Found:
        """Return everything about a person; with `keep_voices`, all but the voice files.

        Args:
            id_or_name: of the project; with `gone` its id.
            keep_voices: leave the voices.
            gone: the project itself is deleted, look for the rest.

        Raises:
            NotFoundError: there is no such person.
        """
        project_id, name = (id_or_name, "") if gone else self._project(id_or_name)
        folder = disk.safe_path(self._clips.root, project_id)
        clip_ids = {path.name for path in (folder / "clips").glob("*") if disk.is_id(path.name)}
        found = _Gathering(ids={project_id, *clip_ids})
        # A training whose description is lost does not say whose it is, and can be neither seen nor continued.
        mine = [(path, config) for path, config in self._runs() if config is None or config.project_id == project_id]
        comparisons = [path for path in self._comparisons() if _project_of(path) in (project_id, None)]
        made = self._voices_of(project_id, mine, comparisons)
        voice_ids = () if keep_voices else tuple(made)
        self._take_runs(found, mine)
        found.take(model.COMPARISONS, comparisons, count=len(comparisons))
        self._take_blind_tests(found, project_id, voice_ids, self._said(project_id))
        refusal = self._busy(comparisons) or self._take_start_voices(found, voice_ids)
        found.take(model.FEATURES, [*features_of(self._data_dir, clip_ids, unclear=True), *maps_of(self._data_dir)])
        found.ids |= {path.name for path in comparisons}
        found.take(model.COPIES, [*temporary.copies(self._data_dir, found.ids | set(voice_ids)),
                                  *temporary.uploads(self._data_dir)])  # fmt: skip
        self._take_voices(found, voice_ids)
        self._take_project(found, folder, project_id, clip_ids)
        stays = self._unclear_voices(made, keep_voices)
        return _found(Deletion(PERSON, project_id, name, (), stays=stays, refusal=refusal), found)

    def of_voice(self, id_or_name: str, *, gone: bool = False) -> Found:
        """Return everything about a voice; the recordings that it was made from are the person's.

        Raises:
            NotFoundError: there is no such voice; not with `gone`, which looks for what its id leads to.
        """
        voice_id, name = (id_or_name, "") if gone else self._voice(id_or_name)
        found = _Gathering(ids={voice_id})
        mine = [(path, config) for path, config in self._runs() if config is not None and config.voice_id == voice_id]
        comparisons = [path for path in self._comparisons() if voice_id in _voices_in(path)]
        self._take_runs(found, mine)
        found.take(model.COMPARISONS, comparisons, count=len(comparisons))
        self._take_blind_tests(found, None, (voice_id,), ())
        refusal = self._busy(comparisons) or self._take_start_voices(found, (voice_id,))
        if any(config is not None and config.continues == voice_id for _, config in self._runs()):
            found.take(model.FEATURES, maps_of(self._data_dir))
        found.ids |= {path.name for path in comparisons}
        found.take(model.COPIES, temporary.copies(self._data_dir, found.ids))
        self._take_voices(found, (voice_id,))
        stays = ("The recordings stay. They go with “Delete person”, in the terminal: projects --delete.",)
        return _found(Deletion(VOICE, voice_id, name, (), stays=stays, refusal=refusal), found)

    # Whom it is about

    def _project(self, id_or_name: str) -> tuple[str, str]:
        try:
            project = self._clips.project(id_or_name)
        except StorageError:  # its description is damaged
            return id_or_name, "a person whose name is lost"
        return project.project_id, project.name

    def _voice(self, id_or_name: str) -> tuple[str, str]:
        try:
            voice = self._voices.voice(id_or_name)
        except VoiceFileError:  # damaged, so it was named by its id
            return self._voices.path(id_or_name).stem, "a damaged voice"
        return voice.voice_id, voice.name

    def _voices_of(
        self, project_id: str, mine: Sequence[tuple[Path, RunConfig | None]], comparisons: Iterable[Path]
    ) -> dict[str, Voice]:
        """Return the voices made from a person's recordings, by id."""
        named = {config.voice_id for _, config in mine if config is not None}
        named |= {voice_id for path in comparisons for voice_id in _voices_in(path)}
        known = {voice.voice_id: voice for voice in self._voices.voices()}
        return {one: voice for one, voice in known.items() if one in named or voice.project_id == project_id}

    def _unclear_voices(self, made: Collection[str], keep_voices: bool) -> tuple[str, ...]:
        """Say which voices might be this person's without anything that tells."""
        if keep_voices:
            return ("The voices stay, and nothing tells any more whose they are.",)
        traced = {config.voice_id for _, config in self._runs() if config is not None}
        unclear = [
            voice.name
            for voice in self._voices.voices()
            if voice.project_id is None and voice.voice_id not in traced and voice.voice_id not in made
        ]
        if not unclear:
            return ()
        names = ", ".join(f"“{name}”" for name in sorted(unclear))
        return (f"These voices do not say from whose recordings they are, and stay: {names}. Delete them one by one.",)

    # What there is

    def _runs(self) -> list[tuple[Path, RunConfig | None]]:
        """Return every run folder with its description, None where that is lost."""
        found: list[tuple[Path, RunConfig | None]] = []
        beginning = self._runner.holder_id()
        for path in _id_folders(self._data_dir / "runs"):
            try:
                found.append((path, runs.read_config(path)))
            except NotFoundError:
                if path.name != beginning:
                    found.append((path, None))
        return found

    def _comparisons(self) -> list[Path]:
        return _id_folders(comparison_folders.root(self._data_dir))

    def _said(self, project_id: str) -> set[str]:
        try:
            return {clip.text for clip in self._clips.clips(project_id)}
        except VoiceCloneError:
            return set()

    def _busy(self, comparisons: Iterable[Path]) -> str:
        """Return why a deletion has to wait for a comparison, or nothing."""
        for path in comparisons:
            lock = FileLock(path / "lock", timeout=0)
            if (path / COMPARISON_FILE).is_file() or not (path / "lock").is_file():
                continue
            try:
                lock.acquire()
                lock.release()
            except Timeout:
                return "These voices are being compared. Cancel that first (“2. Train”, or Ctrl-C), then delete again."
        return ""

    # What is taken

    def _take_runs(self, found: _Gathering, mine: Sequence[tuple[Path, RunConfig | None]]) -> None:
        folders = [path for path, _ in mine]
        parts = 0
        for path, config in mine:
            found.ids.add(path.name)
            found.run_ids.append(path.name)
            with suppress(VoiceCloneError):
                parts += len(candidates.read(path).made)
            with suppress(VoiceCloneError):
                if config is not None and self._runner.status(path.name).running:
                    found.running.append(config.voice_name)
        found.take(model.TRAININGS, folders, count=len(folders), parts=parts)

    def _take_blind_tests(
        self, found: _Gathering, project_id: str | None, voice_ids: Collection[str], said: Collection[str]
    ) -> None:
        taken = []
        for path in _id_folders(self._data_dir / "blind"):
            try:
                test = disk.read_json(path / TEST_FILE, missing=_NOTHING, damaged=_NOTHING)
                sides = (test["a"], test["b"])
                texts = {pair["text"] for pair in test["pairs"]}
                recorded = any(side["kind"] == RECORDING for side in sides)
                of_person = test.get("project_id") == project_id if test.get("project_id") else bool(texts & set(said))
                mine = any(side.get("voice_id") in voice_ids for side in sides) or (
                    project_id is not None and recorded and of_person
                )
            except (NotFoundError, KeyError, TypeError, AttributeError):
                mine = project_id is not None and _is_old(path)  # it cannot be opened any more
            if mine:
                taken.append(path)
                found.ids.add(path.name)
        found.take(model.BLIND_TESTS, taken, count=len(taken))

    def _take_start_voices(self, found: _Gathering, voice_ids: Collection[str]) -> str:
        """Take the copies of voices that later trainings began from; return what speaks against it, or nothing."""
        taken: list[Path] = []
        refusal = ""
        for path, config in self._runs():
            if config is None or config.continues not in voice_ids or path.name in found.ids:
                continue
            if self._runner.status(path.name).state not in _ENDED:
                refusal = (
                    f"“{config.voice_name}” is being trained from this voice. Let that training end or delete it, "
                    "then delete again."
                )
            kept = path / START_VOICE_FILE
            each = (kept, disk.copy_path(kept), path / candidates.FOLDER / candidates.START_SOUND)
            taken += [one for one in each if one.is_file()]
        found.take(model.START_VOICES, taken)
        return refusal

    def _take_voices(self, found: _Gathering, voice_ids: Collection[str]) -> None:
        folder = self._data_dir / "voices"
        files = [path for voice_id in voice_ids for path in sorted(folder.glob(f"{voice_id}*"))]
        names = []
        for voice_id in voice_ids:
            with suppress(VoiceCloneError):
                names.append(self._voices.voice(voice_id).name)
        found.take(model.VOICES, files, count=len(voice_ids), names=tuple(sorted(names)))
        # What a kill left half written does not say of which voice it is.
        found.take(model.OTHERS, [path for path in folder.glob(".part-*") if _is_old(path)])

    def _take_project(self, found: _Gathering, folder: Path, project_id: str, clip_ids: Collection[str]) -> None:
        speech_s = 0.0
        with suppress(VoiceCloneError):
            speech_s = self._clips.readiness(project_id).speech_s
        clips = folder / "clips"
        others = [path for path in folder.glob("*") if path != clips] if folder.is_dir() else []
        if clip_ids:
            found.items.append(Item(model.CLIPS, len(clip_ids), _size([clips]), speech_s=speech_s))
        if others:
            files = sum(1 for path in others for _ in _files(path))
            found.items.append(Item(model.OTHERS, files, _size(others)))
        if folder.is_dir():
            found.paths.append(folder)


def _found(deletion: Deletion, found: _Gathering) -> Found:
    items = sorted(found.items, key=lambda item: model.KINDS.index(item.kind))
    told = replace(deletion, items=tuple(items), running=tuple(found.running))
    return Found(told, tuple(found.paths), tuple(found.run_ids))


def _id_folders(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("*") if disk.is_id(path.name)) if root.is_dir() else []


def _project_of(comparison: Path) -> str | None:
    """Return the project that a comparison is of; None if nothing in it says so."""
    for name in (comparison_folders.REQUEST_FILE, COMPARISON_FILE):
        with suppress(NotFoundError, KeyError, TypeError, AttributeError):
            told = disk.read_json(comparison / name, missing=_NOTHING, damaged=_NOTHING)
            return str(told.get("request", told)["project_id"])
    return None


def _voices_in(comparison: Path) -> set[str]:
    """Return the voices whose sounds lie in a comparison, finished or not."""
    found = set()
    for path in comparison.glob("*.json"):
        with suppress(NotFoundError, KeyError, TypeError, AttributeError):
            told = disk.read_json(path, missing=_NOTHING, damaged=_NOTHING)
            found |= {str(way["voice_id"]) for way in told.get("ways", [told])}
    return found


def _is_old(path: Path) -> bool:
    with suppress(OSError):
        return time.time() - path.stat().st_mtime > _ABANDONED_S
    return False


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [inner for inner in path.rglob("*") if inner.is_file()]


def _size(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        for file in _files(path):
            with suppress(OSError):  # gone meanwhile
                total += file.lstat().st_size
    return total
