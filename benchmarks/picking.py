"""Does the rule keep the best voice of a run? `python -m benchmarks.picking`; see docs/picking-the-voice.md.

Trains each benchmark voice, keeps every candidate, and lets all of them say the benchmark's twenty sentences:
similarity to 25 recordings instead of the few that a run holds out, words of twenty sentences instead of two.
"""

import argparse
import gc
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks import measure, report, results, training
from benchmarks.run import OUT_DIR, prepared_base
from benchmarks.sentences import UNSEEN
from benchmarks.stock import LANGUAGE, NOISE_SEED
from benchmarks.voices import CACHE_DIR, ENGLISH_VOICES, VOICE_NAMES, BenchmarkVoice, VoiceMissing, get_voice
from voiceclone import VoiceEngine
from voiceclone.errors import TrainingError
from voiceclone.evaluation import pitch
from voiceclone.storage import disk
from voiceclone.voices.speech import Speaker

RESULTS_FILE = results.HERE / "picking.json"
SECONDS = (20, 60, 300)
MINUTES = 15.0
"""Long enough for eight candidates on two cores; in five minutes there are two to four."""
MAX_SIMILARITY_BELOW = 0.01
MAX_WORD_ERRORS_ABOVE = 0.01
_LOOK_S = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, judge every candidate, keep the figures, print the table; 1 when a voice could not be measured."""
    options = _options(arguments)
    base_folder = prepared_base()
    failures = 0
    for name in options.voices:
        for seconds in options.seconds:
            try:
                run = _measure(get_voice(name), seconds, training.Plan(options.minutes, options.steps), base_folder)
            except VoiceMissing as missing:
                _tell(f"SKIPPED {name}: {missing}")
                continue
            except TrainingError as error:
                _tell(f"FAILED {name}, {seconds} s: {error}")
                failures += 1
                continue
            known = results.load(options.results) if options.results.is_file() else {"runs": []}
            results.save(results.with_run(known, run | {"made": results.circumstances()}), options.results)
            gc.collect()
    if options.results.is_file():
        print(table(results.load(options.results)["runs"]))
    return 1 if failures else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.picking", description=__doc__)
    parser.add_argument("--voices", nargs="+", choices=VOICE_NAMES, default=list(ENGLISH_VOICES))
    parser.add_argument("--seconds", nargs="+", type=int, default=list(SECONDS), help="how much speech to train on")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="training time (%(default)s)")
    parser.add_argument("--steps", type=int, help="train this many steps instead; figures go to out/picking.json")
    parser.add_argument("--results", type=Path, help="where figures are kept (benchmarks/picking.json)")
    options = parser.parse_args(arguments)
    if options.steps is not None:
        options.minutes = None
    default = RESULTS_FILE if options.steps is None else OUT_DIR / "picking.json"
    options.results = (options.results or default).resolve()
    return options


def _measure(voice: BenchmarkVoice, seconds: int, plan: training.Plan, base_folder: Path) -> dict[str, Any]:
    """Train one voice in a data folder of its own and judge all that it could have ended in."""
    CACHE_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="data-", dir=CACHE_DIR, ignore_cleanup_errors=True) as folder:
        engine = training.fresh_engine(Path(folder), base_folder)
        project_id = training.add_and_clean(engine, voice.name, voice.training_clips(seconds))
        kept_dir = Path(folder) / "all-candidates"
        _tell(f"{voice.name}, {seconds} s: training")
        run_id = _train_and_keep_all(engine, project_id, voice.name, plan, kept_dir)
        found = engine.runs.candidates(run_id)
        speaker = measure.speaker_of_clips(voice.held_out)
        rows = []
        for one in found.made:
            _tell(f"{voice.name}, {seconds} s: judging the voice after {one.step} steps")
            judged = _judge(engine, kept_dir / one.voice, speaker)
            rows.append({"step": one.step, "own": asdict(one.judged) | {"cost_s": one.cost_s}, **judged})
    return {
        "voice": voice.name,
        "seconds": seconds,
        "minutes_asked": plan.minutes,
        "kept_step": found.kept_step,
        "ended_early": found.ended_early,
        "candidates": rows,
    }


def _train_and_keep_all(engine: VoiceEngine, project_id: str, name: str, plan: training.Plan, kept_dir: Path) -> str:
    """Train to the end and copy each candidate's voice file before the run tidies up; return the run's id."""
    kept_dir.mkdir()
    run_id = engine.start_training(
        project_id, name, True, plan.minutes, plan.steps, plan.seed, consent_by="benchmark"
    ).run_id
    try:
        for _ in engine.runs.watch(run_id, _LOOK_S):
            for one in engine.runs.candidates(run_id).made:
                path = engine.runs.candidate_file(run_id, one.voice)
                if path is not None and not (kept_dir / one.voice).exists():
                    with disk.atomic_file(kept_dir / one.voice) as temporary:
                        shutil.copyfile(path, temporary)
    except BaseException:
        training.kill_training(engine)  # it would go on, in a folder that is about to be deleted
        raise
    status = engine.runs.status(run_id)
    if status.state != "finished":
        raise TrainingError(f"The training ended as “{status.state}”: {status.error or status.message}")
    return run_id


def _judge(engine: VoiceEngine, voice_path: Path, speaker: measure.Speaker) -> dict[str, float]:
    import torch

    from voiceclone.evaluation.dnsmos import dnsmos_overall
    from voiceclone.evaluation.wer import word_error_rate

    synthesizer = Speaker(engine.base)
    torch.manual_seed(NOISE_SEED)
    spoken = [synthesizer.speak(voice_path, sentence, LANGUAGE).audio for sentence in UNSEEN]
    told = measure.similarity(spoken, speaker)
    return {
        "similarity": told["similarity"],
        "pitch_off_semitones": told["pitch_off_semitones"],
        "word_error_rate": word_error_rate(UNSEEN, spoken),
        "dnsmos": fmean(map(dnsmos_overall, spoken)),
    }


def verdict(run: Mapping[str, Any]) -> dict[str, Any]:
    """Compare what the rule kept with the candidate that the benchmark finds most alike, wrong pitch counted.

    Keys: `kept`, `best` (rows of candidates), `similarity_below`, `word_errors_above`, `passed`.
    """
    kept = next(one for one in run["candidates"] if one["step"] == run["kept_step"])
    # One of the wrong pitch is not what the rule should have kept, however like the encoder finds it.
    best = max(run["candidates"], key=lambda one: pitch.weighed(one["similarity"], one.get("pitch_off_semitones")))
    below = best["similarity"] - kept["similarity"]
    above = kept["word_error_rate"] - best["word_error_rate"]
    return {
        "kept": kept,
        "best": best,
        "similarity_below": below,
        "word_errors_above": above,
        # Figures are rounded to four digits, so their difference may be off by one of the last.
        "passed": below <= MAX_SIMILARITY_BELOW + 1e-9 and above <= MAX_WORD_ERRORS_ABOVE + 1e-9,
    }


def table(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return the rule's choice against the best checkpoint as Markdown, for benchmarks/README.md."""
    lines = [
        "| voice | speech | step: similarity / pitch, semitones off / word errors / DNSMOS | kept | best | below best "
        "| word errors above | |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for run in runs:
        told = verdict(run)
        all_of_them = ", ".join(
            f"{one['step']}: {one['similarity']:.3f} / {report.signed(one.get('pitch_off_semitones'))} / "
            f"{one['word_error_rate']:.3f} / {one['dnsmos']:.2f}"
            for one in run["candidates"]
        )
        mark = report.PASSED if told["passed"] else report.MISSED
        lines.append(
            f"| {run['voice']} | {run['seconds']} s | {all_of_them} | {told['kept']['step']} | "
            f"{told['best']['step']} | {told['similarity_below']:.3f} | {told['word_errors_above']:+.3f} | {mark} |"
        )
    return "\n".join(lines)


def _tell(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
