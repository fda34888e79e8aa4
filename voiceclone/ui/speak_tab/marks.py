"""Tab 3, folded: was a sound made here, and whether what voices say is marked."""

from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import EDITS, RECORDER_SAMPLE_RATE, Shared, wire
from voiceclone.ui.text import marks as marks_text


def build_marks(shared: Shared) -> None:
    """Lay out and wire this section."""
    marking = shared.engine.marking
    with gr.Accordion(marks_text.TITLE, open=False, elem_id="marks-part", elem_classes="vc-card"):
        gr.HTML(markup.note(marks_text.INTRO))
        source = gr.Audio(
            label=marks_text.SOURCE,
            sources=["upload"],
            type="filepath",
            format=None,  # the file as it is: the marks are in it
            buttons=[],
            waveform_options=gr.WaveformOptions(sample_rate=RECORDER_SAMPLE_RATE),
            elem_id="marks-source",
            elem_classes="vc-player",
        )
        found = gr.HTML(elem_id="marks-found", elem_classes="vc-status")
        if marking.may_be_off:
            setting = gr.Checkbox(
                marking.is_on, label=marks_text.SETTING, info=marks_text.SETTING_INFO, elem_id="marks-setting"
            )
            switched = gr.HTML(elem_id="marks-switched")
        else:
            gr.HTML(markup.note(marks_text.ALWAYS_ON))

    def look_for_marks(path: str | None) -> str:
        if not path:
            return ""
        report = marking.check(Path(path))
        kind = "usable" if report.marked else "plain"
        return markup.notes([(report.sentence, kind), *((sentence, "plain") for sentence in report.details)])

    def switch_marks(on: Any) -> str:
        marking.switch(bool(on))
        return markup.note(marks_text.SWITCHED[bool(on)], "good" if on else "usable")

    wire(source.upload, look_for_marks, source, found, lane="check", progress_on=found)
    wire(source.clear, lambda: "", None, found)
    if marking.may_be_off:
        wire(setting.input, switch_marks, setting, switched, **EDITS)
        wire(shared.demo.load, lambda: marking.is_on, None, setting)
