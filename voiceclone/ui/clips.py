"""Tab 1, lower half: how much speech there is, every clip with its verdict, and cleaning."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.errors import Cancelled
from voiceclone.ui import markup, text
from voiceclone.ui.detail import Detail, build_detail, wire_detail
from voiceclone.ui.shared import Shared, begin_work, end_work, into, wire

PAGE_CLIPS = 60
"""Clips shown at once; a list this long is still quick on a phone."""
CHOOSE_CLIP = """
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
    clean: gr.Button
    cancel: gr.Button
    status: gr.HTML
    clips: gr.HTML
    page: gr.State
    """Which page of the list is shown; 0 holds the newest clips."""
    paging: gr.Row
    later: gr.Button
    place: gr.HTML
    earlier: gr.Button
    onward: gr.Button


def build_clips(shared: Shared, intro: gr.HTML) -> None:
    """Lay out and wire the list of clips; `intro` is the line at the top of the tab."""
    overview, detail = _layout()
    _wire_list(shared, intro, overview, detail)
    wire_detail(shared, detail, chosen=overview.clips, cleaned=overview.status)
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
            clean = gr.Button(text.CLEAN_ALL, variant="primary", elem_id="clean")
            cancel = gr.Button(text.CANCEL, variant="stop", visible=False)
            status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="clean-status")
            clips = gr.HTML(elem_classes="vc-list", elem_id="clips", js_on_load=CHOOSE_CLIP)
            with gr.Row(visible=False) as paging:
                later = gr.Button(text.LATER, size="sm", min_width=90)
                place = gr.HTML()
                earlier = gr.Button(text.EARLIER, size="sm", min_width=90)
        detail = build_detail()
    page = gr.State(0)
    return Overview(readiness, clean, cancel, status, clips, page, paging, later, place, earlier, onward), detail


def _wire_list(shared: Shared, intro: gr.HTML, overview: Overview, detail: Detail) -> None:
    engine = shared.engine

    def listing(project_id: str, page: int, clip_id: str) -> tuple[Any, ...]:
        clips = engine.clips(project_id)
        last_page = max(0, (len(clips) - 1) // PAGE_CLIPS)
        page = min(max(page, 0), last_page)
        end = len(clips) - page * PAGE_CLIPS
        start = max(0, end - PAGE_CLIPS)
        return (
            markup.clip_list(clips[start:end], start + 1, clip_id),
            page,
            gr.update(visible=last_page > 0),
            markup.note(text.clip_range(start + 1, end, len(clips))),
            gr.update(interactive=page > 0),
            gr.update(interactive=page < last_page),
        )

    def refresh(project_id: str, page: int, clip_id: str) -> tuple[Any, ...]:
        clips = engine.clips(project_id)
        readiness = engine.readiness(project_id)
        still_there = any(clip.clip_id == clip_id for clip in clips)
        return (
            *listing(project_id, page, clip_id),
            markup.readiness_bar(readiness),
            markup.intro(next_step(clips, readiness)),
            gr.update(visible=bool(clips), variant="secondary" if all_clean(clips) else "primary"),
            gr.update(visible=readiness.enough),
            gr.skip() if still_there else gr.update(visible=False),
        )

    shown = [overview.clips, overview.page, overview.paging, overview.place, overview.later, overview.earlier]
    everything = [*shown, overview.readiness, intro, overview.clean, overview.onward, detail.panel]
    where = [shared.project, overview.page, detail.clip_id]
    for trigger in (shared.changed.change, shared.project.change):
        wire(trigger, refresh, where, everything, trigger_mode="always_last")
    wire(overview.later.click, lambda project, page, clip: listing(project, page - 1, clip), where, shown)
    wire(overview.earlier.click, lambda project, page, clip: listing(project, page + 1, clip), where, shown)
    wire(overview.onward.click, lambda: gr.Tabs(selected="train"), None, shared.tabs)


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
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        with shared.stops.work(f"clean {project_id}") as should_stop:
            try:
                clips = engine.clean(project_id, on_progress=into(progress), should_stop=should_stop)
            except Cancelled:
                return markup.note(text.CLEAN_CANCELLED), changed + 1
        return markup.note(text.cleaned_summary(len(clips)), "good"), changed + 1

    started = wire(overview.clean.click, begin_work, None, [overview.clean, overview.cancel, overview.status])
    done = wire(
        started.then,
        clean,
        [shared.project, shared.changed],
        [overview.status, shared.changed],
        lane="clips",
        progress_on=overview.status,
    )
    wire(done.then, end_work, None, [overview.clean, overview.cancel])
    wire(overview.cancel.click, lambda project_id: shared.stops.stop(f"clean {project_id}"), shared.project)
