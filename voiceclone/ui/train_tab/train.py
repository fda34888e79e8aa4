"""Tab 2: name the voice, give consent, start; see watch.py for progress and models.py for base models."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.bases.base import Ability
from voiceclone.engine import VoiceEngine
from voiceclone.errors import BusyError, ConsentError
from voiceclone.limits import MIN_INSTANT_SPEECH_S
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import Shared, into, wire
from voiceclone.ui.text import base_models as base_models_text
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import train as train_text
from voiceclone.ui.train_tab import name_taken
from voiceclone.ui.train_tab.models import Choice, build_models
from voiceclone.ui.train_tab.preflight import (
    LengthChoice,
    PreflightCard,
    build_checks,
    build_drawer,
    build_effort,
    chosen_length,
    chosen_seed,
    wire_ahead,
)
from voiceclone.ui.train_tab.watch import (
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
    """The form before a training."""

    panel: gr.Column
    summary: gr.HTML
    name: gr.Textbox
    length: LengthChoice
    ahead: PreflightCard
    consent: gr.Checkbox
    start: gr.Button
    question: name_taken.Question
    """Asked if a voice of that name exists."""
    instant: gr.Button
    instant_status: gr.HTML
    back: gr.Button
    choice: Choice


def build_train(shared: Shared, remembered_run: gr.BrowserState, tab: gr.Tab) -> tuple[Watch, Result]:
    """Lay out and wire the tab; `remembered_run` survives a reload of the page."""
    intro = gr.HTML(markup.intro(common_text.INTRO_TRAIN), elem_id="train-intro")
    form = _form(shared)
    result = build_result()
    watch = build_watch(intro, form.panel)
    _wire_form(shared, form)
    seen_by = (tab.select, watch.again.click)
    wire_ahead(shared, form.ahead, form.length, form.consent, form.choice, seen_by)
    _wire_start(shared, form, watch, result, remembered_run)
    _wire_instant(shared, form, result)
    wire_watch(shared, watch, result, remembered_run)
    return watch, result


def _form(shared: Shared) -> Form:
    with gr.Column() as panel:
        with gr.Row(equal_height=False, elem_id="train-form"):
            with gr.Column(scale=3, min_width=320, elem_classes="vc-card"):
                summary = gr.HTML(elem_id="train-summary")
                name = gr.Textbox(
                    label=train_text.VOICE_NAME_LABEL,
                    info=train_text.VOICE_NAME_INFO,
                    max_lines=1,
                    elem_id="voice-name",
                )
                effort = build_effort()
                note = gr.HTML(elem_id="effort-note")
                consent = gr.Checkbox(
                    False, label=train_text.CONSENT_LABEL, info=train_text.CONSENT_INFO, elem_id="consent"
                )
                with gr.Row():
                    start = gr.Button(train_text.START, variant="primary", elem_id="start", min_width=220)
                    instant = gr.Button(base_models_text.INSTANT, elem_id="instant", min_width=220)
                question = name_taken.build_question()
                instant_status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="instant-status")
                back = gr.Button(train_text.TO_RECORD, visible=False, elem_classes="vc-action")
            with gr.Column(scale=2, min_width=300):
                with gr.Column(elem_classes="vc-card"):
                    ahead = build_checks()
                with gr.Column(elem_classes="vc-card"):
                    gr.HTML(markup.steps(train_text.WHAT_HAPPENS_TITLE, train_text.WHAT_HAPPENS))
        length = build_drawer(effort, note)
        choice = build_models(shared)
    return Form(panel, summary, name, length, ahead, consent, start, question, instant, instant_status, back, choice)


def _wire_form(shared: Shared, form: Form) -> None:
    engine = shared.engine

    def refresh(project_id: str, base_id: str) -> dict[Any, Any]:
        readiness = engine.projects.readiness(project_id)
        project = engine.projects.get(project_id)
        base = engine.base_of(base_id or None)
        what = train_text.train_summary(project.name, readiness.usable_s) if readiness.enough else ""
        missing = "" if readiness.enough else markup.note(readiness.sentence, "usable")
        trains = Ability.TRAIN in base.abilities
        return {
            form.summary: markup.heading(train_text.TRAIN_TITLE, what) + missing,
            form.name: gr.update(placeholder=project.name),
            form.start: gr.update(interactive=readiness.enough, visible=trains),
            form.question.panel: gr.update(visible=False),
            form.instant: gr.update(
                interactive=readiness.usable_s >= MIN_INSTANT_SPEECH_S,
                visible=Ability.INSTANT in base.abilities,
                variant="secondary" if trains else "primary",
            ),
            form.back: gr.update(visible=not readiness.enough),
        }

    shown = [form.summary, form.name, form.start, form.question.panel, form.instant, form.back]
    for trigger in (shared.changed.change, shared.project.change, form.choice.base.change):
        wire(trigger, refresh, [shared.project, form.choice.base], shown, trigger_mode="always_last")
    wire(form.back.click, lambda: gr.Tabs(selected="record"), None, shared.tabs)


def _wire_start(shared: Shared, form: Form, watch: Watch, result: Result, remembered_run: gr.BrowserState) -> None:
    engine = shared.engine

    def begin(
        way: str | None, project_id: str, name: str, consent: bool, base_id: str, policy: str, *length: Any
    ) -> Any:
        """Start, or ask first if the name is taken; `way` is the answer, None before asking."""
        if consent is not True:
            raise ConsentError(train_text.NEED_CONSENT)
        effort, steps, minutes, seed = length
        plan = chosen_length(effort, steps, minutes) | {"seed": chosen_seed(seed)}
        if shared.comparing.running:
            raise BusyError(base_models_text.COMPARING)
        called = voice_name(engine, project_id, name)
        taken = engine.voices.named(called)
        if taken is not None:
            if way is None:
                return name_taken.ask(engine, form.question, taken, base_id)
            called, besides = name_taken.as_chosen(engine, taken, way)
            plan |= besides
        status = engine.start_training(
            project_id,
            called,
            consent=consent,
            consent_by="page",
            base_id=base_id or None,
            policy=policy or None,
            **plan,
        )
        # Consent is asked again for the next voice, which may be another person's.
        asked_again = {
            form.consent: False,
            remembered_run: status.run_id,
            form.question.panel: gr.update(visible=False),
        }
        return asked_again | run_view(shared, watch, result, status, Seen())

    def start(*given: Any) -> Any:
        return begin(None, *given)

    def start_as_chosen(way: str, *given: Any) -> Any:
        return begin(str(way), *given)

    given = [shared.project, form.name, form.consent, form.choice.base, form.choice.policy, *form.length.chosen()]
    shown = [form.consent, remembered_run, *form.question.all_of_it(), *watch.all_of_it(), *result.all_of_it()]
    wire(form.start.click, start, given, shown, lane="start")
    wire(form.question.go.click, start_as_chosen, [form.question.way, *given], shown, lane="start")
    wire(
        watch.again.click,
        lambda: {remembered_run: ""} | idle_view(watch, result),
        None,
        [remembered_run, *watch.all_of_it(), *result.all_of_it()],
    )


def _wire_instant(shared: Shared, form: Form, result: Result) -> None:
    engine = shared.engine

    def instant(
        project_id: str,
        name: str,
        consent: bool,
        base_id: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> dict[Any, Any]:
        if not consent:
            raise ConsentError(train_text.NEED_CONSENT)
        called = base_models_text.instant_name(voice_name(engine, project_id, name))
        voice = engine.instant_voice(
            project_id, called, consent, base_id=base_id or None, consent_by="page", on_progress=into(progress)
        )
        return {
            form.instant_status: markup.note(base_models_text.INSTANT_DONE, "good"),
            result.panel: gr.update(visible=True),
            result.head: markup.heading(f"{base_models_text.INSTANT_TITLE}: {voice.name}") + markup.scores(voice),
            result.voice_id: voice.voice_id,
        }

    started = wire(
        form.instant.click,
        lambda: (gr.update(interactive=False), gr.update(value="", visible=True)),
        None,
        [form.instant, form.instant_status],
    )
    done = wire(
        started.then,
        instant,
        [shared.project, form.name, form.consent, form.choice.base],
        [form.instant_status, *result.all_of_it()],
        lane="speech",
        progress_on=form.instant_status,
    )
    wire(done.then, lambda: gr.update(interactive=True), None, form.instant)


def voice_name(engine: VoiceEngine, project_id: str, name: str) -> str:
    """Return the typed name, or else the person's."""
    return (name or "").strip() or engine.projects.get(project_id).name
