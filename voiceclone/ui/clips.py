"""Tab 1, lower half: how much speech there is, every clip with its verdict, and cleaning."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.clips.model import needs_a_look
from voiceclone.errors import Cancelled
from voiceclone.ui import markup, text
from voiceclone.ui.detail import Detail, build_detail, wire_detail
from voiceclone.ui.listen import listening, was_listened_to
from voiceclone.ui.review import (
    AllShown,
    Choice,
    build_all_shown,
    build_choice,
    shown_choices,
    shown_clips,
    wire_all_shown,
)
from voiceclone.ui.shared import EDITS, Shared, begin_work, end_work, into, wire
from voiceclone.ui.who import build_who, wire_who

PAGE_CLIPS = 60
"""Clips shown at once; a list this long is still quick on a phone."""
CHOOSE_CLIP = """
let focused = '';
element.addEventListener('focusin', (event) => { focused = event.target.dataset.clip || ''; });
element.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  const rows = [...element.querySelectorAll('.vc-open')];
  const at = rows.findIndex((row) => row.dataset.clip === focused);
  if (step && rows[at + step]) { rows[at + step].focus(); event.preventDefault(); }
  if (event.key === 'x') document.querySelector('#clip-included input')?.click();
  if (event.key === 'n') document.querySelector('#next-to-look-at')?.click();
});
// The list is drawn anew after each change; who moves by keys stays where they were.
new MutationObserver(() => {
  if (document.activeElement !== document.body || !focused) return;
  element.querySelector(`.vc-open[data-clip="${focused}"]`)?.focus({preventScroll: true});
}).observe(element, {childList: true, subtree: true});
// Another tab may have changed the clips; whoever comes back to this one sees it.
window.addEventListener('focus', () => document.getElementById('refresh-clips')?.click());
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-clip]');
  if (!button) return;
  element.querySelectorAll('li').forEach((row) => row.removeAttribute('aria-current'));
  button.closest('li').setAttribute('aria-current', 'true');
  trigger('select', {clip_id: button.dataset.clip, play: button.dataset.play === '1'});
  // On a phone the chosen clip opens below the list.
  const show = () => document.getElementById('clip')?.scrollIntoView({block: 'start', behavior: 'smooth'});
  if (window.innerWidth < 720) setTimeout(show, 700);
});
"""


@dataclass(frozen=True)
class Overview:
    """The bar, the cleaning buttons and the list."""

    readiness: gr.HTML
    strength: gr.Radio
    clean: gr.Button
    undo: gr.Button
    listen: gr.Button
    """Shown while there are clips no network listened to."""
    cancel: gr.Button
    status: gr.HTML
    clips: gr.HTML
    choice: Choice
    all_shown: AllShown
    page: gr.State
    """Which page of the list is shown; 0 is the top."""
    paging: gr.Row
    later: gr.Button
    place: gr.HTML
    earlier: gr.Button
    onward: gr.Button


def build_clips(shared: Shared, intro: gr.HTML) -> None:
    """Lay out and wire the list of clips; `intro` is the line at the top of the tab."""
    who = build_who()
    overview, detail = _layout()
    wire_who(shared, who)
    _wire_list(shared, intro, overview, detail)
    wire_detail(shared, detail, chosen=overview.clips, cleaned=overview.status, show=overview.choice.show)
    wire_all_shown(shared, overview.choice, overview.all_shown, overview.strength)
    _wire_cleaning(shared, overview)
    _build_dataset(shared)


def _build_dataset(shared: Shared) -> None:
    """Lay out and wire what packs all clips into one file."""
    with gr.Accordion(text.DATASET_TITLE, open=False):
        gr.HTML(markup.note(text.DATASET_INFO))
        make = gr.Button(text.DATASET_MAKE, elem_id="make-dataset", elem_classes="vc-action")
        save = gr.DownloadButton(
            text.DATASET_SAVE, variant="primary", visible=False, elem_id="save-dataset", elem_classes="vc-action"
        )
        status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="dataset-status")

    def pack(
        project_id: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        path = shared.files.path(f"{shared.engine.project(project_id).name}.zip")
        count = shared.engine.export_dataset(project_id, path, into(progress))
        return gr.update(value=str(path), visible=True), markup.note(text.dataset_made(count), "good")

    begun = wire(
        make.click, lambda: (gr.update(visible=False), gr.update(value="", visible=True)), None, [save, status]
    )
    wire(begun.then, pack, shared.project, [save, status], lane="clips", progress_on=status)
    wire(
        shared.project.change,
        lambda: (gr.update(value=None, visible=False), gr.update(value="", visible=False)),
        None,
        [save, status],
    )


def _layout() -> tuple[Overview, Detail]:
    with gr.Column(elem_classes="vc-card"):
        readiness = gr.HTML(elem_id="readiness")
        onward = gr.Button(
            text.TO_TRAIN, variant="primary", visible=False, elem_id="to-train", elem_classes="vc-action"
        )
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=320, elem_classes="vc-card"):
            gr.HTML(markup.heading(text.CLIPS_TITLE, text.CLEAN_INFO))
            strength = gr.Radio(
                label=text.STRENGTH_LABEL,
                info=text.STRENGTH_INFO,
                choices=[(words, key) for key, words in text.STRENGTHS.items()],
                value="gentle",
                elem_id="strength",
            )
            clean = gr.Button(text.CLEAN_ALL, variant="primary", elem_id="clean")
            undo = gr.Button(text.UNDO_CLEANING, size="sm", visible=False, elem_id="undo-cleaning")
            listen = gr.Button(text.LISTEN, visible=False, elem_id="listen")
            cancel = gr.Button(text.CANCEL, variant="stop", visible=False)
            status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="clean-status")
            look_at = gr.Button(visible=False, elem_id="look-at-clips")
            choice = build_choice()
            clips = gr.HTML(elem_classes="vc-list", elem_id="clips", js_on_load=CHOOSE_CLIP)
            with gr.Row(visible=False) as paging:
                later = gr.Button(text.LATER, size="sm", min_width=90)
                place = gr.HTML()
                earlier = gr.Button(text.EARLIER, size="sm", min_width=90)
            all_shown = build_all_shown()
        detail = build_detail(look_at)
    page = gr.State(0)
    overview = Overview(
        readiness,
        strength,
        clean,
        undo,
        listen,
        cancel,
        status,
        clips,
        choice,
        all_shown,
        page,
        paging,
        later,
        place,
        earlier,
        onward,
    )
    return overview, detail


def _wire_list(shared: Shared, intro: gr.HTML, overview: Overview, detail: Detail) -> None:
    engine = shared.engine

    def listing(project_id: str, page: int, clip_id: str, show: str, order: str) -> tuple[Any, ...]:
        clips = engine.clips(project_id)
        shown = shown_clips(clips, show, order)
        last_page = max(0, (len(shown) - 1) // PAGE_CLIPS)
        page = min(max(page, 0), last_page)
        start = page * PAGE_CLIPS
        on_page = shown[start : start + PAGE_CLIPS]
        empty = text.NOTHING_SHOWN if clips else text.CLIPS_EMPTY
        return (
            markup.clip_list(on_page, clip_id, empty),
            page,
            gr.update(visible=last_page > 0),
            markup.note(text.clip_range(start + 1, start + len(on_page), len(shown))),
            gr.update(interactive=page > 0),
            gr.update(interactive=page < last_page),
            gr.update(visible=bool(shown)),
            markup.note(text.all_shown(len(shown))),
        )

    def top(project_id: str, clip_id: str, show: str, order: str) -> tuple[Any, ...]:
        return listing(project_id, 0, clip_id, show, order)

    def refresh(project_id: str, page: int, clip_id: str, show: str, order: str) -> tuple[Any, ...]:
        clips = engine.clips(project_id)
        readiness = engine.readiness(project_id)
        still_there = any(clip.clip_id == clip_id for clip in clips)
        doubtful = sum(map(needs_a_look, clips))
        return (
            *listing(project_id, page, clip_id, show, order),
            gr.update(visible=bool(clips)),
            gr.update(choices=shown_choices(clips)),
            gr.update(visible=doubtful > 0, value=text.to_look_at(doubtful)),
            markup.readiness_bar(readiness),
            markup.intro(next_step(clips, readiness)),
            gr.update(visible=bool(clips), variant="secondary" if all_clean(clips) else "primary"),
            gr.update(visible=any(clip.cleaned for clip in clips)),
            gr.update(visible=bool(clips)),
            gr.update(visible=not all(was_listened_to(clip) for clip in clips)),
            gr.update(visible=readiness.enough),
            gr.skip() if still_there else gr.update(visible=False),
        )

    choice, all_shown = overview.choice, overview.all_shown
    shown = [
        overview.clips, overview.page, overview.paging, overview.place, overview.later, overview.earlier,
        all_shown.panel, all_shown.count,
    ]  # fmt: skip
    everything = [
        *shown, choice.row, choice.show, detail.first_to_look_at, overview.readiness, intro, overview.clean,
        overview.undo, overview.strength, overview.listen, overview.onward, detail.panel,
    ]  # fmt: skip
    narrowed = [choice.show_box, choice.order_box]
    where = [shared.project, overview.page, detail.clip_id, *narrowed]
    for trigger in (shared.changed.change, shared.project.change):
        wire(trigger, refresh, where, everything, trigger_mode="always_last")
    for box in narrowed:
        wire(box.change, top, [shared.project, detail.clip_id, *narrowed], shown, trigger_mode="always_last")

    def newer(project_id: str, page: int, clip_id: str, show: str, order: str) -> tuple[Any, ...]:
        return listing(project_id, page - 1, clip_id, show, order)

    def older(project_id: str, page: int, clip_id: str, show: str, order: str) -> tuple[Any, ...]:
        return listing(project_id, page + 1, clip_id, show, order)

    wire(overview.later.click, newer, where, shown)
    wire(overview.earlier.click, older, where, shown)
    wire(overview.onward.click, lambda: gr.Tabs(selected="train"), None, shared.tabs)
    come_back = gr.Button(visible="hidden", elem_id="refresh-clips")
    wire(come_back.click, lambda changed: changed + 1, shared.changed, shared.changed, **EDITS)


def next_step(clips: list[Any], readiness: Any) -> str:
    """Return the sentence that says what to do next."""
    if not clips:
        return text.INTRO_RECORD_EMPTY
    if not readiness.enough:
        return text.INTRO_RECORD_MORE
    return text.INTRO_RECORD_READY if all_clean(clips) else text.INTRO_RECORD_CLEAN


def all_clean(clips: list[Any]) -> bool:
    """True when every clip that training would take has been cleaned."""
    return all(clip.cleaned for clip in clips if clip.included and clip.verdict.level != "bad")


def _wire_cleaning(shared: Shared, overview: Overview) -> None:
    engine = shared.engine

    def clean(
        project_id: str,
        changed: int,
        strength: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        with shared.stops.work(f"clean {project_id}") as should_stop:
            try:
                clips = engine.clean(project_id, on_progress=into(progress), should_stop=should_stop, strength=strength)
            except Cancelled:
                return markup.note(text.CLEAN_CANCELLED), changed + 1
        harmed = sum(clip.cleaning_harmed for clip in clips)
        return markup.note(text.cleaned_summary(len(clips), harmed), "good"), changed + 1

    def undo_cleaning(project_id: str, changed: int) -> tuple[Any, ...]:
        undone = engine.undo_cleaning(project_id)
        return gr.update(value=markup.note(text.undone(undone)), visible=True), changed + 1

    for button, work, given in (
        (overview.clean, clean, [overview.strength]),
        (overview.listen, listening(shared), []),
    ):
        started = wire(button.click, begin_work, None, [button, overview.cancel, overview.status])
        done = wire(
            started.then,
            work,
            [shared.project, shared.changed, *given],
            [overview.status, shared.changed],
            lane="clips",
            progress_on=overview.status,
        )
        wire(done.then, end_work, None, [button, overview.cancel])
    here = [shared.project, shared.changed]
    wire(overview.undo.click, undo_cleaning, here, [overview.status, shared.changed], **EDITS)
    wire(overview.cancel.click, lambda project_id: shared.stops.stop(f"clean {project_id}"), shared.project)
