"""Players for the voice at each checkpoint, beside a real recording and the untrained base."""

import base64
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.engine import VoiceEngine
from voiceclone.errors import InputError
from voiceclone.evaluation.panel import Judged
from voiceclone.training.candidate_schedule import MAX_CANDIDATES
from voiceclone.training.candidates import BY_PERSON, RECORDING_SOUND, START_SOUND, Candidates
from voiceclone.training.runs import RunStatus
from voiceclone.ui.parts import markup
from voiceclone.ui.text import train as train_text

_COMPARED = 3
"""A recording, the untrained base, and a voice without training."""
KEEP_THIS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-keep]');
  if (button) trigger('select', {step: Number(button.dataset.keep)});
});
"""


@dataclass(frozen=True)
class CandidateRow:
    """The card with all players."""

    panel: gr.Column
    head: gr.HTML
    slots: tuple[gr.HTML, ...]
    """One component per player, so that a new sample does not stop the one being played."""
    status: gr.HTML
    """Below the players; confirms a choice."""

    def all_of_it(self) -> list[Any]:
        """Every component, as outputs of a handler."""
        return [self.panel, self.head, *self.slots, self.status]


@dataclass(frozen=True)
class Slot:
    """What one player shows; an equal slot needs no update."""

    title: str
    sound: str
    """File name among the run's candidates."""
    judged: Judged | None = None
    mark: str = ""
    """A label: kept, best so far, or what is wrong."""
    mark_kind: str = "plain"
    step: int | None = None
    can_keep: bool = False


@dataclass(frozen=True)
class Shown:
    """What the row currently shows."""

    head: str = ""
    slots: tuple[Slot, ...] = ()


def build_candidates() -> CandidateRow:
    """Lay out the card, hidden until there are samples."""
    with gr.Column(visible=False, elem_classes="vc-card", elem_id="candidates") as panel:
        head = gr.HTML(elem_id="candidates-head")
        with gr.Row(elem_classes="vc-candidates"):
            slots = tuple(
                gr.HTML(visible=False, js_on_load=KEEP_THIS, elem_classes="vc-candidate-slot", min_height=0)
                for _ in range(_COMPARED + MAX_CANDIDATES)
            )
        status = gr.HTML(elem_id="candidates-status")
    return CandidateRow(panel, head, slots, status)


def row_view(
    engine: VoiceEngine, row: CandidateRow, status: RunStatus, shown: Shown | None
) -> tuple[dict[Any, Any], Shown]:
    """Return the updates from `shown` to a run's current candidates, and what is shown afterwards.

    `shown=None`, for a different run, updates everything.
    """
    found = engine.runs.candidates(status.run_id)
    slots = _slots(engine, status, found)[: len(row.slots)]
    now = Shown(_head(engine, found, status.running) if slots else "", slots)
    if now == shown:
        return {}, now
    before = shown or Shown()
    updates: dict[Any, Any] = {}
    if shown is None:
        updates[row.status] = ""
    if shown is None or bool(now.slots) != bool(before.slots):
        updates[row.panel] = gr.update(visible=bool(now.slots))
    if shown is None or now.head != before.head:
        updates[row.head] = now.head
    for number, component in enumerate(row.slots):
        new, old = (one[number] if number < len(one) else None for one in (now.slots, before.slots))
        if new is not None and new != old:
            path = engine.runs.candidate_file(status.run_id, new.sound)
            updates[component] = gr.update(value=slot_html(new, path), visible=True)
        elif new is None and (old is not None or shown is None):
            updates[component] = gr.update(value="", visible=False)
    return updates, now


def chosen_step(event: gr.EventData) -> int:
    """Return the step whose button was pressed.

    Raises:
        InputError: the event names no step; anybody can send events.
    """
    step = getattr(event, "step", None)
    if not isinstance(step, int):
        raise InputError(train_text.NO_SAMPLE_CHOSEN)
    return step


def hidden(row: CandidateRow) -> dict[Any, Any]:
    """Return the updates that hide the row."""
    return {row.panel: gr.update(visible=False), row.status: ""}


def _slots(engine: VoiceEngine, status: RunStatus, found: Candidates) -> tuple[Slot, ...]:
    if not found.sentences:
        return ()
    slots = [Slot(train_text.SAMPLE_RECORDING, RECORDING_SOUND)] if found.recording else []
    if found.start is not None or engine.runs.candidate_file(status.run_id, START_SOUND) is not None:
        slots.append(Slot(train_text.SAMPLE_START, START_SOUND, found.start.judged if found.start else None))
    if found.instant is not None:
        slots.append(Slot(train_text.SAMPLE_INSTANT, found.instant.sound, found.instant.judged))
    best = found.best()
    may_keep = not status.running and status.voice_id is not None
    for one in found.latest(MAX_CANDIDATES):
        kept = one.step == found.kept_step
        wrong = found.faults(one)
        mark, kind = "", "plain"
        if kept:
            mark, kind = train_text.SAMPLE_KEPT_BY_YOU if found.kept_by == BY_PERSON else train_text.SAMPLE_KEPT, "good"
        elif found.kept_step is None and one is best:
            mark, kind = train_text.SAMPLE_BEST, "good"
        elif wrong:
            mark, kind = train_text.SAMPLE_FAULTS[wrong[0]], "usable"
        can_keep = may_keep and not kept and engine.runs.candidate_file(status.run_id, one.voice) is not None
        slots.append(Slot(train_text.sample_title(one.step), one.sound, one.judged, mark, kind, one.step, can_keep))
    return tuple(slots)


def _head(engine: VoiceEngine, found: Candidates, running: bool) -> str:
    said = " ".join(f"“{sentence}”" for sentence in found.sentences)
    info = train_text.samples_info(said, bool(found.recording))
    return markup.heading(train_text.SAMPLES_TITLE, info) + markup.note(engine.runs.summary(found, running))


def slot_html(slot: Slot, path: Path | None) -> str:
    """Return one player with its scores; `path` is a FLAC file, None if it is gone.

    These sounds carry no mark, so that they sound as they were judged: they are for listening, not for taking along.
    """
    player = ""
    if path is not None:
        sound = base64.b64encode(path.read_bytes()).decode("ascii")
        player = (
            f'<audio controls controlslist="nodownload" preload="metadata" aria-label="{escape(slot.title)}" '
            f'src="data:audio/flac;base64,{sound}"></audio>'
        )
    mark = f'<span class="vc-chip vc-{escape(slot.mark_kind)}">{escape(slot.mark)}</span>' if slot.mark else ""
    judged = slot.judged
    figures = (
        train_text.sample_figures(judged.similarity, judged.words_right, judged.pitch_off_semitones) if judged else ""
    )
    button = ""
    if slot.can_keep:
        keep = escape(train_text.SAMPLE_KEEP)
        button = f'<button type="button" class="vc-plain-button" data-keep="{slot.step}">{keep}</button>'
    step = "" if slot.step is None else f' data-step="{slot.step}"'
    return (
        f'<article class="vc-candidate"{step}><div class="vc-between"><h3>{escape(slot.title)}</h3>{mark}</div>'
        f"{player}<p>{escape(figures)}</p>{button}</article>"
    )
