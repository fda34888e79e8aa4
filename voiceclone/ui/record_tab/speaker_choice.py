"""Several people in one upload: play a sample of each and ask whose voice to clone."""

import base64
import io
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from voiceclone.audio.sound import Audio, resample
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import EDITS, Shared, wire
from voiceclone.ui.text import record as record_text

_SAMPLE_RATE = 16_000
_SAMPLE_S = 6.0
CHOOSE_SPEAKER = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-speaker]');
  if (button) trigger('select', {clip_id: button.dataset.speaker});
});
"""


@dataclass(frozen=True)
class Who:
    """The card with the question, hidden while only one person speaks."""

    card: gr.Column
    people: gr.HTML
    status: gr.HTML


def build_who() -> Who:
    """Lay out the question."""
    with gr.Column(visible=False, elem_classes="vc-card", elem_id="who") as card:
        gr.HTML(markup.heading(record_text.WHO_TITLE, record_text.WHO_INFO))
        people = gr.HTML(js_on_load=CHOOSE_SPEAKER)
    return Who(card, people, gr.HTML(elem_id="who-status"))


def wire_who(shared: Shared, who: Who) -> None:
    """Connect the question, which is asked again whenever clips or the project change."""
    engine = shared.engine

    def ask_who(project_id: str) -> tuple[Any, ...]:
        speakers = engine.projects.speakers(project_id) if project_id else []
        if len(speakers) < 2:
            return gr.update(visible=False), ""
        samples = [engine.projects.clip_audio(project_id, speaker.sample_clip_id, "best") for speaker in speakers]
        return gr.update(visible=True), people_html(speakers, samples)

    def choose_speaker(project_id: str, changed: int, event: gr.EventData) -> tuple[Any, ...]:
        left_out = engine.projects.keep_speaker(project_id, event.clip_id)
        return gr.update(visible=False), markup.note(record_text.speaker_kept(left_out), "good"), changed + 1

    for event in (shared.changed.change, shared.project.change):
        wire(event, ask_who, shared.project, [who.card, who.people], trigger_mode="always_last")
    wire(
        who.people.select,
        choose_speaker,
        [shared.project, shared.changed],
        [who.card, who.status, shared.changed],
        **EDITS,
    )
    wire(shared.project.change, lambda: "", None, who.status)


def people_html(speakers: list[Any], samples: list[Audio]) -> str:
    """Return one row per person: a player and a button."""
    rows = "".join(
        f'<li><audio controls preload="metadata" src="{_sound(sample)}"></audio>'
        f"<span>{escape(record_text.speaker_found(len(speaker.clip_ids), speaker.speech_s))}</span>"
        f'<button type="button" class="vc-plain-button" data-speaker="{escape(speaker.sample_clip_id)}">'
        f"{escape(record_text.WHO_MINE)}</button></li>"
        for speaker, sample in zip(speakers, samples, strict=True)
    )
    return f'<ul class="vc-people">{rows}</ul>'


def _sound(audio: Audio) -> str:
    import soundfile

    small = resample(audio, _SAMPLE_RATE) if audio.sample_rate > _SAMPLE_RATE else audio
    file = io.BytesIO()
    samples = small.samples[: round(_SAMPLE_S * small.sample_rate)]
    soundfile.write(file, samples, small.sample_rate, format="WAV", subtype="PCM_16")
    return f"data:audio/wav;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
