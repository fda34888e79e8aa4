"""Commands for training: start, follow, list, show, stop, continue and delete runs."""

import argparse
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from voiceclone.bases.base import Effort
from voiceclone.cli.output import RUN_HELP, YES_HELP, Lines, confirm, note, require_consent, table, tell
from voiceclone.engine import VoiceEngine
from voiceclone.errors import InputError, NotFoundError, TrainingError
from voiceclone.evaluation import pitch
from voiceclone.training import history
from voiceclone.training.estimate import EffortPlan, TrainingEstimate
from voiceclone.training.history import RunRecord
from voiceclone.training.preflight import SPEAK_IT, Check, Kind, Level
from voiceclone.training.runs import RunStatus
from voiceclone.wording import about, at_least, count, is_are, seconds, up_to

_FOLLOW_INTERVAL_S = 0.5
LINE_EVERY_S = 60.0
"""Between the lines of a training without a terminal, which takes long."""
MEASURE_S = 120.0
"""Nobody waits longer for an estimate; under load 17 on two cores measuring took more than ten minutes."""
_ID_LETTERS = 8
"""Characters of an id that lists show; enough to identify a run."""
_SCORES = (
    ("similarity", "similarity {:.2f}".format),
    ("pitch_off_semitones", lambda off: f"pitch {pitch.signed(off)} semitones off"),
    ("words_right", "words right {:.2f}".format),
    ("naturalness", "sound {:.2f}".format),
)


