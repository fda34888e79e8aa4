"""The voices a run could end in: what each said at its checkpoint, how it was judged, and which one is kept.

The rule and its reasons: docs/picking-the-voice.md.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from voiceclone.errors import InputError, NotFoundError
from voiceclone.evaluation import pitch
from voiceclone.evaluation.panel import Judged
from voiceclone.storage import disk
from voiceclone.storage.safetensors_file import is_whole
from voiceclone.wording import count

FOLDER = "candidates"
"""In the run folder: sounds (FLAC) and voice files (safetensors)."""
INDEX_FILE = "candidates.json"
"""In the run folder; a candidate counts once it stands there, so whatever is written before it may be torn."""
MAX_VOICE_FILES = 4
"""Voice files that stay on disk, 20 MB each; of the other candidates one can still hear what they said."""
BY_RULE, BY_PERSON = "rule", "person"
RECORDING_SOUND, START_SOUND, INSTANT_SOUND = "recording.flac", "start.flac", "instant.flac"
"""A held-out recording, the untouched base, the voice made without training; names in `FOLDER`."""

SIMILARITY_NOISE = 0.01
"""Two candidates nearer than this are equally like: the same voice says the two sentences again with another random
noise and moves by half of it."""
WORDS_MARGIN = 0.10
"""Words wrong above the best candidate's. The two English sentences have 24 words: two more are chance, three are not.
With 0.07 a voice with 1 % of its words wrong in twenty sentences, two of them in these, lost to one of a third of its
steps and 0.04 less similarity."""
SOUND_MARGIN = 0.35
"""DNSMOS below the best candidate's. Two sentences are off what twenty say by 0.08 (standard deviation, 18 candidates
of `python -m benchmarks.picking`, two by 0.14 and one by 0.21), so differences of two candidates by 0.11, and the best
of several is the luckiest of them. With 0.25 a voice of some 0.91 similarity lost to one of a third of its steps and
0.874, whose twenty sentences were 0.15 better."""
BUZZ_MEAN_DB, BUZZ_MAX_DB = 0.5, 5.5
"""Tone excess above that of the untouched base on the same sentences, mean and strongest line of a band. The bars of
the benchmark (0.3 and 4 dB) and twice the spread of pairs of sentences (0.09 and 0.75 dB); see
docs/decisions/0119."""


@dataclass(frozen=True)
class Reference:
    """What candidates are compared with: the untouched base, or a voice made without training."""

    judged: Judged
    sound: str
    """File name of what it said, in `FOLDER`."""


@dataclass(frozen=True)
class Candidate:
    """The voice as it was after some steps."""

    step: int
    judged: Judged
    sound: str
    """File name of what it said, in `FOLDER`."""
    voice: str
    """File name of the voice itself, in `FOLDER`; see `MAX_VOICE_FILES`."""
    elapsed_s: float = 0.0
    """Working time of the run when it was made."""
    cost_s: float = 0.0
    """Time that speaking, judging and writing it took."""
    held_out_loss: float | None = None
    """The loss on a recording that nothing is learnt from."""


@dataclass(frozen=True)
class Candidates:
    """All candidates of a run, in the order of their steps."""

    language: str = ""
    sentences: tuple[str, ...] = ()
    """What each of them says."""
    recording: str = ""
    """File name of a recording that no training heard, in `FOLDER`; nothing where none was held out."""
    start: Reference | None = None
    """The untouched base in the stock voice that learning began from; judged with the first candidate."""
    instant: Reference | None = None
    """The person's voice made without training, where there is one."""
    made: tuple[Candidate, ...] = ()
    kept_step: int | None = None
    """The step of the voice that was kept; None while the run goes on."""
    kept_by: str = ""
    """`BY_RULE` or `BY_PERSON`."""
    ended_early: str = ""
    """Why the run ended before its time, see `run_summary.reason_to_end`; nothing where it did not."""
    levelled_step: int | None = None
    """The step at which an open-ended run had levelled off, and since which it cools down; None before."""

    def at(self, step: int) -> Candidate:
        """Return the candidate made after `step` steps.

        Raises:
            NotFoundError: there is none.
        """
        for candidate in self.made:
            if candidate.step == step:
                return candidate
        steps = ", ".join(str(candidate.step) for candidate in self.made)
        raise NotFoundError(f"No sample was made after {count(step, 'step')}; there are {steps or 'none'}.")

    def loss_points(self) -> list[dict[str, Any]]:
        """Return the held-out losses as points of a plot, see `runs.plot_points`."""
        return [
            {"step": one.step, "loss": one.held_out_loss, "series": "held_out"}
            for one in self.made
            if one.held_out_loss is not None
        ]

    def faults(self, candidate: Candidate) -> tuple[str, ...]:
        """Return what is wrong with a candidate's speech: `pitch`, `words`, `tone`, `sound`; nothing if it is sound."""
        judged = candidate.judged
        told = []
        if pitch.is_far(judged.pitch_off_semitones):
            told.append("pitch")
        if _behind(judged.words_right, [one.judged.words_right for one in self.made], WORDS_MARGIN):
            told.append("words")
        if _buzzes(judged, self.start):
            told.append("tone")
        if _behind(judged.naturalness, [one.judged.naturalness for one in self.made], SOUND_MARGIN):
            told.append("sound")
        return tuple(told)

    def best(self) -> Candidate | None:
        """Return the candidate to keep: of those with the fewest faults the worthiest, the latest where equal.

        None while there is none.
        """
        if not self.made:
            return None
        fewest = min(len(self.faults(one)) for one in self.made)
        fit = [one for one in self.made if len(self.faults(one)) == fewest]
        worths = [(one, value) for one in fit if (value := worth(one.judged)) is not None]
        if not worths:
            return fit[-1]
        best = max(value for _, value in worths)
        # Nothing after the best one that is like it within noise has learnt less; melody and timing go on learning.
        return [one for one, value in worths if value >= best - SIMILARITY_NOISE][-1]

    def latest(self, number: int) -> tuple[Candidate, ...]:
        """Return at most `number` candidates: the latest, among them the one that is kept or best so far."""
        best = self.best()
        chosen = self.kept_step if self.kept_step is not None else best.step if best is not None else None
        older = tuple(one for one in self.made[:-number] if one.step == chosen)
        return (*older, *self.made[-(number - len(older)) :])

    @property
    def spent_s(self) -> float:
        """Time that all candidates took, seconds."""
        return sum(candidate.cost_s for candidate in self.made)


