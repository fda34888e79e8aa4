"""Tab 1, upper half: read sentences into the microphone, bring files, or load the example voice."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio_client.utils import strip_invalid_filename_characters

from voiceclone.errors import AudioError, Cancelled, InputError
from voiceclone.ui import markup, text
from voiceclone.ui.shared import Shared, begin_work, end_work, into, language_choices, wire, wire_in_browser

SOUND_FILES = [
    "audio",
    ".mp4",
    ".m4a",
    ".mov",
    ".webm",
    ".mkv",
    ".3gp",
    ".caf",
    ".wma",
    ".amr",
    ".aiff",
    ".opus",
]
RECORDER_SAMPLE_RATE = 48_000
"""Hertz; what microphones deliver, so that the browser does not resample."""


@dataclass(frozen=True)
class ReadCard:
    """The card with the sentence and the recorder."""

    language: gr.Dropdown
    position: gr.State
    """Which sentence of the script is shown, from 0."""
    sentence: gr.Textbox
    previous: gr.Button
    following: gr.Button
    recorder: gr.Audio
    keep: gr.Button
    status: gr.HTML
    raw: gr.Checkbox


@dataclass(frozen=True)
class UploadCard:
    """The card that takes files."""

    files: gr.File
    transcripts: gr.File
    add: gr.Button
    cancel: gr.Button
    status: gr.HTML
    example: gr.Button
    example_status: gr.HTML


def build_record(shared: Shared) -> None:
    """Lay out and wire the part of the tab where speech comes in."""
    with gr.Row(equal_height=False):
        read = _read_card(shared)
        upload = _upload_card()
    _wire_reading(shared, read)
    _wire_upload(shared, read, upload)


def _read_card(shared: Shared) -> ReadCard:
    with gr.Column(scale=3, min_width=320, elem_classes="vc-card"):
        gr.HTML(markup.heading(text.READ_TITLE))
        position = gr.State(0)
        sentence = gr.Textbox(
            label=text.SENTENCE_OWN,
            info=text.SENTENCE_INFO,
            lines=3,
            max_lines=6,
            elem_classes="vc-sentence",
            elem_id="sentence",
        )
        with gr.Row():
            previous = gr.Button(text.PREVIOUS, size="sm", min_width=100)
            following = gr.Button(text.NEXT, size="sm", min_width=100)
        recorder = gr.Audio(
            label=text.RECORDER_LABEL,
            sources=["microphone"],
            type="filepath",
            format=None,
            buttons=[],
            waveform_options=gr.WaveformOptions(sample_rate=RECORDER_SAMPLE_RATE),
            elem_id="recorder",
            elem_classes="vc-player",
        )
        gr.HTML('<p id="microphone-note" role="status"></p>')
        keep = gr.Button(text.KEEP_TAKE, variant="primary", elem_id="keep-take")
        status = gr.HTML(visible=False, elem_id="take-status")
        language = gr.Dropdown(
            language_choices(shared.engine.base.languages),
            label=text.LANGUAGE_LABEL,
            info=text.LANGUAGE_INFO,
            elem_id="record-language",
        )
        with gr.Accordion(text.MICROPHONE_SETTINGS, open=False):
            raw = gr.Checkbox(True, label=text.RAW_MICROPHONE_LABEL, info=text.RAW_MICROPHONE_INFO)
    return ReadCard(language, position, sentence, previous, following, recorder, keep, status, raw)


def _upload_card() -> UploadCard:
    with gr.Column(scale=2, min_width=300):
        with gr.Column(elem_classes="vc-card"):
            gr.HTML(markup.heading(text.UPLOAD_TITLE, text.UPLOAD_INFO))
            files = gr.File(
                label=text.UPLOAD_LABEL,
                file_count="multiple",
                file_types=SOUND_FILES,
                type="filepath",
                height=170,
                elem_id="upload",
                elem_classes="vc-drop",
            )
            with gr.Accordion(text.TRANSCRIPTS_ACCORDION, open=False):
                gr.HTML(markup.note(text.TRANSCRIPTS_INFO))
                transcripts = gr.File(
                    label=text.TRANSCRIPTS_LABEL,
                    file_types=[".csv", ".tsv", ".txt"],
                    type="filepath",
                    height=120,
                    elem_id="transcripts",
                    elem_classes="vc-drop",
                )
            add = gr.Button(text.ADD_FILES, elem_id="add-files")
            cancel = gr.Button(text.CANCEL, variant="stop", visible=False)
            status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="add-status")
        with gr.Column(elem_classes="vc-card"):
            gr.HTML(markup.heading(text.EXAMPLE_TITLE, text.EXAMPLE_INFO))
            example = gr.Button(text.EXAMPLE_BUTTON, elem_id="example")
            example_status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="example-status")
    return UploadCard(files, transcripts, add, cancel, status, example, example_status)


def _wire_reading(shared: Shared, card: ReadCard) -> None:
    engine = shared.engine

    def show(language: str, position: int) -> tuple[int, dict[str, Any]]:
        script = engine.reading_script(language)
        place = position % len(script)
        label = text.sentence_label(place + 1, len(script))
        return place, gr.update(value=script[place], label=label)

    def open_project(project_id: str) -> tuple[Any, ...]:
        clips = engine.clips(project_id)
        language = clips[-1].language if clips else engine.project(project_id).language
        return language, *show(language, first_unread(engine.reading_script(language), clips))

    def change_language(project_id: str, language: str) -> tuple[int, dict[str, Any]]:
        return show(language, first_unread(engine.reading_script(language), engine.clips(project_id)))

    def keep(
        project_id: str, take: str | None, sentence: str, language: str, position: int, changed: int
    ) -> tuple[Any, ...]:
        if not take:
            raise InputError(text.NO_TAKE)
        if not sentence.strip():
            raise InputError(text.NO_SENTENCE)
        report = engine.add_clips(project_id, [Path(take)], text=sentence, language=language)
        if report.rejected:
            raise AudioError(report.rejected[0].reason)
        kept = markup.note(text.take_kept(sum(clip.duration_s for clip in report.added)), "good")
        return None, gr.update(value=kept, visible=True), changed + 1, *show(language, position + 1)

    shown = [card.position, card.sentence]
    wire(shared.project.change, open_project, shared.project, [card.language, *shown])
    wire(card.language.input, change_language, [shared.project, card.language], shown)
    wire(card.following.click, lambda code, place: show(code, place + 1), [card.language, card.position], shown)
    wire(card.previous.click, lambda code, place: show(code, place - 1), [card.language, card.position], shown)
    wire(
        card.keep.click,
        keep,
        [shared.project, card.recorder, card.sentence, card.language, card.position, shared.changed],
        [card.recorder, card.status, shared.changed, *shown],
        lane="take",
        at_once=2,
    )
    # In the browser only: the choice belongs to this browser and this microphone.
    wire_in_browser(card.raw.input, "(raw) => window.voicecloneMicrophone.setRaw(raw)", card.raw, None)
    wire_in_browser(shared.demo.load, "() => window.voicecloneMicrophone.raw", None, card.raw)


def first_unread(script: Sequence[str], clips: Sequence[Any]) -> int:
    """Return the place of the first sentence of `script` that no clip says; 0 when all are read."""
    read = {clip.text.strip() for clip in clips}
    return next((place for place, sentence in enumerate(script) if sentence.strip() not in read), 0)


def _wire_upload(shared: Shared, read: ReadCard, card: UploadCard) -> None:
    engine = shared.engine

    def add(
        project_id: str,
        files: list[str] | None,
        transcripts: str | None,
        language: str,
        changed: int,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        if not files:
            raise InputError(text.NO_FILES)
        words = _read_words(transcripts)
        with shared.stops.work(f"add {project_id}") as should_stop:
            try:
                report = engine.add_clips(
                    project_id,
                    [Path(file) for file in files],
                    transcripts=words,
                    language=language,
                    on_progress=into(progress),
                    should_stop=should_stop,
                )
            except Cancelled:
                return gr.skip(), gr.skip(), markup.note(text.ADD_CANCELLED), changed + 1
        return None, None, _report(report), changed + 1

    def load_example(
        changed: int,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        project = engine.load_example(on_progress=into(progress))
        choices = [(known.name, known.project_id) for known in engine.projects()]
        loaded = markup.note(text.EXAMPLE_LOADED, "good")
        return gr.update(choices=choices, value=project.project_id), loaded, changed + 1

    started = wire(card.add.click, begin_work, None, [card.add, card.cancel, card.status])
    done = wire(
        started.then,
        add,
        [shared.project, card.files, card.transcripts, read.language, shared.changed],
        [card.files, card.transcripts, card.status, shared.changed],
        lane="clips",
        progress_on=card.status,
    )
    wire(done.then, end_work, None, [card.add, card.cancel])
    wire(card.cancel.click, lambda project_id: shared.stops.stop(f"add {project_id}"), shared.project)
    started = wire(
        card.example.click,
        lambda: (gr.update(interactive=False), gr.update(value="", visible=True)),
        None,
        [card.example, card.example_status],
    )
    done = wire(
        started.then,
        load_example,
        shared.changed,
        [shared.projects, card.example_status, shared.changed],
        lane="clips",
        progress_on=card.example_status,
    )
    wire(done.then, lambda: gr.update(interactive=True), None, card.example)


def _read_words(transcripts: str | None) -> dict[str, str] | None:
    if not transcripts:
        return None
    from voiceclone.clips.transcripts import read_transcripts

    words = read_transcripts(Path(transcripts))
    # Gradio takes characters such as & and # out of the names of uploaded files.
    renamed = {strip_invalid_filename_characters(name): said for name, said in words.items()}
    return renamed | words


def _report(report: Any) -> str:
    """Put what an upload brought into sentences."""
    total_s = sum(clip.duration_s for clip in report.added)
    lines = [(text.added_summary(len(report.added), total_s), "good")] if report.added else []
    lines += [(text.rejected_line(bad.source_name, bad.reason), "bad") for bad in report.rejected]
    return markup.notes(lines)
