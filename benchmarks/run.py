"""Train voices and measure them: `python -m benchmarks.run`; see benchmarks/README.md."""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import measure, report, results, training
from benchmarks.sentences import UNSEEN
from benchmarks.stock import fingerprint, onnx_real_time_factor, stock_speech
from benchmarks.voices import CACHE_DIR, ENGLISH_VOICES, VOICE_NAMES, BenchmarkVoice, VoiceMissing, get_voice
from voiceclone import VoiceEngine
from voiceclone.audio.pictures import spectrogram_png
from voiceclone.audio.sound import Audio, encode_wav
from voiceclone.errors import VoiceCloneError
from voiceclone.storage import disk
from voiceclone.training import candidates

OUT_DIR = results.HERE / "out"
SECONDS = (20, 60, 300)
MINUTES = 5.0
_PICTURE_S = 30.0
"""Longer recordings squeeze a spectrogram until lines cannot be seen."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; return 0, or 1 when a part could not be measured."""
    options = _options(arguments)
    base_folder = prepared_base()
    if options.anew:
        results.save(results.without_references(results.load(options.results)), options.results)
    failures = 0
    for name in options.voices:
        try:
            voice = get_voice(name)
            _measure_references(voice, base_folder, options.results)
        except VoiceCloneError as error:
            _tell(f"SKIPPED {name}: {error}")
            failures += not isinstance(error, VoiceMissing)
            continue
        for seconds in options.seconds:
            try:
                _measure_run(voice, seconds, training.Plan(options.minutes, options.steps), options, base_folder)
            except VoiceCloneError as error:
                _tell(f"FAILED {name}, {seconds} s: {error}")
                failures += 1
            gc.collect()  # the network of this run, before the next training needs the memory
    measured = results.load(options.results)
    if options.results == results.RESULTS_FILE:
        report.write_readme(measured)
    print(report.tables(measured))
    return 1 if failures else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--voices", nargs="+", choices=VOICE_NAMES, default=list(ENGLISH_VOICES))
    parser.add_argument("--seconds", nargs="+", type=int, default=list(SECONDS), help="how much speech to train on")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="training time, all told (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="one voice, 60 s of speech")
    parser.add_argument(
        "--steps", type=int, help="train this many steps instead; tries the harness, results go to out/trial.json"
    )
    parser.add_argument("--anew", action="store_true", help="measure speakers and stock voices again, too")
    parser.add_argument("--results", type=Path, help="where figures are kept (benchmarks/results.json)")
    options = parser.parse_args(arguments)
    if options.quick:
        options.voices, options.seconds = options.voices[:1], [60]
    if options.steps is not None:
        options.minutes = None
    default = results.RESULTS_FILE if options.steps is None else OUT_DIR / "trial.json"
    options.results = (options.results or default).resolve()
    return options


def prepared_base() -> Path:
    """Return the folder of the base model in the usual data folder, made ready."""
    engine = VoiceEngine()
    engine.prepare_base()
    return engine.data_dir / "base" / engine.base_id


def _measure_references(voice: BenchmarkVoice, base_folder: Path, results_file: Path) -> None:
    """Measure the speaker's own held-out clips and the stock voices, unless that was done before."""
    stock_id = fingerprint(base_folder)
    known = results.for_stock(results.load(results_file), stock_id)
    if voice.name not in known["speakers"]:
        _tell(f"{voice.name}: the speaker's own held-out clips")
        figures = {"clips": len(voice.held_out), **measure.judge_speaker(voice.held_out)}
        known = results.with_speaker(known, voice.name, figures)
        results.save(known, results_file)
    compared = [voice.name in figures["similarity"] for figures in known["stock"].values()]
    if compared and all(compared):
        return
    _tell(f"{voice.name}: the stock voices")
    speaker = measure.speaker_of_clips(voice.held_out)
    stock = {}
    for name, recordings in stock_speech(base_folder).items():
        judged = known["stock"].get(name) or measure.judge(UNSEEN, recordings)
        told = measure.similarity(recordings, speaker)
        stock[name] = {**judged, **{key: {voice.name: told[key]} for key in results.TO_EACH_SPEAKER}}
    results.save(results.with_stock(known, stock, stock_id), results_file)


def _measure_run(
    voice: BenchmarkVoice,
    seconds: int,
    plan: training.Plan,
    options: argparse.Namespace,
    base_folder: Path,
) -> None:
    """Train one voice in a data folder of its own, judge it, and put the figures into the results."""
    made = results.circumstances()
    run: dict[str, Any] = {"voice": voice.name, "seconds": seconds, "minutes_asked": plan.minutes}
    CACHE_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="data-", dir=CACHE_DIR, ignore_cleanup_errors=True) as folder:
        engine = training.fresh_engine(Path(folder), base_folder)
        _tell(f"{voice.name}, {seconds} s: adding and cleaning")
        began = time.monotonic()
        project_id = training.add_and_clean(engine, voice.name, voice.training_clips(seconds))
        run["cleaning_s"] = time.monotonic() - began
        run |= training.describe_speech(engine, project_id)
        cleaned = [
            engine.projects.clip_audio(project_id, clip.clip_id, "cleaned")
            for clip in engine.projects.clips(project_id)
        ]
        run["cleaned"] = measure.pauses(cleaned)
        _tell(f"{voice.name}, {seconds} s: training")
        run |= training.train(engine, project_id, voice.name, plan)
        _tell(f"{voice.name}, {seconds} s: speaking and judging")
        spoken, run["real_time_factor"] = training.speak_unseen(engine, voice.name)
        run["onnx_real_time_factor"] = onnx_real_time_factor(base_folder)
        _keep(engine, f"{voice.name}_{seconds}s", run.pop("run_id"), spoken)
    run |= measure.similarity(spoken, measure.speaker_of_clips(voice.held_out)) | measure.judge(UNSEEN, spoken)
    known = results.load(options.results)
    run["tones_above_stock"] = measure.tones_above(run["tones"], known["stock"])
    results.save(results.with_run(known, run | {"made": made}), options.results)


def _keep(engine: VoiceEngine, name: str, run_id: str, spoken: list[Audio]) -> None:
    """Keep what ears and eyes should judge: the sentences, their spectrogram, the voice, the losses, the candidates."""
    OUT_DIR.mkdir(parents=True, exist_ok=True)
    together = measure.joined(spoken)
    encode_wav(together, OUT_DIR / f"{name}.wav")
    shown = Audio(together.samples[: round(_PICTURE_S * together.sample_rate)], together.sample_rate)
    disk.write_bytes(OUT_DIR / f"{name}.png", spectrogram_png(shown, name))
    run_dir = engine.data_dir / "runs" / run_id
    disk.write_bytes(OUT_DIR / f"{name}.jsonl", (run_dir / "metrics.jsonl").read_bytes())
    disk.write_bytes(OUT_DIR / f"{name}.candidates.json", (run_dir / candidates.INDEX_FILE).read_bytes())
    voice_file = engine.voices.export(engine.runs.status(run_id).voice_id, Path(engine.data_dir))
    voice_file.replace(OUT_DIR / f"{name}{voice_file.suffix}")


def _tell(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
