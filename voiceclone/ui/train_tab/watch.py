"""Watch a training: the page only shows it, and finds it again after a reload."""

import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import gradio as gr

from voiceclone.engine import VoiceEngine
from voiceclone.errors import NotFoundError
from voiceclone.training.runs import RunStatus
from voiceclone.ui.parts import ids, markup
from voiceclone.ui.parts.shared import EDITS, Shared, player, wire
from voiceclone.ui.parts.theme import SERIES_COLOURS
from voiceclone.ui.text import base_models as base_models_text
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import train as train_text
from voiceclone.ui.train_tab.candidates import CandidateRow, Shown, build_candidates, chosen_step, hidden, row_view
from voiceclone.ui.train_tab.ending import Ending, build_ending, told_of, wire_ending
from voiceclone.voices.voice_file import Voice

TICK_S = 1.0
PLOT_POINTS = 400
"""The whole plot is sent to the browser at each change; more points would be slow on a phone."""
GOING_ON = ("waiting", "preparing", "training", "stopping", "pausing")
RESTING = ("interrupted", "paused")


@dataclass(frozen=True)
class Watch:
    """The components shown during and after a training."""

    intro: gr.HTML
    form: gr.Column
    """The form before a training; hidden in the meantime."""
    panel: gr.Column
    progress: gr.HTML
    first_listen: gr.Audio
    chart: gr.Column
    """The plot and its legend; hidden until there is something to draw."""
    plot: gr.LinePlot
    notes: gr.HTML
    """Notes on the run, below the plot; hidden while there are none."""
    hint: gr.HTML
    stop: gr.Button
    pause: gr.Button
    resume: gr.Button
    again: gr.Button
    timer: gr.Timer
    seen: gr.State
    ending: Ending
    """The signals for the end; shown while they can still be switched on."""
    samples: CandidateRow
    """Samples of the voice at its checkpoints, in a separate card below."""

    def all_of_it(self) -> list[Any]:
        """All components, as outputs of a handler."""
        own = [part for part in vars(self).values() if part not in (self.ending, self.samples)]
        return [*own, self.ending.told, *self.samples.all_of_it()]


@dataclass(frozen=True)
class Result:
    """The card of the finished voice."""

    panel: gr.Column
    head: gr.HTML
    sample: gr.Audio
    sample_note: gr.HTML
    voice_id: gr.Textbox
    onward: gr.Button

    def all_of_it(self) -> list[Any]:
        """The components that a finished run updates."""
        return [self.panel, self.head, self.voice_id]


@dataclass(frozen=True)
class Seen:
    """What the page currently shows, so that an unchanged run sends nothing."""

    run_id: str = ""
    state: str = ""
    step: int = -1
    message: str = ""
    has_first_listen: bool = False
    notes: tuple[str, ...] = ()
    samples: Shown = field(default_factory=Shown)


def build_result() -> Result:
    """Lay out the card of a finished voice."""
    with gr.Column(visible=False, elem_classes="vc-card", elem_id="train-result") as panel:
        head = gr.HTML(elem_id="result-head")
        sample = player(train_text.RESULT_LABEL, "sample")
        sample_note = gr.HTML()
        voice_id = ids.holds(gr.Textbox(visible="hidden", label="voice"), ids.voice_id)
        onward = gr.Button(train_text.TO_SPEAK, variant="primary", elem_id="to-speak", elem_classes="vc-action")
    return Result(panel, head, sample, sample_note, voice_id, onward)


def build_watch(intro: gr.HTML, form: gr.Column) -> Watch:
    """Lay out the card of a running training."""
    with gr.Column(visible=False, elem_classes="vc-card", elem_id="train-watch") as panel:
        progress = gr.HTML(elem_id="train-progress")
        first_listen = player(train_text.FIRST_LISTEN_LABEL, "first-listen", visible=False)
        with gr.Column(visible=False) as chart:
            plot = loss_plot("plot")
            series = {train_text.SERIES[name]: colour for name, colour in SERIES_COLOURS.items()}
            gr.HTML(markup.legend(series, train_text.PLOT_HINT))
        notes = gr.HTML(visible=False, elem_id="run-notes")
        hint = gr.HTML(markup.note(train_text.CLOSE_PAGE))
        stop = gr.Button(train_text.STOP, variant="stop", elem_id="stop", elem_classes="vc-action")
        pause = gr.Button(train_text.PAUSE, elem_id="pause", elem_classes="vc-action")
        resume = gr.Button(
            train_text.CONTINUE, variant="primary", visible=False, elem_id="continue", elem_classes="vc-action"
        )
        again = gr.Button(train_text.TRAIN_AGAIN, visible=False, elem_id="train-again", elem_classes="vc-action")
        switches = build_ending()
    # Outside the column, with which gradio would show it.
    ending = Ending(*switches, gr.Textbox(visible="hidden", label="ended"))
    timer = gr.Timer(TICK_S, active=False)
    seen = gr.State(Seen())
    samples = build_candidates()
    return Watch(
        intro,
        form,
        panel,
        progress,
        first_listen,
        chart,
        plot,
        notes,
        hint,
        stop,
        pause,
        resume,
        again,
        timer,
        seen,
        ending,
        samples,
    )


