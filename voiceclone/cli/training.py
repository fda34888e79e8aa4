"""The commands around training: start and follow, list, look, stop, continue."""

import sys
from argparse import Namespace

from voiceclone.cli.output import note, table, tell
from voiceclone.engine import VoiceEngine
from voiceclone.errors import NotFoundError, TrainingError
from voiceclone.training.runs import RunStatus

_FOLLOW_INTERVAL_S = 0.5


def train(options: Namespace, engine: VoiceEngine) -> int:
    """Train and follow to the end."""
    advice = engine.training_advice(options.base)
    if advice:
        note(advice)
    started = engine.start_training(
        options.project,
        options.voice,
        options.i_have_consent,
        minutes=options.minutes,
        steps=options.steps,
        seed=options.seed,
        base_id=options.base,
        policy=options.policy,
        consent_by="terminal, --i-have-consent",
    )
    return _follow_to_the_end(options, engine, started.run_id)


def continue_run(options: Namespace, engine: VoiceEngine) -> int:
    """Continue a run and follow it to the end."""
    resumed = engine.continue_training(_present_run(options, engine).run_id)
    return _follow_to_the_end(options, engine, resumed.run_id)


def stop(options: Namespace, engine: VoiceEngine) -> int:
    """Stop a run and wait until its voice is kept."""
    run = engine.stop_training(_present_run(options, engine).run_id)
    return _tell_end(options, _follow(engine, run.run_id))


def status(options: Namespace, engine: VoiceEngine) -> int:
    """Tell how a run stands."""
    run = _present_run(options, engine)
    tell(options, run, [f"{run.voice_name}: {run.message}", *run.notes])
    return 0


def list_runs(options: Namespace, engine: VoiceEngine) -> int:
    """List the runs."""
    known = engine.runs()
    rows = ((run.voice_name, run.state, f"step {run.step}", run.started_at[:16], run.run_id) for run in known)
    tell(options, known, table(rows) if known else ["Nothing was trained yet."])
    return 0


def _present_run(options: Namespace, engine: VoiceEngine) -> RunStatus:
    if options.run is not None:
        return engine.training_status(options.run)
    present = engine.active_run() or next(iter(engine.runs()), None)
    if present is None:
        raise NotFoundError("Nothing was trained yet. Start with the command train.")
    return present


def _follow_to_the_end(options: Namespace, engine: VoiceEngine, run_id: str) -> int:
    try:
        return _tell_end(options, _follow(engine, run_id))
    except KeyboardInterrupt:
        note("Stopping and keeping what was learnt; Ctrl-C again leaves it to end by itself.")
        engine.stop_training(run_id)
        _tell_end(options, _follow(engine, run_id))
        return 130


def _follow(engine: VoiceEngine, run_id: str) -> RunStatus:
    from tqdm import tqdm

    last = engine.training_status(run_id)
    bar_format = "{n_fmt}/{total_fmt} |{bar}| {percentage:3.0f}% [{elapsed}] {postfix}"
    with tqdm(total=1, disable=None, bar_format=bar_format, file=sys.stderr) as bar:
        for last in engine.watch_training(run_id, _FOLLOW_INTERVAL_S):
            bar.total, bar.n = max(1, last.total_steps), last.step
            loss = "" if last.loss is None else f" (loss {last.loss:.3f})"
            bar.set_postfix_str(last.message + loss, refresh=False)
            bar.refresh()
    return last


def _tell_end(options: Namespace, run: RunStatus) -> int:
    if run.state == "failed":
        raise TrainingError(run.message)
    tell(options, run, [run.message, *run.notes])
    if run.state == "interrupted":
        note("The training process ended unexpectedly; the command continue goes on from its checkpoint.")
        return 1
    return 0
