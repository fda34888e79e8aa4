"""The chosen clip: hear it before and after cleaning, correct its words, leave it out, delete it."""

from dataclasses import dataclass
from typing import Any, Literal

import gradio as gr

from voiceclone.clips.model import Clip
from voiceclone.engine import VoiceEngine
from voiceclone.errors import InputError
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import EDITS, Shared, find_clip, player, told, wire, wire_in_browser
from voiceclone.ui.record_tab.review import next_to_look_at
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import record as record_text


@dataclass(frozen=True)
class Detail:
    """The panel beside the list."""

    panel: gr.Column
    clip_id: gr.Textbox
    """Sent with every request of this panel, so that words are never saved to another clip."""
    head: gr.HTML
    words: gr.Textbox
    saved_words: gr.Textbox
    """The clip's words when it was opened or last saved here; another tab may have changed them since."""
    before: gr.Audio
    after: gr.Audio
    picture: gr.HTML
    undo: gr.Button
    """Undoes the cleaning of this clip."""
    confirm: gr.Button
    following: gr.Button
    """Opens the next clip to review."""
    first_to_look_at: gr.Button
    """Outside the panel; opens the first clip to review."""
    included: gr.Checkbox
    saved: gr.HTML
    delete: gr.Button
    question: gr.Column
    delete_yes: gr.Button
    delete_no: gr.Button


def build_detail(first_to_look_at: gr.Button) -> Detail:
    """Lay out the panel, hidden until a clip is chosen; `first_to_look_at` is beside the list."""
    with gr.Column(scale=1, min_width=320, visible=False, elem_classes="vc-card", elem_id="clip") as panel:
        clip_id = gr.Textbox(visible="hidden", label="clip", elem_id="clip-id")
        saved_words = gr.Textbox(visible="hidden", label="words as saved")
        head = gr.HTML(elem_id="clip-head")
        with gr.Row():
            confirm = gr.Button(
                record_text.CLIP_CONFIRM, size="sm", visible=False, min_width=140, elem_id="clip-confirm"
            )
            following = gr.Button(
                record_text.NEXT_TO_LOOK_AT, size="sm", visible=False, min_width=140, elem_id="next-to-look-at"
            )
        words = gr.Textbox(
            label=record_text.CLIP_TEXT_LABEL,
            info=record_text.CLIP_TEXT_INFO,
            lines=2,
            max_lines=6,
            elem_id="clip-words",
        )
        before = player(record_text.CLIP_BEFORE, "clip-before")
        after = player(record_text.CLIP_AFTER, "clip-after")
        undo = gr.Button(record_text.CLIP_UNDO, size="sm", visible=False, elem_id="clip-undo")
        picture = gr.HTML(elem_id="clip-picture")
        included = gr.Checkbox(
            label=record_text.CLIP_INCLUDE_LABEL, info=record_text.CLIP_INCLUDE_INFO, elem_id="clip-included"
        )
        saved = gr.HTML()
        delete = gr.Button(record_text.CLIP_DELETE, variant="stop", size="sm", elem_id="clip-delete")
        with gr.Column(visible=False, elem_classes="vc-question") as question:
            gr.HTML(markup.note(record_text.CLIP_DELETE_QUESTION))
            with gr.Row():
                delete_yes = gr.Button(
                    record_text.CLIP_DELETE_YES, variant="stop", size="sm", min_width=120, elem_id="clip-delete-yes"
                )
                delete_no = gr.Button(common_text.KEEP, size="sm", min_width=120, elem_id="clip-delete-no")
    return Detail(
        panel, clip_id, head, words, saved_words, before, after, picture, undo, confirm, following, first_to_look_at,
        included, saved, delete, question, delete_yes, delete_no,
    )  # fmt: skip