def loss_plot(elem_id: str) -> gr.LinePlot:
    """Return an empty plot of losses."""
    return gr.LinePlot(
        x="step",
        y="loss",
        color="series",
        color_map={train_text.SERIES[name]: colour for name, colour in SERIES_COLOURS.items()},
        colors_in_legend=[],  # our legend is below the plot, with the same words as the hint
        x_title=train_text.PLOT_X,
        y_title=train_text.PLOT_Y,
        label=train_text.PLOT_LABEL,
        # No height: with one, gradio 6.31 cuts off the numbers below the plot.
        buttons=[],
        elem_id=elem_id,
    )


def wire_watch(shared: Shared, watch: Watch, result: Result, remembered_run: gr.BrowserState) -> None:
    """Connect finding, following, stopping and continuing a run, and its result."""
    engine = shared.engine
    shown = [*watch.all_of_it(), *result.all_of_it()]
    wire_ending(shared, watch.ending)

    def tick(run_id: str, seen: Seen) -> Any:
        try:
            status = engine.runs.status(run_id)
        except NotFoundError:
            if seen.run_id != run_id:
                raise
            return {remembered_run: ""} | idle_view(watch, result)  # deleted while being watched
        return run_view(shared, watch, result, status, seen) or gr.skip()

    def attach(run_id: str) -> dict[Any, Any]:
        # The comparison section shows its own trainings.
        active = None if shared.comparing.running else engine.runs.active()
        status = active or _status_or_none(engine, run_id)
        if status is None:
            return {remembered_run: ""} | idle_view(watch, result)
        found = {remembered_run: status.run_id} | run_view(shared, watch, result, status, Seen())
        if status.running or status.state in RESTING:
            found[shared.tabs] = gr.Tabs(selected="train")
        return found

    def resume(run_id: str) -> dict[Any, Any]:
        return run_view(shared, watch, result, engine.runs.resume(run_id), Seen())

    def stop(run_id: str, seen: Seen) -> Any:
        return run_view(shared, watch, result, engine.runs.stop(run_id), seen) or gr.skip()

    def pause(run_id: str, seen: Seen) -> Any:
        return run_view(shared, watch, result, engine.runs.pause(run_id), seen) or gr.skip()

    def say_sample(voice_id: str, voices_changed: int) -> Any:
        if not voice_id:
            return gr.update(value=None, visible=True), "", gr.skip()
        voice = engine.voices.get(voice_id)
        if not engine.voices.reads_text(voice):
            return gr.update(visible=False), markup.note(base_models_text.ONLY_CONVERTS), voices_changed + 1
        sentence = train_text.SAMPLE_SENTENCES.get(voice.language, train_text.SAMPLE_SENTENCES["en-us"])
        with shared.files.speech(f"{voice.name}.wav", voice.voice_id) as path:
            engine.speak_to_file(voice_id, sentence, path, language=voice.language)
        return gr.update(value=str(path), visible=True), markup.note(f"“{sentence}”"), voices_changed + 1

    def forget_deleted(run_id: str) -> Any:
        if not run_id or _status_or_none(engine, run_id) is not None:
            return gr.skip()
        return {remembered_run: ""} | idle_view(watch, result)

    spoken = (
        [result.voice_id, shared.voices_changed],
        [result.sample, result.sample_note, shared.voices_changed],
    )
    wire(shared.demo.load, attach, remembered_run, [shared.tabs, remembered_run, *shown])
    wire(shared.voices_changed.change, forget_deleted, remembered_run, [remembered_run, *shown])
    wire(watch.timer.tick, tick, [remembered_run, watch.seen], [remembered_run, *shown])
    wire(watch.stop.click, stop, [remembered_run, watch.seen], shown)
    wire(watch.pause.click, pause, [remembered_run, watch.seen], shown)
    wire(watch.resume.click, resume, remembered_run, shown, lane="start")

    def keep_this(run_id: str, seen: Seen, event: gr.EventData) -> dict[Any, Any]:
        voice = engine.runs.keep_candidate(run_id, chosen_step(event))
        status = engine.runs.status(run_id)
        updates, now = row_view(engine, watch.samples, status, seen.samples)
        return updates | {
            watch.seen: replace(seen, samples=now),
            watch.samples.status: markup.note(train_text.sample_kept(voice.steps, voice.name), "good"),
            result.head: _result_head(engine, status, voice),
        }

    kept = wire(
        partial(gr.on, [slot.select for slot in watch.samples.slots]),
        keep_this,
        [remembered_run, watch.seen],
        [watch.seen, *watch.samples.all_of_it(), result.head],
        **EDITS,
    )
    wire(kept.success, say_sample, *spoken, lane="speech", progress_on=result.sample)
    wire(
        result.voice_id.change,
        say_sample,
        *spoken,
        lane="speech",
        progress_on=result.sample,
    )


