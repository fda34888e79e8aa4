"""Tab 2, folded: choose the base model and what is trained; a card per model, and downloads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from voiceclone.bases.base import Ability
from voiceclone.engine import VoiceEngine
from voiceclone.errors import ConsentError, InputError
from voiceclone.models.library import ModelStatus
from voiceclone.progress import OnProgress, ShouldStop
from voiceclone.ui.parts import jobs, markup
from voiceclone.ui.parts.shared import EDITS, Shared, chosen_id, wire
from voiceclone.ui.text import base_models as base_models_text
from voiceclone.ui.text import common as common_text

TICK_S = 1.0
ASK_TO_REMOVE = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-remove]');
  if (!button) return;
  trigger('select', {base_id: button.dataset.remove});
});
"""


@dataclass(frozen=True)
class Choice:
    """The base model and the policy; two hidden boxes hold the choices, see `chosen_id`."""

    accordion: gr.Accordion
    bases: gr.Radio
    """Only ever an output."""
    base: gr.Textbox
    policies: gr.Radio
    """Only used as an output; hidden if there is only one choice."""
    policy: gr.Textbox
    advice: gr.HTML


@dataclass(frozen=True)
class Get:
    """The cards, and the download of further models."""

    cards: gr.HTML
    panel: gr.Column
    models: gr.Dropdown
    """Only ever an output."""
    model: gr.Textbox
    """Hidden; see `chosen_id`."""
    terms: gr.HTML
    agree: gr.Checkbox
    get: gr.Button
    cancel: gr.Button
    status: gr.HTML
    timer: gr.Timer


def build_models(shared: Shared) -> Choice:
    """Lay out and wire this section, folded."""
    with gr.Accordion(base_models_text.MODELS, open=False, elem_id="models", elem_classes="vc-card") as accordion:
        gr.HTML(markup.note(base_models_text.MODELS_INTRO))
        default = base_choices(shared.engine, [])
        bases = gr.Radio(
            default,
            value=default[0][1],
            label=base_models_text.BASE_LABEL,
            info=base_models_text.BASE_INFO,
            elem_id="base-choice",
        )
        base = chosen_id(bases)
        policies = gr.Radio(
            [],
            visible=False,
            label=base_models_text.POLICY_LABEL,
            info=base_models_text.POLICY_INFO,
            elem_id="policy-choice",
        )
        policy = chosen_id(policies)
        advice = gr.HTML()
        part = _layout_get(str(shared.engine.data_dir))
    choice = Choice(accordion, bases, base, policies, policy, advice)
    _wire_choice(shared, choice)
    _wire_get(shared, choice, part)
    return choice


def _layout_get(data_dir: str) -> Get:
    gr.HTML(markup.heading(base_models_text.CARDS_TITLE, base_models_text.models_folder(data_dir)))
    cards = gr.HTML(elem_id="model-cards", js_on_load=ASK_TO_REMOVE)
    with gr.Column(elem_id="get-model") as panel:
        gr.HTML(markup.heading(base_models_text.GET_TITLE))
        models = gr.Dropdown([], label=base_models_text.GET_LABEL, info=base_models_text.GET_INFO, elem_id="get-choice")
        terms = gr.HTML(elem_id="get-terms")
        agree = gr.Checkbox(
            False, label=base_models_text.LICENCE_AGREE, info=base_models_text.LICENCE_AGREE_INFO, elem_id="licence"
        )
        get = gr.Button(base_models_text.GET, variant="primary", elem_id="get", elem_classes="vc-action")
        cancel = gr.Button(
            common_text.CANCEL, variant="stop", visible=False, elem_id="get-cancel", elem_classes="vc-action"
        )
    model = chosen_id(models)  # outside the column, with which gradio would show it
    status = gr.HTML(elem_id="get-status")
    return Get(cards, panel, models, model, terms, agree, get, cancel, status, gr.Timer(TICK_S, active=False))


def base_choices(engine: VoiceEngine, statuses: Sequence[ModelStatus]) -> list[tuple[str, str]]:
    """Return (title, id) of the usable models: the bundled one, then the others that are ready."""
    ready = [status.card for status in statuses if status.state == "ready" and status.card.base_id != engine.base_id]
    return [(engine.base.title, engine.base_id), *((card.title, card.base_id) for card in ready)]


def policy_choices(engine: VoiceEngine, base_id: str) -> list[tuple[str, str]]:
    """Return (description, policy) of the ways to train a model, the recommended one first."""
    base = engine.base_of(base_id or None)
    if Ability.TRAIN not in base.abilities:
        return []
    return [(base_models_text.POLICIES.get(policy, policy), str(policy)) for policy in base.policies]


def _wire_choice(shared: Shared, choice: Choice) -> None:
    engine = shared.engine

    def pick(base_id: str) -> tuple[Any, ...]:
        ways = policy_choices(engine, base_id)
        first = ways[0][1] if ways else None
        policies = gr.update(choices=ways, value=first, visible=len(ways) > 1)
        advice = engine.runs.advice(base_id) if base_id and ways else ""
        return policies, first or "", markup.note(advice, "usable")

    shown = [choice.policies, choice.policy, choice.advice]
    wire(choice.base.change, pick, choice.base, shown, trigger_mode="always_last")
    wire(shared.demo.load, lambda: pick(engine.base_id), None, shown)