# Files --------------------------------------------------------------------------------------------


def read(run_dir: Path) -> Candidates:
    """Read what lies in a run folder; nothing where there is nothing, or where it is damaged."""
    nothing = NotFoundError("no candidates")
    try:
        content = disk.read_json_twice(run_dir / INDEX_FILE, missing=nothing, damaged=nothing)
        return _parse(content)
    except (NotFoundError, KeyError, TypeError, ValueError, AttributeError):
        return Candidates()


def write(run_dir: Path, found: Candidates) -> None:
    """Write all of it, whole or not at all."""
    # Twice: without it no one knows how the voice files were judged, and they would be tidied away.
    disk.write_json_twice(run_dir / INDEX_FILE, asdict(found))


def add(run_dir: Path, candidate: Candidate) -> Candidates:
    """Append a candidate and return all of them; one of the same step is replaced."""
    found = read(run_dir)
    others = [one for one in found.made if one.step != candidate.step]
    found = replace(found, made=tuple(sorted([*others, candidate], key=lambda one: one.step)))
    write(run_dir, found)
    return found


def file(run_dir: Path, name: str) -> Path | None:
    """Return where a sound or a voice of the candidates lies; None where it is gone."""
    path = run_dir / FOLDER / Path(name).name if name else None
    return path if path is not None and path.is_file() else None


def voice_file(run_dir: Path, candidate: Candidate) -> Path | None:
    """Return the voice file of a candidate; None where it is gone or damaged."""
    path = file(run_dir, candidate.voice)
    return path if path is not None and is_whole(path) else None


def tidy(run_dir: Path) -> None:
    """Delete the voice files that are not worth keeping, and what a killed process left half-made.

    Kept are the chosen one, the last one, and the next best, `MAX_VOICE_FILES` in all.
    """
    found = read(run_dir)
    chosen = found.best()
    kept_step = found.kept_step if found.kept_step is not None else chosen.step if chosen else None
    order = sorted(found.made, key=lambda one: (len(found.faults(one)), -(worth(one.judged) or 0.0), -one.step))
    order.sort(key=lambda one: one.step not in (kept_step, found.made[-1].step))
    wanted = {one.voice for one in order[:MAX_VOICE_FILES]}
    wanted |= {one.sound for one in found.made} | {RECORDING_SOUND, START_SOUND, INSTANT_SOUND}
    folder = run_dir / FOLDER
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name not in wanted:
                path.unlink(missing_ok=True)


