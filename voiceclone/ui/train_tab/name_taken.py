"""Tab 2: the name of the voice is taken; nothing is overwritten without asking."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.engine import VoiceEngine
from voiceclone.errors import InputError
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import chosen_id, wire
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import train as train_text
from voiceclone.voices.voice_file import Voice


@dataclass(frozen=True)
class Question:
    """The question that opens below the button."""

    panel: gr.Column
    words: gr.HTML
    ways: gr.Radio
    """Only ever an output."""
    way: gr.Textbox
    """Hidden; see `chosen_id`. Empty until chosen, which means the first way."""
    go: gr.Button
    no: gr.Button

    def all_of_it(self) -> list[Any]:
        """The components that asking updates."""
        return [self.panel, self.words, self.ways]


def build_question() -> Question:
    """Lay out the question, hidden."""
    with gr.Column(visible=False, elem_classes="vc-question", elem_id="again") as panel:
        words = gr.HTML()
        ways = gr.Radio(
            [(way, way) for way in train_text.AGAIN_WAYS],
            value=train_text.AGAIN_WAYS[0],
            label=train_text.AGAIN_LABEL,
            info=train_text.AGAIN_INFO,
            elem_id="again-way",
        )
        with gr.Row():
            go = gr.Button(train_text.AGAIN_GO, variant="primary", size="sm", elem_id="again-go")
            no = gr.Button(common_text.CANCEL, size="sm", elem_id="again-no")
    question = Question(panel, words, ways, chosen_id(ways), go, no)
    wire(no.click, lambda: gr.update(visible=False), None, panel)
    return question


def ask(engine: VoiceEngine, question: Question, voice: Voice, base_id: str) -> dict[Any, Any]:
    """Return the updates that ask what to do with `voice`, which has the wanted name."""
    free_name = engine.voices.free_name(voice.name)
    ways = [way for way in train_text.AGAIN_WAYS if way != "continue" or can_go_on(engine, voice, base_id)]
    choices = [(train_text.again_way(way, voice.name, free_name), way) for way in ways]
    return {
        question.panel: gr.update(visible=True),
        question.words: markup.note(train_text.again_question(voice.name)),
        question.ways: gr.update(choices=choices, value=ways[0]),
    }


def can_go_on(engine: VoiceEngine, voice: Voice, base_id: str) -> bool:
    """True when a training with this base can continue from `voice`."""
    return engine.runs.can_continue_from(voice, base_id or None)


def as_chosen(engine: VoiceEngine, voice: Voice, way: Any) -> tuple[str, dict[str, Any]]:
    """Return the new voice's name and further arguments for `start_training`.

    Raises:
        InputError: unknown way.
    """
    way = way or train_text.AGAIN_WAYS[0]
    if way == "replace":
        return voice.name, {"replaces": voice.voice_id}
    if way == "continue":
        return engine.voices.free_name(voice.name), {"continue_from": voice.voice_id}
    if way == "beside":
        return engine.voices.free_name(voice.name), {}
    raise InputError(train_text.AGAIN_NEEDED)
