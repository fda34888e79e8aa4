"""Tab 1: the person in the recordings speaks their consent; the browser side is `consent.js`."""

import json
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone import host
from voiceclone.engine import VoiceEngine
from voiceclone.limits import MAX_NAME_CHARACTERS, MAX_PERMISSION_CHARACTERS
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.errors import answering
from voiceclone.ui.parts.shared import EDITS, BrowserFiles, Shared, language_choices, wire, wire_in_browser
from voiceclone.ui.record_tab.booth import project_of, sound_of, words_of
from voiceclone.ui.text import consent as consent_text

_BY = "page"
_SCRIPTS = ("consent.js", "booth_sound.js")
"""Concatenated into one script, in this order."""


def build_consent(shared: Shared) -> None:
    """Lay out and wire the card."""
    engine = shared.engine
    with gr.Column(elem_classes="vc-card"):
        gr.HTML(markup.heading(consent_text.TITLE, consent_text.INFO_SPACE if host.on_space() else consent_text.INFO))
        stage = gr.HTML(
            html_template=stage_html(_languages(engine)),
            js_on_load=_script(),
            server_functions=consent_calls(engine, shared.files),
            elem_id="consent-stage",
        )
        state = gr.Textbox(visible="hidden", elem_id="consent-state")

    def show_consent(project_id: str) -> Any:
        return json.dumps(_state(engine, project_id), ensure_ascii=False) if project_id else gr.skip()

    for trigger in (shared.project.change, shared.changed.change):
        wire(trigger, show_consent, shared.project, state, trigger_mode="always_last")
    # The checks before a training name the consent: they are looked at again.
    wire(stage.select, lambda changed: changed + 1, shared.changed, shared.changed, **EDITS)
    put = "(shown) => { const data = JSON.parse(shown); window.voicecloneConsentData = data; "
    put += "window.voicecloneConsent?.show(data); return []; }"
    wire_in_browser(state.change, put, state, None)


def _languages(engine: VoiceEngine) -> list[tuple[str, str]]:
    """Return (name, code) of the languages of the sentence; a hosted page offers those whose words it can check."""
    known = language_choices(engine.recorded_languages)
    return [(name, code) for name, code in known if not host.on_space() or engine.consent.checks_words(code)]


def _state(engine: VoiceEngine, project_id: str) -> dict[str, Any]:
    status = engine.consent.status(project_id)
    return {
        "project": project_id,
        "given": status.given is not None,
        "words": status.sentence,
        "kind": "usable" if status.clips_changed or status.required else "good" if status.given else "plain",
        "language": engine.projects.get(project_id).language,
    }


def consent_calls(engine: VoiceEngine, files: BrowserFiles) -> list[Callable[..., Any]]:
    """Return the functions `consent.js` calls; each takes and returns a JSON object."""

    @answering
    def ask_consent(request: dict[str, Any]) -> dict[str, Any]:
        project_id = project_of(request)
        name, language = (words_of(request, part) for part in ("name", "language"))
        challenge = engine.consent.ask(project_id, name, language)
        return {
            "sentence": challenge.sentence,
            "language": challenge.language,
            "challenge_id": challenge.challenge_id,
            "expires_ms": round(challenge.expires_at.timestamp() * 1000),
            "words": "" if engine.consent.checks_words(language) else consent_text.NOT_CHECKED,
        }

    @answering
    def give_consent(request: dict[str, Any]) -> dict[str, Any]:
        project_id, challenge_id = project_of(request), words_of(request, "challenge_id")
        reading = sound_of(request, "wav", files, project_id, consent_text.SOUND_FILE)
        try:
            given = engine.consent.give(project_id, reading, challenge_id=challenge_id, by=_BY)
        finally:
            shutil.rmtree(reading.parent, ignore_errors=True)
        return {"words": consent_text.given(given.name, given.words_checked)} | {"state": _state(engine, project_id)}

    @answering
    def permit_consent(request: dict[str, Any]) -> dict[str, Any]:
        project_id = project_of(request)
        engine.consent.permit(project_id, words_of(request, "note"), by=_BY)
        return {"words": consent_text.PERMITTED, "state": _state(engine, project_id)}

    @answering
    def withdraw_consent(request: dict[str, Any]) -> dict[str, Any]:
        project_id = project_of(request)
        engine.consent.withdraw(project_id)
        return {"words": consent_text.WITHDRAWN, "state": _state(engine, project_id)}

    return [ask_consent, give_consent, permit_consent, withdraw_consent]


def _script() -> str:
    code = "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _SCRIPTS)
    return code.replace("__WORDS__", json.dumps(consent_text.STAGE, ensure_ascii=False).replace("<", "\\u003c"))


def stage_html(languages: list[tuple[str, str]]) -> str:
    """Return the card's elements; `consent.js` finds them by `data-part`."""
    options = "".join(f'<option value="{escape(code)}">{escape(name)}</option>' for name, code in languages)
    # A hosted page asks for spoken consent, so a note would lead nowhere.
    wrote = (
        ""
        if host.on_space()
        else f'<label><input type="radio" name="vc-consent-who" value="wrote" data-part="wrote"> '
        f"{escape(consent_text.WHO_WROTE)}</label>"
    )
    return f"""
<section class="vc-booth vc-consent" data-state="idle" aria-label="{escape(consent_text.TITLE)}">
  <p class="vc-note" data-part="given" role="status"></p>
  <fieldset><legend>{escape(consent_text.WHO_LABEL)}</legend>
    <label><input type="radio" name="vc-consent-who" value="reads" data-part="reads" checked>
      {escape(consent_text.WHO_READS)}</label>{wrote}</fieldset>
  <div class="vc-consent-form" data-part="reading">
    <label>{escape(consent_text.NAME_LABEL)}
      <input type="text" data-part="name" maxlength="{MAX_NAME_CHARACTERS}" autocomplete="off"></label>
    <label>{escape(consent_text.LANGUAGE_LABEL)} <select data-part="language">{options}</select></label>
    <button type="button" class="vc-plain-button" data-part="ask">{escape(consent_text.ASK)}</button>
  </div>
  <div class="vc-consent-read" data-part="stage" hidden>
    <p class="vc-consent-sentence" data-part="sentence"></p>
    <div class="vc-meter" aria-label="{escape(consent_text.METER)}"><div data-part="level"></div></div>
    <button type="button" class="vc-record" data-part="record" aria-pressed="false"><i></i>
      <span data-part="record-words">{escape(consent_text.STAGE["record"])}</span></button>
  </div>
  <div class="vc-consent-form" data-part="writing" hidden>
    <label>{escape(consent_text.NOTE_LABEL)}
      <input type="text" data-part="note" maxlength="{MAX_PERMISSION_CHARACTERS}" autocomplete="off"></label>
    <button type="button" class="vc-plain-button" data-part="permit">{escape(consent_text.PERMIT)}</button>
  </div>
  <p class="vc-note" data-part="status" role="status"></p>
  <div class="vc-between"><p class="vc-keys">{escape(consent_text.KEPT_WHERE)}</p>
    <button type="button" class="vc-plain-button" data-part="withdraw" hidden>{escape(consent_text.WITHDRAW)}</button>
  </div>
</section>"""