def check_kept(run_dir: Path, step: int) -> tuple[Candidate, Path]:
    """Return a candidate that can be kept and its voice file.

    Raises:
        NotFoundError: there is no such candidate.
        InputError: its voice file was deleted to save room, or is damaged.
    """
    candidate = read(run_dir).at(step)
    if file(run_dir, candidate.voice) is None:
        raise InputError(
            f"The voice after {count(step, 'step')} was only kept as a sample, to save room on the disk. Choose "
            "another one."
        )
    path = voice_file(run_dir, candidate)
    if path is None:
        raise InputError(f"The file of the voice after {count(step, 'step')} is damaged. Choose another one.")
    return candidate, path


# The rule -----------------------------------------------------------------------------------------


def worth(judged: Judged) -> float | None:
    """Return what to choose by: similarity, less what a wrong pitch costs, which similarity hardly hears."""
    return None if judged.similarity is None else pitch.weighed(judged.similarity, judged.pitch_off_semitones)


def _behind(own: float | None, everyones: Sequence[float | None], margin: float) -> bool:
    best = max((value for value in everyones if value is not None), default=None)
    return own is not None and best is not None and own < best - margin - 1e-9


def _buzzes(judged: Judged, start: Reference | None) -> bool:
    if start is None:
        return False
    return any(
        own_mean - base_mean > BUZZ_MEAN_DB or own_max - base_max > BUZZ_MAX_DB
        for (own_mean, own_max), (base_mean, base_max) in zip(judged.tones, start.judged.tones, strict=False)
    )


def scores(candidate: Candidate, found: Candidates) -> dict[str, float]:
    """Return what goes into the voice file: its own figures, and those of what it is compared with."""
    judged = candidate.judged
    told = {
        "similarity": judged.similarity,
        "words_right": judged.words_right,
        "naturalness": judged.naturalness,
        "pitch_off_semitones": judged.pitch_off_semitones,
    }
    for name, other in (("stock", found.start), ("instant", found.instant)):
        if other is not None:
            told |= {
                f"similarity_{name}": other.judged.similarity,
                f"pitch_off_semitones_{name}": other.judged.pitch_off_semitones,
                f"words_right_{name}": other.judged.words_right,
            }
    return {name: value for name, value in told.items() if value is not None}


# From JSON ----------------------------------------------------------------------------------------


def _parse(content: dict[str, Any]) -> Candidates:
    made = [_candidate(one) for one in content["made"]]
    kept_step, levelled_step = content["kept_step"], content.get("levelled_step")  # older runs have no such step
    return Candidates(
        language=str(content["language"]),
        sentences=tuple(str(sentence) for sentence in content["sentences"]),
        recording=str(content["recording"]),
        start=_reference(content["start"]),
        instant=_reference(content["instant"]),
        made=tuple(sorted(made, key=lambda one: one.step)),
        kept_step=None if kept_step is None else int(kept_step),
        kept_by=str(content["kept_by"]),
        ended_early=str(content["ended_early"]),
        levelled_step=None if levelled_step is None else int(levelled_step),
    )


def _candidate(content: dict[str, Any]) -> Candidate:
    return Candidate(
        step=int(content["step"]),
        judged=_judged(content["judged"]),
        sound=str(content["sound"]),
        voice=str(content["voice"]),
        elapsed_s=float(content["elapsed_s"]),
        cost_s=float(content["cost_s"]),
        held_out_loss=None if content["held_out_loss"] is None else float(content["held_out_loss"]),
    )


def _reference(content: dict[str, Any] | None) -> Reference | None:
    return None if content is None else Reference(_judged(content["judged"]), str(content["sound"]))


def _judged(content: dict[str, Any]) -> Judged:
    # Older runs have no pitch, and call speaker similarity likeness.
    content = {"pitch_off_semitones": None, "similarity": content.get("likeness")} | content
    figures = {
        name: None if content[name] is None else float(content[name])
        for name in ("similarity", "words_right", "naturalness", "pitch_off_semitones")
    }
    return Judged(**figures, tones=tuple((float(mean_db), float(max_db)) for mean_db, max_db in content["tones"]))
