"""Measure how far the borders between sounds that a training uses lie from labelled ones, in a language no voice has.

The recordings are the benchmark's Russian man (Debian's `festvox-ru`), whose labels hold the end of each sound. They
are made ready as a training of the embedded base does it: from its stock voice nearest to them, on a grid of 25 ms. A
border is the beginning of a sound that stands in the labels and in our phonemes, in the same place of the sentence and
of the same kind; all vowels are one kind. The base's own sound runs ahead of the tokens it is made from: how far is
told by where the energy rises at borders from p, t, k, s and ʃ to a vowel, in its own speech of the same texts too.
Prints Markdown tables for docs/experiments/languages.md.

    python tools/measure_alignment.py --clips 20
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - the checkout has to be on the path first

from benchmarks.voices import SpokenClip, get_voice, phone_labels  # noqa: E402
from voiceclone.audio.sound import Audio, decode  # noqa: E402
from voiceclone.bases.base import TrainingClip  # noqa: E402
from voiceclone.bases.kokoro.data import dataset  # noqa: E402
from voiceclone.bases.kokoro.data.alignment import Aligner  # noqa: E402
from voiceclone.bases.kokoro.model import synthesis, weights  # noqa: E402
from voiceclone.bases.kokoro.model.network import FRAME_S, SAMPLE_RATE  # noqa: E402
from voiceclone.bases.kokoro.model.tokens import vocabulary  # noqa: E402
from voiceclone.bases.kokoro.starting_voice import choose_start  # noqa: E402

NEAR_MS = 50.0
PAUSE = "pau"
VOWEL = "V"
_VOWELS = {"labels": {"a", "aa", "ae", "ay", "e", "ee", "i", "ii", "oo", "u", "ur", "uu", "y", "yy"},
           "phonemes": set("aeiouyɑɛɪʌəɔ")}  # fmt: skip
_NAMED = {"h": "x", "sh": "ʃ", "zh": "ʒ", "ch": "ʧ", "sch": "ɕ", "c": "ʦ", "g": "ɡ"}
"""Labels whose sound has another sign in the phonemes; a doubled letter is a soft consonant."""
_STRESS, _MODIFIERS = "ˈˌ", "ʲː"
_VOICELESS = {"p", "t", "k", "s", "ʃ"}
STEP_S = 0.005
AROUND = 40
"""Steps before and behind a border."""


@dataclass(frozen=True)
class Sound:
    """One sound and where it begins."""

    kind: str
    begins_s: float


def labelled(lines: Iterable[str]) -> list[Sound]:
    """Return the sounds of a label file (`end-in-seconds number name` below a line `#`), without pauses."""
    sounds, begins_s = [], 0.0
    for line in lines:
        parts = line.split()
        if len(parts) != 3:
            continue
        if parts[2] != PAUSE:
            sounds.append(Sound(_kind_of_label(parts[2]), begins_s))
        begins_s = float(parts[0])
    return sounds


def _kind_of_label(name: str) -> str:
    if name in _VOWELS["labels"]:
        return VOWEL
    name = _NAMED.get(name, name)
    hard = name[0] if len(name) == 2 and name[0] == name[1] else name
    return _NAMED.get(hard, hard)


def aligned(phonemes: str, frames: Sequence[int]) -> list[Sound]:
    """Return the sounds of an alignment.

    Args:
        phonemes: one sign for each token.
        frames: of each token, those of the boundaries before and behind among them.
    """
    begins = np.cumsum([0, *frames])[1:-2] * FRAME_S
    sounds, stress_s = [], None
    for sign, begins_s in zip(phonemes, begins, strict=True):
        if sign in _STRESS:  # it is part of the vowel it stands before
            stress_s = begins_s
        elif sign.isalpha() and sign not in _MODIFIERS:
            kind = VOWEL if sign in _VOWELS["phonemes"] else sign
            sounds.append(Sound(kind, float(begins_s if stress_s is None else stress_s)))
            stress_s = None
    return sounds


def errors_ms(truth: Sequence[Sound], found: Sequence[Sound]) -> np.ndarray:
    """Return how much later each border was found than labelled, ms, for the sounds that both have."""
    matcher = SequenceMatcher(None, [one.kind for one in truth], [one.kind for one in found], autojunk=False)
    pairs = [
        (truth[block.a + k], found[block.b + k]) for block in matcher.get_matching_blocks() for k in range(block.size)
    ]
    return np.array([1000 * (one.begins_s - right.begins_s) for right, one in pairs])


def spread(truth: Sequence[Sound], found: Sequence[Sound]) -> list[Sound]:
    """Return the found sounds at equal distances over the labelled speech: what is known without listening."""
    begins = np.linspace(truth[0].begins_s, truth[-1].begins_s, len(found))
    return [Sound(one.kind, float(begins_s)) for one, begins_s in zip(found, begins, strict=True)]


def rises_db(sounds: Sequence[Sound], audio: Audio) -> list[np.ndarray]:
    """Return the energy around each border from a voiceless consonant to a vowel, a value each `STEP_S`, dB."""
    step = round(STEP_S * audio.sample_rate)
    energy_db = 10 * np.log10(np.convolve(audio.samples**2, np.ones(step) / step, "same")[::step] + 1e-9)
    found = []
    for before, after in pairwise(sounds):
        at = round(after.begins_s / STEP_S)
        if after.kind == VOWEL and before.kind in _VOICELESS and AROUND <= at < len(energy_db) - AROUND:
            found.append(energy_db[at - AROUND : at + AROUND])
    return found


def rise_ms(profiles: Sequence[np.ndarray]) -> float:
    """Return where the mean energy rises fastest, ms behind the border."""
    mean_db = np.convolve(np.mean(profiles, axis=0), np.ones(3) / 3, "same")
    slope = np.gradient(mean_db)[3:-3]  # the ends of a smoothed curve are none
    return 1000 * STEP_S * (int(slope.argmax()) + 3 - AROUND)


@dataclass
class Measured:
    """What was measured over all sentences."""

    labels: int = 0
    """Labelled sounds."""
    found_ms: list[np.ndarray] = field(default_factory=list)
    """Errors of each sentence."""
    spread_ms: list[np.ndarray] = field(default_factory=list)
    """Those of evenly spread sounds."""
    rises: dict[str, list[np.ndarray]] = field(
        default_factory=lambda: {"as labelled": [], "as a training places them": [], "in the base's own speech": []}
    )
    """Energy around borders; the last: of the base's own speech."""


