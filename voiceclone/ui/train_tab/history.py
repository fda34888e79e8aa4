"""Tab 2, folded: earlier trainings with plot, settings, scores and voice; continue or delete them."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from voiceclone.engine import VoiceEngine
from voiceclone.errors import BusyError, InputError
from voiceclone.training.history import RunRecord
from voiceclone.training.runs import RunStatus
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import EDITS, Shared, player, wire
from voiceclone.ui.parts.theme import SERIES_COLOURS
from voiceclone.ui.text import base_models as base_models_text
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import history as history_text
from voiceclone.ui.text import train as train_text
from voiceclone.ui.train_tab.watch import (
    PLOT_POINTS,
    Result,
    Seen,
    Watch,
    idle_view,
    loss_plot,
    plot_frame,
    run_view,
)
from voiceclone.voices.voice_file import Voice

CHOOSE_RUN = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-run]');
  if (!button) return;
  element.querySelectorAll('li').forEach((row) => row.removeAttribute('aria-current'));
  button.closest('li').setAttribute('aria-current', 'true');
  trigger('select', {run_id: button.dataset.run});
});
"""
ENDED_EARLY = ("interrupted", "paused", "failed")


@dataclass(frozen=True)
class Opened:
    """The details of an opened training."""

    panel: gr.Column
    run_id: gr.Textbox
    """Hidden."""
    head: gr.HTML
    chart: gr.Column
    plot: gr.LinePlot
    facts: gr.HTML
    play: gr.Button
    onward: gr.Button
    sample: gr.Audio
    sample_note: gr.HTML
    resume: gr.Button
    delete: gr.Button
    question: gr.Column
    question_words: gr.HTML
    with_voice: gr.Checkbox

    def all_of_it(self) -> list[Any]:
        """All components, as outputs of a handler."""
        return list(vars(self).values())


@dataclass(frozen=True)
class History:
    """The components of this section."""

    accordion: gr.Accordion
    whose: gr.Radio
    runs: gr.HTML
    status: gr.HTML
    opened: Opened
    delete_yes: gr.Button
    delete_no: gr.Button
    voice_id: gr.Textbox
    """Hidden; the voice of the opened training, to speak with."""


def build_history(shared: Shared, watch: Watch, result: Result, remembered_run: gr.BrowserState) -> History:
    """Lay out and wire this section; `watch` shows a training that is continued."""
    part = _layout()
    _wire_list(shared, part)
    _wire_voice(shared, part)
    _wire_resume(shared, part, watch, result, remembered_run)
    _wire_delete(shared, part, watch, result, remembered_run)
    return part


def _layout() -> History:
    run_id = gr.Textbox(visible="hidden", label="run")  # outside the accordion, with which gradio would show it
    with gr.Accordion(history_text.HISTORY, open=False, elem_id="history", elem_classes="vc-card") as accordion:
        gr.HTML(markup.note(history_text.HISTORY_INTRO))
        whose = gr.Radio(
            [(words, key) for key, words in history_text.HISTORY_WHOSE.items()],
            value="person",
            label=history_text.HISTORY_WHOSE_LABEL,
            info=history_text.HISTORY_WHOSE_INFO,
            elem_id="history-whose",
        )
        runs = gr.HTML(elem_id="history-runs", js_on_load=CHOOSE_RUN)
        opened, delete_yes, delete_no = _layout_opened(run_id)
        status = gr.HTML(elem_id="history-status")
    voice_id = gr.Textbox(visible="hidden", label="voice")
    return History(accordion, whose, runs, status, opened, delete_yes, delete_no, voice_id)


def _layout_opened(run_id: gr.Textbox) -> tuple[Opened, gr.Button, gr.Button]:
    with gr.Column(visible=False, elem_id="history-run") as panel:
        head = gr.HTML(elem_id="history-head")
        with gr.Column(visible=False) as chart:
            plot = loss_plot("history-plot")
            series = {train_text.SERIES[name]: colour for name, colour in SERIES_COLOURS.items()}
            gr.HTML(markup.legend(series, train_text.PLOT_HINT))
        facts = gr.HTML(elem_id="history-facts")
        with gr.Row():
            play = gr.Button(history_text.HISTORY_PLAY, elem_id="history-play", min_width=200)
            onward = gr.Button(train_text.TO_SPEAK, elem_id="history-speak", min_width=200)
            resume = gr.Button(train_text.CONTINUE, variant="primary", elem_id="history-continue", min_width=200)
            delete = gr.Button(history_text.HISTORY_DELETE, variant="stop", elem_id="history-delete", min_width=200)
        sample = player(train_text.RESULT_LABEL, "history-sample", visible=False)
        sample_note = gr.HTML()
        with gr.Column(visible=False, elem_classes="vc-question", elem_id="history-question") as question:
            question_words = gr.HTML()
            with_voice = gr.Checkbox(
                False, label=history_text.HISTORY_WITH_VOICE, info=history_text.HISTORY_WITH_VOICE_INFO
            )
            with gr.Row():
                delete_yes = gr.Button(history_text.HISTORY_DELETE_YES, variant="stop", size="sm", min_width=120)
                delete_no = gr.Button(common_text.KEEP, size="sm", min_width=120)
    opened = Opened(
        panel, run_id, head, chart, plot, facts, play, onward, sample, sample_note, resume, delete, question,
        question_words, with_voice,
    )  # fmt: skip
    return opened, delete_yes, delete_no


