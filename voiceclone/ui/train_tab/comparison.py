"""Tab 2, folded: does training help? Makes the voice in several ways and shows them side by side."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.compare.model import PICTURE_FILE, RECORDING_FILE
from voiceclone.engine import VoiceEngine
from voiceclone.errors import ConsentError, InputError
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.ui.parts import jobs, markup
from voiceclone.ui.parts.shared import EDITS, Shared, chosen_id, player, wire
from voiceclone.ui.text import base_models as base_models_text
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import train as train_text
from voiceclone.ui.train_tab.models import base_choices

TICK_S = 1.0


@dataclass(frozen=True)
class Ask:
    """The form of a comparison, and its progress."""

    accordion: gr.Accordion
    bases: gr.Radio
    """Only used as an output; hidden if there is only one choice."""
    base: gr.Textbox
    """Hidden; see `chosen_id`."""
    length: gr.Radio
    consent: gr.Checkbox
    start: gr.Button
    cancel: gr.Button
    status: gr.HTML
    timer: gr.Timer


@dataclass(frozen=True)
class Outcome:
    """The comparison being shown."""

    panel: gr.Column
    words: gr.HTML
    sentences: gr.Dropdown
    """Only used as an output."""
    sentence: gr.Textbox
    """Hidden; the comparison's id and the number of the sentence, see `chosen_id`."""
    players: tuple[gr.Audio, ...]
    """One per way, in the order of `base_models_text.WAYS`, then a recording."""
    picture: gr.HTML

    def shown(self) -> list[Any]:
        """The components to update for another comparison."""
        return [self.panel, self.words, self.sentences, self.picture]


def build_comparing(shared: Shared) -> None:
    """Lay out and wire this section, folded."""
    ask, outcome = _layout(shared.engine)
    _wire_work(shared, ask, outcome)
    _wire_listening(shared, outcome)


def _layout(engine: VoiceEngine) -> tuple[Ask, Outcome]:
    with gr.Accordion(base_models_text.COMPARE, open=False, elem_id="compare", elem_classes="vc-card") as accordion:
        gr.HTML(markup.note(base_models_text.COMPARE_INTRO))
        default = base_choices(engine, [])
        bases = gr.Radio(
            default,
            value=default[0][1],
            visible=False,
            label=base_models_text.BASE_LABEL,
            info=base_models_text.COMPARE_BASE_INFO,
        )
        base = chosen_id(bases)
        length = gr.Radio(
            list(base_models_text.COMPARE_LENGTHS),
            value=base_models_text.COMPARE_LENGTHS[0][1],
            label=base_models_text.COMPARE_LENGTH,
            info=base_models_text.COMPARE_LENGTH_INFO,
            elem_id="compare-length",
        )
        consent = gr.Checkbox(
            False, label=train_text.CONSENT_LABEL, info=train_text.CONSENT_INFO, elem_id="compare-consent"
        )
        start = gr.Button(
            base_models_text.COMPARE_START, variant="primary", elem_id="compare-start", elem_classes="vc-action"
        )
        cancel = gr.Button(
            common_text.CANCEL, variant="stop", visible=False, elem_id="compare-cancel", elem_classes="vc-action"
        )
        status = gr.HTML(elem_id="compare-status")
        timer = gr.Timer(TICK_S, active=False)
        outcome = _layout_outcome()
    return Ask(accordion, bases, base, length, consent, start, cancel, status, timer), outcome


def _layout_outcome() -> Outcome:
    with gr.Column(visible=False, elem_id="compare-outcome") as panel:
        words = gr.HTML(elem_id="compare-words")
        sentences = gr.Dropdown(
            [], label=base_models_text.COMPARE_SENTENCE, info=base_models_text.COMPARE_SENTENCE_INFO
        )
        with gr.Row(elem_classes="vc-players"):
            labels = [*base_models_text.WAYS.values(), base_models_text.COMPARE_RECORDING]
            players = tuple(
                player(label, f"compare-{number}", visible=False, min_width=260) for number, label in enumerate(labels)
            )
        picture = gr.HTML(elem_id="compare-picture")
    sentence = chosen_id(sentences)  # outside the column, with which gradio would show it
    return Outcome(panel, words, sentences, sentence, players, picture)


