"""Tab 3, folded: the blind listening test of two voices; the browser side is `blind.js`."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.blind.model import QUESTIONS, RECORDING, STOCK, BlindTest, Side
from voiceclone.engine import VoiceEngine
from voiceclone.errors import Cancelled, InputError
from voiceclone.ui.parts import ids, markup
from voiceclone.ui.parts.errors import answering
from voiceclone.ui.parts.shared import EDITS, Shared, begin_work, chosen_id, end_work, into, wire, wire_in_browser
from voiceclone.ui.speak_tab.speak import own_choices
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import history as history_text
from voiceclone.ui.text import speak as speak_text

CHOOSE_TEST = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-test]');
  if (button) trigger('select', {test_id: button.dataset.test, act: button.dataset.act});
});
"""
GO_ON, FORGET = "go-on", "forget"


@dataclass(frozen=True)
class Blind:
    """The components of this section."""

    accordion: gr.Accordion
    ones: gr.Dropdown
    """Only used as an output, like `others`."""
    one: gr.Textbox
    """Hidden; see `chosen_id`."""
    others: gr.Dropdown
    other: gr.Textbox
    question: gr.Radio
    make: gr.Button
    cancel: gr.Button
    status: gr.HTML
    stage: gr.HTML
    """The elements `blind.js` works on."""
    test: gr.Textbox
    """Hidden; the id of the current test."""
    tests: gr.HTML


def build_blind(shared: Shared) -> None:
    """Lay out and wire this section."""
    part = _layout(shared.engine)
    _wire_choice(shared, part)
    _wire_making(shared, part)
    _wire_tests(shared, part)


def _layout(engine: VoiceEngine) -> Blind:
    with gr.Accordion(speak_text.BLIND, open=False, elem_id="blind-part", elem_classes="vc-card") as accordion:
        gr.HTML(markup.note(speak_text.BLIND_INTRO))
        with gr.Row(equal_height=False):
            ones = gr.Dropdown([], label=speak_text.BLIND_ONE, info=speak_text.BLIND_ONE_INFO, elem_id="blind-one")
            others = gr.Dropdown(
                [], label=speak_text.BLIND_OTHER, info=speak_text.BLIND_OTHER_INFO, elem_id="blind-other"
            )
        question = gr.Radio(
            [(words, key) for key, words in speak_text.BLIND_QUESTIONS.items()],
            value=QUESTIONS[0],
            label=speak_text.BLIND_QUESTION,
            info=speak_text.BLIND_QUESTION_INFO,
            elem_id="blind-question",
        )
        make = gr.Button(speak_text.BLIND_MAKE, variant="primary", elem_id="blind-make", elem_classes="vc-action")
        cancel = gr.Button(
            common_text.CANCEL, variant="stop", visible=False, elem_id="blind-cancel", elem_classes="vc-action"
        )
        status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="blind-status")
        stage = gr.HTML(
            html_template=stage_html(), js_on_load=_script(), server_functions=_calls(engine), elem_id="blind-stage"
        )
        tests = gr.HTML(elem_id="blind-tests", js_on_load=CHOOSE_TEST)
    # Outside the accordion, with which gradio would show them.
    one, other = (ids.holds(chosen_id(choice), ids.voice_id) for choice in (ones, others))
    test = gr.Textbox(visible="hidden", label="test", elem_id="blind-test")
    return Blind(accordion, ones, one, others, other, question, make, cancel, status, stage, test, tests)


def _wire_choice(shared: Shared, part: Blind) -> None:
    engine = shared.engine

    def offer_voices(one: str, other: str) -> tuple[Any, ...]:
        silent = {voice.voice_id for voice in engine.voices.all() if not engine.voices.reads_text(voice)}
        voices = [choice for choice in own_choices(engine) if choice[1] not in silent]
        voices.append((speak_text.STOCK_VOICE, STOCK))
        others = [*voices, (speak_text.BLIND_RECORDING, RECORDING)]
        first = _still(one, voices, 0)
        return (
            gr.update(choices=voices, value=first),
            gr.update(choices=others, value=_still(other, others, 1 if len(voices) > 1 else -1)),
            tests_html(engine.blind_tests.all()),
        )

    shown = [part.ones, part.others, part.tests]
    for trigger in (part.accordion.expand, shared.voices_changed.change):
        wire(trigger, offer_voices, [part.one, part.other], shown, trigger_mode="always_last")


