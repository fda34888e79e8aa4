"""Tab 1, upper half: the recording booth, existing recordings, and the example voice."""

import shutil
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import gradio as gr

from voiceclone.clips.model import AddReport
from voiceclone.clips.transcripts.reader import SIDECAR_SUFFIXES, TABLE_SUFFIXES
from voiceclone.clips.transcripts.recording_names import SOUND_SUFFIXES
from voiceclone.clips.transcripts.timed_texts import TIMED_SUFFIXES
from voiceclone.errors import Cancelled, InputError
from voiceclone.text.languages import ANY_LANGUAGE
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import Shared, begin_work, end_work, into, wire
from voiceclone.ui.record_tab.booth import build_booth
from voiceclone.ui.record_tab.consent import build_consent
from voiceclone.ui.record_tab.listen import wire_listening
from voiceclone.ui.record_tab.recogniser import build_recogniser
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import record as record_text

WORDS_FILES = sorted({*TABLE_SUFFIXES, *TIMED_SUFFIXES, ".TextGrid"})
SOUND_FILES = ["audio", *sorted(SOUND_SUFFIXES), ".zip", *WORDS_FILES, ".lab"]
"""Includes texts, which may be chosen together with their recordings."""


@dataclass(frozen=True)
class UploadCard:
    """The card for uploading files."""

    files: gr.File
    folder: gr.UploadButton
    folder_note: gr.HTML
    transcripts: gr.File
    find_language: gr.Checkbox
    add: gr.Button
    cancel: gr.Button
    status: gr.HTML
    heard: gr.HTML
    """What listening to the new clips found, below `status`."""
    example: gr.Button
    example_status: gr.HTML
    example_heard: gr.HTML


def build_record(shared: Shared) -> None:
    """Lay out and wire the part of the tab that adds speech."""
    with gr.Row(equal_height=False):
        booth = build_booth(shared)
        upload = _upload_card(shared)
    build_consent(shared)
    _wire_upload(shared, booth.language, upload)


def _upload_card(shared: Shared) -> UploadCard:
    with gr.Column(scale=2, min_width=300):
        with gr.Column(elem_classes="vc-card"):
            gr.HTML(markup.heading(record_text.UPLOAD_TITLE, record_text.UPLOAD_INFO))
            files = gr.File(
                label=record_text.UPLOAD_LABEL,
                file_count="multiple",
                file_types=SOUND_FILES,
                type="filepath",
                height=170,
                elem_id="upload",
                elem_classes="vc-drop",
            )
            # gr.File accepts files or folders, never both; dropping a folder on it sends nothing.
            folder = gr.UploadButton(
                record_text.CHOOSE_FOLDER,
                file_count="directory",
                size="sm",
                elem_id="choose-folder",
                elem_classes="vc-action",
            )
            folder_note = gr.HTML(elem_id="folder-chosen")
            with gr.Accordion(record_text.TRANSCRIPTS_ACCORDION, open=False):
                gr.HTML(markup.note(record_text.TRANSCRIPTS_INFO))
                transcripts = gr.File(
                    label=record_text.TRANSCRIPTS_LABEL,
                    file_types=WORDS_FILES,
                    type="filepath",
                    height=120,
                    elem_id="transcripts",
                    elem_classes="vc-drop",
                )
            find_language = build_recogniser(shared)
            add = gr.Button(record_text.ADD_FILES, elem_id="add-files")
            cancel = gr.Button(common_text.CANCEL, variant="stop", visible=False)
            status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="add-status")
            heard = gr.HTML(visible=False, elem_classes="vc-status", elem_id="add-heard")
        with gr.Column(elem_classes="vc-card"):
            gr.HTML(markup.heading(record_text.EXAMPLE_TITLE, record_text.EXAMPLE_INFO))
            example = gr.Button(record_text.EXAMPLE_BUTTON, elem_id="example")
            example_status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="example-status")
            example_heard = gr.HTML(visible=False, elem_classes="vc-status", elem_id="example-heard")
    return UploadCard(
        files,
        folder,
        folder_note,
        transcripts,
        find_language,
        add,
        cancel,
        status,
        heard,
        example,
        example_status,
        example_heard,
    )


