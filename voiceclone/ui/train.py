"""Tab 2: name the voice, agree, press one button, watch it learn; the run itself lives outside the page."""

import math
from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.errors import ConsentError, NotFoundError, TextError
from voiceclone.ui import markup, text
from voiceclone.ui.shared import Shared, wire
from voiceclone.ui.theme import SERIES_COLOURS

TICK_S = 1.0
PLOT_POINTS = 400
"""The whole plot travels to the browser each time it changes; more points would be slow on a phone."""


@dataclass(frozen=True)
class Form:
    """What is asked before a training."""

    panel: gr.Column
    summary: gr.HTML
    name: gr.Textbox
    length: gr.Radio
    consent: gr.Checkbox
    start: gr.Button
    back: gr.Button


@dataclass(frozen=True)
class Watch:
    """What is shown while a training runs and after it."""

    panel: gr.Column
    progress: gr.HTML
    hint: gr.HTML
    plot: gr.LinePlot
    first_listen: gr.Audio
    stop: gr.Button
    resume: gr.Button
    again: gr.Button


@dataclass(frozen=True)
class Result:
    """What came out."""

    panel: gr.Column
    head: gr.HTML
    sample: gr.Audio
    sample_note: gr.HTML
    voice_id: gr.Textbox
    onward: gr.Button


@dataclass(frozen=True)
class Seen:
    """What the page shows already, so that an unchanged run sends nothing."""

    run_id: str = ""
    state: str = ""
    step: int = -1
    message: str = ""
    eta: str = ""
    first_listen: bool = False


def build_train(shared: Shared, remembered_run: gr.BrowserState) -> Result:
    """Lay out and wire the tab; `remembered_run` survives a reload of the page."""
    gr.HTML(markup.intro(text.INTRO_TRAIN))
    form = _form()
    result = _result()
    watch = _watch()
    timer = gr.Timer(TICK_S, active=False)
    seen = gr.State(Seen())
    _wire_form(shared, form)
    _wire_run(shared, form, watch, result, timer, seen, remembered_run)
    _wire_result(shared, result)
    return result


def _form() -> Form:
    with gr.Column(elem_classes="vc-card", elem_id="train-form") as panel:
        summary = gr.HTML(elem_id="train-summary")
        name = gr.Textbox(
            label=text.VOICE_NAME_LABEL, info=text.VOICE_NAME_INFO, max_lines=1, elem_id="voice-name"
        )
        length = gr.Radio(
            list(text.LENGTHS),
            value=text.LENGTHS[0][1],
            label=text.LENGTH_LABEL,
            info=text.LENGTH_INFO,
            elem_id="train-length",
        )
        consent = gr.Checkbox(False, label=text.CONSENT_LABEL, info=text.CONSENT_INFO, elem_id="consent")
        start = gr.Button(text.START, variant="primary", elem_id="start")
        back = gr.Button(text.TO_RECORD, visible=False)
    return Form(panel, summary, name, length, consent, start, back)


def _result() -> Result:
    with gr.Column(visible=False, elem_classes="vc-card", elem_id="train-result") as panel:
        head = gr.HTML(elem_id="result-head")
        sample = gr.Audio(
            label=text.RESULT_LABEL, interactive=False, type="filepath", buttons=["download"], elem_id="sample"
        )
        sample_note = gr.HTML(markup.note(""), elem_classes="vc-status")
        voice_id = gr.Textbox(visible="hidden", label="voice")
        onward = gr.Button(text.TO_SPEAK, variant="primary", elem_id="to-speak")
    return Result(panel, head, sample, sample_note, voice_id, onward)


