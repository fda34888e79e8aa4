"""Tab 1, lower half: how much speech there is, every clip with its verdict, and cleaning."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.errors import Cancelled
from voiceclone.ui import markup, text
from voiceclone.ui.shared import Shared, into, wire

PAGE_CLIPS = 60
"""Clips shown at once; a list this long is still quick on a phone."""
CHOOSE_CLIP = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-clip]');
  if (!button) return;
  element.querySelectorAll('li').forEach((row) => row.removeAttribute('aria-current'));
  button.closest('li').setAttribute('aria-current', 'true');
  trigger('select', {clip_id: button.dataset.clip, play: button.dataset.play === '1'});
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


@dataclass(frozen=True)
class Detail:
    """The chosen clip."""

    panel: gr.Column
    clip_id: gr.Textbox
    head: gr.HTML
    words: gr.Textbox
    before: gr.Audio
    after: gr.Audio
    picture: gr.HTML
    included: gr.Checkbox
    saved: gr.HTML
    delete: gr.Button
    question: gr.Column
    delete_yes: gr.Button
    delete_no: gr.Button


def build_clips(shared: Shared, intro: gr.HTML) -> None:
    """Lay out and wire the list of clips; `intro` is the line at the top of the tab."""
    overview, detail = _layout()
    _wire_list(shared, intro, overview, detail)
    _wire_detail(shared, overview, detail)
    _wire_cleaning(shared, overview)


def _layout() -> tuple[Overview, Detail]:
    with gr.Column(elem_classes="vc-card"):
        readiness = gr.HTML(elem_id="readiness")
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=320, elem_classes="vc-card"):
            gr.HTML(markup.heading(text.CLIPS_TITLE, text.CLEAN_INFO))
            clean = gr.Button(text.CLEAN_ALL, variant="primary", elem_id="clean")
            cancel = gr.Button(text.CANCEL, variant="stop", visible=False)
            status = gr.HTML(markup.note(""), elem_classes="vc-status", elem_id="clean-status")
            clips = gr.HTML(elem_classes="vc-list", elem_id="clips", js_on_load=CHOOSE_CLIP)
            with gr.Row(visible=False) as paging:
                later = gr.Button(text.LATER, size="sm", min_width=90)
                place = gr.HTML()
                earlier = gr.Button(text.EARLIER, size="sm", min_width=90)
        detail = _detail()
    onward = gr.Button(text.TO_TRAIN, variant="primary", visible=False, elem_id="to-train")
    page = gr.State(0)
    return Overview(readiness, clean, cancel, status, clips, page, paging, later, place, earlier, onward), detail


def _detail() -> Detail:
    with gr.Column(scale=1, min_width=320, visible=False, elem_classes="vc-card", elem_id="clip") as panel:
        # Travels with every request of this panel, so words can never be saved to another clip.
        clip_id = gr.Textbox(visible="hidden", label="clip")
        head = gr.HTML(elem_id="clip-head")
        words = gr.Textbox(
            label=text.CLIP_TEXT_LABEL, info=text.CLIP_TEXT_INFO, lines=2, max_lines=6, elem_id="clip-words"
        )
        before = gr.Audio(
            label=text.CLIP_BEFORE, interactive=False, type="filepath", buttons=["download"], elem_id="clip-before"
        )
        after = gr.Audio(
            label=text.CLIP_AFTER, interactive=False, type="filepath", buttons=["download"], elem_id="clip-after"
        )
        picture = gr.HTML(elem_id="clip-picture")
        included = gr.Checkbox(label=text.CLIP_INCLUDE_LABEL, info=text.CLIP_INCLUDE_INFO, elem_id="clip-included")
        saved = gr.HTML(markup.note(""), elem_classes="vc-status")
        delete = gr.Button(text.CLIP_DELETE, variant="stop", size="sm")
        with gr.Column(visible=False, elem_classes="vc-question") as question:
            gr.HTML(markup.note(text.CLIP_DELETE_QUESTION))
            with gr.Row():
                delete_yes = gr.Button(text.CLIP_DELETE_YES, variant="stop", size="sm", min_width=120)
                delete_no = gr.Button(text.KEEP, size="sm", min_width=120)
    return Detail(
        panel, clip_id, head, words, before, after, picture, included, saved, delete, question, delete_yes, delete_no
    )


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
            gr.update(visible=bool(clips), interactive=bool(clips)),
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
    if not all(clip.cleaned for clip in clips if clip.included and clip.verdict.level != "bad"):
        return text.INTRO_RECORD_CLEAN
    return text.INTRO_RECORD_READY


def _wire_detail(shared: Shared, overview: Overview, detail: Detail) -> None:
    engine = shared.engine

    def open_clip(project_id: str, clip_id: str, play: bool = False) -> tuple[Any, ...]:
        clip = engine.clip(project_id, clip_id)
        name = f"clip-{clip.clip_id[:8]}"
        after = (
            gr.update(
                value=shared.files.wav(engine.clip_audio(project_id, clip_id, "cleaned"), f"{name}-cleaned.wav"),
                visible=True,
                autoplay=play,
            )
            if clip.cleaned
            else gr.update(value=None, visible=False)
        )
        before = shared.files.wav(engine.clip_audio(project_id, clip_id, "original"), f"{name}.wav")
        info = text.CLIP_TEXT_GUESSED if clip.transcribed else text.CLIP_TEXT_INFO
        return (
            gr.update(visible=True),
            clip_id,
            markup.clip_head(clip),
            gr.update(value=clip.text, info=info),
            gr.update(value=before, autoplay=play and not clip.cleaned),
            after,
            clip.included,
            markup.note("" if clip.cleaned else text.CLIP_NOT_CLEAN),
            gr.update(visible=False),
        )

    def select(project_id: str, event: gr.EventData) -> tuple[Any, ...]:
        return open_clip(project_id, event.clip_id, event.play is True)

    def reopen(project_id: str, clip_id: str) -> Any:
        known = any(clip.clip_id == clip_id for clip in engine.clips(project_id))
        return open_clip(project_id, clip_id) if known else gr.skip()

    def draw(project_id: str, clip_id: str) -> str:
        known = {clip.clip_id: clip for clip in engine.clips(project_id)}
        return clip_picture(engine, known[clip_id]) if clip_id in known else ""

    opened = [
        detail.panel,
        detail.clip_id,
        detail.head,
        detail.words,
        detail.before,
        detail.after,
        detail.included,
        detail.saved,
        detail.question,
    ]
    here = [shared.project, detail.clip_id]
    chosen = wire(overview.clips.select, select, shared.project, opened, trigger_mode="always_last")
    wire(chosen.then, draw, here, detail.picture)
    # After cleaning, the clip that is open shows its cleaned sound at once.
    cleaned = wire(overview.status.change, reopen, here, opened)
    wire(cleaned.then, draw, here, detail.picture)
    _wire_edits(shared, detail)


def clip_picture(engine: Any, clip: Any) -> str:
    """Draw a clip as it was recorded, and beside it cleaned when it is."""
    from voiceclone.pictures import before_after_png, waveform_png

    before = engine.clip_audio(clip.project_id, clip.clip_id, "original")
    if not clip.cleaned:
        return markup.picture(waveform_png(before), text.CLIP_PICTURE_BEFORE)
    after = engine.clip_audio(clip.project_id, clip.clip_id, "cleaned")
    return markup.picture(before_after_png(before, after), text.CLIP_PICTURE_BOTH)


def _wire_edits(shared: Shared, detail: Detail) -> None:
    engine = shared.engine
    here = [shared.project, detail.clip_id]

    def save_words(project_id: str, clip_id: str, words: str, changed: int) -> Any:
        if not clip_id or engine.clip(project_id, clip_id).text == words:
            return gr.skip()
        engine.edit_clip(project_id, clip_id, text=words)
        return markup.note(text.SAVED, "good"), changed + 1

    def include(project_id: str, clip_id: str, included: bool, changed: int) -> tuple[Any, ...]:
        engine.edit_clip(project_id, clip_id, included=included)
        return markup.note(text.SAVED, "good"), changed + 1

    def delete(project_id: str, clip_id: str, changed: int) -> tuple[Any, ...]:
        engine.delete_clip(project_id, clip_id)
        return "", gr.update(visible=False), changed + 1

    done = [detail.saved, shared.changed]
    for trigger in (detail.words.blur, detail.words.submit):
        wire(trigger, save_words, [*here, detail.words, shared.changed], done)
    wire(detail.included.input, include, [*here, detail.included, shared.changed], done)
    wire(detail.delete.click, lambda: gr.update(visible=True), None, detail.question)
    wire(detail.delete_no.click, lambda: gr.update(visible=False), None, detail.question)
    wire(detail.delete_yes.click, delete, [*here, shared.changed], [detail.clip_id, detail.panel, shared.changed])


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

    def busy(working: bool) -> list[dict[str, Any]]:
        return [gr.update(visible=not working), gr.update(visible=working)]

    buttons = [overview.clean, overview.cancel]
    started = wire(overview.clean.click, lambda: busy(True), None, buttons)
    done = wire(
        started.then,
        clean,
        [shared.project, shared.changed],
        [overview.status, shared.changed],
        lane="clips",
        progress_on=overview.status,
    )
    wire(done.then, lambda: busy(False), None, buttons)
    wire(overview.cancel.click, lambda project_id: shared.stops.stop(f"clean {project_id}"), shared.project)
