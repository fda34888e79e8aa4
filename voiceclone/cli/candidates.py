"""The command `candidates`: list the voices of a run's checkpoints, or keep another one."""

import argparse
from argparse import Namespace
from collections.abc import Callable, Iterator

from voiceclone.cli.output import RUN_HELP, table, tell
from voiceclone.engine import VoiceEngine
from voiceclone.errors import NotFoundError
from voiceclone.evaluation import pitch
from voiceclone.evaluation.panel import Judged
from voiceclone.training import run_summary
from voiceclone.training.candidates import Candidates, scores
from voiceclone.wording import count

_FAULTS = {"pitch": "wrong pitch", "words": "garbled words", "tone": "steady tone", "sound": "rough sound"}


def add_candidates_command(
    commands: argparse._SubParsersAction, command: Callable[..., argparse.ArgumentParser]
) -> None:
    """Add the command `candidates`."""
    candidates = command(
        commands, "candidates", "List how a voice developed during its training, or keep another version."
    )
    candidates.add_argument("run", metavar="RUN", nargs="?", help=RUN_HELP)
    candidates.add_argument(
        "--keep", type=int, metavar="STEP", help="use the voice from this step instead, once the run has ended"
    )


def candidates(options: Namespace, engine: VoiceEngine) -> int:
    """List the candidates of a run, or keep one."""
    run_id = engine.runs.find(options.run).run_id if options.run is not None else _present_run_id(engine)
    if options.keep is not None:
        voice = engine.runs.keep_candidate(run_id, options.keep)
        tell(options, voice, [f"“{voice.name}” is now the voice after {count(voice.steps, 'step')}."])
        return 0
    found = engine.runs.candidates(run_id)
    if not found.made:
        tell(options, found, ["This training has no samples of its voice yet."])
        return 0
    lines = list(table(_rows(found)))
    words = run_summary.how_it_goes(found, engine.runs.status(run_id).running)
    kept = found.at(found.kept_step) if found.kept_step is not None else None
    helped = run_summary.did_it_help(scores(kept, found)) if kept else ""
    tell(options, found, [*lines, *filter(None, (words, helped))])
    return 0


def _rows(found: Candidates) -> Iterator[tuple[str, ...]]:
    yield "sample", "similarity", "pitch, semitones off", "words right", "quality", ""
    for name, reference in (("before training", found.start), ("without training", found.instant)):
        if reference is not None:
            yield name, *_figures(reference.judged), ""
    best = found.best()
    for one in found.made:
        kept = "kept" if one.step == found.kept_step else ""
        if found.kept_step is None and one is best:
            kept = "best so far"
        yield f"step {one.step}", *_figures(one.judged), kept or ", ".join(_FAULTS[name] for name in found.faults(one))


def _figures(judged: Judged) -> tuple[str, str, str, str]:
    similarity = "" if judged.similarity is None else f"{judged.similarity:.3f}"
    off = "" if judged.pitch_off_semitones is None else pitch.signed(judged.pitch_off_semitones)
    words = "" if judged.words_right is None else f"{judged.words_right:.0%}"
    return similarity, off, words, "" if judged.naturalness is None else f"{judged.naturalness:.2f}"


def _present_run_id(engine: VoiceEngine) -> str:
    present = engine.runs.active() or next(iter(engine.runs.all()), None)
    if present is None:
        raise NotFoundError("Nothing has been trained yet. Start with the command train.")
    return present.run_id