def _still(chosen: str, choices: Sequence[tuple[str, str]], otherwise: int) -> str:
    """Return `chosen` if it is still among the choices, otherwise the choice at index `otherwise`."""
    return chosen if chosen in {value for _, value in choices} else choices[otherwise][1]


def _wire_making(shared: Shared, part: Blind) -> None:
    engine = shared.engine

    def begin_pairs(request: gr.Request) -> list[Any]:
        shared.stops.expect(_work_key(request))
        return [*begin_work(), ""]

    def make_pairs(
        one: str,
        other: str,
        question: str,
        project_id: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        if not one or not other or one == other:
            raise InputError(speak_text.BLIND_NEED_TWO)
        with shared.stops.work(_work_key(request)) as should_stop:
            try:
                made = engine.blind_tests.make(
                    one,
                    other,
                    question,
                    project_id=project_id or None,
                    on_progress=into(progress),
                    should_stop=should_stop,
                )
            except Cancelled:
                return "", markup.note(speak_text.BLIND_CANCELLED), gr.skip()
        return made.test_id, markup.note(speak_text.BLIND_MADE, "good"), tests_html(engine.blind_tests.all())

    def cancel_pairs(request: gr.Request) -> None:
        shared.stops.stop(_work_key(request))

    started = wire(part.make.click, begin_pairs, None, [part.make, part.cancel, part.status, part.test])
    done = wire(
        started.then,
        make_pairs,
        [part.one, part.other, part.question, shared.project],
        [part.test, part.status, part.tests],
        lane="speech",
        progress_on=part.status,
    )
    wire(done.then, end_work, None, [part.make, part.cancel])
    wire(part.cancel.click, cancel_pairs)


def _work_key(request: gr.Request) -> str:
    return f"blind {request.session_hash}"


def _wire_tests(shared: Shared, part: Blind) -> None:
    engine = shared.engine

    def choose_test(shown: str, event: gr.EventData) -> dict[Any, Any]:
        if event.act == GO_ON:
            engine.blind_tests.question(event.test_id)  # raises at once if the test is gone
            return {part.test: event.test_id}
        engine.blind_tests.delete(event.test_id)
        changes: dict[Any, Any] = {part.tests: tests_html(engine.blind_tests.all())}
        return changes | ({part.test: ""} if shown == event.test_id else {})

    wire(part.tests.select, choose_test, part.test, [part.test, part.tests], **EDITS)
    # The script reports that a pair was answered or the test was paused.
    wire(part.stage.select, lambda: ("", tests_html(engine.blind_tests.all())), None, [part.test, part.tests])
    # Stored beside it as well: the stage may render after a test is chosen.
    put = "(id) => { window.voicecloneBlindTest = id; window.voicecloneBlind?.show(id); return []; }"
    wire_in_browser(part.test.change, put, part.test, None)


# --- what the browser calls ---------------------------------------------------------------------


def _calls(engine: VoiceEngine) -> list[Callable[..., Any]]:
    """Return the functions `blind.js` calls; before the end, none reveals which sound is which voice."""

    @answering
    def blind_pair(request: dict[str, Any]) -> dict[str, Any]:
        return _next(engine, _id(request))

    @answering
    def blind_answer(request: dict[str, Any]) -> dict[str, Any]:
        engine.blind_tests.answer(_id(request), request.get("number"), request.get("choice"))
        return _next(engine, _id(request))

    return [blind_pair, blind_answer]


def _id(request: dict[str, Any]) -> str:
    value = request.get("test_id")
    if not isinstance(value, str):
        raise InputError(common_text.UNEXPECTED)
    return value


def _next(engine: VoiceEngine, test_id: str) -> dict[str, Any]:
    asked = engine.blind_tests.question(test_id)
    if asked is None:
        found = next(test for test in engine.blind_tests.all() if test.test_id == test_id)
        return {"result": found.result.sentence}
    return {
        "asks": speak_text.BLIND_QUESTIONS[asked.question],
        "number": asked.number,
        "total": asked.total,
        "text": asked.text,
        "sounds": [_as_url(path) for path in asked.sounds],
    }


def _as_url(path: Path) -> str:
    # Embedded in the answer: the name of a separate file could give the voice away.
    return f"data:audio/wav;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


# --- what is shown ------------------------------------------------------------------------------


def _script() -> str:
    code = Path(__file__).with_name("blind.js").read_text(encoding="utf-8")
    return code.replace("__WORDS__", json.dumps(speak_text.BLIND_STAGE, ensure_ascii=False).replace("<", "\\u003c"))


def stage_html() -> str:
    """Return the elements of the stage; `blind.js` finds them by `data-part`."""
    words = speak_text.BLIND_STAGE

    def sound(place: int) -> str:
        play, choose = (escape(words[name].format(place=place)) for name in ("play", "choose"))
        return (
            f'<div class="vc-blind-sound" data-part="sound-{place}"><b aria-hidden="true">{place}</b>'
            f'<button type="button" data-part="play-{place}">{markup.PLAY_ICON} {play}</button>'
            f'<button type="button" class="vc-blind-choose" data-part="choose-{place}">{choose}</button></div>'
        )

    return f"""
<section class="vc-blind" data-part="stage" tabindex="-1" aria-label="{escape(speak_text.BLIND)}" hidden>
  <div data-part="asking">
    <div class="vc-between"><p class="vc-place" data-part="place"></p>
      <button type="button" class="vc-blind-quiet" data-part="pause">{escape(words["pause"])}</button></div>
    <div class="vc-bar"><div class="vc-fill" data-part="fill" style="width:0"></div></div>
    <p class="vc-blind-text" data-part="text"></p>
    <button type="button" data-part="play-both">{markup.PLAY_ICON} {escape(words["play_both"])}</button>
    <p class="vc-blind-asks" data-part="asks"></p>
    <div class="vc-blind-sounds">{sound(1)}{sound(2)}</div>
    <p class="vc-keys">{escape(speak_text.BLIND_KEYS)}</p>
  </div>
  <p class="vc-verdict-line" data-part="result" role="status" hidden></p>
  <p class="vc-note" data-part="status" role="status"></p>
</section>"""


def tests_html(tests: Sequence[BlindTest]) -> str:
    """Return the tests of this data folder: the results of finished ones, the progress of the others."""
    if not tests:
        return ""
    rows = "".join(_test_row(test) for test in tests)
    return f'<section class="vc-blind-tests"><h3>{escape(speak_text.BLIND_TESTS)}</h3><ul>{rows}</ul></section>'


def _test_row(test: BlindTest) -> str:
    # Sorted by name, because the order on disk reveals which side is which.
    names = sorted((_label(test.a), _label(test.b)), key=str.casefold)
    told = test.result.sentence if test.finished else speak_text.blind_open(test.answered, len(test.pairs))
    test_id = escape(test.test_id)
    go_on = f'<button type="button" data-act="{GO_ON}" data-test="{test_id}">{escape(speak_text.BLIND_GO_ON)}</button>'
    return (
        f"<li><b>{escape(speak_text.blind_against(*names))}</b> "
        f"<small>{escape(history_text.moment(test.created_at))} · "
        f"{escape(speak_text.BLIND_QUESTIONS[test.question])}</small>"
        f"<div>{escape(told)}</div>{'' if test.finished else go_on}"
        f'<details class="vc-remove"><summary>{escape(speak_text.BLIND_DELETE)}</summary>'
        f'<button type="button" data-act="{FORGET}" data-test="{test_id}">'
        f"{escape(speak_text.BLIND_DELETE_YES)}</button>"
        "</details></li>"
    )


def _label(side: Side) -> str:
    return {STOCK: speak_text.STOCK_VOICE, RECORDING: speak_text.BLIND_RECORDING}.get(side.kind, side.name)
