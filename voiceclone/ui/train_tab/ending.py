"""Signals for the end of a training: a browser notification and a sound, each with a switch."""

import json
from dataclasses import dataclass

import gradio as gr

from voiceclone.training.runs import RunStatus
from voiceclone.ui.parts.shared import Shared, wire_in_browser
from voiceclone.ui.text import train as train_text


@dataclass(frozen=True)
class Ending:
    """The two switches, remembered by the browser, and the message for its script."""

    notify: gr.Checkbox
    sound: gr.Checkbox
    note: gr.HTML
    told: gr.Textbox
    """Hidden; changes once per training that ends while the page watches it."""


def build_ending() -> tuple[gr.Checkbox, gr.Checkbox, gr.HTML]:
    """Lay out the switches, and a place for the browser's objections."""
    with gr.Row(elem_id="ending"):
        notify = gr.Checkbox(
            False, label=train_text.NOTIFY_LABEL, info=train_text.NOTIFY_INFO, elem_id="notify", min_width=260
        )
        sound = gr.Checkbox(
            True, label=train_text.SOUND_LABEL, info=train_text.SOUND_INFO, elem_id="sound", min_width=260
        )
    note = gr.HTML(elem_id="notify-note")
    return notify, sound, note


def wire_ending(shared: Shared, ending: Ending) -> None:
    """Connect the switches and the message to the page's script (`ending.js`)."""
    script = "window.voicecloneEnding"
    wire_in_browser(shared.demo.load, f"() => {script}.remembered()", None, [ending.notify, ending.sound])
    wire_in_browser(ending.notify.input, f"(on) => {script}.setNotify(on)", ending.notify, [ending.notify, ending.note])
    wire_in_browser(ending.sound.input, f"(on) => {script}.setSound(on)", ending.sound, None)
    wire_in_browser(ending.told.change, f"(told) => {script}.tell(told)", ending.told, None)


def told_of(status: RunStatus) -> str:
    """Return the message to the script about a training that has just ended."""
    title = f"{train_text.ENDED_TITLES.get(status.state, status.state)}: {status.voice_name}"
    told = {"id": f"{status.run_id}-{status.state}-{status.step}", "title": title, "body": status.message}
    return json.dumps(told, ensure_ascii=False)