def _wire_get(shared: Shared, choice: Choice, part: Get) -> None:
    engine, getting = shared.engine, shared.getting
    shelf = [choice.bases, part.cards, part.panel, part.models]
    work = [part.get, part.cancel, part.agree, part.models, part.status, part.timer]

    def refresh_models(base_id: str, wanted: str) -> dict[Any, Any]:
        statuses = engine.models.all()
        bases = base_choices(engine, statuses)
        absent = [(status.card.title, status.card.base_id) for status in statuses if _is_absent(engine, status)]
        here = {known for _, known in bases}
        still = {known for _, known in absent}
        return {
            choice.bases: gr.update(choices=bases, value=base_id if base_id in here else engine.base_id),
            part.cards: markup.model_cards(statuses, _removals(engine, statuses)),
            part.panel: gr.update(visible=bool(absent)),
            part.models: gr.update(choices=absent, value=wanted if wanted in still else None),
        }

    def show_terms(model_id: str) -> tuple[Any, ...]:
        # The agreement was to the previous model's terms.
        return markup.terms(engine.models.card(model_id)) if model_id else "", False

    def get(model_id: str, agreed: bool) -> dict[Any, Any]:
        if not model_id:
            raise InputError(base_models_text.NO_MODEL)
        card = engine.models.card(model_id)
        if agreed is not True:
            raise ConsentError(base_models_text.need_licence(card.title))

        def fetch(on_progress: OnProgress, should_stop: ShouldStop) -> None:
            engine.models.install(
                card.base_id, licence_agreed=True, agreed_by="page", on_progress=on_progress, should_stop=should_stop
            )

        return _work_view(engine, part, getting.start(card.base_id, base_models_text.GETTING, fetch))

    def follow(base_id: str, model_id: str) -> dict[Any, Any]:
        status = getting.status()
        view = _work_view(engine, part, status)
        return view if status is not None and status.running else view | refresh_models(base_id, model_id)

    def arrive() -> dict[Any, Any]:
        status = getting.status()
        return refresh_models(engine.base_id, "") | (_work_view(engine, part, status) if getting.running else {})

    def remove(base_id: str, model_id: str, event: gr.EventData) -> dict[Any, Any]:
        card = engine.models.card(event.base_id)
        meant = engine.models.removal(card.base_id)
        engine.models.remove(card.base_id)
        gr.Info(base_models_text.removed(card.title, meant.frees_mb))
        return refresh_models(base_id, model_id)

    here = [choice.base, part.model]
    wire(shared.demo.load, arrive, None, [*shelf, *work])
    wire(choice.accordion.expand, refresh_models, here, shelf)  # a folder may have been added in the meantime
    # A model's card names the voices that need it.
    wire(shared.voices_changed.change, lambda base, model: {part.cards: refresh_models(base, model)[part.cards]}, here,
         [part.cards], trigger_mode="always_last")  # fmt: skip
    wire(part.cards.select, remove, here, shelf, **EDITS)
    wire(part.model.change, show_terms, part.model, [part.terms, part.agree], trigger_mode="always_last", **EDITS)
    wire(part.get.click, get, [part.model, part.agree], work, **EDITS)
    wire(part.cancel.click, getting.cancel)
    wire(part.timer.tick, follow, here, [*shelf, *work])


def _removals(engine: VoiceEngine, statuses: Sequence[ModelStatus]) -> dict[str, Any]:
    """Return the effect of removing each model that uses disk space, except the bundled one."""
    begun = [status.card for status in statuses if status.state != "missing"]
    others = [card for card in begun if not card.embedded and card.base_id != engine.base_id]
    found = [engine.models.removal(card.base_id) for card in others]
    return {removal.base_id: removal for removal in found if removal.frees_mb > 0}


def _is_absent(engine: VoiceEngine, status: ModelStatus) -> bool:
    return status.state != "ready" and not status.card.embedded and status.card.base_id != engine.base_id


def _work_view(engine: VoiceEngine, part: Get, status: jobs.JobStatus | None) -> dict[Any, Any]:
    running = status is not None and status.running
    return {
        part.get: gr.update(visible=not running),
        part.cancel: gr.update(visible=running),
        part.agree: gr.update(interactive=not running),
        part.models: gr.update(interactive=not running),
        part.status: _work_words(engine, status),
        part.timer: gr.Timer(active=running),
    }


def _work_words(engine: VoiceEngine, status: jobs.JobStatus | None) -> str:
    if status is None:
        return ""
    title = engine.models.card(status.key).title
    if status.running:
        return markup.job_progress(title, status.share, status.words)
    if status.state == jobs.DONE:
        return markup.note(base_models_text.got(title), "good")
    if status.state == jobs.CANCELLED:
        return markup.note(base_models_text.GET_CANCELLED)
    return markup.note(status.error, "bad")
