"""The status of a training run as one plain sentence."""

from voiceclone.wording import about, count, up_to

SLOWED = "Your computer is busy with other programs; this takes longer, and nothing is lost."
SLOWED_TIMED = "Your computer is busy with other programs, so less is learnt in the minutes you chose."


def status_sentence(
    state: str,
    step: int,
    total_steps: int,
    eta_s: float | None,
    message: str,
    error: str,
    voice_name: str,
    has_voice: bool,
    slowed: bool = False,
    timed: bool = False,
    at_most: bool = False,
) -> str:
    """Return the sentence shown beside the progress bar.

    Args:
        state: as in `RunStatus.state`.
        step: steps learnt.
        total_steps: steps expected; 0 while unknown.
        eta_s: seconds left, None while unknown.
        message: what the training process last said (preparing) or nothing.
        error: why it failed, a sentence.
        voice_name: label of the voice.
        has_voice: whether a voice file was kept.
        slowed: whether other programs slow it down, see `PaceWatch`.
        timed: whether the run ends by the clock, not after a number of steps.
        at_most: whether steps and time left are upper bounds, because it ends when it levels off.
    """
    if state == "preparing":
        return f"Getting your recordings ready: {message}" if message else "Getting your recordings ready."
    if state == "training":
        learning = _learning(step, total_steps, eta_s, at_most)
        return learning + (f" {SLOWED_TIMED if timed else SLOWED}" if slowed else "")
    if state == "stopping":
        return "Stopping, and keeping what was learnt so far."
    if state == "pausing":
        return "Pausing, and saving what was learnt so far."
    if state == "paused":
        after = f" after {count(step, 'step')}" if step else ""
        return f"Paused{after}; continue it whenever you like, and it goes on from there."
    if state == "finished":
        return f"Your voice “{voice_name}” is ready to speak."
    if state == "stopped":
        if has_voice:
            return f"Stopped after {count(step, 'step')}; the voice “{voice_name}” as it was then is kept."
        return "Stopped before anything was learnt; your recordings are untouched."
    if state == "failed":
        return error
    if state == "interrupted":
        return f"The training was interrupted after {count(step, 'step')}; continue it, and it goes on from there."
    return "Starting the training."


def _learning(step: int, total_steps: int, eta_s: float | None, at_most: bool) -> str:
    if step == 0:
        return "Learning your voice."
    where = (
        f"step {step} of {'at most' if at_most else 'about'} {total_steps}" if total_steps > step else f"step {step}"
    )
    left = f", {(up_to if at_most else about)(eta_s)} left" if eta_s is not None else ""
    return f"Learning your voice: {where}{left}."