def _wire_upload(shared: Shared, language: gr.Dropdown, card: UploadCard) -> None:
    engine = shared.engine

    def add(
        project_id: str,
        files: list[str] | None,
        in_folder: list[str] | None,
        transcripts: str | None,
        language: str,
        find_language: bool,
        changed: int,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        if not files and not in_folder:
            raise InputError(record_text.NO_FILES)
        words = engine.projects.read_transcripts(transcripts) if transcripts else None
        with shared.stops.work(f"add {project_id}") as should_stop:
            try:
                with (
                    shared.files.taken_in(files or [], project_id) as sources,
                    shared.files.folder(project_id) as place,
                ):
                    if in_folder:
                        sources.append(gather(in_folder, place / record_text.FOLDER))
                    report = engine.projects.add_clips(
                        project_id,
                        sources,
                        transcripts=words,
                        language=ANY_LANGUAGE if find_language else language,
                        on_progress=into(progress),
                        should_stop=should_stop,
                    )
            except Cancelled:
                return gr.skip(), gr.skip(), gr.skip(), gr.skip(), markup.note(record_text.ADD_CANCELLED), changed + 1
        shared.files.drop([*(in_folder or ()), transcripts])
        return None, None, "", None, _report(report), changed + 1

    def load_example(
        changed: int,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        project = engine.load_example(on_progress=into(progress))
        choices = [(known.name, known.project_id) for known in engine.projects.all()]
        loaded = markup.note(record_text.EXAMPLE_LOADED, "good")
        return gr.update(choices=choices, value=project.project_id), loaded, changed + 1

    wire(
        card.folder.upload,
        lambda files: markup.note(record_text.folder_chosen(len(files))),
        card.folder,
        card.folder_note,
    )
    started = wire(card.add.click, begin_work, None, [card.add, card.cancel, card.status])
    done = wire(
        started.then,
        add,
        [shared.project, card.files, card.folder, card.transcripts, language, card.find_language, shared.changed],
        [card.files, card.folder, card.folder_note, card.transcripts, card.status, shared.changed],
        lane="clips",
        progress_on=card.status,
    )
    # The clips are listed by now; listening refines their verdicts.
    heard = wire_listening(shared, done.then, card.heard, "add")
    wire(heard.then, end_work, None, [card.add, card.cancel])
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
    wire_listening(shared, done.then, card.example_heard, "example")


def gather(files: list[str], folder: Path) -> Path:
    """Put the uploaded files of a folder back into one folder, and return it.

    The browser sends file names without subfolders. A repeated name goes into a folder of its own, and texts of that
    name are left out because it is unclear which recording they belong to.
    """
    folder.mkdir(parents=True)
    stems = Counter(Path(file).stem for file in files if Path(file).suffix.casefold() in SOUND_SUFFIXES)
    for file in map(Path, files):
        if stems[file.stem] > 1 and file.suffix.casefold() in SIDECAR_SUFFIXES:
            continue
        place = folder / file.name
        for number in count(2):
            if not place.exists():
                break
            place = folder / str(number) / file.name
        place.parent.mkdir(exist_ok=True)
        try:
            place.hardlink_to(file)
        except OSError:  # on another disk, or without support for links
            shutil.copyfile(file, place)
    return folder


def _report(report: AddReport) -> str:
    """Describe the result of an upload."""
    total_s = sum(clip.duration_s for clip in report.added)
    lines = [(record_text.added_summary(len(report.added), total_s), "good")] if report.added else []
    lines += [(bad.sentence, "bad") for bad in report.rejected]
    return markup.notes(lines)