def wire_detail(shared: Shared, detail: Detail, *, chosen: gr.HTML, cleaned: gr.HTML, show: gr.Radio) -> None:
    """Connect the panel: it opens when a clip in `chosen` is pressed, and updates when `cleaned` changes.

    Reviewing the doubtful clips filters the list with `show`.
    """
    engine = shared.engine

    def select(project_id: str, event: gr.EventData) -> dict[Any, Any]:
        clip = find_clip(engine, project_id, told(event, "clip_id"))
        asks = told(event, "ask") is True
        view = clip_view(shared, detail, clip, told(event, "play") is True)
        return {**view, detail.question: gr.update(visible=asks)}

    def reopen(project_id: str, clip_id: str) -> Any:
        known = {clip.clip_id: clip for clip in engine.projects.clips(project_id)}
        return clip_view(shared, detail, known[clip_id]) if clip_id in known else gr.skip()

    def draw(project_id: str, clip_id: str) -> str:
        known = {clip.clip_id: clip for clip in engine.projects.clips(project_id)}
        return clip_picture(engine, known[clip_id]) if clip_id in known else ""

    def go_on(project_id: str, clip_id: str) -> Any:
        clips = {clip.clip_id: clip for clip in engine.projects.clips(project_id)}
        following = next_to_look_at(list(clips.values()), clip_id)
        if not following:
            return {detail.panel: gr.update(visible=False), detail.clip_id: "", show: "all"}
        return {**clip_view(shared, detail, clips[following], True), show: "look"}

    def go_on_from(project_id: str, event: gr.EventData) -> Any:
        return go_on(project_id, told(event, "clip_id"))

    opened = [
        detail.panel, detail.clip_id, detail.head, detail.words, detail.saved_words, detail.before, detail.after,
        detail.undo, detail.confirm, detail.following, detail.included, detail.saved, detail.question,
    ]  # fmt: skip
    here = [shared.project, detail.clip_id]
    selected = wire(chosen.select, select, shared.project, opened, trigger_mode="always_last")
    reopened = wire(cleaned.change, reopen, here, opened)
    going_on = [
        wire(button.click, go_on, here, [*opened, show]) for button in (detail.following, detail.first_to_look_at)
    ]
    by_key = wire(chosen.submit, go_on_from, shared.project, [*opened, show])
    for shown in (*going_on, by_key):
        wire_in_browser(shown.then, "(id) => window.voicecloneClips?.opened(id)", detail.clip_id, None)
    for shown in (selected, reopened, *going_on, by_key):
        wire(shown.then, draw, here, detail.picture)

    def undo(project_id: str, clip_id: str, changed: int) -> dict[Any, Any]:
        engine.projects.undo_cleaning(project_id, [clip_id])
        return {**clip_view(shared, detail, find_clip(engine, project_id, clip_id)), shared.changed: changed + 1}

    undone = wire(detail.undo.click, undo, [*here, shared.changed], [*opened, shared.changed], **EDITS)
    wire(undone.then, draw, here, detail.picture)
    _wire_edits(shared, detail)
    _wire_row_keys(shared, detail, chosen)


def clip_view(shared: Shared, detail: Detail, clip: Clip, play: bool = False) -> dict[Any, Any]:
    """Return the updates that show `clip`; with `play`, it plays at once."""
    name = f"clip-{clip.clip_id[:8]}"

    def sound(which: Literal["original", "cleaned"]) -> str:
        audio = shared.engine.projects.clip_audio(clip.project_id, clip.clip_id, which)
        return shared.files.wav(audio, f"{name}-{which}.wav", clip.clip_id)

    after = gr.update(value=None, visible=False)
    if clip.cleaned:
        after = gr.update(value=sound("cleaned"), visible=True, autoplay=play)
    return {
        detail.panel: gr.update(visible=True),
        detail.clip_id: clip.clip_id,
        detail.head: markup.clip_head(clip),
        detail.confirm: gr.update(visible=may_confirm(clip)),
        detail.following: gr.update(
            visible=bool(next_to_look_at(shared.engine.projects.clips(clip.project_id), clip.clip_id))
        ),
        detail.words: gr.update(
            value=clip.text, info=record_text.CLIP_TEXT_GUESSED if clip.transcribed else record_text.CLIP_TEXT_INFO
        ),
        detail.saved_words: clip.text,
        detail.undo: gr.update(visible=clip.cleaned),
        detail.before: gr.update(value=sound("original"), autoplay=play and not clip.cleaned),
        detail.after: after,
        detail.included: clip.included,
        detail.saved: "" if clip.cleaned else markup.note(record_text.CLIP_NOT_CLEAN),
        detail.question: gr.update(visible=False),
    }


