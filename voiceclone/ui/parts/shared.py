"""Shared by the tabs: common components, wiring, files for the browser, stop requests."""

import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.audio.sound import Audio, encode_wav
from voiceclone.clips.model import Clip
from voiceclone.engine import VoiceEngine
from voiceclone.errors import NotFoundError, VoiceCloneError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.ui.parts.errors import plain_errors
from voiceclone.ui.parts.ids import only_ids
from voiceclone.ui.parts.jobs import BackgroundJob
from voiceclone.ui.parts.theme import WAVE_COLOURS
from voiceclone.ui.text import record as record_text

_ID = re.compile(r"[0-9a-f]{32}")
RECORDER_SAMPLE_RATE = 48_000
"""Hertz; the rate of most microphones, so that gradio's recorder does not resample."""
KEEP_FILES_S = 24 * 3600
"""Seconds to keep a file for the browser, which may ask for it again as long as its page is open."""
NOBODY = "0" * 32
"""The owner of what is nobody's: the speech of stock voices."""


class BrowserFiles:
    """Files for the browser, in the one folder that the page may read.

    Each lies below its owner, the id of the person, voice, clip or training it is of, and goes with it.
    """

    def __init__(self, engine: VoiceEngine) -> None:
        self._engine = engine

    def path(self, file_name: str, owner: str) -> Path:
        """Return a new path that ends in a sanitised `file_name`."""
        folder = self._folder(owner)
        allowed = "".join(c if c.isalnum() or c in " -_." else "_" for c in file_name).strip(" .")
        return folder / (allowed[-80:] or "file")

    def wav(self, audio: Audio, file_name: str, owner: str) -> str:
        """Write `audio` as 16-bit WAV and return its path."""
        path = self.path(file_name, owner)
        encode_wav(audio, path)
        return str(path)

    def copy(self, source: Path, file_name: str, owner: str) -> str:
        """Copy a file and return its path; the page cannot read the data folder."""
        return str(shutil.copyfile(source, self.path(file_name, owner)))

    @contextmanager
    def speech(self, file_name: str, voice_id: str | None) -> Iterator[Path]:
        """Yield a new path for what a voice says in the block; it does not stay if the voice is deleted meanwhile.

        Raises:
            NotFoundError: the voice was deleted.
        """
        path = self.path(file_name, voice_id or NOBODY)
        try:
            yield path
            if _ID.fullmatch(voice_id or ""):
                self._engine.voices.path(voice_id)
        except VoiceCloneError:
            shutil.rmtree(path.parent, ignore_errors=True)
            raise

    @contextmanager
    def taken_in(self, uploads: Sequence[str], owner: str) -> Iterator[list[Path]]:
        """Yield what was uploaded as files of `owner`, each in a folder of its own; afterwards they are deleted.

        So are the uploads themselves, unless the block failed: the page still shows them then.
        """
        with self.folder(owner) as folder:
            yield [_linked(Path(file), folder / str(number)) for number, file in enumerate(uploads)]
            self.drop(uploads)

    @contextmanager
    def folder(self, owner: str) -> Iterator[Path]:
        """Yield a new folder below that of an owner, which exists for the duration of the block."""
        folder = self._folder(owner)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def drop(self, uploads: Sequence[str | None]) -> None:
        """Delete uploads that are not needed any more; gradio keeps each in a folder of its own."""
        page = self._engine.page_folder()
        for file in uploads:
            folder = Path(file).parent if file else page
            if folder.parent == page and not _ID.fullmatch(folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, owner: str) -> Path:
        """Make a new folder below that of an owner."""
        page = self._engine.page_folder()
        for old in page.glob(f"{'[0-9a-f]' * len(NOBODY)}/*"):
            with suppress(FileNotFoundError):
                if time.time() - old.stat().st_mtime > KEEP_FILES_S:
                    shutil.rmtree(old, ignore_errors=True)
        of_owner = page / (owner if _ID.fullmatch(owner or "") else NOBODY)
        folder = of_owner / secrets.token_hex(16)
        of_owner.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700)
        return folder