def _watch() -> Watch:
    with gr.Column(visible=False, elem_classes="vc-card", elem_id="train-watch") as panel:
        progress = gr.HTML(elem_id="train-progress")
        first_listen = gr.Audio(
            label=text.FIRST_LISTEN_LABEL,
            interactive=False,
            type="filepath",
            buttons=["download"],
            visible=False,
            elem_id="first-listen",
        )
        plot = gr.LinePlot(
            x="step",
            y="loss",
            color="series",
            color_map={text.SERIES[name]: colour for name, colour in SERIES_COLOURS.items()},
            x_title=text.PLOT_X,
            y_title=text.PLOT_Y,
            color_title=" ",
            label=text.PLOT_LABEL,
            caption=text.PLOT_CAPTION,
            height=280,
            buttons=[],
            elem_id="plot",
        )
        hint = gr.HTML(markup.note(text.CLOSE_PAGE))
        stop = gr.Button(text.STOP, variant="stop", elem_id="stop")
        resume = gr.Button(text.CONTINUE, variant="primary", visible=False, elem_id="continue")
        again = gr.Button(text.TRAIN_AGAIN, visible=False, elem_id="train-again")
    return Watch(panel, progress, hint, plot, first_listen, stop, resume, again)


def _wire_form(shared: Shared, form: Form) -> None:
    engine = shared.engine

    def refresh(project_id: str) -> tuple[Any, ...]:
        readiness = engine.readiness(project_id)
        project = engine.project(project_id)
        if readiness.enough:
            summary = markup.heading(text.START, text.train_summary(project.name, readiness.usable_s))
        else:
            summary = markup.heading(text.START) + markup.note(readiness.sentence, "usable")
        return (
            summary,
            gr.update(placeholder=project.name),
            gr.update(interactive=readiness.enough),
            gr.update(visible=not readiness.enough),
        )

    shown = [form.summary, form.name, form.start, form.back]
    for trigger in (shared.changed.change, shared.project.change):
        wire(trigger, refresh, shared.project, shown, trigger_mode="always_last")
    wire(form.back.click, lambda: gr.Tabs(selected="record"), None, shared.tabs)


def _wire_run(
    shared: Shared,
    form: Form,
    watch: Watch,
    result: Result,
    timer: gr.Timer,
    seen: gr.State,
    remembered_run: gr.BrowserState,
) -> None:
    engine = shared.engine
    shown = [
        form.panel, watch.panel, watch.progress, watch.hint, watch.plot, watch.first_listen, watch.stop,
        watch.resume, watch.again, result.panel, result.head, result.voice_id, timer, seen,
    ]  # fmt: skip

    def show(run_id: str, known: Seen) -> Any:
        return run_view(shared, engine.training_status(run_id), known)

    def attach(run_id: str) -> tuple[Any, ...]:
        """Find the run that goes on, or the one this browser watched last."""
        active = engine.active_run()
        run_id = active.run_id if active else run_id
        try:
            status = active or (engine.training_status(run_id) if run_id else None)
        except NotFoundError:
            status = None
        if status is None:
            return "", *idle_view()
        return status.run_id, *run_view(shared, status, Seen())

    def start(project_id: str, name: str, minutes: int, consent: bool) -> tuple[Any, ...]:
        if not consent:
            raise ConsentError(text.NEED_CONSENT)
        if minutes not in {value for _, value in text.LENGTHS}:
            raise TextError(text.NEED_LENGTH)
        voice_name = (name or "").strip() or engine.project(project_id).name
        status = engine.start_training(project_id, voice_name, consent=True, minutes=float(minutes))
        return status.run_id, False, *run_view(shared, status, Seen())

    def resume(run_id: str) -> tuple[Any, ...]:
        return run_view(shared, engine.continue_training(run_id), Seen())

    def stop(run_id: str) -> tuple[Any, ...]:
        engine.stop_training(run_id)
        return show(run_id, Seen())

    wire(shared.demo.load, attach, remembered_run, [remembered_run, *shown])
    wire(timer.tick, show, [remembered_run, seen], shown)
    wire(
        form.start.click,
        start,
        [shared.project, form.name, form.length, form.consent],
        [remembered_run, form.consent, *shown],
        lane="start",
    )
    wire(watch.stop.click, stop, remembered_run, shown)
    wire(watch.resume.click, resume, remembered_run, shown, lane="start")
    wire(watch.again.click, lambda: ("", *idle_view()), None, [remembered_run, *shown])


