"""The commands around training: start and follow, list, look, stop, continue."""

import sys
from argparse import Namespace
from typing import Any

from voiceclone.bases.base import Effort
from voiceclone.cli.output import note, table, tell
from voiceclone.engine import VoiceEngine
from voiceclone.errors import InputError, NotFoundError, TrainingError
from voiceclone.training.outlook import EffortPlan
from voiceclone.training.runs import RunStatus
from voiceclone.training.words import duration_words

_FOLLOW_INTERVAL_S = 0.5


def train(options: Namespace, engine: VoiceEngine) -> int:
    """Train and follow to the end; with `--check` only tell what it would be like."""
    if options.check:
        return check(options, engine)
    advice = engine.training_advice(options.base)
    if advice:
        note(advice)
    length, expected = _length(options, engine)
    started = engine.start_training(
        options.project,
        options.voice,
        options.i_have_consent,
        seed=options.seed,
        base_id=options.base,
        policy=options.policy,
        consent_by="terminal, --i-have-consent",
        continue_from=options.continue_from,
        **length,
        **_same_name(options, engine),
    )
    if expected:
        note(expected)
    return _follow_to_the_end(options, engine, started.run_id)


def check(options: Namespace, engine: VoiceEngine) -> int:
    """Tell whether all is ready and how long each choice takes; measures this computer first, once."""
    if engine.measure_pace(options.base):
        note("Measuring how quick this computer is; a quarter of a minute, once.")
        engine.measure_pace(options.base, wait=True)
    outlook = engine.training_outlook(options.project, consent=options.i_have_consent, base_id=options.base)
    rows = [(one.level, f"{one.sentence} {one.remedy}".rstrip()) for one in outlook.preflight.checks]
    rows += [(plan.effort, _plan_words(plan)) for plan in outlook.plans]
    told = {"ready": outlook.preflight.ready, "checks": outlook.preflight.checks, "plans": outlook.plans}
    tell(options, told | {"pace": outlook.pace}, table(rows))
    if outlook.pace is not None and outlook.pace.busy:
        note("Other programs kept this computer busy while it was measured; close them and check again.")
    return 0 if outlook.preflight.ready else 2


def _plan_words(plan: EffortPlan) -> str:
    length = f"{plan.steps} steps, " if plan.steps is not None else ""
    where = "on this computer" if plan.measured else "on a computer with two cores (not measured here yet)"
    more = "; more speech would make use of more steps" if plan.wants_more_speech else ""
    return f"{length}{duration_words(plan.expected_s)} {where}{more}."


def _length(options: Namespace, engine: VoiceEngine) -> tuple[dict[str, Any], str]:
    """Return minutes or steps as asked for, and what to say about them."""
    if options.minutes is not None or options.steps is not None:
        return {"minutes": options.minutes, "steps": options.steps}, ""
    outlook = engine.training_outlook(options.project, base_id=options.base)
    plan = outlook.plan(options.effort or Effort.BETTER)
    if plan is None:
        return {}, ""  # a base that cannot be trained; the engine says so
    return {"minutes": plan.minutes, "steps": plan.steps}, _plan_words(plan).capitalize()


def _same_name(options: Namespace, engine: VoiceEngine) -> dict[str, Any]:
    """Return which voice is replaced; refuse a name that is taken unless it was said what happens to that voice."""
    taken = engine.voice_named(options.voice)
    if taken is None:
        return {}
    if options.replace:
        return {"replaces": taken.voice_id}
    if options.continue_from is not None:
        return {}
    raise InputError(
        f"You have a voice called “{taken.name}” already. Choose another --voice NAME, or add --replace to put the new "
        f"one in its place once it is ready, or --continue-from “{taken.name}” to go on from it in a new one."
    )


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
