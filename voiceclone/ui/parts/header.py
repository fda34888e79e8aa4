"""Above the tabs: the choice of person, and the base model while it is not ready."""

import html
from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.engine import VoiceEngine
from voiceclone.errors import BusyError, InputError
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import EDITS, Shared, into, language_choices, wire, wire_in_browser
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import record as record_text


@dataclass(frozen=True)
class Header:
    """The row above the tabs and the panels that open below it."""

    project: gr.Dropdown
    new: gr.Button
    delete: gr.Button
    form: gr.Column
    name: gr.Textbox
    language: gr.Dropdown
    create: gr.Button
    cancel: gr.Button
    question: gr.Column
    question_words: gr.HTML
    keep_voices: gr.Checkbox
    delete_yes: gr.Button
    delete_no: gr.Button
    deleted: gr.Textbox
    """Hidden; the id of the person deleted last, of whom the browser forgets what it keeps, too."""
    damage: gr.HTML
    banner: gr.Column
    prepare: gr.Button
    prepare_status: gr.HTML


def build_header(engine: VoiceEngine) -> Header:
    """Lay out the header."""
    with gr.Row(equal_height=False, elem_classes="vc-top"):
        with gr.Column(scale=5, min_width=300):
            gr.HTML(markup.page_head())
        with gr.Column(scale=3, min_width=220):
            # Set when the page opens; this change makes every tab show its clips.
            project = gr.Dropdown([], label=common_text.PROJECT_LABEL, info=common_text.PROJECT_INFO, elem_id="project")
        with gr.Column(scale=2, min_width=230, elem_classes="vc-side"), gr.Row():
            new = gr.Button(common_text.PROJECT_NEW, size="sm", min_width=100, elem_id="new-project")
            delete = gr.Button(common_text.PROJECT_DELETE, size="sm", min_width=100, elem_id="delete-project")
    form, question = _new_person(engine), _delete_person()
    damage = gr.HTML(visible=False, elem_id="damage")
    return Header(project, new, delete, *form, *question, damage, *_base_banner())


def _new_person(engine: VoiceEngine) -> tuple[Any, ...]:
    with gr.Column(visible=False, elem_classes="vc-card") as form:
        with gr.Row(equal_height=True):
            name = gr.Textbox(
                label=common_text.PROJECT_NEW_NAME,
                info=common_text.PROJECT_NEW_NAME_INFO,
                max_lines=1,
                elem_id="new-name",
            )
            language = gr.Dropdown(
                language_choices(engine.recorded_languages),
                value="en-us",
                label=record_text.LANGUAGE_LABEL,
                info=record_text.LANGUAGE_INFO,
            )
        with gr.Row():
            create = gr.Button(common_text.PROJECT_CREATE, variant="primary", size="md", elem_id="create-project")
            cancel = gr.Button(common_text.CANCEL, size="md")
    return form, name, language, create, cancel


def _delete_person() -> tuple[Any, ...]:
    with gr.Column(visible=False, elem_classes="vc-question", elem_id="delete-person") as question:
        question_words = gr.HTML(elem_id="delete-person-list")
        keep_voices = gr.Checkbox(
            False, label=common_text.KEEP_VOICES, info=common_text.KEEP_VOICES_INFO, elem_id="keep-voices"
        )
        with gr.Row():
            delete_yes = gr.Button(common_text.PROJECT_DELETE_YES, variant="stop", size="sm", elem_id="delete-yes")
            delete_no = gr.Button(common_text.KEEP, size="sm")
    deleted = gr.Textbox(visible="hidden", label="deleted")
    return question, question_words, keep_voices, delete_yes, delete_no, deleted


def _base_banner() -> tuple[Any, ...]:
    with gr.Column(visible=False, elem_classes="vc-card vc-banner", elem_id="base-banner") as banner:
        gr.HTML(markup.heading(common_text.BASE_MISSING_TITLE, common_text.BASE_MISSING))
        prepare = gr.Button(common_text.BASE_PREPARE, variant="primary", elem_id="prepare", elem_classes="vc-action")
        prepare_status = gr.HTML(visible=False, elem_classes="vc-status")
    return banner, prepare, prepare_status


def project_choices(engine: VoiceEngine) -> list[tuple[str, str]]:
    """Return (name, id) of every project; on a fresh start, create a first, empty one."""
    if not engine.projects.all():
        engine.projects.create(common_text.DEFAULT_PROJECT)
    return [(project.name, project.project_id) for project in engine.projects.all()]


