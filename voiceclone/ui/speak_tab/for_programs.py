"""Tab 3, folded: the chosen voice as a file that other programs load without VoiceClone."""

from typing import Any

import gradio as gr

from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import Shared, wire
from voiceclone.ui.speak_tab.speak import is_stock
from voiceclone.ui.text import speak as speak_text


def build_for_programs(shared: Shared, voice: gr.Textbox) -> None:
    """Lay out and wire the export for other programs; hidden for voices that have no such form.

    Args:
        shared: what the tabs share.
        voice: holds the id of the chosen voice.
    """
    with gr.Accordion(speak_text.PROGRAMS_TITLE, open=False, visible=False, elem_id="for-programs") as part:
        gr.HTML(markup.note(speak_text.PROGRAMS_INFO))
        make = gr.Button(speak_text.PROGRAMS_MAKE, elem_id="make-for-programs", elem_classes="vc-action")
        save = gr.DownloadButton(
            speak_text.PROGRAMS_SAVE,
            variant="primary",
            visible=False,
            elem_id="save-for-programs",
            elem_classes="vc-action",
        )
        status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="for-programs-status")

    def offer_programs(voice_id: str) -> tuple[Any, ...]:
        offered = not is_stock(voice_id) and shared.engine.voices.has_form_for_other_programs(voice_id)
        return gr.update(visible=offered), gr.update(value=None, visible=False), gr.update(value="", visible=False)

    def begin_packing() -> tuple[Any, ...]:
        return gr.update(value=None, visible=False), gr.update(
            value=markup.note(speak_text.PROGRAMS_MAKING), visible=True
        )

    def pack_for_programs(voice_id: str) -> tuple[Any, ...]:
        name = shared.engine.voices.get(voice_id).name
        path = shared.files.path(f"{name} for kokoro.zip")
        shared.engine.voices.export_for_kokoro(voice_id, path)
        return gr.update(value=str(path), visible=True), markup.note(speak_text.PROGRAMS_MADE, "good")

    wire(voice.change, offer_programs, voice, [part, save, status], trigger_mode="always_last")
    begun = wire(make.click, begin_packing, None, [save, status])
    wire(begun.then, pack_for_programs, voice, [save, status], lane="speech", progress_on=status)
