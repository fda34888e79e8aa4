"""Filter and order the list of clips, and act on all clips shown at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.clips.model import Clip
from voiceclone.errors import Cancelled
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import Shared, chosen_id, into, wire
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import record as record_text

_LEVELS = {"bad": 0, "usable": 1, "good": 2}
_SHOWN: dict[str, Callable[[Clip], bool]] = {
    "all": lambda clip: True,
    "look": lambda clip: clip.needs_review,
    **{
        level: lambda clip, level=level: clip.included and clip.verdict.level == level
        for level in ("good", "usable", "bad")
    },
    "out": lambda clip: not clip.included,
}
_ORDERS: dict[str, Callable[[tuple[int, Clip]], Any]] = {
    "newest": lambda numbered: -numbered[0],
    "oldest": lambda numbered: numbered[0],
    "worst": lambda numbered: (_LEVELS[numbered[1].verdict.level], -numbered[0]),
    "longest": lambda numbered: (-numbered[1].duration_s, numbered[0]),
}


def shown_clips(clips: Sequence[Clip], show: str, order: str) -> list[tuple[int, Clip]]:
    """Return (number, clip) of the clips to show, in order; numbers count all clips from the oldest, 1.

    Args:
        clips: all clips, oldest first.
        show: a key of `record_text.SHOWN`; any other value shows all.
        order: a key of `record_text.ORDERS`; any other value means newest first.
    """
    wanted = _SHOWN.get(show, _SHOWN["all"])
    kept = [(number, clip) for number, clip in enumerate(clips, 1) if wanted(clip)]
    return sorted(kept, key=_ORDERS.get(order, _ORDERS["newest"]))


def shown_choices(clips: Sequence[Clip]) -> list[tuple[str, str]]:
    """Return (label with number of clips, key) of each filter of the list."""
    return [(record_text.shown_choice(key, sum(map(wanted, clips))), key) for key, wanted in _SHOWN.items()]


def next_to_look_at(clips: Sequence[Clip], clip_id: str) -> str:
    """Return the id of the next older clip that needs review, wrapping around to the newest; "" if none does."""
    newest_first = list(reversed(clips))
    ids = [clip.clip_id for clip in newest_first]
    start = ids.index(clip_id) + 1 if clip_id in ids else 0
    for clip in newest_first[start:] + newest_first[:start]:
        if clip.needs_review and clip.clip_id != clip_id:
            return clip.clip_id
    return ""


@dataclass(frozen=True)
class Choice:
    """The filter and order of the list; the hidden boxes hold the keys for handlers."""

    row: gr.Row
    show: gr.Radio
    show_box: gr.Textbox
    order_box: gr.Textbox


def build_choice() -> Choice:
    """Lay out the filter and the order; hidden until there are clips."""
    with gr.Row(visible=False, elem_classes="vc-choice") as row:
        show = gr.Radio(
            label=record_text.SHOW_LABEL,
            info=record_text.SHOW_INFO,
            choices=[(words, key) for key, words in record_text.SHOWN.items()],
            value="all",
            elem_id="show-clips",
            scale=3,
            min_width=260,
        )
        order = gr.Dropdown(
            label=record_text.ORDER_LABEL,
            info=record_text.ORDER_INFO,
            choices=[(words, key) for key, words in record_text.ORDERS.items()],
            value="newest",
            elem_id="order-clips",
            scale=1,
            min_width=150,
        )
    return Choice(row, show, chosen_id(show), chosen_id(order))


@dataclass(frozen=True)
class AllShown:
    """The actions on all clips shown."""

    panel: gr.Accordion
    count: gr.HTML
    out: gr.Button
    use: gr.Button
    clean: gr.Button
    delete: gr.Button
    question: gr.Column
    ask: gr.HTML
    delete_yes: gr.Button
    delete_no: gr.Button
    status: gr.HTML


def build_all_shown() -> AllShown:
    """Lay out the buttons for all clips shown."""
    with gr.Accordion(record_text.ALL_SHOWN_TITLE, open=False, visible=False, elem_id="all-shown") as panel:
        count = gr.HTML()
        with gr.Row():
            out = gr.Button(record_text.ALL_SHOWN_OUT, size="sm", min_width=110, elem_id="all-out")
            use = gr.Button(record_text.ALL_SHOWN_IN, size="sm", min_width=110, elem_id="all-in")
            clean = gr.Button(record_text.ALL_SHOWN_CLEAN, size="sm", min_width=110)
            delete = gr.Button(
                record_text.ALL_SHOWN_DELETE, size="sm", min_width=110, variant="stop", elem_id="all-delete"
            )
        with gr.Column(visible=False, elem_classes="vc-question") as question:
            ask = gr.HTML()
            with gr.Row():
                delete_yes = gr.Button(
                    record_text.ALL_SHOWN_DELETE_YES, variant="stop", size="sm", min_width=120, elem_id="all-delete-yes"
                )
                delete_no = gr.Button(common_text.KEEP, size="sm", min_width=120)
        status = gr.HTML(elem_id="all-status")
    return AllShown(panel, count, out, use, clean, delete, question, ask, delete_yes, delete_no, status)


def wire_all_shown(shared: Shared, choice: Choice, panel: AllShown, strength: gr.Radio) -> None:
    """Connect the buttons; each press works out anew which clips are shown."""
    engine = shared.engine

    def ids(project_id: str, show: str) -> list[str]:
        return [clip.clip_id for _, clip in shown_clips(engine.projects.clips(project_id), show, "")]

    def done(count: int, changed: int) -> tuple[Any, ...]:
        return markup.note(record_text.all_shown_done(count), "good"), gr.update(visible=False), changed + 1

    def include_all(project_id: str, show: str, changed: int, included: bool) -> tuple[Any, ...]:
        wanted = ids(project_id, show)
        for clip_id in wanted:
            engine.projects.edit_clip(project_id, clip_id, included=included)
        return done(len(wanted), changed)

    def leave_all_out(project_id: str, show: str, changed: int) -> tuple[Any, ...]:
        return include_all(project_id, show, changed, False)

    def use_all(project_id: str, show: str, changed: int) -> tuple[Any, ...]:
        return include_all(project_id, show, changed, True)

    def clean_all_shown(
        project_id: str,
        show: str,
        changed: int,
        strength: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        wanted = ids(project_id, show)
        with shared.stops.work(f"clean {project_id}") as should_stop:
            try:
                engine.projects.clean(project_id, wanted, into(progress), should_stop, strength)
            except Cancelled:
                return markup.note(record_text.CLEAN_CANCELLED), gr.update(visible=False), changed + 1
        return done(len(wanted), changed)

    def delete_all_shown(project_id: str, show: str, changed: int) -> tuple[Any, ...]:
        wanted = ids(project_id, show)
        engine.projects.delete_clips(project_id, wanted)
        return done(len(wanted), changed)

    def ask(project_id: str, show: str) -> tuple[Any, ...]:
        return gr.update(visible=True), markup.note(record_text.all_shown_question(len(ids(project_id, show))))

    here = [shared.project, choice.show_box]
    after = [panel.status, panel.question, shared.changed]
    for button, handler, given in (
        (panel.out, leave_all_out, []),
        (panel.use, use_all, []),
        (panel.clean, clean_all_shown, [strength]),
        (panel.delete_yes, delete_all_shown, []),
    ):
        wire(button.click, handler, [*here, shared.changed, *given], after, lane="clips", progress_on=panel.status)
    wire(panel.delete.click, ask, here, [panel.question, panel.ask])
    wire(panel.delete_no.click, lambda: gr.update(visible=False), None, panel.question)
