"""Is the voice the person? `python -m benchmarks.identity`; see benchmarks/README.md.

A voice that is there already (a voice file, or the folder of a run, whose candidates are then judged too):

    python -m benchmarks.identity --voice joe --file out/joe_60s.safetensors

One that is trained first, once for each seed; with --at also as it was after some steps of the plan:

    python -m benchmarks.identity --voice joe --train 60 --minutes 5 --seeds 0 1 2
    python -m benchmarks.identity --voice joe --train 60 --steps 1000 --at 25,50,120,250,500

Figures go to benchmarks/identity.json, and from there into README.md.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import report, results, training
from benchmarks.identity import judging, learning, rows
from benchmarks.identity.learning import Learnt
from benchmarks.identity.rows import END, Made
from benchmarks.run import OUT_DIR, prepared_base
from benchmarks.voices import CACHE_DIR, SEXES, VOICE_NAMES, get_voice
from voiceclone import compute
from voiceclone.bases.base import VOICE_FILE
from voiceclone.bases.kokoro import KokoroBase
from voiceclone.errors import InputError, VoiceCloneError, VoiceFileError
from voiceclone.voices.voice_file import read_voice

ALL = 25
VOICES_DIR = OUT_DIR / "identity"
"""Where trained voices stay, a folder for each run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; return 0, or 1 when something could not be measured."""
    options = _options(arguments)
    try:
        if not options.report:
            compute.use_this_thread()
            _measure(options)
    except VoiceCloneError as error:
        _tell(f"FAILED: {error}")
        return 1
    measured = rows.load(options.results)
    if options.results == rows.RESULTS_FILE:
        report.write_readme()
    from benchmarks.identity.tables import tables

    print(tables(measured))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.identity", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--voice", help=f"whose voice it is: {', '.join(VOICE_NAMES)}, or a folder in the cache")
    parser.add_argument("--sex", choices=("female", "male"), help="of a person who is not among these")
    parser.add_argument("--file", nargs="+", type=Path, default=[], help="voice files, or folders of runs")
    parser.add_argument("--seconds", type=int, help="of speech it learnt from; read from the file where it says so")
    parser.add_argument("--plan", help="how long it was trained, “5 minutes”; read from the file where it says so")
    parser.add_argument("--seed", type=int, help="that it was trained with; read from the file where it says so")
    parser.add_argument("--stock", metavar="ID", help="a stock voice instead, for what a person has without training")
    parser.add_argument("--train", type=int, metavar="SECONDS", help="train on so much speech, and measure the outcome")
    parser.add_argument("--minutes", type=float, help="train so long, as the page does it")
    parser.add_argument("--steps", type=int, help="train so many steps, without looking at the clock")
    parser.add_argument("--at", type=_steps, default=(), help="also measure the voice after these steps of --steps")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], help="to train with (%(default)s)")
    parser.add_argument("--label", default="", help="what was different from the product")
    parser.add_argument("--sentences", type=int, default=ALL, help="at most, of each kind (all); fewer are a trial")
    parser.add_argument("--results", type=Path, help="where figures are kept (benchmarks/identity.json)")
    parser.add_argument("--report", action="store_true", help="measure nothing; only write the tables")
    options = parser.parse_args(arguments)
    ways = [bool(options.file), options.train is not None, options.stock is not None]
    if not options.report and (options.voice is None or sum(ways) != 1):
        parser.error("say whose voice it is with --voice, and one of --file, --train and --stock")
    if options.train is not None and (options.minutes is None) == (options.steps is None):
        parser.error("say how long to train: either --minutes or --steps")
    if options.at and options.steps is None:
        parser.error("--at are steps of a training, so it needs --steps")
    if not options.report and options.sex is None:
        if options.voice not in SEXES:
            parser.error(f"say with --sex which stock voices “{options.voice}” is compared with")
        options.sex = SEXES[options.voice]
    if options.sentences < 2:
        parser.error("at least two sentences are needed: recordings are compared with the others")
    default = rows.RESULTS_FILE if options.sentences >= ALL else OUT_DIR / "identity.json"
    options.results = (options.results or default).resolve()
    return options


def _steps(written: str) -> tuple[int, ...]:
    return tuple(int(step) for step in written.split(","))


def _measure(options: argparse.Namespace) -> None:
    files = list(_files(options))
    base_folder = prepared_base()
    base = KokoroBase(base_folder)
    _tell(f"{options.voice}: the person's recordings")
    person = judging.person_of(get_voice(options.voice), options.sentences)
    measured = rows.load(options.results)
    if options.voice not in measured["people"]:
        results.save(rows.with_person(measured, options.voice, judging.judge_person(person)), options.results)
    _tell(f"{options.voice}: the stock voices (once, then from the cache)")
    court = judging.Court(base, base_folder, person, options.sex, options.sentences)
    for one in files or _trained(options, base_folder):
        _tell(f"{options.voice}: speaking and judging, {one.made.plan}, seed {one.made.seed}, {one.made.at}")
        figures = {**one.known, **court.judge(one.path), "circumstances": results.circumstances()}
        results.save(rows.with_row(rows.load(options.results), one.made, figures), options.results)


def _trained(options: argparse.Namespace, base_folder: Path) -> Iterator[Learnt]:
    for seed in options.seeds:
        _tell(f"{options.voice}: training, seed {seed}")
        plan = training.Plan(options.minutes, options.steps, seed)
        voice = get_voice(options.voice)
        yield from learning.learn(voice, options.train, plan, options.label, base_folder, options.at, VOICES_DIR)


def _files(options: argparse.Namespace) -> Iterator[Learnt]:
    """Yield the voices that the command line names.

    Raises:
        InputError: two of them would be one row.
    """
    given = {"seconds": options.seconds, "plan": options.plan, "seed": options.seed}
    if options.stock is not None:
        yield Learnt(Made(options.voice, label=f"stock voice {options.stock}"), options.stock, {})
    seen = set()
    for path, at in (found for folder in options.file for found in found_voices(folder)):
        made, known = described(path, Made(options.voice, at=at, label=options.label))
        made = replace(made, **{name: value for name, value in given.items() if value is not None})
        if made in seen:
            raise InputError(
                f"“{path}” cannot be told from another file: neither says how it was trained. Measure them one by one, "
                "with --seed, --plan or --label."
            )
        seen.add(made)
        yield Learnt(made, path, known)


def found_voices(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield voice files and the steps they were taken at: the file itself, or a run's candidates and final voice.

    A file whose name is a number is taken for a run's candidate.

    Raises:
        InputError: there is none.
    """
    if path.is_file():
        yield path, path.stem if path.stem.isdecimal() else END
        return
    candidates = [one for one in (path / "candidates").glob("*.safetensors") if one.stem.isdecimal()]
    candidates += [one for one in path.glob("*.safetensors") if one.stem.isdecimal()]
    ended = [path / VOICE_FILE] if (path / VOICE_FILE).is_file() else []
    if not candidates and not ended:
        raise InputError(f"“{path}” is no voice file, and no folder of a run. Check --file.")
    yield from ((one, one.stem) for one in sorted(candidates, key=lambda one: int(one.stem)))
    yield from ((one, END) for one in ended)


def described(path: Path, made: Made) -> tuple[Made, dict[str, float]]:
    """Return `made` with what a voice file says of itself, and its `steps` and `minutes`; nothing for a candidate."""
    try:
        voice = read_voice(path)
    except VoiceFileError:
        return made, {} if made.at == END else {"steps": int(made.at)}
    known = {"steps": voice.steps, "minutes": voice.minutes}
    told = replace(made, seconds=round(voice.speech_s), plan=f"{voice.minutes:.1f} minutes", seed=voice.seed)
    return told, known


def _tell(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    CACHE_DIR.mkdir(parents=True, exist_ok=True)
    sys.exit(main())
