"""Tab 1, the recording booth: read one sentence at a time, after an optional check of the room.

Recording happens in the browser (`booth.js`); Python provides the script, keeps takes and judges the room. Requests
from the browser are untrusted, so this module and the engine check everything in them.
"""

import base64
import binascii
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.engine import VoiceEngine
from voiceclone.errors import AudioError, InputError
from voiceclone.limits import MAX_TAKE_BASE64, MAX_TAKE_S
from voiceclone.text.languages import colour_only
from voiceclone.ui.parts import ids, markup
from voiceclone.ui.parts.errors import answering
from voiceclone.ui.parts.shared import (
    EDITS,
    NOBODY,
    BrowserFiles,
    Shared,
    language_choices,
    wire,
    wire_in_browser,
)
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import record as record_text

ROOM_CHECK_S = 5.0
"""Seconds of silence, and of speech, by which a room is judged."""
_SCRIPTS = ("booth.js", "booth_sound.js", "booth_shelf.js", "booth_room.js")
"""Concatenated into one script, in this order."""


@dataclass(frozen=True)
class Booth:
    """The card with the sentence and the microphone."""

    language: gr.Dropdown
    colour: gr.HTML
    """Says that the voice will not speak this language; empty for those it speaks."""
    stage: gr.HTML
    """The elements `booth.js` works on."""
    script: gr.Textbox
    """Hidden; the booth's content, as JSON."""
    raw: gr.Checkbox
    own: gr.Textbox
    use_own: gr.Button
    drop_own: gr.Button


def build_booth(shared: Shared) -> Booth:
    """Lay out and wire the booth."""
    calls = _calls(shared.engine, shared.files)
    with gr.Column(scale=3, min_width=320, elem_classes="vc-card"):
        gr.HTML(markup.heading(record_text.READ_TITLE, record_text.SENTENCE_INFO))
        stage = gr.HTML(
            html_template=stage_html(),
            js_on_load=_script(),
            server_functions=calls,
            elem_id="booth",
        )
        gr.HTML('<p id="microphone-note" role="status"></p>')
        script = gr.Textbox(visible="hidden", elem_id="booth-script")
        language = gr.Dropdown(
            language_choices(shared.engine.recorded_languages),
            label=record_text.LANGUAGE_LABEL,
            info=record_text.LANGUAGE_INFO,
            elem_id="record-language",
        )
        colour = gr.HTML(elem_id="colour-only")
        with gr.Accordion(record_text.OWN_SCRIPT_TITLE, open=False):
            own = gr.Textbox(
                label=record_text.OWN_SCRIPT_LABEL,
                info=record_text.OWN_SCRIPT_INFO,
                lines=4,
                max_lines=12,
                elem_id="own-script",
            )
            with gr.Row():
                use_own = gr.Button(record_text.OWN_SCRIPT_USE, size="sm", min_width=140, elem_id="use-own-script")
                drop_own = gr.Button(record_text.OWN_SCRIPT_DROP, size="sm", min_width=140, elem_id="drop-own-script")
        with gr.Accordion(record_text.MICROPHONE_SETTINGS, open=False):
            raw = gr.Checkbox(True, label=record_text.RAW_MICROPHONE_LABEL, info=record_text.RAW_MICROPHONE_INFO)
    booth = Booth(language, colour, stage, script, raw, own, use_own, drop_own)
    _wire(shared, booth)
    return booth