def _wire_work(shared: Shared, ask: Ask, outcome: Outcome) -> None:
    engine, comparing = shared.engine, shared.comparing
    work = [ask.start, ask.cancel, ask.length, ask.consent, ask.status, ask.timer]

    def start_comparing(project_id: str, base_id: str, minutes: int, consent: bool) -> dict[Any, Any]:
        if consent is not True:
            raise ConsentError(train_text.NEED_CONSENT)
        if minutes not in {value for _, value in base_models_text.COMPARE_LENGTHS}:
            raise InputError(train_text.NEED_LENGTH)
        engine.comparisons.ways(base_id or None)  # raises at once if there is nothing to compare
        project = engine.projects.get(project_id)

        def compare(on_progress: OnProgress, should_stop: ShouldStop) -> str:
            return engine.compare(
                project.project_id,
                True,
                float(minutes),
                base_id=base_id or None,
                consent_by="page",
                on_progress=on_progress,
                should_stop=should_stop,
            ).comparison_id

        status = comparing.start(project.project_id, base_models_text.COMPARING, compare)
        return _work_view(ask, status) | {ask.consent: gr.update(value=False, interactive=False)}

    def observe(project_id: str) -> dict[Any, Any]:
        status = comparing.status()
        view = _work_view(ask, status)
        return view if comparing.running else view | _newest(engine, outcome, project_id)

    def arrive_comparing() -> Any:
        if not comparing.running:
            return gr.skip()
        opened = {shared.tabs: gr.Tabs(selected="train"), ask.accordion: gr.update(open=True)}
        return opened | _work_view(ask, comparing.status())

    def offer(base_id: str) -> Any:
        choices = [choice for choice in base_choices(engine, engine.models.all()) if _has_ways(engine, choice[1])]
        value = base_id if base_id in {known for _, known in choices} else engine.base_id
        return gr.update(choices=choices, value=value, visible=len(choices) > 1)

    wire(shared.demo.load, arrive_comparing, None, [shared.tabs, ask.accordion, *work])
    wire(ask.accordion.expand, offer, ask.base, ask.bases)
    wire(shared.project.change, lambda project_id: _newest(engine, outcome, project_id), shared.project,
         outcome.shown(), trigger_mode="always_last")  # fmt: skip
    wire(ask.start.click, start_comparing, [shared.project, ask.base, ask.length, ask.consent], work, **EDITS)
    wire(ask.cancel.click, comparing.cancel)
    wire(ask.timer.tick, observe, shared.project, [*work, *outcome.shown()])


def _has_ways(engine: VoiceEngine, base_id: str) -> bool:
    try:
        return bool(engine.comparisons.ways(base_id))
    except InputError:
        return False


def _work_view(ask: Ask, status: jobs.JobStatus | None) -> dict[Any, Any]:
    running = status is not None and status.running
    words = ""
    if running:
        said = status.words or base_models_text.COMPARE_CLOSE
        words = markup.job_progress(base_models_text.COMPARE, status.share, said) + markup.note(
            base_models_text.COMPARE_CLOSE if status.words else ""
        )
    elif status is not None:
        words = markup.note(status.error, "bad") or markup.note(status.words if status.state == jobs.CANCELLED else "")
    return {
        ask.start: gr.update(visible=not running),
        ask.cancel: gr.update(visible=running),
        ask.length: gr.update(interactive=not running),
        ask.consent: gr.update(interactive=not running),
        ask.status: words,
        ask.timer: gr.Timer(active=running),
    }


def _newest(engine: VoiceEngine, outcome: Outcome, project_id: str) -> dict[Any, Any]:
    """Show the newest finished comparison of a project, or nothing."""
    found = next((one for one in engine.comparisons.all() if one.request.project_id == project_id), None)
    if found is None:
        return {outcome.panel: gr.update(visible=False), outcome.sentences: gr.update(choices=[], value=None)}
    request = found.request
    told = base_models_text.compared(
        request.project_name, request.base_title, request.training_speech_s, found.created_at[:10]
    )
    picture = engine.comparisons.folder(found.comparison_id) / PICTURE_FILE
    choices = [(words, f"{found.comparison_id} {number}") for number, words in enumerate(request.sentences)]
    return {
        outcome.panel: gr.update(visible=True),
        outcome.words: markup.verdict(found.verdict, told) + markup.table(*engine.comparisons.table(found)),
        outcome.sentences: gr.update(choices=choices, value=choices[0][1] if choices else None),
        outcome.picture: markup.picture(picture.read_bytes(), base_models_text.COMPARE_PICTURE)
        if picture.is_file()
        else "",
    }


def _wire_listening(shared: Shared, outcome: Outcome) -> None:
    engine = shared.engine

    def listen(chosen: str) -> tuple[Any, ...]:
        nothing = gr.update(value=None, visible=False)
        if not chosen:
            return (nothing,) * len(outcome.players)
        comparison_id, _, number = str(chosen).partition(" ")
        folder = engine.comparisons.folder(comparison_id)
        found = next((one for one in engine.comparisons.all() if one.comparison_id == folder.name), None)
        if found is None or not number.isdecimal() or int(number) >= len(found.request.sentences):
            raise InputError(base_models_text.NO_SENTENCE_CHOSEN)
        sounds = {way.policy: way.sounds[int(number)] for way in found.ways if int(number) < len(way.sounds)}
        files = [*(sounds.get(policy) for policy in base_models_text.WAYS), RECORDING_FILE]
        return tuple(_sound(shared, folder, name) for name in files)

    wire(outcome.sentence.change, listen, outcome.sentence, list(outcome.players), lane="edit", at_once=4,
         trigger_mode="always_last")  # fmt: skip


def _sound(shared: Shared, folder: Path, name: str | None) -> Any:
    path = folder / Path(name).name if name else None
    if path is None or not path.is_file():
        return gr.update(value=None, visible=False)
    return gr.update(value=shared.files.copy(path, path.name, folder.name), visible=True)