def wire_header(shared: Shared, header: Header, remembered_project: gr.BrowserState) -> None:
    """Connect the header."""
    _wire_choice(shared, header, remembered_project)
    _wire_delete(shared, header)
    _wire_base(shared, header)


def _wire_choice(shared: Shared, header: Header, remembered_project: gr.BrowserState) -> None:
    engine = shared.engine

    def restore(remembered: str) -> dict[str, Any]:
        choices = project_choices(engine)
        known = {project_id for _, project_id in choices}
        value = remembered if remembered in known else choices[0][1]
        return gr.update(choices=choices, value=value)

    def create(name: str, language: str) -> tuple[Any, ...]:
        if not (name or "").strip():
            raise InputError(common_text.NEED_NAME)
        project = engine.projects.create(name.strip(), language)
        chosen = gr.update(choices=project_choices(engine), value=project.project_id)
        return chosen, gr.update(visible=False), ""

    def tell_damage(project_id: str) -> dict[str, Any]:
        told = engine.projects.unreadable(project_id)
        return gr.update(value=markup.notes([(sentence, "bad") for sentence in told]), visible=bool(told))

    wire(shared.demo.load, restore, remembered_project, header.project)
    wire(shared.project.change, tell_damage, shared.project, header.damage)
    wire_in_browser(shared.project.change, "(id) => id", shared.project, remembered_project)
    wire(header.new.click, lambda: gr.update(visible=True), None, header.form)
    wire(header.cancel.click, lambda: gr.update(visible=False), None, header.form)
    made = [header.project, header.form, header.name]
    wire(header.create.click, create, [header.name, header.language], made, **EDITS)
    wire(header.name.submit, create, [header.name, header.language], made, **EDITS)


def _wire_delete(shared: Shared, header: Header) -> None:
    engine = shared.engine

    def look(project_id: str, keep_voices: bool) -> dict[Any, Any]:
        told = engine.deletion.of_person(project_id, keep_voices=keep_voices is True)
        return {
            header.question_words: markup.deletion(told),
            header.delete_yes: gr.update(visible=not told.refusal),
        }

    def ask_delete_person(project_id: str) -> dict[Any, Any]:
        return look(project_id, False) | {header.question: gr.update(visible=True), header.keep_voices: False}

    def delete_person(project_id: str, keep_voices: bool, changed: int, voices_changed: int) -> dict[Any, Any]:
        if shared.stops.is_working(project_id):
            raise BusyError(common_text.PROJECT_BUSY)
        told = engine.deletion.delete_person(project_id, keep_voices=keep_voices is True)
        gr.Info(html.escape(common_text.everything_deleted(told.name)))
        choices = project_choices(engine)
        return {
            header.project: gr.update(choices=choices, value=choices[0][1]),
            header.question: gr.update(visible=False),
            header.deleted: told.subject_id,
            shared.changed: changed + 1,
            shared.voices_changed: voices_changed + 1,
        }

    shown = [header.question_words, header.delete_yes]
    wire(header.delete.click, ask_delete_person, shared.project, [*shown, header.question, header.keep_voices], **EDITS)
    wire(header.keep_voices.input, look, [shared.project, header.keep_voices], shown, **EDITS)
    for trigger in (header.delete_no.click, shared.project.change):
        wire(trigger, lambda: gr.update(visible=False), None, header.question)
    wire(
        header.delete_yes.click,
        delete_person,
        [shared.project, header.keep_voices, shared.changed, shared.voices_changed],
        [header.project, header.question, header.deleted, shared.changed, shared.voices_changed],
        **EDITS,
    )
    forget = "(id) => { window.voicecloneForgetTakes?.(id); return []; }"
    wire_in_browser(header.deleted.change, forget, header.deleted, None)


def _wire_base(shared: Shared, header: Header) -> None:
    engine = shared.engine

    def prepare(
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        engine.prepare_base(on_progress=into(progress))
        gr.Info(common_text.BASE_READY)
        return gr.update(visible=False), markup.note("")

    wire(shared.demo.load, lambda: gr.update(visible=not engine.base.is_ready()), None, header.banner)
    started = wire(header.prepare.click, lambda: gr.update(visible=True, value=""), None, header.prepare_status)
    wire(
        started.then,
        prepare,
        None,
        [header.banner, header.prepare_status],
        lane="base",
        progress_on=header.prepare_status,
    )