# --- the list and what opens --------------------------------------------------------------------


def _wire_list(shared: Shared, part: History) -> None:
    engine = shared.engine

    def list_trainings(project_id: str, whose: str, opened: str) -> str:
        return _list(engine, project_id, whose, opened)

    def open_training(event: gr.EventData) -> dict[Any, Any]:
        return _opened_view(shared, part, engine.runs.record(event.run_id)) | {part.status: ""}

    def draw_training(run_id: str) -> tuple[Any, ...]:
        frame = plot_frame(engine.runs.loss_points(run_id, PLOT_POINTS)) if run_id else None
        return frame, gr.update(visible=frame is not None)

    def close_training() -> dict[Any, Any]:
        return {part.opened.panel: gr.update(visible=False), part.opened.run_id: "", part.voice_id: "", part.status: ""}

    shown = [shared.project, part.whose, part.opened.run_id]
    for trigger in (part.accordion.expand, part.whose.change, shared.project.change, shared.voices_changed.change):
        wire(trigger, list_trainings, shown, part.runs, trigger_mode="always_last")
    selected = wire(
        part.runs.select,
        open_training,
        None,
        [*part.opened.all_of_it(), part.voice_id, part.status],
        trigger_mode="always_last",
        **EDITS,
    )
    # Afterwards: a plot drawn while its card is hidden has no width.
    wire(selected.then, draw_training, part.opened.run_id, [part.opened.plot, part.opened.chart])
    wire(shared.project.change, close_training, None,
         [part.opened.panel, part.opened.run_id, part.voice_id, part.status])  # fmt: skip


def _list(engine: VoiceEngine, project_id: str, whose: str, opened: str) -> str:
    records = engine.runs.records(None if whose == "all" else project_id or "")
    return runs_html(records, opened)


def _opened_view(shared: Shared, part: History, record: RunRecord) -> dict[Any, Any]:
    """Return the updates that show one training, without the actions its state forbids."""
    engine, opened, run = shared.engine, part.opened, record.status
    voice = engine.voices.usable(run.voice_id) if record.voice_there else None
    speaks = voice is not None and engine.voices.reads_text(voice)
    return {
        opened.panel: gr.update(visible=True),
        opened.run_id: run.run_id,
        opened.head: head_html(run),
        opened.chart: gr.update(visible=False),
        opened.facts: facts_html(
            record, voice, engine.models.title(run.base_id), engine.runs.did_it_help(record.scores)
        ),
        opened.play: gr.update(visible=speaks),
        opened.onward: gr.update(visible=voice is not None),
        opened.sample: gr.update(value=None, visible=False),
        opened.sample_note: "",
        opened.resume: gr.update(visible=run.state in ENDED_EARLY),
        opened.delete: gr.update(visible=not run.running),
        opened.question: gr.update(visible=False),
        opened.question_words: "",
        opened.with_voice: gr.update(value=False, visible=voice is not None),
        part.voice_id: run.voice_id if voice is not None else "",
    }


def _wire_voice(shared: Shared, part: History) -> None:
    engine, opened = shared.engine, part.opened

    def begin_playing() -> Any:
        return gr.update(visible=True)

    def play_voice(run_id: str) -> tuple[Any, ...]:
        record = engine.runs.record(run_id)
        if not record.voice_there:
            raise InputError(history_text.HISTORY_NO_VOICE)
        voice = engine.voices.get(record.status.voice_id)
        sentence = train_text.SAMPLE_SENTENCES.get(voice.language, train_text.SAMPLE_SENTENCES["en-us"])
        with shared.files.speech(f"{voice.name}.wav", voice.voice_id) as path:
            engine.speak_to_file(voice.voice_id, sentence, path, language=voice.language)
        return gr.update(value=str(path), visible=True), markup.note(f"“{sentence}”")

    begun = wire(opened.play.click, begin_playing, None, opened.sample)
    wire(begun.then, play_voice, opened.run_id, [opened.sample, opened.sample_note], lane="speech",
         progress_on=opened.sample)  # fmt: skip


# --- continuing and deleting ----------------------------------------------------------------------


def _wire_resume(shared: Shared, part: History, watch: Watch, result: Result, remembered_run: gr.BrowserState) -> None:
    engine = shared.engine

    def continue_earlier(run_id: str, project_id: str, whose: str) -> dict[Any, Any]:
        if shared.comparing.running:
            raise BusyError(base_models_text.COMPARING)
        status = engine.runs.resume(run_id)
        return {
            remembered_run: status.run_id,
            part.accordion: gr.update(open=False),  # so that the training above is visible
            part.opened.panel: gr.update(visible=False),
            part.runs: _list(engine, project_id, whose, ""),
        } | run_view(shared, watch, result, status, Seen())

    wire(
        part.opened.resume.click,
        continue_earlier,
        [part.opened.run_id, shared.project, part.whose],
        [remembered_run, part.accordion, part.opened.panel, part.runs, *watch.all_of_it(), *result.all_of_it()],
        lane="start",
    )