def _wire(shared: Shared, booth: Booth) -> None:
    engine = shared.engine

    def show_script(project_id: str, language: str) -> str:
        clips = engine.projects.clips(project_id)
        readiness = engine.projects.readiness(project_id)
        sentences = engine.projects.reading_script(language, project_id)
        shown = {
            "project": project_id,
            "language": language,
            "sentences": sentences,
            "read": read_places(sentences, clips),
            "recorded_s": readiness.usable_s,
            "first_voice_s": readiness.first_voice_s,
            "good_voice_s": readiness.good_voice_s,
        }
        return json.dumps(shown, ensure_ascii=False)

    def open_project(project_id: str) -> tuple[str, str, str]:
        clips = engine.projects.clips(project_id)
        language = clips[-1].language if clips else engine.projects.get(project_id).language
        return language, show_script(project_id, language), ""

    def say_limits(language: str) -> str:
        return markup.note(colour_only(language), "usable")

    def use_own(project_id: str, language: str, own: str) -> tuple[str, str]:
        if not own.strip():
            raise InputError(record_text.NO_OWN_SCRIPT)
        engine.projects.set_own_script(project_id, own, language)
        return show_script(project_id, language), ""

    def drop_own(project_id: str, language: str) -> str:
        engine.projects.set_own_script(project_id, "", language)
        return show_script(project_id, language)

    where = [shared.project, booth.language]
    wire(shared.project.change, open_project, shared.project, [booth.language, booth.script, booth.own])
    wire(booth.use_own.click, use_own, [*where, booth.own], [booth.script, booth.own], **EDITS)
    wire(booth.drop_own.click, drop_own, where, booth.script, **EDITS)
    wire(booth.language.input, show_script, where, booth.script)
    wire(booth.language.change, say_limits, booth.language, booth.colour, trigger_mode="always_last")
    wire(shared.changed.change, show_script, where, booth.script, trigger_mode="always_last")
    # Queued: gradio only follows a counter's change in the queue.
    wire(booth.stage.select, lambda changed: changed + 1, shared.changed, shared.changed, **EDITS)
    # Stored beside it as well: the booth may render after its first script arrives.
    put = "(shown) => { const data = JSON.parse(shown); window.voicecloneBoothData = data; "
    put += "window.voicecloneBooth?.show(data); return []; }"
    wire_in_browser(booth.script.change, put, booth.script, None)
    # Browser only: the choice belongs to this browser and microphone.
    wire_in_browser(booth.raw.input, "(raw) => window.voicecloneMicrophone.setRaw(raw)", booth.raw, None)
    wire_in_browser(shared.demo.load, "() => window.voicecloneMicrophone.raw", None, booth.raw)


def read_places(script: Sequence[str], clips: Sequence[Any]) -> list[int]:
    """Return the indices of the sentences of `script` that clips already contain, in order."""
    said = {clip.text.strip() for clip in clips}
    return [place for place, sentence in enumerate(script) if sentence.strip() in said]


# --- what the browser calls ---------------------------------------------------------------------


def _calls(engine: VoiceEngine, files: BrowserFiles) -> list[Callable[..., Any]]:
    """Return the functions `booth.js` calls; each takes and returns a JSON object."""

    @answering
    def keep_take(request: dict[str, Any]) -> dict[str, Any]:
        project_id = project_of(request)
        language, sentence = (words_of(request, name) for name in ("language", "sentence"))
        if not sentence.strip():
            raise InputError(record_text.NO_SENTENCE)
        take = sound_of(request, "wav", files, project_id)
        try:
            report = engine.projects.add_clips(project_id, [take], text=sentence, language=language)
        finally:
            shutil.rmtree(take.parent, ignore_errors=True)
        reasons = [part.reason for part in report.rejected]
        if not report.added:
            raise AudioError(reasons[0])
        # A long take is split into sentences; rejected parts are reported, the rest is kept.
        verdicts = [clip.verdict for clip in report.added if clip.verdict.level != "good"]
        kind = verdicts[0].level if verdicts else "usable" if reasons else "good"
        kept = record_text.take_kept(sum(clip.duration_s for clip in report.added))
        words = [kept, *(verdict.reason for verdict in verdicts[:1]), *reasons[:1]]
        return {"words": " ".join(words), "kind": kind, "clip_id": report.added[0].clip_id}

    @answering
    def hear_take(request: dict[str, Any]) -> dict[str, Any]:
        clips = engine.projects.listen(project_of(request), [words_of(request, "clip_id")])
        doubtful = [clip for clip in clips if clip.heard and "words" in clip.verdict.kinds]
        if not doubtful:
            return {"words": ""}
        tell = record_text.misread if doubtful[0].verdict.level == "bad" else record_text.did_you_say
        return {"words": tell(doubtful[0].heard)}

    @answering
    def check_room(request: dict[str, Any]) -> dict[str, Any]:
        parts = [sound_of(request, name, files, NOBODY) for name in ("silence", "speech")]
        try:
            report = engine.projects.check_room(*parts)
        finally:
            for part in parts:
                shutil.rmtree(part.parent, ignore_errors=True)
        figures = [
            words.format(report.figures[name]) for name, words in record_text.ROOM_FIGURES if name in report.figures
        ]
        return {
            "words": report.sentence,
            "verdict": record_text.ROOM_VERDICTS[report.verdict],
            "kind": record_text.ROOM_KINDS[report.verdict],
            "findings": [finding.sentence for finding in report.findings],
            "figures": ", ".join(figures),
        }

    return [keep_take, hear_take, check_room]


