"""The page: `build(engine)` returns it, `launch_options()` returns how to serve it."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone import host, limits
from voiceclone.engine import VoiceEngine
from voiceclone.errors import StorageError
from voiceclone.ui.access import access_options
from voiceclone.ui.gate import addresses_here
from voiceclone.ui.parts import ids, markup
from voiceclone.ui.parts.header import build_header, wire_header
from voiceclone.ui.parts.shared import BrowserFiles, Shared, chosen_id, wire
from voiceclone.ui.parts.theme import CSS, theme
from voiceclone.ui.record_tab.clips import build_clips
from voiceclone.ui.record_tab.record import build_record
from voiceclone.ui.speak_tab.blind import build_blind
from voiceclone.ui.speak_tab.convert import build_convert
from voiceclone.ui.speak_tab.marks import build_marks
from voiceclone.ui.speak_tab.speak import build_speak
from voiceclone.ui.speak_tab.voices import build_voices
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import record as record_text
from voiceclone.ui.text import train as train_text
from voiceclone.ui.train_tab.comparison import build_comparing
from voiceclone.ui.train_tab.history import build_history
from voiceclone.ui.train_tab.train import build_train

QUEUE_SIZE = 32
LIGHT_EVENTS = 4
CACHE_CHECK_S = 3600
CACHE_AGE_S = 24 * 3600
# Fixed, so that what the browser remembers survives a reload or a restart. It protects no secret: the browser
# keeps only ids, and the engine checks each of them.
BROWSER_KEY = "voiceclone-page"


def build(engine: VoiceEngine) -> gr.Blocks:
    """Return the whole page on top of a `VoiceEngine`."""
    with suppress(StorageError):  # `serve` says so in one sentence
        host.keep_uploads_in(engine.page_folder())
    with gr.Blocks(
        title=common_text.TITLE,
        analytics_enabled=False,
        delete_cache=(CACHE_CHECK_S, CACHE_AGE_S),
        fill_width=False,
    ) as demo:
        remembered_project = _remembered("project")
        remembered_run = _remembered("run")
        changed, voices_changed = gr.State(0), gr.State(0)
        header = build_header(engine)
        project = ids.holds(chosen_id(header.project), ids.project_id)
        with gr.Tabs(selected="record", elem_id="tabs") as tabs:
            shared = Shared(engine, demo, tabs, project, header.project, changed, voices_changed, BrowserFiles(engine))
            with gr.Tab(common_text.TAB_RECORD, id="record"):
                intro = gr.HTML(markup.intro(common_text.INTRO_RECORD_EMPTY), elem_id="record-intro")
                build_record(shared)
                build_clips(shared, intro)
            with gr.Tab(common_text.TAB_TRAIN, id="train") as train_tab:
                watch, result = build_train(shared, remembered_run, train_tab)
                history = build_history(shared, watch, result, remembered_run)
                build_comparing(shared)
            with gr.Tab(common_text.TAB_SPEAK, id="speak"):
                speak = build_speak(shared)
                build_convert(shared, speak)
                build_blind(shared)
                build_voices(shared, speak)
                build_marks(shared)
        wire_header(shared, header, remembered_project)
        for onward, voice_id in ((result.onward, result.voice_id), (history.opened.onward, history.voice_id)):
            wire(
                onward.click,
                lambda voice_id: (gr.Tabs(selected="speak"), voice_id),
                voice_id,
                [tabs, speak.voices],
            )
    demo.queue(max_size=QUEUE_SIZE, default_concurrency_limit=LIGHT_EVENTS, api_open=False)
    return demo


def _remembered(name: str) -> gr.BrowserState:
    return gr.BrowserState("", storage_key=f"{BROWSER_KEY}-{name}", secret=BROWSER_KEY)


def head() -> str:
    """Return the scripts for the page's head: the unprocessed microphone, and the signals at the end of a training."""
    return _script("record_tab/microphone.js", record_text.MICROPHONE) + _script(
        "train_tab/ending.js", train_text.NOTIFY
    )


def _script(name: str, words: dict[str, str]) -> str:
    script = (Path(__file__).parent / name).read_text(encoding="utf-8")
    told = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    return f"<script>\n{script.replace('__WORDS__', told)}</script>"


def launch_options(server_name: str = host.DEFAULT_HOST) -> dict[str, Any]:
    """Return gradio's launch options except the address: nothing is shared or monitored.

    Only the page's own browser is answered (`voiceclone.ui.gate`). The page is behind a password if
    `VOICECLONE_PASSWORD` is set.

    Args:
        server_name: the host name or address to serve on.

    Raises:
        InputError: the password is too short.
    """
    return {
        **access_options(host.password(), addresses_here(server_name)),
        "theme": theme(),
        "css": CSS.read_text(encoding="utf-8"),
        "head": head(),
        "share": False,
        "run_history": False,
        "enable_monitoring": False,
        "allowed_paths": [],
        "show_error": False,
        "strict_cors": True,
        "max_file_size": limits.MAX_UPLOAD_FILE_MB * 1_000_000,
        "footer_links": [],
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "quiet": True,
    }
