"""Download a recogniser that transcribes and detects languages other than English; folded below the upload."""

from typing import Any

import gradio as gr

from voiceclone.errors import Cancelled
from voiceclone.recognition.recognisers import RECOGNISERS
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import Shared, begin_work, end_work, into, wire
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import record as record_text

_WORK = "recogniser"


def build_recogniser(shared: Shared) -> gr.Checkbox:
    """Lay out and wire it; nothing is downloaded before the button is pressed.

    Returns:
        The box that asks to detect each recording's language; hidden while no recogniser can.
    """
    with gr.Accordion(record_text.RECOGNISER_TITLE, open=False, elem_id="recogniser"):
        gr.HTML(markup.note(record_text.RECOGNISER_INFO))
        key = gr.Radio(
            label=record_text.RECOGNISER_LABEL,
            info=record_text.RECOGNISER_CHOICE_INFO,
            choices=[(record_text.recogniser_choice(one.title, one.size_mb), one.key) for one in RECOGNISERS.values()],
            value=next(iter(RECOGNISERS)),
        )
        get = gr.Button(record_text.RECOGNISER_GET, elem_id="get-recogniser")
        cancel = gr.Button(common_text.CANCEL, variant="stop", visible=False)
        status = gr.HTML(elem_id="recogniser-status")
        find_language = gr.Checkbox(
            label=record_text.FIND_LANGUAGE, info=record_text.FIND_LANGUAGE_INFO, visible=False, elem_id="find-language"
        )

    def recognisers_there() -> tuple[str, Any]:
        keys = shared.engine.models.recognisers()
        found = markup.note(record_text.recognisers_there([RECOGNISERS[key].title for key in keys]))
        return found, gr.update(visible=bool(keys))

    def fetch_recogniser(
        key: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> Any:
        with shared.stops.work(_WORK) as should_stop:
            try:
                shared.engine.models.install_recogniser(key, into(progress), should_stop)
            except Cancelled:
                return markup.note(record_text.RECOGNISER_CANCELLED), gr.skip()
        return recognisers_there()

    started = wire(get.click, begin_work, None, [get, cancel, status])
    done = wire(started.then, fetch_recogniser, key, [status, find_language], lane="fetch", progress_on=status)
    wire(done.then, end_work, None, [get, cancel])
    wire(cancel.click, lambda: shared.stops.stop(_WORK))
    wire(shared.demo.load, recognisers_there, None, [status, find_language])
    return find_language
