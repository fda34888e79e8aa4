"""What the tabs have in common: the shared components, wiring, files for the browser, stop requests."""

import atexit
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.audio.sound import Audio, encode_wav
from voiceclone.clips.model import Clip
from voiceclone.engine import VoiceEngine
from voiceclone.errors import NotFoundError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.ui.parts.errors import plain_errors
from voiceclone.ui.parts.jobs import BackgroundJob
from voiceclone.ui.parts.theme import WAVE_COLOURS
from voiceclone.ui.text import record as record_text

RECORDER_SAMPLE_RATE = 48_000
"""Hertz; what microphones deliver, so that gradio's recorder does not resample."""
KEEP_FILES_S = 3600
"""The browser got its own copy at once; ours is only needed for a moment."""


class BrowserFiles:
    """Files on their way to the browser, in a temporary folder that the page may read."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="voiceclone-page-"))
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)

    def path(self, file_name: str) -> Path:
        """Return a fresh path that ends in a harmless form of `file_name`."""
        self._folder.mkdir(exist_ok=True)  # some systems tidy their temporary folder while we run
        for old in self._folder.iterdir():
            if time.time() - old.stat().st_mtime > KEEP_FILES_S:
                shutil.rmtree(old, ignore_errors=True)
        allowed = "".join(c if c.isalnum() or c in " -_." else "_" for c in file_name).strip(" .")
        return Path(tempfile.mkdtemp(dir=self._folder)) / (allowed[-80:] or "file")

    def wav(self, audio: Audio, file_name: str) -> str:
        """Write `audio` as 16-bit WAV and return where."""
        path = self.path(file_name)
        encode_wav(audio, path)
        return str(path)

    def copy(self, source: Path, file_name: str) -> str:
        """Copy a file of ours, because the page can read nothing in the data folder."""
        return str(shutil.copyfile(source, self.path(file_name)))


class StopRequests:
    """Lets a Cancel button reach work that is under way; keys name the work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, list[threading.Event]] = {}
        self._waiting: dict[str, bool] = {}
        """Work that waits for its turn, and whether it is to stop as soon as that comes."""

    def expect(self, key: str) -> None:
        """Say that work under `key` was asked for and may have to wait, so that Cancel reaches it meanwhile."""
        with self._lock:
            self._waiting[key] = False

    @contextmanager
    def work(self, key: str) -> Iterator[ShouldStop]:
        """Register one piece of work; yields the question whether it should stop."""
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
        """True while any work on a project goes on or waits; keys end with what they work on."""
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
    """What every tab needs."""

    engine: VoiceEngine
    demo: gr.Blocks
    tabs: gr.Tabs
    project: gr.Textbox
    """Hidden; always holds the id of the chosen project, see `chosen_id`."""
    projects: gr.Dropdown
    """Where a project is chosen; only ever an output."""
    changed: gr.State
    """A counter; whoever changes clips or projects raises it, whoever shows them listens."""
    voices_changed: gr.State
    """The same for voices."""
    files: BrowserFiles = field(default_factory=BrowserFiles)
    stops: StopRequests = field(default_factory=StopRequests)
    getting: BackgroundJob = field(default_factory=BackgroundJob)
    """The base model that is being fetched; its key is the model's id."""
    comparing: BackgroundJob = field(default_factory=BackgroundJob)
    """The comparison that is going on; its key is the project's id."""


EDITS: dict[str, Any] = {"lane": "edit", "at_once": 4}
"""How quick changes are wired that may be refused: a refusal outside the queue would be a failed request."""


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
    """Connect an event to a handler, the same careful way everywhere.

    Without a `lane` the handler is quick: it skips the queue and shows no progress. With one it
    waits its turn: at most `at_once` events of that lane run together.
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
    return trigger(plain_errors(handler), inputs, outputs, **how)


def player(label: str, elem_id: str, **options: Any) -> gr.Audio:
    """Return a player: for listening and downloading only, and nothing plays by itself."""
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
    """Return a hidden box that holds the id chosen in `choice`, for handlers to read.

    Gradio refuses a dropdown's value unless it sent that choice to this very session. After a restart
    of the program a page that is still open would only get errors; the engine checks ids anyway.
    """
    box = gr.Textbox(visible="hidden", label=choice.label)
    wire_in_browser(choice.change, "(id) => id", choice, box)
    return box


def begin_work() -> list[dict[str, Any]]:
    """Updates for [button, its Cancel button, status] when work begins."""
    return [gr.update(visible=False), gr.update(visible=True), gr.update(value="", visible=True)]


def end_work() -> list[dict[str, Any]]:
    """Updates for [button, its Cancel button] when work has ended, well or not."""
    return [gr.update(visible=True), gr.update(visible=False)]


def find_clip(engine: VoiceEngine, project_id: str, clip_id: str) -> Clip:
    """Return one clip of a project.

    Raises:
        NotFoundError: it is not there, or not any more.
    """
    for clip in engine.projects.clips(project_id):
        if clip.clip_id == clip_id:
            return clip
    raise NotFoundError(record_text.CLIP_GONE)


def told(event: gr.EventData, name: str) -> Any:
    """Return what a script of the page, or anybody else, sent along with an event; None when it did not."""
    return event._data.get(name) if isinstance(event._data, dict) else None


def into(progress: gr.Progress) -> OnProgress:
    """Adapt gradio's progress bar to what the engine calls."""

    def report(share: float, message: str) -> None:
        progress(min(max(share, 0.0), 1.0), desc=message)

    return report


def language_choices(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return (name, code) pairs for a dropdown, in our own order of languages."""
    from voiceclone.text.languages import LANGUAGES

    return [(language.name, code) for code, language in LANGUAGES.items() if code in codes]