def _status_or_none(engine: VoiceEngine, run_id: str) -> RunStatus | None:
    try:
        return engine.runs.status(run_id) if run_id else None
    except NotFoundError:  # deleted since, or from another data folder
        return None


def idle_view(watch: Watch, result: Result) -> dict[Any, Any]:
    """Return the updates that show the form and nothing else."""
    return {
        watch.intro: markup.intro(common_text.INTRO_TRAIN),
        watch.form: gr.update(visible=True),
        watch.panel: gr.update(visible=False),
        watch.timer: gr.Timer(active=False),
        watch.seen: Seen(),
        result.panel: gr.update(visible=False),
        result.voice_id: "",
    } | hidden(watch.samples)


def run_view(shared: Shared, watch: Watch, result: Result, status: RunStatus, seen: Seen) -> dict[Any, Any]:
    """Return the updates that show `status`, limited to what differs from `seen`."""
    is_new = status.run_id != seen.run_id
    heard, samples = row_view(shared.engine, watch.samples, status, None if is_new else seen.samples)
    now = Seen(
        status.run_id,
        status.state,
        status.step,
        status.message or status.error,
        status.first_listen is not None,
        status.notes,
        samples,
    )
    if now == seen:
        return {}
    updates: dict[Any, Any] = {watch.seen: now, watch.progress: markup.run_progress(status)} | heard
    if is_new or now.step != seen.step:
        frame = plot_frame(shared.engine.runs.loss_points(now.run_id, PLOT_POINTS))
        updates |= {watch.plot: frame, watch.chart: gr.update(visible=frame is not None)}
    if is_new or now.notes != seen.notes:
        updates[watch.notes] = gr.update(value=markup.run_notes(now.notes), visible=bool(now.notes))
    if is_new or now.has_first_listen != seen.has_first_listen:
        updates[watch.first_listen] = first_listen_player(shared, status)
    if not is_new and seen.state in GOING_ON and now.state not in GOING_ON:
        updates[watch.ending.told] = told_of(status)
    if is_new or now.state != seen.state:
        updates |= _state_view(watch, status) | _result_view(shared.engine, watch, result, status)
    return updates


def _state_view(watch: Watch, status: RunStatus) -> dict[Any, Any]:
    goes_on = status.state in GOING_ON
    resting = status.state in RESTING
    may_pause = status.state in ("waiting", "preparing", "training")
    return {
        watch.intro: markup.intro(common_text.RUN_INTROS.get(status.state, common_text.INTRO_TRAINING)),
        watch.form: gr.update(visible=False),
        watch.panel: gr.update(visible=True),
        watch.hint: gr.update(visible=goes_on),
        watch.stop: gr.update(visible=goes_on or status.state == "paused", interactive=status.state != "stopping"),
        watch.pause: gr.update(visible=may_pause),
        watch.resume: gr.update(visible=resting),
        watch.again: gr.update(visible=not goes_on, value=train_text.START_OVER if resting else train_text.TRAIN_AGAIN),
        watch.timer: gr.Timer(active=goes_on),
    }


def _result_view(engine: VoiceEngine, watch: Watch, result: Result, status: RunStatus) -> dict[Any, Any]:
    """Return the updates that show a finished voice in place of the progress."""
    voice = None
    if status.state in ("finished", "stopped") and status.voice_id:
        voice = engine.voices.usable(status.voice_id)  # it may have been deleted since
    if voice is None:
        return {
            watch.progress: gr.update(value=markup.run_progress(status), visible=True),
            result.panel: gr.update(visible=False),
            result.voice_id: "",
        }
    return {
        watch.progress: gr.update(value=markup.run_progress(status), visible=False),
        watch.first_listen: gr.update(visible=False),
        result.panel: gr.update(visible=True),
        result.head: _result_head(engine, status, voice),
        result.voice_id: voice.voice_id,
    }


def _result_head(engine: VoiceEngine, status: RunStatus, voice: Voice) -> str:
    title = train_text.RESULT_TITLE if status.state == "finished" else train_text.RESULT_STOPPED_TITLE
    return markup.heading(f"{title}: {voice.name}") + markup.scores(voice, engine.runs.did_it_help(voice.scores))


def plot_frame(points: list[dict[str, Any]]) -> Any:
    """Return loss points as a data frame for the plot; None while there are too few."""
    if len({point["step"] for point in points}) < 2:
        return None
    import pandas as pd

    frame = pd.DataFrame(points)
    frame["series"] = frame["series"].map(train_text.SERIES)
    return frame[frame["loss"].map(math.isfinite)]


def first_listen_player(shared: Shared, status: RunStatus) -> dict[str, Any]:
    """Return the player of the early sample, hidden while there is none."""
    if status.first_listen is None or not status.first_listen.is_file():
        return gr.update(value=None, visible=False)
    path = shared.files.path("first-listen.wav", status.run_id)
    shared.engine.marking.copy(status.first_listen, path, status.voice_name)
    return gr.update(value=str(path), visible=True)