def may_confirm(clip: Clip) -> bool:
    """True if a person who listened may overrule the verdict."""
    return not clip.confirmed and not set(record_text.CLIP_CONFIRM_KINDS).isdisjoint(clip.verdict.kinds)


def head_of(clip: Clip) -> tuple[Any, ...]:
    """Return the updates of the panel's head after a verdict may have changed."""
    return markup.clip_head(clip), gr.update(visible=may_confirm(clip))


def clip_picture(engine: VoiceEngine, clip: Clip) -> str:
    """Return a picture of a clip as recorded and, if cleaned, of the cleaned copy below."""
    drawn = engine.projects.clip_picture(clip.project_id, clip.clip_id)
    return markup.picture(drawn, record_text.CLIP_PICTURE_BOTH if clip.cleaned else record_text.CLIP_PICTURE_BEFORE)


def _wire_edits(shared: Shared, detail: Detail) -> None:
    engine = shared.engine
    here = [shared.project, detail.clip_id]

    def save_words(project_id: str, clip_id: str, words: str, opened_with: str, changed: int) -> Any:
        if not clip_id or words.strip() == opened_with:
            return gr.skip()
        there = find_clip(engine, project_id, clip_id).text
        if there == words.strip():
            return gr.skip()
        if there != opened_with:
            raise InputError(record_text.WORDS_CHANGED)
        clip = engine.projects.edit_clip(project_id, clip_id, text=words)
        return markup.note(record_text.SAVED, "good"), changed + 1, *head_of(clip), clip.text

    def confirm_clip(project_id: str, clip_id: str, changed: int) -> tuple[Any, ...]:
        clip = engine.projects.edit_clip(project_id, clip_id, confirmed=True)
        return markup.note(record_text.CONFIRMED, "good"), changed + 1, *head_of(clip)

    def include(project_id: str, clip_id: str, included: bool, changed: int) -> tuple[Any, ...]:
        engine.projects.edit_clip(project_id, clip_id, included=included)
        return markup.note(record_text.SAVED, "good"), changed + 1

    def delete(project_id: str, clip_id: str, changed: int) -> tuple[Any, ...]:
        engine.projects.delete_clip(project_id, clip_id)
        return "", gr.update(visible=False), changed + 1

    done = [detail.saved, shared.changed]
    head = [detail.head, detail.confirm]
    for trigger in (detail.words.blur, detail.words.submit):
        given = [*here, detail.words, detail.saved_words, shared.changed]
        wire(trigger, save_words, given, [*done, *head, detail.saved_words], **EDITS)
    wire(detail.confirm.click, confirm_clip, [*here, shared.changed], [*done, *head], **EDITS)
    wire(detail.included.input, include, [*here, detail.included, shared.changed], done, **EDITS)
    wire(detail.delete.click, lambda: gr.update(visible=True), None, detail.question)
    wire(detail.delete_no.click, lambda: gr.update(visible=False), None, detail.question)
    gone = [detail.clip_id, detail.panel, shared.changed]
    wire(detail.delete_yes.click, delete, [*here, shared.changed], gone, **EDITS)


def _wire_row_keys(shared: Shared, detail: Detail, rows: gr.HTML) -> None:
    """Connect the keys that edit a row's clip, open or not."""
    engine = shared.engine

    def change_row(project_id: str, open_id: str, changed: int, event: gr.EventData) -> Any:
        clip, act = find_clip(engine, project_id, told(event, "clip_id")), told(event, "act")
        if act == "toggle":
            clip = engine.projects.edit_clip(project_id, clip.clip_id, included=not clip.included)
        elif act == "confirm" and may_confirm(clip):
            clip = engine.projects.edit_clip(project_id, clip.clip_id, confirmed=True)
        else:
            return gr.skip()
        if clip.clip_id != open_id:
            return {shared.changed: changed + 1}
        head, confirm = head_of(clip)
        return {
            shared.changed: changed + 1,
            detail.head: head,
            detail.confirm: confirm,
            detail.included: clip.included,
        }

    outputs = [shared.changed, detail.head, detail.confirm, detail.included]
    wire(rows.edit, change_row, [shared.project, detail.clip_id, shared.changed], outputs, **EDITS)