def measure(clips: Sequence[SpokenClip], kokoro: Path) -> Measured:
    """Align the clips as a training does, and compare."""
    signs = {token: sign for sign, token in vocabulary().items()}
    by_id = {clip.path.stem: clip for clip in clips}
    measured = Measured()
    with tempfile.TemporaryDirectory() as folder:
        run_dir = Path(folder)
        network = weights.load_network(kokoro, "cpu")
        entries = dataset.write_dataset(
            [TrainingClip(name, decode(clip.path), clip.text, clip.language) for name, clip in by_id.items()], run_dir
        )
        aligner = Aligner(network, kokoro, choose_start(network, kokoro, run_dir, entries))
        for entry in entries:
            tokens, sound = list(entry.tokens), dataset.read_sound(run_dir, entry)
            phonemes = "".join(signs[token] for token in tokens)
            found = aligned(phonemes, aligner.align(aligner.encode(tokens), sound).tolist())
            truth = labelled(phone_labels(by_id[entry.clip_id]).read_text(encoding="utf-8").splitlines())
            own, own_frames = (
                part.numpy() for part in synthesis.synthesize_with_frames(network, tokens, aligner.style)
            )
            recording = Audio(sound, SAMPLE_RATE)
            measured.rises["as labelled"] += rises_db(truth, recording)
            measured.rises["as a training places them"] += rises_db(found, recording)
            measured.rises["in the base's own speech"] += rises_db(
                aligned(phonemes, own_frames.tolist()), Audio(own, SAMPLE_RATE)
            )
            measured.labels += len(truth)
            measured.found_ms.append(errors_ms(truth, found))
            measured.spread_ms.append(errors_ms(truth, spread(truth, found)))
            print(f"{entry.clip_id}: {np.median(np.abs(measured.found_ms[-1])):.0f} ms", file=sys.stderr, flush=True)
    return measured


def row(name: str, off_ms: np.ndarray) -> str:
    """Return a line of the table."""
    away_ms = np.abs(off_ms)
    figures = (f"{np.median(away_ms):.0f} ms", f"{np.percentile(away_ms, 90):.0f} ms", f"{np.median(off_ms):+.0f} ms")
    return f"| {name} | {' | '.join(figures)} | {np.mean(away_ms <= NEAR_MS):.0%} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=20, help="how many sentences (default: 20)")
    parser.add_argument("--kokoro", type=Path, default=ROOT / "models/base/kokoro-82m", help="the converted base")
    options = parser.parse_args()
    clips = get_voice("ru_man").training[: options.clips]
    measured = measure(clips, options.kokoro)
    found_ms, spread_ms = np.concatenate(measured.found_ms), np.concatenate(measured.spread_ms)
    print(f"{len(measured.found_ms)} sentences, {len(found_ms)} of {measured.labels} labelled sounds\n")
    print("| borders | median error | 90th percentile | median, signed | within 50 ms |\n|---|---|---|---|---|")
    print(row("as a training places them", found_ms))
    print(row("the same, less their median", found_ms - np.median(found_ms)))
    print(row("spread evenly over the speech", spread_ms))
    print("\n| borders to a vowel | count | the energy rises |\n|---|---|---|")
    for name, profiles in measured.rises.items():
        print(f"| {name} | {len(profiles)} | {rise_ms(profiles):+.0f} ms |")


if __name__ == "__main__":
    main()
