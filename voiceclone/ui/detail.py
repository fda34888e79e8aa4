"""The chosen clip: hear it before and after cleaning, correct its words, leave it out, delete it."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.ui import markup, text
from voiceclone.ui.review import next_to_look_at
from voiceclone.ui.shared import EDITS, Shared, find_clip, player, wire


@dataclass(frozen=True)
class Detail:
    """The panel beside the list."""

    panel: gr.Column
    clip_id: gr.Textbox
    """Travels with every request of this panel, so words can never be saved to another clip."""
    head: gr.HTML
    words: gr.Textbox
    before: gr.Audio
    after: gr.Audio
    picture: gr.HTML
    confirm: gr.Button
    following: gr.Button
    """Opens the next clip to look at."""
    first_to_look_at: gr.Button
    """Outside the panel: opens the first one."""
    included: gr.Checkbox
    saved: gr.HTML
    delete: gr.Button
    question: gr.Column
    delete_yes: gr.Button
    delete_no: gr.Button


def build_detail(first_to_look_at: gr.Button) -> Detail:
    """Lay out the panel, hidden until a clip is chosen; `first_to_look_at` stands by the list."""
    with gr.Column(scale=1, min_width=320, visible=False, elem_classes="vc-card", elem_id="clip") as panel:
        clip_id = gr.Textbox(visible="hidden", label="clip")
        head = gr.HTML(elem_id="clip-head")
        with gr.Row():
            confirm = gr.Button(text.CLIP_CONFIRM, size="sm", visible=False, min_width=140, elem_id="clip-confirm")
            following = gr.Button(
                text.NEXT_TO_LOOK_AT, size="sm", visible=False, min_width=140, elem_id="next-to-look-at"
            )
        words = gr.Textbox(
            label=text.CLIP_TEXT_LABEL, info=text.CLIP_TEXT_INFO, lines=2, max_lines=6, elem_id="clip-words"
        )
        before = player(text.CLIP_BEFORE, "clip-before")
        after = player(text.CLIP_AFTER, "clip-after")
        picture = gr.HTML(elem_id="clip-picture")
        included = gr.Checkbox(label=text.CLIP_INCLUDE_LABEL, info=text.CLIP_INCLUDE_INFO, elem_id="clip-included")
        saved = gr.HTML()
        delete = gr.Button(text.CLIP_DELETE, variant="stop", size="sm", elem_id="clip-delete")
        with gr.Column(visible=False, elem_classes="vc-question") as question:
            gr.HTML(markup.note(text.CLIP_DELETE_QUESTION))
            with gr.Row():
                delete_yes = gr.Button(text.CLIP_DELETE_YES, variant="stop", size="sm", min_width=120)
                delete_no = gr.Button(text.KEEP, size="sm", min_width=120)
    return Detail(
        panel, clip_id, head, words, before, after, picture, confirm, following, first_to_look_at, included, saved,
        delete, question, delete_yes, delete_no,
    )  # fmt: skip


def wire_detail(shared: Shared, detail: Detail, *, chosen: gr.HTML, cleaned: gr.HTML, show: gr.Radio) -> None:
    """Connect the panel: it opens when a clip of `chosen` is pressed, and again when `cleaned` reports.

    Going through the doubtful clips narrows the list down to them by `show`.
    """
    engine = shared.engine

    def select(project_id: str, event: gr.EventData) -> dict[Any, Any]:
        return clip_view(shared, detail, find_clip(engine, project_id, event.clip_id), event.play is True)

    def reopen(project_id: str, clip_id: str) -> Any:
        known = {clip.clip_id: clip for clip in engine.clips(project_id)}
        return clip_view(shared, detail, known[clip_id]) if clip_id in known else gr.skip()

    def draw(project_id: str, clip_id: str) -> str:
        known = {clip.clip_id: clip for clip in engine.clips(project_id)}
        return clip_picture(engine, known[clip_id]) if clip_id in known else ""

    def go_on(project_id: str, clip_id: str) -> Any:
        clips = {clip.clip_id: clip for clip in engine.clips(project_id)}
        following = next_to_look_at(list(clips.values()), clip_id)
        if not following:
            return {detail.panel: gr.update(visible=False), detail.clip_id: "", show: "all"}
        return {**clip_view(shared, detail, clips[following], True), show: "look"}

    opened = [
        detail.panel, detail.clip_id, detail.head, detail.words, detail.before, detail.after, detail.confirm,
        detail.following, detail.included, detail.saved, detail.question,
    ]  # fmt: skip
    here = [shared.project, detail.clip_id]
    selected = wire(chosen.select, select, shared.project, opened, trigger_mode="always_last")
    reopened = wire(cleaned.change, reopen, here, opened)
    going_on = [
        wire(button.click, go_on, here, [*opened, show]) for button in (detail.following, detail.first_to_look_at)
    ]
    for shown in (selected, reopened, *going_on):
        wire(shown.then, draw, here, detail.picture)
    _wire_edits(shared, detail)


def clip_view(shared: Shared, detail: Detail, clip: Any, play: bool = False) -> dict[Any, Any]:
    """Return the updates that show `clip`; with `play` it is heard at once, because Play was pressed."""
    name = f"clip-{clip.clip_id[:8]}"

    def sound(which: str) -> str:
        audio = shared.engine.clip_audio(clip.project_id, clip.clip_id, which)
        return shared.files.wav(audio, f"{name}-{which}.wav")

    after = gr.update(value=None, visible=False)
    if clip.cleaned:
        after = gr.update(value=sound("cleaned"), visible=True, autoplay=play)
    return {
        detail.panel: gr.update(visible=True),
        detail.clip_id: clip.clip_id,
        detail.head: markup.clip_head(clip),
        detail.confirm: gr.update(visible=may_confirm(clip)),
        detail.following: gr.update(visible=bool(next_to_look_at(shared.engine.clips(clip.project_id), clip.clip_id))),
        detail.words: gr.update(
            value=clip.text, info=text.CLIP_TEXT_GUESSED if clip.transcribed else text.CLIP_TEXT_INFO
        ),
        detail.before: gr.update(value=sound("original"), autoplay=play and not clip.cleaned),
        detail.after: after,
        detail.included: clip.included,
        detail.saved: "" if clip.cleaned else markup.note(text.CLIP_NOT_CLEAN),
        detail.question: gr.update(visible=False),
    }


def may_confirm(clip: Any) -> bool:
    """True where a person who listened may overrule what was found."""
    return not clip.confirmed and not set(text.CLIP_CONFIRM_KINDS).isdisjoint(clip.verdict.kinds)


def clip_picture(engine: Any, clip: Any) -> str:
    """Draw a clip as it was recorded, and below it cleaned when it is."""
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
        if not clip_id or find_clip(engine, project_id, clip_id).text == words.strip():
            return gr.skip()
        clip = engine.edit_clip(project_id, clip_id, text=words)
        return markup.note(text.SAVED, "good"), changed + 1, *head_of(clip)

    def head_of(clip: Any) -> tuple[Any, ...]:
        return markup.clip_head(clip), gr.update(visible=may_confirm(clip))

    def confirm_clip(project_id: str, clip_id: str, changed: int) -> tuple[Any, ...]:
        clip = engine.edit_clip(project_id, clip_id, confirmed=True)
        return markup.note(text.CONFIRMED, "good"), changed + 1, *head_of(clip)

    def include(project_id: str, clip_id: str, included: bool, changed: int) -> tuple[Any, ...]:
        engine.edit_clip(project_id, clip_id, included=included)
        return markup.note(text.SAVED, "good"), changed + 1

    def delete(project_id: str, clip_id: str, changed: int) -> tuple[Any, ...]:
        engine.delete_clip(project_id, clip_id)
        return "", gr.update(visible=False), changed + 1

    done = [detail.saved, shared.changed]
    head = [detail.head, detail.confirm]
    for trigger in (detail.words.blur, detail.words.submit):
        wire(trigger, save_words, [*here, detail.words, shared.changed], [*done, *head], **EDITS)
    wire(detail.confirm.click, confirm_clip, [*here, shared.changed], [*done, *head], **EDITS)
    wire(detail.included.input, include, [*here, detail.included, shared.changed], done, **EDITS)
    wire(detail.delete.click, lambda: gr.update(visible=True), None, detail.question)
    wire(detail.delete_no.click, lambda: gr.update(visible=False), None, detail.question)
    gone = [detail.clip_id, detail.panel, shared.changed]
    wire(detail.delete_yes.click, delete, [*here, shared.changed], gone, **EDITS)
