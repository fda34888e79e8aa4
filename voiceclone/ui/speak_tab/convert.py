"""Tab 3: say the words of a recording in the chosen voice, if it can convert."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.engine import VoiceEngine
from voiceclone.errors import Cancelled, InputError
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import RECORDER_SAMPLE_RATE, Shared, begin_work, into, player, wire
from voiceclone.ui.speak_tab.speak import Speak, is_stock
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import speak as speak_text


@dataclass(frozen=True)
class Convert:
    """The components of this section."""

    accordion: gr.Accordion
    source: gr.Audio
    convert: gr.Button
    cancel: gr.Button
    status: gr.HTML
    output: gr.Audio
    download: gr.DownloadButton


def build_convert(shared: Shared, speak: Speak) -> None:
    """Lay out and wire this section; it is hidden while the chosen voice cannot convert."""
    part = _layout()
    _wire_convert(shared, speak, part)


def _layout() -> Convert:
    with gr.Accordion(
        speak_text.CONVERT_TITLE, open=False, visible=False, elem_id="convert-part", elem_classes="vc-card"
    ) as accordion:
        gr.HTML(markup.note(speak_text.CONVERT_INTRO))
        source = gr.Audio(
            label=speak_text.CONVERT_SOURCE,
            sources=["upload", "microphone"],
            type="filepath",
            format=None,
            buttons=[],
            waveform_options=gr.WaveformOptions(sample_rate=RECORDER_SAMPLE_RATE),
            elem_id="convert-source",
            elem_classes="vc-player",
        )
        convert = gr.Button(speak_text.CONVERT, variant="primary", elem_id="convert", elem_classes="vc-action")
        cancel = gr.Button(
            common_text.CANCEL, variant="stop", visible=False, elem_id="convert-cancel", elem_classes="vc-action"
        )
        status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="convert-status")
        output = player(speak_text.OUTPUT_LABEL, "converted", buttons=[], visible=False)
        download = gr.DownloadButton(
            speak_text.DOWNLOAD, visible=False, elem_id="convert-download", elem_classes="vc-action"
        )
    return Convert(accordion, source, convert, cancel, status, output, download)


def can_convert(engine: VoiceEngine, voice_id: str) -> bool:
    """True for a voice whose base model converts recordings; stock voices cannot."""
    return not is_stock(voice_id) and engine.voices.converts(voice_id)


def work_key(request: gr.Request) -> str:
    """Return the key of one browser tab's work, for its Cancel button."""
    return f"convert {request.session_hash}"


def _wire_convert(shared: Shared, speak: Speak, part: Convert) -> None:
    engine = shared.engine

    def offer_converting(voice_id: str) -> Any:
        return gr.update(visible=can_convert(engine, voice_id))

    def begin_converting(request: gr.Request) -> list[dict[str, Any]]:
        shared.stops.expect(work_key(request))
        return begin_work()

    def convert(
        voice_id: str,
        source: str | None,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        if not source:
            raise InputError(speak_text.NO_RECORDING)
        if is_stock(voice_id):
            raise InputError(speak_text.CONVERT_STOCK)
        name = f"{Path(source).stem} - {engine.voices.get(voice_id).name}.wav"
        with shared.stops.work(work_key(request)) as should_stop:
            try:
                with shared.files.speech(name, voice_id) as path:
                    sound = engine.convert_to_file(voice_id, source, path, into(progress), should_stop)
            except Cancelled:
                return gr.skip(), gr.skip(), markup.note(speak_text.CONVERT_CANCELLED)
        shown = gr.update(value=str(path), visible=True)
        return shown, shown, markup.note(speak_text.converted(sound.duration_s), "good")

    def cancel_converting(request: gr.Request) -> Any:
        shared.stops.stop(work_key(request))
        return gr.update(
            value=common_text.STOPPING, interactive=False
        )  # the current piece of up to 20 s finishes first

    def ready_again() -> tuple[Any, ...]:
        return gr.update(visible=True), gr.update(value=common_text.CANCEL, visible=False, interactive=True)

    wire(speak.voice.change, offer_converting, speak.voice, part.accordion, trigger_mode="always_last")
    started = wire(part.convert.click, begin_converting, None, [part.convert, part.cancel, part.status])
    done = wire(
        started.then,
        convert,
        [speak.voice, part.source],
        [part.output, part.download, part.status],
        lane="speech",
        progress_on=part.status,
    )
    wire(done.then, ready_again, None, [part.convert, part.cancel])
    wire(part.cancel.click, cancel_converting, None, part.cancel)
