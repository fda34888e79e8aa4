"""The best moment of a VITS run: how close the voice was each time it was judged, and which one becomes the voice."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceclone.bases.base import VOICE_FILE
from voiceclone.bases.coqui.voice_tensors import write_voice_tensors
from voiceclone.bases.run.notes import add_note

if TYPE_CHECKING:
    import torch

BEST_FILE = "best.safetensors"
BEGINNING: dict[str, Any] = {"judged": 0, "best_step": 0, "start_mel": None, "best_mel": None}
"""State of a run that was not judged yet; distances that could not be measured stay None."""


def enter(state: dict[str, Any], step: int, distance: float | None) -> bool:
    """Enter a judgement into a run's state; return whether the voice is the best so far.

    Args:
        state: of the run, with what `BEGINNING` holds.
        step: after which it was judged.
        distance: from the held-out recordings; None when it could not be measured.
    """
    if distance is not None and not math.isfinite(distance):
        distance = None
    first, best = state["judged"] == 0, state["best_mel"]
    better = not first and distance is not None and (best is None or distance < best)
    if first:
        state |= {"start_mel": distance, "best_mel": distance}
    elif better:
        state |= {"best_mel": distance, "best_step": step}
    state |= {"judged": state["judged"] + 1, "judged_step": step}
    return better


def keep(
    run_dir: Path,
    state: dict[str, Any],
    start: "dict[str, torch.Tensor]",
    last: "Callable[[], dict[str, torch.Tensor]]",
    step: int,
) -> dict[str, float]:
    """Write the best voice of a run as `voice.safetensors`; return what it was chosen by.

    The voice that learning began from (the instant voice, or the closest known speaker) is one of the candidates:
    training that made nothing better leaves it. Where no judgement was possible, the last step is kept.

    Args:
        run_dir: the run; `best.safetensors` is in it when a moment was better than the beginning.
        state: its judgements.
        start: the voice it began from.
        last: gives the voice as it is now.
        step: the last one.
    """
    voice, chosen = run_dir / VOICE_FILE, state["best_step"]
    if chosen and (run_dir / BEST_FILE).is_file():
        (run_dir / BEST_FILE).replace(voice)
    elif not chosen and state["best_mel"] is None and step:
        chosen = step
        write_voice_tensors(voice, last())
        add_note(run_dir, "No moment of the training could be judged, so the last step was kept.")
    elif not chosen or not voice.is_file():
        write_voice_tensors(voice, start)
    if not chosen:
        add_note(
            run_dir,
            "The training did not come closer to the recordings it was judged by than the voice it began with, so "
            "that voice was kept. More recordings or a longer training may help.",
        )
    distances = {"held_out_mel_start": state["start_mel"], "held_out_mel": state["best_mel"]}
    measured = {name: round(value, 4) for name, value in distances.items() if value is not None}
    return measured | {"best_step": float(chosen)}
