"""The end of a VITS run: which of its moments becomes the voice."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from voiceclone.bases.base import VOICE_FILE
from voiceclone.bases.coqui.voice_tensors import write_voice_tensors
from voiceclone.bases.run.held_out import BestMoment
from voiceclone.bases.run.notes import add_note

if TYPE_CHECKING:
    import torch

BEST_FILE = "best.safetensors"


def keep(
    run_dir: Path,
    best: BestMoment,
    start: "dict[str, torch.Tensor]",
    last: "Callable[[], dict[str, torch.Tensor]]",
    step: int,
) -> dict[str, float]:
    """Write the best voice of a run as `voice.safetensors`; return the figures behind the choice.

    The starting voice (instant voice, or closest known speaker) is a candidate, too: it is kept when training improved
    nothing. Without any judgement the last step is kept.

    Args:
        run_dir: the run; `best.safetensors` is in it when a moment was better than the beginning.
        best: its judgements.
        start: the starting voice.
        last: returns the current voice.
        step: the last one.
    """
    voice, chosen = run_dir / VOICE_FILE, best.best_step
    if chosen and (run_dir / BEST_FILE).is_file():
        (run_dir / BEST_FILE).replace(voice)
    elif not best.was_judged and step:
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
    nearest = best.first_loss if best.best_loss is None else best.best_loss
    distances = {"held_out_mel_start": best.first_loss, "held_out_mel": nearest}
    measured = {
        name: round(value, 4) for name, value in distances.items() if value is not None and math.isfinite(value)
    }
    return measured | {"best_step": float(chosen)}
