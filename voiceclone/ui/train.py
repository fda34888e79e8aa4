"""Tab 2: name the voice, agree, press one button; watching it is in watch.py."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.errors import ConsentError, InputError
from voiceclone.ui import markup, text
from voiceclone.ui.shared import Shared, wire
from voiceclone.ui.watch import (
    Result,
    Seen,
    Watch,
    build_result,
    build_watch,
    idle_view,
    run_view,
    wire_watch,
)


@dataclass(frozen=True)
class Form:
    """What is asked before a training."""

    panel: gr.Row
    summary: gr.HTML
    name: gr.Textbox
    length: gr.Radio
    consent: gr.Checkbox
    start: gr.Button
    back: gr.Button


def build_train(shared: Shared, remembered_run: gr.BrowserState) -> Result:
    """Lay out and wire the tab; `remembered_run` survives a reload of the page."""
    intro = gr.HTML(markup.intro(text.INTRO_TRAIN), elem_id="train-intro")
    form = _form()
    result = build_result()
    watch = build_watch(intro, form.panel)
    _wire_form(shared, form)
    _wire_start(shared, form, watch, result, remembered_run)
    wire_watch(shared, watch, result, remembered_run)
    return result


def _form() -> Form:
    with gr.Row(equal_height=False, elem_id="train-form") as panel:
        with gr.Column(scale=3, min_width=320, elem_classes="vc-card"):
            summary = gr.HTML(elem_id="train-summary")
            name = gr.Textbox(label=text.VOICE_NAME_LABEL, info=text.VOICE_NAME_INFO, max_lines=1, elem_id="voice-name")
            length = gr.Radio(
                list(text.LENGTHS),
                value=text.LENGTHS[0][1],
                label=text.LENGTH_LABEL,
                info=text.LENGTH_INFO,
                elem_id="train-length",
            )
            consent = gr.Checkbox(False, label=text.CONSENT_LABEL, info=text.CONSENT_INFO, elem_id="consent")
            start = gr.Button(text.START, variant="primary", elem_id="start", elem_classes="vc-action")
            back = gr.Button(text.TO_RECORD, visible=False, elem_classes="vc-action")
        with gr.Column(scale=2, min_width=300, elem_classes="vc-card"):
            gr.HTML(markup.steps(text.WHAT_HAPPENS_TITLE, text.WHAT_HAPPENS))
    return Form(panel, summary, name, length, consent, start, back)


def _wire_form(shared: Shared, form: Form) -> None:
    engine = shared.engine

    def refresh(project_id: str) -> dict[Any, Any]:
        readiness = engine.readiness(project_id)
        project = engine.project(project_id)
        what = text.train_summary(project.name, readiness.usable_s) if readiness.enough else ""
        missing = "" if readiness.enough else markup.note(readiness.sentence, "usable")
        return {
            form.summary: markup.heading(text.TRAIN_TITLE, what) + missing,
            form.name: gr.update(placeholder=project.name),
            form.start: gr.update(interactive=readiness.enough),
            form.back: gr.update(visible=not readiness.enough),
        }

    shown = [form.summary, form.name, form.start, form.back]
    for trigger in (shared.changed.change, shared.project.change):
        wire(trigger, refresh, shared.project, shown, trigger_mode="always_last")
    wire(form.back.click, lambda: gr.Tabs(selected="record"), None, shared.tabs)


def _wire_start(shared: Shared, form: Form, watch: Watch, result: Result, remembered_run: gr.BrowserState) -> None:
    engine = shared.engine

    def start(project_id: str, name: str, minutes: int, consent: bool) -> dict[Any, Any]:
        if not consent:
            raise ConsentError(text.NEED_CONSENT)
        if minutes not in {value for _, value in text.LENGTHS}:
            raise InputError(text.NEED_LENGTH)
        voice_name = (name or "").strip() or engine.project(project_id).name
        status = engine.start_training(
            project_id, voice_name, consent=consent, minutes=float(minutes), consent_by="page"
        )
        # Asked again for the next voice, which may be another person's.
        asked_again = {form.consent: False, remembered_run: status.run_id}
        return asked_again | run_view(shared, watch, result, status, Seen())

    wire(
        form.start.click,
        start,
        [shared.project, form.name, form.length, form.consent],
        [form.consent, remembered_run, *watch.all_of_it(), *result.all_of_it()],
        lane="start",
    )
    wire(
        watch.again.click,
        lambda: {remembered_run: ""} | idle_view(watch, result),
        None,
        [remembered_run, *watch.all_of_it(), *result.all_of_it()],
    )
