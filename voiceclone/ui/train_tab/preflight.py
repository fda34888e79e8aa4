"""Tab 2, before the button: checks, the choices with their times, and the settings for experts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone import wording
from voiceclone.bases.base import Ability, Effort
from voiceclone.errors import InputError, VoiceCloneError
from voiceclone.limits import MAX_SEED, MAX_TRAIN_MINUTES, MAX_TRAIN_STEPS
from voiceclone.training.estimate import TrainingEstimate
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import Shared, chosen_id, wire
from voiceclone.ui.text import base_models as base_models_text
from voiceclone.ui.text import train as train_text
from voiceclone.ui.train_tab.models import Choice

TICK_S = 1.0


@dataclass(frozen=True)
class LengthChoice:
    """The length of a training: the choice, and what overrides it."""

    efforts: gr.Radio
    """Only ever an output."""
    effort: gr.Textbox
    """Hidden; see `chosen_id`. Empty until chosen, which means `DEFAULT_EFFORT`."""
    note: gr.HTML
    drawer: gr.Accordion
    derived: gr.HTML
    steps: gr.Number
    minutes: gr.Number
    seed: gr.Number

    def chosen(self) -> list[Any]:
        """The chosen values, as inputs of a handler."""
        return [self.effort, self.steps, self.minutes, self.seed]


@dataclass(frozen=True)
class PreflightCard:
    """The checks before a training, beside the choice."""

    checks: gr.HTML
    timer: gr.Timer
    """Ticks while this computer's speed is measured."""


def build_effort() -> gr.Radio:
    """Lay out the choices; their times follow once known."""
    return gr.Radio(
        [(words, effort) for effort, words in train_text.EFFORTS.items()],
        value=train_text.DEFAULT_EFFORT,
        label=train_text.EFFORT_LABEL,
        info=train_text.EFFORT_INFO,
        elem_id="train-effort",
    )


def build_drawer(efforts: gr.Radio, note: gr.HTML) -> LengthChoice:
    """Lay out the expert settings, folded."""
    with gr.Accordion(train_text.EXPERT, open=False, elem_id="expert", elem_classes="vc-card") as drawer:
        gr.HTML(markup.note(train_text.EXPERT_INFO))
        derived = gr.HTML(elem_id="derived")
        with gr.Row():
            # No limits here: gradio would refuse with its own wording.
            steps = gr.Number(0, label=train_text.EXPERT_STEPS, info=train_text.EXPERT_STEPS_INFO,
                              elem_id="expert-steps", min_width=220)  # fmt: skip
            minutes = gr.Number(0, label=train_text.EXPERT_MINUTES, info=train_text.EXPERT_MINUTES_INFO,
                                elem_id="expert-minutes", min_width=220)  # fmt: skip
            seed = gr.Number(0, label=train_text.EXPERT_SEED, info=train_text.EXPERT_SEED_INFO, elem_id="expert-seed",
                             min_width=220)  # fmt: skip
    return LengthChoice(efforts, chosen_id(efforts), note, drawer, derived, steps, minutes, seed)


def build_checks() -> PreflightCard:
    """Lay out the card of checks."""
    return PreflightCard(gr.HTML(elem_id="preflight"), gr.Timer(TICK_S, active=False))


def wire_ahead(
    shared: Shared,
    ahead: PreflightCard,
    form: LengthChoice,
    consent: gr.Checkbox,
    choice: Choice,
    seen_by: Sequence[Any],
) -> None:
    """Connect the card, which updates whenever something it shows may have changed.

    `seen_by` are the events that bring it into view; this computer's speed is then measured, once.
    """
    engine = shared.engine

    def view(
        project_id: str, consent: bool, base_id: str, policy: str, effort: str, steps: Any, minutes: Any, seed: Any
    ) -> dict[Any, Any]:
        effort = effort or train_text.DEFAULT_EFFORT
        training_estimate = engine.runs.estimate(project_id, consent=consent is True, base_id=base_id or None)
        usable_s = engine.projects.readiness(project_id).usable_s
        base = engine.base_of(base_id or None)
        asked = {"effort": effort, "steps": steps, "minutes": minutes, "seed": seed}
        return {
            ahead.checks: markup.checks(training_estimate.preflight),
            form.efforts: gr.update(choices=effort_choices(training_estimate), visible=bool(training_estimate.plans)),
            form.note: effort_note(training_estimate, effort, usable_s),
            form.drawer: gr.update(visible=Ability.TRAIN in base.abilities),
            form.derived: markup.facts(derived_rows(training_estimate, policy, asked)),
        }

    def look(*given: Any) -> Any:
        # While the page opens, no project is chosen yet.
        return view(*given) if given[0] else gr.skip()

    def look_and_measure(*given: Any) -> Any:
        if not given[0]:
            return gr.skip()
        measuring = engine.runs.measure_speed(given[2] or None)
        shown = view(*given) | {ahead.timer: gr.Timer(active=measuring)}
        if measuring:
            shown[form.note] = markup.note(train_text.MEASURING)
        return shown

    def await_training_speed(*given: Any) -> Any:
        if engine.runs.measure_speed(given[2] or None):
            return gr.skip()
        return view(*given) | {ahead.timer: gr.Timer(active=False)}

    given = [shared.project, consent, choice.base, choice.policy, *form.chosen()]
    shown = [ahead.checks, form.efforts, form.note, form.drawer, form.derived]
    quick = {"trigger_mode": "always_last"}
    for trigger in (shared.changed.change, shared.project.change, choice.policy.change, form.effort.change):
        wire(trigger, look, given, shown, **quick)
    for trigger in (form.steps.change, form.minutes.change, form.seed.change):
        wire(trigger, look, given, shown, **quick)
    for trigger in (*seen_by, choice.base.change, consent.change):
        wire(trigger, look_and_measure, given, [*shown, ahead.timer], **quick)
    wire(ahead.timer.tick, await_training_speed, given, [*shown, ahead.timer])


