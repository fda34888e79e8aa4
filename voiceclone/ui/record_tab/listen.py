"""Judging clips with neural networks: a separate step, after clips are added or at the press of a button."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from voiceclone.clips.model import Clip
from voiceclone.errors import Cancelled
from voiceclone.ui.parts import markup
from voiceclone.ui.parts.shared import Shared, into, wire
from voiceclone.ui.text import record as record_text


def was_listened_to(clip: Clip) -> bool:
    """True when a network has compared this clip's voice with the others'."""
    return "speaker_similarity" in clip.verdict.figures


def listening(shared: Shared, work_name: str = "clean") -> Callable[..., tuple[Any, ...]]:
    """Return a handler (project id, changed) -> (status, changed); `work_name` is the key its Cancel button stops."""

    def listen_to_clips(
        project_id: str,
        changed: int,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - gradio recognises the bar by this default
    ) -> tuple[Any, ...]:
        if all(was_listened_to(clip) for clip in shared.engine.projects.clips(project_id)):
            return gr.update(visible=False), gr.skip()
        with shared.stops.work(f"{work_name} {project_id}") as should_stop:
            try:
                clips = shared.engine.projects.listen(project_id, on_progress=into(progress), should_stop=should_stop)
            except Cancelled:
                return markup.note(record_text.LISTEN_CANCELLED), changed + 1
        doubtful = sum(clip.needs_review for clip in clips)
        return markup.note(record_text.listened(doubtful), "usable" if doubtful else "good"), changed + 1

    listen_to_clips.__name__ = f"listen_after_{work_name}"
    return listen_to_clips


def wire_listening(shared: Shared, after: Callable[..., Any], status: gr.HTML, work_name: str) -> Any:
    """Listen to the clips after the event `after`; `status`, hidden until then, shows the progress."""
    begun = wire(after, lambda: gr.update(value="", visible=True), None, status)
    return wire(
        begun.then,
        listening(shared, work_name),
        [shared.project, shared.changed],
        [status, shared.changed],
        lane="listen",
        progress_on=status,
    )