def idle_view() -> tuple[Any, ...]:
    """Return the updates that show the form and nothing else."""
    hidden = gr.update(visible=False)
    return (
        gr.update(visible=True), hidden, "", gr.skip(), None, gr.update(value=None, visible=False), hidden,
        hidden, hidden, hidden, "", "", gr.Timer(active=False), Seen(),
    )  # fmt: skip


def run_view(shared: Shared, status: Any, known: Seen) -> Any:
    """Return the updates that show `status`; only what differs from `known` is sent."""
    now = Seen(
        status.run_id,
        status.state,
        status.step,
        status.message,
        text.about(status.eta_s) if status.eta_s is not None and math.isfinite(status.eta_s) else "",
        status.first_listen is not None,
    )
    if now == known:
        return gr.skip()
    same_run = known.run_id == now.run_id
    plot = gr.skip() if same_run and known.step == now.step else plot_frame(shared.engine.loss_points(now.run_id, PLOT_POINTS))
    going_on = status.state in ("waiting", "preparing", "training", "stopping")
    if same_run and known.state == now.state:
        layout: list[Any] = [gr.skip()] * 7
    else:
        layout = [
            gr.update(visible=False),
            gr.update(visible=True),
            gr.update(visible=status.state in ("waiting", "preparing", "training", "stopping")),
            gr.update(visible=going_on, interactive=status.state != "stopping"),
            gr.update(visible=status.state == "interrupted"),
            gr.update(
                visible=not going_on,
                value=text.START_OVER if status.state == "interrupted" else text.TRAIN_AGAIN,
            ),
            gr.Timer(active=going_on),
        ]
    form, panel, hint, stop, resume, again, timer = layout
    listen = gr.skip() if same_run and known.first_listen == now.first_listen else first_listen_player(shared, status)
    outcome = (gr.skip(),) * 3 if same_run and known.state == now.state else result_view(shared.engine, status)
    return form, panel, markup.run_progress(status), hint, plot, listen, stop, resume, again, *outcome, timer, now


def plot_frame(points: list[dict[str, Any]]) -> Any:
    """Return loss points as the table the plot takes; None while there are too few to draw."""
    if len({point["step"] for point in points}) < 2:
        return None
    import pandas as pd

    frame = pd.DataFrame(points)
    frame["series"] = frame["series"].map(text.SERIES).fillna(frame["series"])
    return frame


def first_listen_player(shared: Shared, status: Any) -> dict[str, Any]:
    """Return the player for the early sample, hidden while there is none."""
    if status.first_listen is None or not status.first_listen.is_file():
        return gr.update(value=None, visible=False)
    copied = shared.files.copy(status.first_listen, f"first-listen{status.first_listen.suffix}")
    return gr.update(value=copied, visible=True)


def result_view(engine: Any, status: Any) -> tuple[Any, ...]:
    """Return the updates of the result card: shown once there is a voice."""
    if status.state not in ("finished", "stopped") or not status.voice_id:
        return gr.update(visible=False), "", ""
    title = text.RESULT_TITLE if status.state == "finished" else text.RESULT_STOPPED_TITLE
    try:
        voice = engine.voice(status.voice_id)
    except NotFoundError:  # deleted since
        return gr.update(visible=False), "", ""
    return gr.update(visible=True), markup.heading(f"{title}: {voice.name}") + markup.scores(voice), voice.voice_id


def _wire_result(shared: Shared, result: Result) -> None:
    engine = shared.engine

    def sample(voice_id: str, voices_changed: int) -> Any:
        if not voice_id:
            return None, markup.note(""), gr.skip()
        voice = engine.voice(voice_id)
        sentence = text.SAMPLE_SENTENCES.get(voice.language, text.SAMPLE_SENTENCES["en-us"])
        speech = engine.speak(voice_id, sentence, language=voice.language)
        return shared.files.wav(speech.audio, f"{voice.name}.wav"), markup.note(f"“{sentence}”"), voices_changed + 1

    wire(
        result.voice_id.change,
        sample,
        [result.voice_id, shared.voices_changed],
        [result.sample, result.sample_note, shared.voices_changed],
        lane="speech",
        progress_on=result.sample,
    )
