"""The status of a training run as one plain sentence."""

from voiceclone.wording import about, count


def status_sentence(
    state: str,
    step: int,
    total_steps: int,
    eta_s: float | None,
    message: str,
    error: str,
    voice_name: str,
    has_voice: bool,
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
    """
    if state == "preparing":
        return f"Getting your recordings ready: {message}" if message else "Getting your recordings ready."
    if state == "training":
        return _learning(step, total_steps, eta_s)
    if state == "stopping":
        return "Stopping, and keeping what was learnt so far."
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


def _learning(step: int, total_steps: int, eta_s: float | None) -> str:
    if step == 0:
        return "Learning your voice."
    where = f"step {step} of about {total_steps}" if total_steps > step else f"step {step}"
    left = f", {about(eta_s)} left" if eta_s is not None else ""
    return f"Learning your voice: {where}{left}."