def _wire_delete(shared: Shared, part: History, watch: Watch, result: Result, remembered_run: gr.BrowserState) -> None:
    engine, opened = shared.engine, part.opened

    def ask_delete_training(run_id: str) -> tuple[Any, ...]:
        run = engine.runs.status(run_id)
        return (
            gr.update(visible=True),
            markup.note(history_text.delete_run_question(run.voice_name, run.started_at)),
            False,
        )

    def delete_training(
        run_id: str, with_voice: bool, project_id: str, whose: str, watched: str, voices_changed: int
    ) -> dict[Any, Any]:
        record = engine.runs.record(run_id)
        with_voice = with_voice is True and record.voice_there
        engine.runs.delete(run_id, with_voice=with_voice)
        changes: dict[Any, Any] = {
            opened.panel: gr.update(visible=False),
            opened.run_id: "",
            part.voice_id: "",
            part.status: markup.note(history_text.HISTORY_DELETED),
            part.runs: _list(engine, project_id, whose, ""),
        }
        if with_voice:
            changes[shared.voices_changed] = voices_changed + 1
        if watched == run_id:  # it is the one shown above
            changes |= {remembered_run: ""} | idle_view(watch, result)
        return changes

    wire(opened.delete.click, ask_delete_training, opened.run_id,
         [opened.question, opened.question_words, opened.with_voice], **EDITS)  # fmt: skip
    wire(part.delete_no.click, lambda: gr.update(visible=False), None, opened.question)
    wire(
        part.delete_yes.click,
        delete_training,
        [opened.run_id, opened.with_voice, shared.project, part.whose, remembered_run, shared.voices_changed],
        [
            opened.panel, opened.run_id, part.voice_id, part.status, part.runs, shared.voices_changed, remembered_run,
            *watch.all_of_it(), *result.all_of_it(),
        ],
        **EDITS,
    )  # fmt: skip


# --- what is shown ------------------------------------------------------------------------------


def runs_html(records: Sequence[RunRecord], opened: str) -> str:
    """Return the list of trainings, newest first; the opened one is marked."""
    if not records:
        return f'<p class="vc-empty">{escape(history_text.HISTORY_EMPTY)}</p>'
    rows = "".join(_row(record, opened) for record in records[: history_text.HISTORY_SHOWN])
    older = markup.note(history_text.older_runs(max(0, len(records) - history_text.HISTORY_SHOWN)))
    return f'<div class="vc-runs"><ul aria-label="{escape(history_text.HISTORY_LIST)}">{rows}</ul>{older}</div>'


def _row(record: RunRecord, opened: str) -> str:
    run = record.status
    state, kind = history_text.RUN_STATES[run.state]
    figures = (record.scores.get(name) for name in ("similarity", "pitch_off_semitones"))
    line = history_text.run_line(run.started_at, run.step, run.elapsed_s, *figures)
    return (
        f"<li{' aria-current=true' if run.run_id == opened else ''}>"
        f'<button type="button" data-run="{escape(run.run_id)}"><span class="vc-words">'
        f'<span class="vc-said">{escape(run.voice_name)}</span><small>{escape(line)}</small></span>'
        f'<span class="vc-chip vc-{kind}">{escape(state)}</span></button></li>'
    )


def head_html(run: RunStatus) -> str:
    """Return name, date, outcome and notes of a training."""
    sentence = run.error if run.state == "failed" else run.message
    kind = {"failed": "bad", "interrupted": "usable", "paused": "usable"}.get(run.state, "plain")
    head = markup.heading(run.voice_name, history_text.moment(run.started_at))
    return head + markup.note(sentence, kind) + markup.run_notes(run.notes)


def facts_html(record: RunRecord, voice: Voice | None, title: str, helped: str) -> str:
    """Return the settings of a training and its scores."""
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in history_text.run_settings(record, title)
    )
    asked = f'{markup.heading(history_text.HISTORY_SETTINGS)}<dl class="vc-asked">{lines}</dl>'
    if voice is not None:
        learnt = train_text.learnt_from(voice.speech_s, voice.minutes, voice.size_mb)
        return asked + markup.heading(train_text.SCORES_TITLE) + markup.score_list(record.scores, learnt, helped)
    below = markup.note(history_text.HISTORY_VOICE_GONE if record.status.voice_id is not None else "")
    if record.scores:
        return asked + markup.heading(train_text.SCORES_TITLE) + markup.score_list(record.scores, helped=helped) + below
    return asked + (below or markup.note(history_text.HISTORY_NO_SCORES if not record.status.running else ""))