def _linked(file: Path, folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    try:
        (folder / file.name).hardlink_to(file)
    except OSError:  # a file system without links
        shutil.copyfile(file, folder / file.name)
    return folder / file.name


class StopRequests:
    """Lets Cancel buttons stop running or waiting work, identified by keys."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, list[threading.Event]] = {}
        self._waiting: dict[str, bool] = {}
        """Waiting work, and whether it should stop as soon as it starts."""

    def expect(self, key: str) -> None:
        """Announce work under `key` that may have to wait, so that Cancel can reach it."""
        with self._lock:
            self._waiting[key] = False

    @contextmanager
    def work(self, key: str) -> Iterator[ShouldStop]:
        """Register work under `key`; yields the callback that says whether to stop."""
        event = threading.Event()
        with self._lock:
            self._running.setdefault(key, []).append(event)
            if self._waiting.pop(key, False):
                event.set()
        try:
            yield event.is_set
        finally:
            with self._lock:
                self._running[key].remove(event)
                if not self._running[key]:
                    del self._running[key]

    def is_working(self, project_id: str) -> bool:
        """True while work on a project runs or waits; keys end with the project's id."""
        with self._lock:
            return any(key.endswith(project_id) for key in (*self._running, *self._waiting))

    def stop(self, key: str) -> None:
        """Ask all work under `key` to stop."""
        with self._lock:
            if key in self._waiting:
                self._waiting[key] = True
            for event in self._running.get(key, ()):
                event.set()


@dataclass(frozen=True)
class Shared:
    """The components and services every tab needs."""

    engine: VoiceEngine
    demo: gr.Blocks
    tabs: gr.Tabs
    project: gr.Textbox
    """Hidden; always holds the id of the chosen project, see `chosen_id`."""
    projects: gr.Dropdown
    """The list of projects; only used as an output."""
    changed: gr.State
    """A counter, incremented when clips or projects change; what shows them listens to it."""
    voices_changed: gr.State
    """The same for voices."""
    files: BrowserFiles
    stops: StopRequests = field(default_factory=StopRequests)
    getting: BackgroundJob = field(default_factory=BackgroundJob)
    """The base model being downloaded; the key is its id."""
    comparing: BackgroundJob = field(default_factory=BackgroundJob)
    """The comparison in progress; the key is the project's id."""


EDITS: dict[str, Any] = {"lane": "edit", "at_once": 4}
"""`wire` options for quick edits that may raise: outside the queue, an error would be a failed request."""


def wire(
    trigger: Callable[..., Any],
    handler: Callable[..., Any],
    inputs: Sequence[Any] | Any = None,
    outputs: Sequence[Any] | Any = None,
    *,
    lane: str | None = None,
    at_once: int = 1,
    progress_on: Sequence[Any] | Any = None,
    **options: Any,
) -> Any:
    """Connect an event to a handler.

    Without a `lane`, the handler must be quick: it skips the queue and shows no progress. With one, it waits
    in the queue, and at most `at_once` events of that lane run at the same time.
    """
    if lane is None:
        how: dict[str, Any] = {"queue": False, "show_progress": "hidden"}
    else:
        how = {
            "concurrency_id": lane,
            "concurrency_limit": at_once,
            "show_progress": "full" if progress_on is not None else "hidden",
            "show_progress_on": progress_on,
        }
    how |= {"api_visibility": "private", "trigger_mode": "once"} | options
    return trigger(plain_errors(only_ids(handler, inputs)), inputs, outputs, **how)


def player(label: str, elem_id: str, **options: Any) -> gr.Audio:
    """Return a player for listening and downloading; nothing plays automatically."""
    defaults = {
        "interactive": False,
        "type": "filepath",
        "buttons": ["download"],
        "elem_classes": "vc-player",
        "waveform_options": gr.WaveformOptions(**WAVE_COLOURS),
    }
    return gr.Audio(label=label, elem_id=elem_id, **(defaults | options))


def wire_in_browser(trigger: Callable[..., Any], script: str, inputs: Any, outputs: Any) -> Any:
    """Connect an event to a JavaScript function; nothing is sent to the server."""
    return trigger(None, inputs, outputs, js=script, queue=False, show_progress="hidden", api_visibility="private")


def chosen_id(choice: gr.Dropdown | gr.Radio) -> gr.Textbox:
    """Return a hidden textbox that holds the id chosen in `choice`, for handlers to read.

    Gradio rejects a dropdown's value unless it sent that choice in the same session, so a page left open
    across a restart would only get errors. The engine checks ids anyway.
    """
    box = gr.Textbox(visible="hidden", label=choice.label)
    wire_in_browser(choice.change, "(id) => id", choice, box)
    return box


def begin_work() -> list[dict[str, Any]]:
    """Return updates for [button, its Cancel button, status] when work starts."""
    return [gr.update(visible=False), gr.update(visible=True), gr.update(value="", visible=True)]


def end_work() -> list[dict[str, Any]]:
    """Return updates for [button, its Cancel button] when work has ended or failed."""
    return [gr.update(visible=True), gr.update(visible=False)]


def find_clip(engine: VoiceEngine, project_id: str, clip_id: str) -> Clip:
    """Return one clip of a project.

    Raises:
        NotFoundError: there is no such clip (any more).
    """
    for clip in engine.projects.clips(project_id):
        if clip.clip_id == clip_id:
            return clip
    raise NotFoundError(record_text.CLIP_GONE)


def told(event: gr.EventData, name: str) -> Any:
    """Return a value sent with an event, None if it is missing; untrusted, since anybody can send events."""
    return event._data.get(name) if isinstance(event._data, dict) else None


def into(progress: gr.Progress) -> OnProgress:
    """Adapt gradio's progress bar to the engine's `on_progress`."""

    def report(share: float, message: str) -> None:
        progress(min(max(share, 0.0), 1.0), desc=message)

    return report


def language_choices(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return (name, code) pairs for a dropdown, in our order of languages."""
    from voiceclone.text.languages import RECORDED_LANGUAGES

    return [(language.name, code) for code, language in RECORDED_LANGUAGES.items() if code in codes]
