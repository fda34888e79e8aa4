"""Frozen against fine-tuned, measured: `python -m benchmarks.comparison` trains, judges, and fills the document.

One comparison per voice and base, as `python -m voiceclone compare` makes it, but on a benchmark voice with its own
held-out clips and the benchmark's twenty sentences.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import results, training
from benchmarks.report import signed, with_tables
from benchmarks.sentences import UNSEEN
from benchmarks.voices import CACHE_DIR, ENGLISH_VOICES, VOICE_NAMES, BenchmarkVoice, get_voice
from voiceclone import VoiceEngine, host
from voiceclone.bases.catalogue import DEFAULT_BASE_ID
from voiceclone.compare import model, table
from voiceclone.compare.model import Comparison, Way
from voiceclone.errors import VoiceCloneError
from voiceclone.storage import disk

DOCUMENT = host.CHECKOUT_DIR / "docs" / "experiments" / "transfer-vs-fine-tuning.md"
MEASURED_DIR = results.HERE / "comparisons"
OUT_DIR = results.HERE / "out"
JUDGING_CLIPS = 12
"""Held-out clips of a benchmark voice that similarity is measured to."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for and fill the document; return 1 when a part could not be measured."""
    options = _options(arguments)
    failures = 0
    for name in [] if options.report else options.voices:
        try:
            _measure(get_voice(name), options)
        except VoiceCloneError as error:
            print(f"FAILED {name}: {error}", file=sys.stderr)
            failures += 1
    if options.steps is None:
        write_document(load_all())
    return 1 if failures else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.comparison", description=__doc__)
    parser.add_argument("--voices", nargs="+", choices=VOICE_NAMES, default=list(ENGLISH_VOICES))
    parser.add_argument("--base", default=DEFAULT_BASE_ID, metavar="ID", help="a base model that is on this computer")
    parser.add_argument("--seconds", type=int, default=60, help="how much speech to train on (%(default)s)")
    parser.add_argument("--minutes", type=float, default=5.0, help="of each training (%(default)s)")
    parser.add_argument("--steps", type=int, help="train this many steps instead; tries the harness, keeps no figures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--report", action="store_true", help="measure nothing; fill the document from what is there")
    options = parser.parse_args(arguments)
    if options.steps is not None:
        options.minutes = None
    return options


def _measure(voice: BenchmarkVoice, options: argparse.Namespace) -> None:
    made = results.circumstances()
    base_folder = _base_folder(options.base)
    judging = voice.held_out[:JUDGING_CLIPS]
    name = f"{voice.name}_{options.base}_{options.seconds}s"
    CACHE_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="data-", dir=CACHE_DIR, ignore_cleanup_errors=True) as folder:
        engine = training.fresh_engine(Path(folder), base_folder)
        project_id = training.add_and_clean(engine, voice.name, [*voice.training_clips(options.seconds), *judging])
        names = {clip.path.name for clip in judging}
        done = engine.compare(
            project_id,
            True,
            options.minutes,
            options.steps,
            options.seed,
            base_id=options.base,
            sentences=UNSEEN,
            held_out=[clip.clip_id for clip in engine.projects.clips(project_id) if clip.source_name in names],
            consent_by="benchmark",
            on_progress=_tell,
        )
        kept = OUT_DIR / f"compare_{name}"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(engine.comparisons.folder(done.comparison_id), kept)
    print(f"\n{done.verdict}\nThe sounds and the picture are in {kept}.", file=sys.stderr)
    if options.steps is None:
        disk.write_json(MEASURED_DIR / f"{name}.json", {**model.as_plain(done), "made": made})


def _base_folder(base_id: str) -> Path:
    engine = VoiceEngine()
    engine.base_of(base_id).ensure_ready()
    return engine.data_dir / "base" / base_id


def _tell(share: float, words: str) -> None:
    print(f"\r{time.strftime('%H:%M:%S')} {share:4.0%} {words[:100]:<100}", end="", file=sys.stderr, flush=True)


def load_all(folder: Path = MEASURED_DIR) -> dict[str, dict[str, Any]]:
    """Return what was measured, by file name, sorted."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def write_document(measured: Mapping[str, Mapping[str, Any]], document: Path = DOCUMENT) -> None:
    """Put the tables into the document; without anything measured it says so."""
    page = with_tables(document.read_text(encoding="utf-8"), tables(measured))
    disk.write_bytes(document, page.encode("utf-8"))


def tables(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a section per comparison, or a sentence when there is none."""
    if not measured:
        return "Not measured yet.\n"
    return "\n\n".join(_section(value) for value in measured.values()) + "\n"


def _section(value: Mapping[str, Any]) -> str:
    done = model.comparison_from(value)
    request, made = done.request, value.get("made", {})
    length = f"{request.minutes:g} minutes" if request.minutes is not None else f"{request.steps} steps"
    machine = made.get("machine", {})
    where = f"{machine['processor']}, {machine['cores']} cores; {made['date']}, commit {made['commit']}" if made else ""
    return "\n".join(
        [
            f"### {request.project_name}, {request.base_title}",
            "",
            f"{request.training_speech_s:.0f} s of speech, {length} a training, {len(request.sentences)} unseen "
            f"sentences, {len(request.held_out_clip_ids)} held-out recordings, {done.device}. {where}".strip(),
            "",
            *_rows([("", *(way.title for way in done.ways)), *four_answers(done)]),
            "",
            *_rows([table.HEAD, *table.rows(done)]),
            "",
            f"**{done.verdict}**",
        ]
    )


def four_answers(done: Comparison) -> list[tuple[str, ...]]:
    """Return the article's four rows, answered with one cell per way."""
    return [
        ("**Task complexity**: what learns, and how long", *(_effort(way) for way in done.ways)),
        (
            "**Adaptation**: similarity to unheard recordings; pitch, semitones off",
            *(_similarity(way) for way in done.ways),
        ),
        ("**Customization**: how much of the gap to the person is closed", *_gaps(done)),
        ("**Output quality**: words right, naturalness", *(_quality(way) for way in done.ways)),
    ]


def _effort(way: Way) -> str:
    learns = f"{way.trained_parameters:,} numbers" if way.trained_parameters else "nothing"
    return f"{learns}; {way.minutes:.1f} min"


def _similarity(way: Way) -> str:
    similarity = "-" if way.figures.similarity is None else f"{way.figures.similarity:.3f}"
    off = way.figures.pitch_off_semitones
    return similarity if off is None else f"{similarity}; {signed(off)}"


def _quality(way: Way) -> str:
    words, natural = way.figures.words_right, way.figures.naturalness
    return f"{'-' if words is None else f'{words:.1%}'}, {'-' if natural is None else f'{natural:.2f}'}"


def _gaps(done: Comparison) -> list[str]:
    """Return for each way how far it is from the first way's similarity to that of the recordings among themselves."""
    start, goal = done.ways[0].figures.similarity, done.recordings.similarity
    if start is None or goal is None or goal <= start:
        return ["-"] * len(done.ways)
    reached = [way.figures.similarity for way in done.ways]
    return ["-" if value is None else f"{(value - start) / (goal - start):.0%}" for value in reached]


def _rows(rows: Iterable[Sequence[str]]) -> list[str]:
    head, *rest = [f"| {' | '.join(row)} |" for row in rows]
    columns = head.count("|") - 1
    return [head, f"|{'---|' * columns}", *rest]


if __name__ == "__main__":
    sys.exit(main())