def effort_choices(training_estimate: TrainingEstimate) -> list[tuple[str, str]]:
    """Return (label with time, effort) of the choices."""
    return [
        (train_text.effort_choice(plan.effort.value, plan.expected_s, plan.measured, plan.at_least), plan.effort.value)
        for plan in training_estimate.plans
    ]


def effort_note(training_estimate: TrainingEstimate, effort: str, usable_s: float) -> str:
    """Return a note on the chosen effort; may be empty."""
    plan = training_estimate.plan(effort)
    if plan is None:
        return ""
    if plan.at_most:
        unsure = "" if plan.measured else f" {train_text.NOT_MEASURED}"
        return markup.note(train_text.OVERNIGHT + (f" {train_text.WAS_BUSY}" if plan.at_least else unsure))
    if plan.wants_more_speech:
        return markup.note(train_text.more_speech_first(usable_s), "usable")
    if not plan.measured:
        return markup.note(train_text.NOT_MEASURED)
    if plan.at_least:
        return markup.note(train_text.WAS_BUSY, "usable")
    return markup.note(train_text.BUSY_NOW, "usable") if training_estimate.busy and plan.steps is not None else ""


def chosen_length(effort: Any, steps: Any, minutes: Any) -> dict[str, Any]:
    """Return steps, minutes or the effort as arguments of `start_training`, from untrusted input.

    Raises:
        InputError: an unknown effort, not a number, or both lengths at once.
    """
    effort = effort or train_text.DEFAULT_EFFORT
    if effort not in [known.value for known in Effort]:
        raise InputError(train_text.NEED_EFFORT)
    if _typed(steps) and _typed(minutes):
        raise InputError(train_text.ONE_LENGTH)
    if _typed(steps):
        return {"steps": whole_number(steps, train_text.EXPERT_STEPS, MAX_TRAIN_STEPS)}
    if _typed(minutes):
        return {"minutes": number(minutes, train_text.EXPERT_MINUTES)}
    return {"effort": effort}


def _typed(value: Any) -> bool:
    """True if the field was filled in; the page sends an empty one as 0."""
    return value is not None and (isinstance(value, bool) or value != 0)


def chosen_seed(seed: Any) -> int:
    """Return the seed; an empty field is 0."""
    return 0 if seed is None else whole_number(seed, train_text.EXPERT_SEED, MAX_SEED)


def number(value: Any, what: str) -> float:
    """Return the value of the field `what` as a number; the engine checks its limits.

    Raises:
        InputError: not a number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(train_text.NO_NUMBER.format(what=what))
    return float(value)


def whole_number(value: Any, what: str, highest: int) -> int:
    """Return the value of the field `what` as a whole number.

    Raises:
        InputError: not a whole number, or larger than `highest`.
    """
    typed = number(value, what)
    if not abs(typed) <= 2 * highest or typed != int(typed):
        raise InputError(train_text.NO_WHOLE_NUMBER.format(what=what))
    return int(typed)


def derived_rows(training_estimate: TrainingEstimate, policy: str, asked: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (label, value) of all derived settings; an unusable input is explained in place of steps and time."""
    training_speed = training_estimate.training_speed
    told: dict[str, str] = {}
    if training_speed is not None:
        told |= {"device": training_speed.device_name or training_speed.device, "precision": training_speed.precision}
    try:
        told |= _length_words(training_estimate, asked)
        told["seed"] = str(chosen_seed(asked["seed"]))
    except VoiceCloneError as error:
        told["steps"] = str(error)
    told["policy"] = base_models_text.POLICIES.get(policy, policy or "")
    for name, value in training_estimate.facts.items():
        told[name] = f"{value:.1f} s" if name.endswith("_s") else f"{value:g}"
    return [(train_text.DERIVED[name], told[name]) for name in train_text.DERIVED if told.get(name)]


def _length_words(training_estimate: TrainingEstimate, asked: dict[str, Any]) -> dict[str, str]:
    length = chosen_length(asked["effort"], asked["steps"], asked["minutes"])
    plan = training_estimate.plan(asked["effort"])
    if "effort" in length and plan is not None:
        length = {"steps": plan.steps, "minutes": plan.minutes}
    steps, minutes = length.get("steps"), length.get("minutes")
    if minutes is not None:
        if not 0 < minutes <= MAX_TRAIN_MINUTES:
            raise InputError(train_text.NO_NUMBER.format(what=train_text.EXPERT_MINUTES))
        return {"steps": train_text.AS_MANY_AS_FIT, "time": wording.about(minutes * 60)}
    if steps is None or plan is None:
        return {}
    told = {"steps": str(steps)}
    if plan.steps is None:
        return told
    said = wording.at_least if plan.at_least else wording.about
    return told | {"time": said(training_estimate.expected_with(plan, steps))}