def project_of(request: dict[str, Any]) -> str:
    """Return the project's id from a request; names are refused."""
    found: str = ids.project_id(words_of(request, "project_id"))
    return found


def words_of(request: dict[str, Any], name: str) -> str:
    """Return a text from a request.

    Raises:
        InputError: there is none.
    """
    value = request.get(name)
    if not isinstance(value, str):
        raise InputError(common_text.UNEXPECTED)
    return value


def sound_of(
    request: dict[str, Any], name: str, files: BrowserFiles, owner: str, called: str = record_text.TAKE_FILE
) -> Path:
    """Write a base64-encoded WAV from a request to a file and return its path."""
    coded = words_of(request, name)
    if not coded:
        raise InputError(record_text.NO_TAKE)
    if len(coded) > MAX_TAKE_BASE64:
        raise InputError(record_text.TAKE_TOO_LONG)
    try:
        content = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(common_text.UNEXPECTED) from error
    path = files.path(f"{called}.wav", owner)
    path.write_bytes(content)
    return path


# --- what is shown ------------------------------------------------------------------------------


def _script() -> str:
    parts = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _SCRIPTS]
    code = "\n".join(parts)
    words = record_text.BOOTH | {"max_take_s": MAX_TAKE_S, "room_s": ROOM_CHECK_S}
    return code.replace("__WORDS__", json.dumps(words, ensure_ascii=False).replace("<", "\\u003c"))


def stage_html() -> str:
    """Return the booth's elements; `booth.js` finds them by `data-part`."""

    def button(name: str, words: str, kind: str = "vc-plain-button", key: str = "") -> str:
        hint = f" <kbd>{escape(key)}</kbd>" if key else ""
        return f'<button type="button" class="{kind}" data-part="{name}">{escape(words)}{hint}</button>'

    return f"""
<section class="vc-booth" data-state="idle" aria-label="{escape(record_text.READ_TITLE)}">
  <details class="vc-room" data-part="room">
    <summary>{escape(record_text.ROOM_TITLE)}</summary>
    <p>{escape(record_text.ROOM_INFO)}</p>
    {button("room-start", record_text.ROOM_START)}
    <div data-part="room-result" role="status"></div>
  </details>
  <div class="vc-between">
    <p class="vc-place" data-part="place"></p><p class="vc-recorded" data-part="recorded"></p>
  </div>
  <div class="vc-recorded-bar" aria-hidden="true">
    <div class="vc-bar"><div class="vc-fill" data-part="recorded-fill" style="width:0"></div></div>
    <div class="vc-ticks"><b class="vc-tick" data-part="first-mark"></b>
      <b class="vc-tick vc-tick-last" style="left:100%" data-part="good-mark"></b></div>
  </div>
  <textarea data-part="sentence" rows="2" aria-label="{escape(record_text.SENTENCE_OWN)}" spellcheck="false"></textarea>
  <div class="vc-meter" data-part="meter" aria-hidden="true"><div data-part="level"></div></div>
  <p class="vc-too-loud" data-part="too-loud" role="alert" hidden>{escape(record_text.TOO_LOUD)}</p>
  <div class="vc-booth-row">
    {button("previous", record_text.PREVIOUS, key="←")}
    <button type="button" class="vc-record" data-part="record" aria-pressed="false"><i></i>
      <span data-part="record-words">{escape(record_text.BOOTH["record"])}</span>
      <span data-part="time"></span></button>
    {button("skip", record_text.SKIP, key="→")}
  </div>
  <div class="vc-review" data-part="review" role="group" tabindex="-1" aria-label="{escape(record_text.RECORDER_LABEL)}"
    hidden>
    <audio data-part="player" controls aria-label="{escape(record_text.RECORDER_LABEL)}"></audio>
    <div class="vc-booth-row">
      {button("again", record_text.AGAIN, key="R")}{button("keep", record_text.KEEP_TAKE, "vc-record", "Enter")}
    </div>
  </div>
  <p class="vc-note" data-part="status" role="status"></p>
  <label class="vc-auto"><input type="checkbox" data-part="auto"> {escape(record_text.KEEP_BY_ITSELF)}</label>
  <p class="vc-keys">{escape(record_text.KEYS_INFO)}</p>
</section>"""
