"""Tab 1, lower half: the amount of speech, the clips with their verdicts, and cleaning."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.clips.model import Clip, Readiness
from voiceclone.errors import Cancelled
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import EDITS, Shared, begin_work, end_work, into, wire
from voiceclone.ui.record_tab.clip_detail import Detail, build_detail, wire_detail
from voiceclone.ui.record_tab.dataset_download import build_dataset
from voiceclone.ui.record_tab.listen import listening, was_listened_to
from voiceclone.ui.record_tab.review import (
    AllShown,
    Choice,
    build_all_shown,
    build_choice,
    shown_choices,
    shown_clips,
    wire_all_shown,
)
from voiceclone.ui.record_tab.speaker_choice import build_who, wire_who
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import record as record_text

PAGE_CLIPS = 60
"""Clips per page; a list this long is still fast on a phone."""


@dataclass(frozen=True)
class Overview:
    """The bar, the cleaning buttons and the list."""

    readiness: gr.HTML
    strength: gr.Radio
    clean: gr.Button
    undo: gr.Button
    listen: gr.Button
    """Shown while some clips have not been listened to."""
    cancel: gr.Button
    status: gr.HTML
    meanwhile: gr.HTML
    """Says that the clips changed while this tab was in the background."""
    clips: gr.HTML
    choice: Choice
    all_shown: AllShown
    page: gr.State
    """The page of the list that is shown; 0 is the first."""
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
    build_dataset(shared)


def _layout() -> tuple[Overview, Detail]:
    with gr.Column(elem_classes="vc-card"):
        readiness = gr.HTML(elem_id="readiness")
        onward = gr.Button(
            record_text.TO_TRAIN, variant="primary", visible=False, elem_id="to-train", elem_classes="vc-action"
        )
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=320, elem_classes="vc-card"):
            gr.HTML(markup.heading(record_text.CLIPS_TITLE, record_text.CLEAN_INFO))
            strength = gr.Radio(
                label=record_text.STRENGTH_LABEL,
                info=record_text.STRENGTH_INFO,
                choices=[(words, key) for key, words in record_text.STRENGTHS.items()],
                value="gentle",
                elem_id="strength",
            )
            clean = gr.Button(record_text.CLEAN_ALL, variant="primary", elem_id="clean")
            undo = gr.Button(record_text.UNDO_CLEANING, size="sm", visible=False, elem_id="undo-cleaning")
            listen = gr.Button(record_text.LISTEN, visible=False, elem_id="listen")
            cancel = gr.Button(common_text.CANCEL, variant="stop", visible=False)
            status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="clean-status")
            look_at = gr.Button(visible=False, elem_id="look-at-clips")
            choice = build_choice()
            meanwhile = gr.HTML(elem_classes="vc-status", elem_id="clips-meanwhile")
            keys = Path(__file__).with_name("clips.js").read_text(encoding="utf-8")
            clips = gr.HTML(elem_classes="vc-list", elem_id="clips", js_on_load=keys)
            with gr.Row(visible=False) as paging:
                later = gr.Button(record_text.LATER, size="sm", min_width=90)
                place = gr.HTML()
                earlier = gr.Button(record_text.EARLIER, size="sm", min_width=90)
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
        meanwhile,
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
        clips = engine.projects.clips(project_id)
        shown = shown_clips(clips, show, order)
        last_page = max(0, (len(shown) - 1) // PAGE_CLIPS)
        page = min(max(page, 0), last_page)
        start = page * PAGE_CLIPS
        on_page = shown[start : start + PAGE_CLIPS]
        empty = record_text.NOTHING_SHOWN if clips else record_text.CLIPS_EMPTY
        return (
            markup.clip_list(on_page, clip_id, empty),
            page,
            gr.update(visible=last_page > 0),
            markup.note(record_text.clip_range(start + 1, start + len(on_page), len(shown))),
            gr.update(interactive=page > 0),
            gr.update(interactive=page < last_page),
            gr.update(visible=bool(shown)),
            markup.note(record_text.all_shown(len(shown))),
        )

    def top(project_id: str, clip_id: str, show: str, order: str) -> tuple[Any, ...]:
        return listing(project_id, 0, clip_id, show, order)

    def refresh(project_id: str, page: int, clip_id: str, show: str, order: str) -> tuple[Any, ...]:
        clips = engine.projects.clips(project_id)
        readiness = engine.projects.readiness(project_id)
        still_there = any(clip.clip_id == clip_id for clip in clips)
        doubtful = sum(clip.needs_review for clip in clips)
        return (
            *listing(project_id, page, clip_id, show, order),
            gr.update(visible=bool(clips)),
            gr.update(choices=shown_choices(clips)),
            gr.update(visible=doubtful > 0, value=record_text.to_look_at(doubtful)),
            markup.readiness_bar(readiness),
            markup.intro(next_step(clips, readiness)),
            gr.update(visible=bool(clips), variant="secondary" if all_clean(clips) else "primary"),
            gr.update(visible=any(clip.cleaned for clip in clips)),
            gr.update(visible=bool(clips)),
            gr.update(visible=not all(was_listened_to(clip) for clip in clips)),
            gr.update(visible=readiness.enough),
            gr.skip() if still_there else gr.update(visible=False),
            seen_state(project_id, clips),
        )

    choice, all_shown = overview.choice, overview.all_shown
    seen = gr.Textbox(visible="hidden", label="list as seen")
    shown = [
        overview.clips, overview.page, overview.paging, overview.place, overview.later, overview.earlier,
        all_shown.panel, all_shown.count,
    ]  # fmt: skip
    everything = [
        *shown, choice.row, choice.show, detail.first_to_look_at, overview.readiness, intro, overview.clean,
        overview.undo, overview.strength, overview.listen, overview.onward, detail.panel, seen,
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

    def look_again(project_id: str, seen: str, changed: int) -> tuple[Any, ...]:
        if not seen or seen == seen_state(project_id, engine.projects.clips(project_id)):
            return "", gr.skip()
        expected = shared.stops.is_working(project_id) or not str(seen).startswith(project_id)
        return "" if expected else markup.note(record_text.CHANGED_MEANWHILE, "usable"), changed + 1

    wire(
        come_back.click,
        look_again,
        [shared.project, seen, shared.changed],
        [overview.meanwhile, shared.changed],
        **EDITS,
    )


def seen_state(project_id: str, clips: list[Any]) -> str:
    """Return a fingerprint of everything the list shows of a project's clips."""
    shown = [
        (clip.clip_id, clip.text, clip.included, clip.cleaned, clip.confirmed, clip.verdict.level, clip.verdict.kinds)
        for clip in clips
    ]
    return project_id + hashlib.sha256(repr(shown).encode()).hexdigest()


def next_step(clips: list[Clip], readiness: Readiness) -> str:
    """Return the sentence that says what to do next."""
    if not clips:
        return common_text.INTRO_RECORD_EMPTY
    if not readiness.enough:
        return common_text.INTRO_RECORD_MORE
    if readiness.usable_s < readiness.first_voice_s:
        return common_text.INTRO_RECORD_TRY
    return common_text.INTRO_RECORD_READY if all_clean(clips) else common_text.INTRO_RECORD_CLEAN


def all_clean(clips: list[Any]) -> bool:
    """True when every clip that training would use has been cleaned."""
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
                clips = engine.projects.clean(
                    project_id, on_progress=into(progress), should_stop=should_stop, strength=strength
                )
            except Cancelled:
                return markup.note(record_text.CLEAN_CANCELLED), changed + 1
        harmed = sum(clip.cleaning_harmed for clip in clips)
        return markup.note(record_text.cleaned_summary(len(clips), harmed), "good"), changed + 1

    def undo_cleaning(project_id: str, changed: int) -> tuple[Any, ...]:
        undone = engine.projects.undo_cleaning(project_id)
        return gr.update(value=markup.note(record_text.undone(undone)), visible=True), changed + 1

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