def add_run_commands(commands: argparse._SubParsersAction, command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands for existing trainings."""
    listing = command(commands, "runs", "List the trainings with their results, show one, or delete one.")
    listing.add_argument("run", metavar="RUN", nargs="?", help="show everything about one; named as for “watch”")
    listing.add_argument("--project", metavar="PROJECT", help="only the trainings of one project, by name or id")
    listing.add_argument("--delete", metavar="RUN", help="delete a training; the voice it made is kept")
    listing.add_argument("--with-voice", action="store_true", help="with --delete: delete its voice too")
    listing.add_argument("--yes", action="store_true", help=YES_HELP)
    for name, summary, hidden in (
        ("watch", "Follow a training with a live bar; Ctrl-C leaves it running.", False),
        ("status", "Show the state of a training.", False),
        ("stop", "Stop a training and keep what was learnt.", False),
        ("pause", "Let a training rest and keep its state; “resume” goes on with it.", False),
        ("resume", "Continue a paused, interrupted or failed training from where it was.", False),
        ("continue", "The same as “resume”.", True),
    ):
        run = command(commands, name, summary, hidden=hidden)
        run.add_argument("run", metavar="RUN", nargs="?", help=RUN_HELP)


def train(options: Namespace, engine: VoiceEngine) -> int:
    """Train and follow to the end; with `--check` only report what to expect."""
    if options.check:
        return check(options, engine)
    require_consent(options)
    advice = engine.runs.advice(options.base)
    if advice:
        note(advice)
    training_estimate = engine.runs.estimate(options.project, base_id=options.base)
    for one in training_estimate.preflight.checks:
        if one.kind == Kind.LANGUAGE and one.level == Level.WATCH:  # what is refused is said by the engine
            note(f"{one.sentence} {one.remedy}")
    agreed = engine.consent.status(options.project)
    if agreed.given is None and not agreed.required and sys.stderr.isatty():  # what is refused is said by the engine
        note("Recommended: let the person in the recordings speak their consent; see the command consent.")
    length, expected = _length(options, training_estimate)
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
    """Report whether everything is ready and how long each choice takes; measures this computer once."""
    for _ in range(2):  # other programs may start during the measurement
        if not engine.runs.measure_speed(options.base):
            break
        note("Measuring how fast this computer is, once. It takes about 15 seconds if nothing else keeps it busy.")
        with Lines("Measuring"):
            unfinished = engine.runs.measure_speed(options.base, wait=True, at_most_s=MEASURE_S)
        if unfinished:
            note("Other programs keep this computer so busy that it could not be measured in time. Measuring "
                 "continues; check again later, or close them first.")  # fmt: skip
            break
    training_estimate = engine.runs.estimate(options.project, consent=options.i_have_consent, base_id=options.base)
    told = {
        "ready": training_estimate.preflight.ready,
        "checks": training_estimate.preflight.checks,
        "plans": training_estimate.plans,
    }
    tell(
        options,
        told | {"pace": training_estimate.training_speed, "busy": training_estimate.busy},
        table(check_rows(training_estimate)),
    )
    return 0 if training_estimate.preflight.ready else 2


def check_rows(training_estimate: TrainingEstimate) -> list[tuple[str, str]]:
    """Return (level or effort, sentence) for each check and choice, and a note if other programs slow training down."""
    checks = training_estimate.preflight.checks
    rows = [(str(one.level), f"{one.sentence} {_remedy(one)}".rstrip()) for one in checks]
    rows += [(str(plan.effort), f"{_plan_words(plan)}.") for plan in training_estimate.plans]
    slowed = (
        ""
        if any(one.kind == Kind.BUSY for one in checks)
        else _slowed_words(training_estimate.plans, training_estimate.busy)
    )
    return rows + ([(str(Level.WATCH), slowed)] if slowed else [])


def _remedy(check: Check) -> str:
    """Return what to do about a check; the terminal has an option where the page has a box to tick."""
    if check.kind == Kind.CONSENT and check.remedy.endswith(SPEAK_IT):
        return f"{check.remedy.removesuffix(SPEAK_IT)}see the command consent."
    if check.kind == Kind.CONSENT and check.level == Level.FIX:
        return "If it is yours, or you have the speaker's permission, add --i-have-consent."
    return check.remedy


def _plan_words(plan: EffortPlan) -> str:
    """Say how long a choice takes, and whether that was measured here."""
    if plan.at_most:
        return _overnight_words(plan)
    length = f"{count(plan.steps, 'step')}, " if plan.steps is not None else ""
    more = "; with more speech, more steps would help" if plan.wants_more_speech else ""
    if plan.steps is None:
        told = about(plan.expected_s)  # the length asked for, on any computer
    elif plan.at_least:
        told = f"{at_least(plan.expected_s)} on this computer"
    elif not plan.measured:
        told = f"{about(plan.expected_s)} on a computer with two cores (not measured here yet)"
    else:
        told = f"{about(plan.expected_s)} on this computer"
    return f"{length}{told}{more}"


def _overnight_words(plan: EffortPlan) -> str:
    if plan.at_least:
        told = f"which take {at_least(plan.expected_s)} on this computer"
    else:
        where = "on this computer" if plan.measured else "on a computer with two cores (not measured here yet)"
        told = f"{up_to(plan.expected_s)} {where}"
    return (
        f"up to {count(plan.steps or 0, 'step')}, {told}; it stops by itself when the voice no longer gets better "
        "(what that adds over “best” was not measured yet)"
    )


def _slowed_words(plans: Sequence[EffortPlan], busy: bool) -> str:
    """Return why training may take longer than stated; empty if no other program interferes."""
    in_steps = [plan for plan in plans if plan.steps is not None]
    if busy and in_steps:
        return "Other programs are keeping this computer busy, so it may take longer."
    if any(plan.at_least for plan in in_steps):
        return "Other programs kept this computer busy when it was measured, so it may take longer."
    return ""


def _length(options: Namespace, training_estimate: TrainingEstimate) -> tuple[dict[str, Any], str]:
    """Return the requested minutes, steps or effort as keyword arguments, and what to say about them."""
    if options.minutes is not None or options.steps is not None:
        return {"minutes": options.minutes, "steps": options.steps}, ""
    effort = options.effort or Effort.BETTER
    plan = training_estimate.plan(effort)
    expected = (
        "" if plan is None else _expected_words(plan, training_estimate.busy)
    )  # None: this base cannot be trained
    return {"effort": effort}, expected


def _expected_words(plan: EffortPlan, busy: bool) -> str:
    words = f"{_plan_words(plan)}. {_slowed_words([plan], busy)}".rstrip()
    return words[0].upper() + words[1:]


def _same_name(options: Namespace, engine: VoiceEngine) -> dict[str, Any]:
    """Return which voice to replace, if any.

    Raises:
        InputError: the name is taken, and no option says what to do with that voice.
    """
    taken = engine.voices.named(options.voice)
    if taken is None:
        return {}
    if options.replace:
        return {"replaces": taken.voice_id}
    if options.continue_from is not None:
        return {}
    raise InputError(
        f"You already have a voice called “{taken.name}”. Choose another --voice NAME, or add --replace to replace it "
        f"once the new one is ready, or --continue-from “{taken.name}” to continue from it in a new voice."
    )


def resume(options: Namespace, engine: VoiceEngine) -> int:
    """Continue a run and follow it to the end."""
    resumed = engine.runs.resume(_present_run(options, engine).run_id)
    return _follow_to_the_end(options, engine, resumed.run_id)


def watch(options: Namespace, engine: VoiceEngine) -> int:
    """Follow a run; Ctrl-C stops watching, never the training."""
    run = _present_run(options, engine)
    run_id = run.run_id
    try:
        if run.running:
            note(f"Watching the training of “{run.voice_name}”; Ctrl-C leaves it running.")
        return _tell_end(options, _follow(engine, run_id))
    except KeyboardInterrupt:
        left = engine.runs.status(run_id)
        tell(options, left, [])
        goes_on = f"The training continues. Watch it again with: watch {run_id[:_ID_LETTERS]}"
        note(goes_on if left.running else left.message)
        return 130


def stop(options: Namespace, engine: VoiceEngine) -> int:
    """Stop a run and wait until its voice is saved."""
    run = engine.runs.stop(_present_run(options, engine).run_id)
    return _tell_end(options, _follow(engine, run.run_id))


def pause(options: Namespace, engine: VoiceEngine) -> int:
    """Pause a run and wait until its state is saved."""
    run = engine.runs.pause(_present_run(options, engine).run_id)
    return _tell_end(options, _follow(engine, run.run_id))


def status(options: Namespace, engine: VoiceEngine) -> int:
    """Show the state of a run."""
    run = _present_run(options, engine)
    tell(options, run, [f"{run.voice_name}: {run.message}", *run.notes])
    return 0


def list_runs(options: Namespace, engine: VoiceEngine) -> int:
    """List the runs, show one, or delete one."""
    if options.delete is not None:
        return _delete(options, engine)
    if options.with_voice:
        raise InputError("--with-voice goes with --delete RUN. Name the training to delete.")
    if options.run is not None:
        return _show(options, engine)
    project_id = engine.projects.get(options.project).project_id if options.project is not None else None
    known = engine.runs.records(project_id)
    told = [history.as_plain(record) for record in known]
    tell(options, told, table(map(_row, known)) if known else ["Nothing has been trained yet."])
    return 0


def _delete(options: Namespace, engine: VoiceEngine) -> int:
    if options.run is not None or options.project is not None:
        raise InputError("--delete RUN cannot be combined with other names. Leave them out.")
    run = engine.runs.find(options.delete)
    had_voice = engine.runs.record(run.run_id).voice_there
    what = f"the training of “{run.voice_name}” of {_day(run.started_at)}"
    too = " and its voice" if had_voice and options.with_voice else ""
    confirm(options, f"Delete {what}{too}? It cannot be recovered.")
    engine.runs.delete(run.run_id, with_voice=options.with_voice)
    gone = had_voice and options.with_voice
    stays = " Its voice was deleted too." if gone else " Its voice is kept." if had_voice else ""
    words = f"T{what[1:]} was deleted.{stays}"
    tell(options, {"deleted": run, "voice_deleted": gone}, [words])
    return 0


def _show(options: Namespace, engine: VoiceEngine) -> int:
    record = engine.runs.record(engine.runs.find(options.run).run_id)
    run = record.status
    points = [point for point in engine.runs.loss_points(run.run_id) if point["series"] == "smoothed"]
    rows = [("voice", run.voice_name + ("" if record.voice_there else " (deleted)")), ("project", run.project_name)]
    rows += [
        ("started", _day(run.started_at)),
        ("base model", run.base_id),
        ("what is trained", run.policy or "as the base model chooses"),
    ]
    rows += [("asked for", _asked(record)), ("seed", record.seed)]
    if record.speech_s is not None:
        rows.append(("learnt from", f"{seconds(record.speech_s)} of speech in {count(record.clip_count or 0, 'clip')}"))
    rows.append(("took", f"{count(run.step, 'step')}, {seconds(run.elapsed_s)}"))
    if points:
        rows.append(("average loss", f"{points[0]['loss']:.3f} at step {points[0]['step']}, "
                     f"{points[-1]['loss']:.3f} at step {points[-1]['step']}"))  # fmt: skip
    rows += [(name.replace("_", " "), f"{value:.3f}") for name, value in record.scores.items()]
    told = history.as_plain(record) | {"loss": engine.runs.loss_points(run.run_id)}
    tell(options, told, [*table(rows), "", run.message, *run.notes])
    return 0


def _row(record: RunRecord) -> tuple[str, ...]:
    run = record.status
    scores = [words(record.scores[name]) for name, words in _SCORES if name in record.scores]
    took = count(run.step, "step"), f"{record.minutes:.1f} min"
    return run.run_id[:_ID_LETTERS], _day(run.started_at), run.voice_name, run.state, *took, ", ".join(scores)


def _asked(record: RunRecord) -> str:
    return f"{record.effort}: {_asked_length(record)}" if record.effort is not None else _asked_length(record)


def _asked_length(record: RunRecord) -> str:
    if record.minutes_asked is not None:
        return f"{record.minutes_asked:g} {is_are(record.minutes_asked, 'minute', 'minutes')}"
    return count(record.steps_asked, "step") if record.steps_asked is not None else "what the base model recommends"


def _day(iso_time: str) -> str:
    """Return a time in this computer's time zone."""
    try:
        return f"{datetime.fromisoformat(iso_time).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return iso_time[:16]


def _present_run(options: Namespace, engine: VoiceEngine) -> RunStatus:
    if options.run is not None:
        return engine.runs.find(options.run)
    present = engine.runs.active() or next(iter(engine.runs.all()), None)
    if present is None:
        raise NotFoundError("Nothing has been trained yet. Start with the command train.")
    return present


def _follow_to_the_end(options: Namespace, engine: VoiceEngine, run_id: str) -> int:
    try:
        return _tell_end(options, _follow(engine, run_id))
    except KeyboardInterrupt:
        note("Stopping and keeping what was learnt; press Ctrl-C again to leave it stopping on its own.")
        engine.runs.stop(run_id)
        _tell_end(options, _follow(engine, run_id))
        return 130


def _follow(engine: VoiceEngine, run_id: str) -> RunStatus:
    from tqdm import tqdm

    last = engine.runs.status(run_id)
    if not sys.stderr.isatty():
        with Lines(last.voice_name, LINE_EVERY_S) as lines:
            for last in engine.runs.watch(run_id, _FOLLOW_INTERVAL_S):
                loss = "" if last.loss is None else f" Loss {last.loss:.3f}."
                lines.tell(last.step / last.total_steps if last.total_steps else None, last.message + loss)
        return last
    bar_format = "{n_fmt}/{total_fmt} |{bar}| {percentage:3.0f}% [{elapsed}] {postfix}"
    with tqdm(total=1, bar_format=bar_format, file=sys.stderr) as bar:
        for last in engine.runs.watch(run_id, _FOLLOW_INTERVAL_S):
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
        note("The training process ended unexpectedly; the command resume continues from its checkpoint.")
        return 1
    return 0
