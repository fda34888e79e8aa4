"""Words about earlier trainings."""

from datetime import datetime
from typing import Any

from voiceclone.evaluation import pitch
from voiceclone.ui.text.base_models import POLICIES, POLICY_LABEL
from voiceclone.ui.text.train import EFFORTS
from voiceclone.wording import count, duration

# --- earlier trainings --------------------------------------------------------------------------
HISTORY = "Earlier trainings"
HISTORY_INTRO = "A record of every training: how it went, how it turned out, and the voice it made."
HISTORY_WHOSE_LABEL = "Whose"
HISTORY_WHOSE_INFO = "Of the person chosen above, or of everyone."
HISTORY_WHOSE = {"person": "This person’s", "all": "Everybody’s"}
HISTORY_EMPTY = "Nothing has been trained yet."
HISTORY_LIST = "Earlier trainings, the newest first"
HISTORY_SHOWN = 60
"""Trainings listed; a list this long is still quick on a phone."""
HISTORY_SETTINGS = "Settings"
HISTORY_NO_SCORES = "It has not been judged."
HISTORY_VOICE_GONE = "Its voice has since been deleted."
HISTORY_PLAY = "Hear it say a sentence"
HISTORY_DELETE = "Delete this training"
HISTORY_DELETE_YES = "Yes, delete it"
HISTORY_WITH_VOICE = "Delete its voice too"
HISTORY_WITH_VOICE_INFO = "Otherwise the voice stays under “3. Speak”."
HISTORY_GONE = "That training no longer exists. Choose another one from the list."
HISTORY_NO_VOICE = "This training has no voice. Choose another one from the list."
HISTORY_DELETED = "Deleted."
RUN_STATES = {
    "waiting": ("Starting", "plain"),
    "preparing": ("Getting ready", "plain"),
    "training": ("Learning", "plain"),
    "stopping": ("Stopping", "plain"),
    "pausing": ("Pausing", "plain"),
    "paused": ("Paused", "usable"),
    "finished": ("Finished", "good"),
    "stopped": ("Stopped", "usable"),
    "interrupted": ("Interrupted", "usable"),
    "failed": ("Failed", "bad"),
}
"""Each state of a training: its label and its colour."""


def moment(iso_time: str) -> str:
    """Return a time in this computer's time zone: `23 Nov 2026, 05:33`."""
    try:
        local = datetime.fromisoformat(iso_time).astimezone()
    except ValueError:
        return iso_time[:16]
    return f"{local.day} {local:%b %Y, %H:%M}"


def run_line(
    started_at: str,
    steps: int,
    duration_s: float,
    similarity: float | None,
    pitch_off_semitones: float | None = None,
) -> str:
    """Summarise a training for its row of the list."""
    alike = f"similarity {similarity:.2f}" if similarity is not None else ""
    heard = f"pitch {pitch.in_words(pitch_off_semitones)}" if pitch_off_semitones is not None else ""
    parts = [moment(started_at), count(steps, "step"), duration(duration_s), alike, heard]
    return " · ".join(part for part in parts if part)


def older_runs(number: int) -> str:
    """Say how many trainings the list leaves out."""
    return f"{count(number, 'older training')} not shown." if number else ""


def run_settings(record: Any, base_title: str) -> list[tuple[str, str]]:
    """Return the settings of a training as (label, value) pairs."""
    asked = "As long as the model recommends"
    if record.minutes_asked is not None:
        asked = f"For {duration(record.minutes_asked * 60)}"
    elif record.steps_asked is not None:
        asked = f"For {count(record.steps_asked, 'step')}"
    if record.effort is not None:
        effort = EFFORTS.get(record.effort, record.effort).partition(",")[0]
        asked = f"{effort}, f{asked[1:]}"
    lines = [("Recordings of", record.status.project_name), ("Model", base_title), ("How long", asked)]
    if record.status.policy:
        lines.append((POLICY_LABEL, POLICIES.get(record.status.policy, record.status.policy)))
    if record.speech_s is not None:
        chosen = ", chosen by you" if record.chosen_clips is not None else ""
        lines.append(
            ("Learnt from", f"{duration(record.speech_s)} of speech in {count(record.clip_count or 0, 'clip')}{chosen}")
        )
    took = f"{count(record.status.step, 'step')} in {duration(record.status.elapsed_s)}"
    return [*lines, ("Took", took), ("Seed", str(record.seed))]


def delete_run_question(voice_name: str, started_at: str) -> str:
    """Ask before deleting a training."""
    return f"Delete the training of “{voice_name}” from {moment(started_at)}? Its plot and figures cannot be recovered."
