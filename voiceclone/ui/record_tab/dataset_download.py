"""Tab 1, folded: download all clips as one zip file."""

from typing import Any

import gradio as gr

from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import Shared, into, wire
from voiceclone.ui.text import record as record_text


def build_dataset(shared: Shared) -> None:
    """Lay out and wire the download of all clips."""
    with gr.Accordion(record_text.DATASET_TITLE, open=False):
        gr.HTML(markup.note(record_text.DATASET_INFO))
        make = gr.Button(record_text.DATASET_MAKE, elem_id="make-dataset", elem_classes="vc-action")
        save = gr.DownloadButton(
            record_text.DATASET_SAVE, variant="primary", visible=False, elem_id="save-dataset", elem_classes="vc-action"
        )
        status = gr.HTML(visible=False, elem_classes="vc-status", elem_id="dataset-status")

    def pack(
        project_id: str,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        project = shared.engine.projects.get(project_id)
        path = shared.files.path(f"{project.name}.zip", project.project_id)
        count = shared.engine.projects.export_dataset(project_id, path, into(progress))
        return gr.update(value=str(path), visible=True), markup.note(record_text.dataset_made(count), "good")

    begun = wire(
        make.click, lambda: (gr.update(visible=False), gr.update(value="", visible=True)), None, [save, status]
    )
    wire(begun.then, pack, shared.project, [save, status], lane="clips", progress_on=status)
    wire(
        shared.project.change,
        lambda: (gr.update(value=None, visible=False), gr.update(value="", visible=False)),
        None,
        [save, status],
    )
