"""Tab 3: choose a voice, type a text, listen and download."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.engine import VoiceEngine
from voiceclone.errors import Cancelled, InputError
from voiceclone.limits import MAX_SPEED, MIN_SPEED
from voiceclone.services.voices import STOCK_MARK
from voiceclone.text.languages import language_name
from voiceclone.ui.parts import ids, markup
from voiceclone.ui.parts.shared import Shared, begin_work, chosen_id, end_work, into, language_choices, player, wire
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import speak as speak_text

STOCK = "stock"
"""Choice of the untrained voice of a base without named stock voices; the engine calls it None."""


@dataclass(frozen=True)
class Speak:
    """The components of the tab's upper half."""

    intro: gr.HTML
    voices: gr.Dropdown
    """The list of voices; only used as an output."""
    voice: gr.Textbox
    """Hidden; the id of the chosen voice, see `chosen_id`."""
    words: gr.Textbox
    language: gr.Dropdown
    speed: gr.Slider
    speak: gr.Button
    cancel: gr.Button
    output: gr.Audio
    download: gr.DownloadButton
    status: gr.HTML


def build_speak(shared: Shared) -> Speak:
    """Lay out and wire the tab."""
    tab = _layout(shared)
    _wire_speaking(shared, tab)
    _wire_choice(shared, tab)
    return tab


def _layout(shared: Shared) -> Speak:
    intro = gr.HTML(markup.intro(common_text.INTRO_SPEAK))
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320, elem_classes="vc-card"):
            words = gr.Textbox(
                label=speak_text.TEXT_LABEL,
                info=speak_text.TEXT_INFO,
                placeholder=speak_text.TEXT_PLACEHOLDER,
                lines=7,
                max_lines=20,
                elem_id="speak-text",
            )
            speak = gr.Button(speak_text.SPEAK, variant="primary", elem_id="speak")
            cancel = gr.Button(common_text.CANCEL, variant="stop", visible=False, elem_id="speak-cancel")
            status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="speak-status")
            output = player(speak_text.OUTPUT_LABEL, "speech", buttons=[], visible=False)
            download = gr.DownloadButton(
                speak_text.DOWNLOAD, visible=False, elem_id="download", elem_classes="vc-action"
            )
        with gr.Column(scale=2, min_width=300, elem_classes="vc-card"):
            voices = gr.Dropdown([], label=speak_text.VOICE_LABEL, info=speak_text.VOICE_INFO, elem_id="voice")
            voice = ids.holds(chosen_id(voices), ids.voice_id)
            language = gr.Dropdown(
                language_choices(shared.engine.base.languages),
                value="en-us",
                label=speak_text.SPEAK_LANGUAGE_LABEL,
                info=speak_text.SPEAK_LANGUAGE_INFO,
                elem_id="speak-language",
            )
            speed = gr.Slider(
                MIN_SPEED, MAX_SPEED, value=1.0, step=0.05, label=speak_text.SPEED_LABEL, info=speak_text.SPEED_INFO
            )
    return Speak(intro, voices, voice, words, language, speed, speak, cancel, output, download, status)


def _wire_speaking(shared: Shared, tab: Speak) -> None:
    engine = shared.engine

    def begin_speaking(request: gr.Request) -> list[dict[str, Any]]:
        shared.stops.expect(f"speak {request.session_hash}")
        return begin_work()

    def say(
        voice_id: str,
        words: str,
        language: str,
        speed: float,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        if not (words or "").strip():
            raise InputError(speak_text.NO_TEXT)
        with shared.stops.work(f"speak {request.session_hash}") as should_stop:
            try:
                with shared.files.speech(file_name(words), voice_id) as path:
                    speech = engine.speak_to_file(
                        engine_voice(voice_id),
                        words,
                        path,
                        language=language,
                        speed=speed,
                        on_progress=into(progress),
                        should_stop=should_stop,
                    )
            except Cancelled:
                return gr.skip(), gr.skip(), markup.note(speak_text.SPEAK_CANCELLED)
        # One for each: gradio takes the value out of an update that it has sent.
        made, to_save = (gr.update(value=str(speech.path), visible=True) for _ in range(2))
        summary = speak_text.spoken_summary(speech.duration_s, speech.sentences, speech.elapsed_s)
        return made, to_save, markup.note(summary)

    def stop(request: gr.Request) -> None:
        shared.stops.stop(f"speak {request.session_hash}")

    started = wire(tab.speak.click, begin_speaking, None, [tab.speak, tab.cancel, tab.status])
    done = wire(
        started.then,
        say,
        [tab.voice, tab.words, tab.language, tab.speed],
        [tab.output, tab.download, tab.status],
        lane="speech",
        progress_on=tab.status,
    )
    wire(done.then, end_work, None, [tab.speak, tab.cancel])
    wire(tab.cancel.click, stop)


def engine_voice(voice_id: str) -> str | None:
    """Return the engine's id of the chosen voice; None for the untrained one."""
    return None if voice_id == STOCK else voice_id


def file_name(words: str) -> str:
    """Return a file name made of the text's first words."""
    return f"{' '.join(words.split())[:40].strip(' .')}.wav"


def is_stock(voice_id: str) -> bool:
    """True for a stock voice or no voice: there is nothing to rename, export or delete."""
    return voice_id in ("", STOCK) or str(voice_id).startswith(STOCK_MARK)


def own_choices(engine: VoiceEngine) -> list[tuple[str, str]]:
    """Return (name, id) of the user's own voices, newest first."""
    voices = sorted(engine.voices.all(), key=lambda voice: voice.created_at, reverse=True)
    return [(voice.name, voice.voice_id) for voice in voices]


def voice_choices(engine: VoiceEngine) -> list[tuple[str, str]]:
    """Return (name, id): the user's own voices, those that cannot be used, then the stock voices, marked as such."""
    stock = [
        (speak_text.stock_voice(one.name, one.sex, language_name(one.language)), f"{STOCK_MARK}{one.voice_id}")
        for one in engine.voices.stock()
    ]
    broken = [(speak_text.broken_voice(one.name), one.voice_id) for one in engine.voices.broken()]
    return [*own_choices(engine), *broken, *(stock or [(speak_text.STOCK_VOICE, STOCK)])]


def _wire_choice(shared: Shared, tab: Speak) -> None:
    engine = shared.engine

    def refresh(chosen: str) -> tuple[Any, ...]:
        choices = voice_choices(engine)
        known = {voice_id for _, voice_id in choices}
        broken = {one.voice_id for one in engine.voices.broken()}
        value = chosen if chosen in known else next(voice_id for _, voice_id in choices if voice_id not in broken)
        intro = common_text.INTRO_SPEAK_NO_VOICE if is_stock(choices[0][1]) else common_text.INTRO_SPEAK
        return gr.update(choices=choices, value=value), markup.intro(intro)

    def follow_language(voice_id: str) -> Any:
        voice = None if is_stock(voice_id) else engine.voices.usable(voice_id)
        return gr.skip() if voice is None else voice.language

    shown = [tab.voices, tab.intro]
    wire(shared.demo.load, lambda: refresh(""), None, shown)
    wire(shared.voices_changed.change, refresh, tab.voice, shown, trigger_mode="always_last")
    wire(tab.voice.change, follow_language, tab.voice, tab.language, trigger_mode="always_last")
