"""Tab 3, lower half: rename, export, import and delete voices."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.errors import InputError, VoiceFileError
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import EDITS, Shared, wire
from voiceclone.ui.speak_tab.for_programs import build_for_programs
from voiceclone.ui.speak_tab.speak import Speak, is_stock, voice_choices
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import speak as speak_text
from voiceclone.voices.voice_file import Voice


@dataclass(frozen=True)
class Manage:
    """The components of the tab's lower half."""

    details: gr.HTML
    own: gr.Column
    """Shown for the user's own voices only; stock voices cannot be changed."""
    change: gr.Row
    """Hidden for a voice whose file is damaged: it can only be deleted."""
    name: gr.Textbox
    rename: gr.Button
    export: gr.DownloadButton
    private: gr.DownloadButton
    """Replaces `export` if the base model's licence forbids sharing the voice."""
    sharing: gr.HTML
    """Why the voice may not be shared, or on which conditions it may."""
    delete: gr.Button
    question: gr.Column
    question_words: gr.HTML
    delete_yes: gr.Button
    delete_no: gr.Button
    bring: gr.UploadButton
    status: gr.HTML


def build_voices(shared: Shared, speak: Speak) -> None:
    """Lay out and wire the section that manages the chosen voice."""
    part = _layout(shared, speak.voice)
    _wire_show(shared, speak.voice, part)
    _wire_changes(shared, speak, part)


def _layout(shared: Shared, voice: gr.Textbox) -> Manage:
    with gr.Accordion(speak_text.MANAGE, open=False, elem_id="manage", elem_classes="vc-card"):
        details = gr.HTML(elem_id="voice-details")
        with gr.Column(visible=False) as own:
            with gr.Row(equal_height=False, elem_classes="vc-bottom") as change:
                name = gr.Textbox(
                    label=speak_text.RENAME_LABEL, info=speak_text.RENAME_INFO, max_lines=1, scale=3, elem_id="rename"
                )
                rename = gr.Button(speak_text.RENAME, scale=1, min_width=160)
            sharing = gr.HTML(elem_id="sharing")
            with gr.Row():
                export = gr.DownloadButton(speak_text.EXPORT, min_width=160, elem_id="export")
                private = gr.DownloadButton(
                    speak_text.EXPORT_PRIVATE, visible=False, min_width=160, elem_id="export-private"
                )
                delete = gr.Button(speak_text.DELETE_VOICE, variant="stop", min_width=160, elem_id="delete-voice")
            with gr.Column(visible=False, elem_classes="vc-question") as question:
                question_words = gr.HTML(elem_id="delete-voice-list")
                with gr.Row():
                    delete_yes = gr.Button(speak_text.DELETE_VOICE_YES, variant="stop", size="sm", min_width=120)
                    delete_no = gr.Button(common_text.KEEP, size="sm", min_width=120)
        bring = gr.UploadButton(
            speak_text.IMPORT,
            type="filepath",  # any file: the engine explains what is wrong, gradio would only refuse it
            elem_id="import",
            elem_classes="vc-action",
        )
        build_for_programs(shared, voice)
        status = gr.HTML(markup.note(""))
    return Manage(
        details,
        own,
        change,
        name,
        rename,
        export,
        private,
        sharing,
        delete,
        question,
        question_words,
        delete_yes,
        delete_no,
        bring,
        status,
    )


def _wire_show(shared: Shared, voice: gr.Textbox, part: Manage) -> None:
    engine = shared.engine

    def show(voice_id: str) -> dict[Any, Any]:
        if is_stock(voice_id):
            return {
                part.details: markup.note(speak_text.MANAGE_STOCK),
                part.own: gr.update(visible=False),
                part.question: gr.update(visible=False),
            }
        problem = engine.voices.problem(voice_id)
        chosen = engine.voices.usable(voice_id)
        if chosen is None:
            name = engine.voices.to_delete(voice_id)[1]
            return {
                part.details: markup.heading(name) + markup.note(problem, "bad"),
                part.own: gr.update(visible=True),
                part.change: gr.update(visible=False),
                part.question: gr.update(visible=False),
                part.sharing: "",
                part.export: gr.update(value=None, visible=False),
                part.private: gr.update(value=None, visible=False),
            }
        return {
            part.details: markup.heading(chosen.name, chosen.created_at[:10])
            + (markup.note(problem, "bad") if problem else "")
            + markup.note(speak_text.consent_line(engine.voices.consent_words(voice_id)))
            + markup.scores(chosen, engine.runs.did_it_help(chosen.scores)),
            part.own: gr.update(visible=True),
            part.change: gr.update(visible=True),
            part.name: chosen.name,
            part.question: gr.update(visible=False),
            **_export_view(shared, part, chosen),
        }

    shown = [part.details, part.own, part.change, part.name, part.export, part.private, part.sharing, part.question]
    for trigger in (voice.change, shared.voices_changed.change):
        wire(trigger, show, voice, shown, trigger_mode="always_last")


def _export_view(shared: Shared, part: Manage, voice: Voice) -> dict[Any, Any]:
    """Offer to export a voice or, if it may not be shared, a private copy with the reason."""
    engine, path = shared.engine, shared.files.path(f"{voice.name}.safetensors", voice.voice_id)
    said = engine.voices.sharing_condition(voice.voice_id)
    try:
        engine.voices.export(voice.voice_id, path)
        offered, other, kind = part.export, part.private, "plain"
    except VoiceFileError:
        engine.voices.export(voice.voice_id, path, private_use=True)
        offered, other, kind = part.private, part.export, "usable"
        said = f"{said} {speak_text.EXPORT_PRIVATE_INFO}"
    return {
        offered: gr.update(value=str(path), visible=True),
        other: gr.update(value=None, visible=False),
        part.sharing: markup.note(said, kind),
    }


def _wire_changes(shared: Shared, speak: Speak, part: Manage) -> None:
    engine, voice = shared.engine, speak.voice

    def rename(voice_id: str, name: str, changed: int) -> tuple[Any, ...]:
        if not (name or "").strip():
            raise InputError(common_text.NEED_NAME)
        engine.voices.rename(voice_id, name.strip())
        return markup.note(speak_text.RENAMED, "good"), changed + 1

    def ask_delete_voice(voice_id: str) -> tuple[Any, ...]:
        told = engine.deletion.of_voice(voice_id)
        return gr.update(visible=True), markup.deletion(told), gr.update(visible=not told.refusal)

    def delete_voice(voice_id: str, changed: int) -> tuple[Any, ...]:
        told = engine.deletion.delete_voice(voice_id)
        return markup.note(common_text.everything_deleted(told.name)), gr.update(visible=False), changed + 1

    def bring(file: str, changed: int) -> tuple[Any, ...]:
        try:
            imported = engine.voices.import_file(Path(file))
        finally:
            shared.files.drop([file])
        choices = gr.update(choices=voice_choices(engine), value=imported.voice_id)
        return choices, markup.note(speak_text.imported(imported.name), "good"), changed + 1

    counter = shared.voices_changed
    wire(part.rename.click, rename, [voice, part.name, counter], [part.status, counter], **EDITS)
    wire(part.delete.click, ask_delete_voice, voice, [part.question, part.question_words, part.delete_yes], **EDITS)
    wire(part.delete_no.click, lambda: gr.update(visible=False), None, part.question)
    wire(part.delete_yes.click, delete_voice, [voice, counter], [part.status, part.question, counter], **EDITS)
    wire(part.bring.upload, bring, [part.bring, counter], [speak.voices, part.status, counter], lane="import")
