"""Measures how often trackers of pitch are wrong, and what they cost: octaves, missed speech, pauses called voiced.

    python tools/compare_pitch_trackers.py [--person NAME=FOLDER]... [--base FOLDER] [--out FILE]

Speech whose pitch is known: the base renders a given melody, and WORLD moves real recordings to another height. Real
recordings (examples/joe, and a folder a person) count where most of the other trackers agree, which leaves out the one
that is judged. Recordings are then spoilt by noise, a telephone's band and quiet. A tracker whose package is missing
(docs/experiments/pitch.md names them) is left out with a line. Seconds are processor time on one thread, the first
call not counted.
"""

import argparse
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - the checkout has to be on the path first
import torch  # noqa: E402

from tools import pitch_material as material  # noqa: E402
from tools.pitch_material import RATE, Sample  # noqa: E402
from tools.pitch_trackers import COMBINED, SINGLE, Tracker, on_grid  # noqa: E402
from voiceclone import host  # noqa: E402
from voiceclone.audio.sound import decode  # noqa: E402
from voiceclone.text import scripts  # noqa: E402

GROSS = 0.2
OCTAVE_SEMITONES = 6.0
SPOILT_SHARE = 0.5
"""Of what is heard of a person, what is spoilt in each way."""
RENDERED = ((60.0, 0.03), (80.0, 0.03), (110.0, 0.0), (150.0, 0.0), (230.0, 0.0), (320.0, 0.0), (420.0, 0.0))
MOVED = ((55.0, 0.03, 1.0), (75.0, 0.03, 1.0), (115.0, 0.0, 1.0), (240.0, 0.0, 1.1), (380.0, 0.0, 1.2))
"""Height in Hz, jitter, and the factor on the formants."""
GROUPS = ("below 100 Hz", "100-200 Hz", "200-300 Hz", "above 300 Hz")
"""Of speech whose pitch is known."""
COLUMNS = ("gross", "octave", "missed", "false")


class Comparison:
    """Counts each tracker's errors by group, and the time it takes.

    Args:
        trackers: by name.
    """

    def __init__(self, trackers: Mapping[str, Tracker]) -> None:
        self.trackers = dict(trackers)
        self.first_s: dict[str, float] = {}
        self.spent_s: Counter[str] = Counter()
        self.heard_s = 0.0
        self.counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def warm_up(self) -> None:
        """Call each tracker once, and let go of those that cannot be called here."""
        noise = np.random.default_rng(0).standard_normal(RATE).astype(np.float32) * 0.01
        for name, tracker in list(self.trackers.items()):
            began = time.process_time()
            try:
                tracker(noise)
            except ImportError as error:
                print(f"left out: {name} ({error})", file=sys.stderr)
                del self.trackers[name]
            self.first_s[name] = time.process_time() - began

    def measure(
        self, group: str, sample: Sample, truths: Mapping[str, np.ndarray] | None = None
    ) -> dict[str, np.ndarray]:
        """Let all listen to a sample; return the truth each was held against, which a spoilt copy takes as `truths`."""
        print(f"  {group}: {sample.kind}", file=sys.stderr, flush=True)
        curves = {}
        for name, tracker in self.trackers.items():
            began = time.process_time()
            found = tracker(sample.samples)
            self.spent_s[name] += time.process_time() - began
            curves[name] = on_grid(found, len(sample.samples))
        self.heard_s += len(sample.samples) / RATE
        used = {}
        for name, curve in curves.items():
            if truths is not None:
                used[name] = truths[name]
            elif sample.truth_hz is not None:
                used[name] = sample.truth_hz
            else:
                used[name] = material.agreed([curves[other] for other in SINGLE if other in curves and other != name])
            self.counts[group][name] += Counter(errors(curve, used[name]))
        return used

    def table(self, groups: list[str]) -> str:
        """Return shares of frames in percent as Markdown: gross / octave errors / missed / false."""
        lines = ["| tracker | " + " | ".join(groups) + " |", "|---" * (len(groups) + 1) + "|"]
        for name in self.trackers:
            cells = []
            for group in groups:
                count = self.counts[group][name]
                told = max(1, count["voiced"] - count["missed"])
                shares = count["gross"] / told, count["octave"] / told, count["missed"] / max(1, count["voiced"])
                cells.append(
                    " / ".join(f"{100 * share:.1f}" for share in (*shares, count["false"] / max(1, count["unvoiced"])))
                )
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
        return "\n".join(lines)

    def costs(self) -> str:
        """Return processor seconds per minute of speech, and of the first call, as Markdown."""
        rows = [
            f"| {name} | {60 * self.spent_s[name] / self.heard_s:.2f} | {self.first_s[name]:.1f} |"
            for name in self.trackers
        ]
        return "\n".join(["| tracker | s per minute | first call, s |", "|---|---|---|", *rows])


def main() -> None:
    """Print Markdown tables: speech of known pitch, real persons, spoilt recordings, and what the trackers cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--person", action="append", default=[], metavar="NAME=FOLDER", help="recordings of a person")
    parser.add_argument("--base", type=Path, default=host.data_dir() / "base" / "kokoro-82m")
    parser.add_argument("--seconds", type=float, default=24.0, help="of each person (%(default)s)")
    parser.add_argument("--trackers", nargs="+", choices=[*SINGLE, *COMBINED], default=[*SINGLE, *COMBINED])
    parser.add_argument("--spoil", nargs="+", metavar="NAME", help="persons whose recordings are spoilt (default: all)")
    parser.add_argument("--sentences", type=int, default=4, help="that the base renders at each height (%(default)s)")
    parser.add_argument("--reader", default="jm_kumo", help="stock voice that reads (%(default)s)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    folders = {"joe": str(ROOT / "examples" / "joe")} | dict(one.split("=", 1) for one in options.person)
    comparison = Comparison({name: (SINGLE | COMBINED)[name] for name in options.trackers})
    comparison.warm_up()
    texts = scripts.reading_script("en-us")[: options.sentences]
    for height_hz, jitter in RENDERED:
        sample = material.rendered(options.base, texts, options.reader, height_hz, jitter)
        comparison.measure(group_of(height_hz), sample)
    wholes = {name: person(name, Path(folder), options.seconds) for name, folder in folders.items()}
    ways: dict[str, None] = {}
    for name, whole in wholes.items():
        truths = comparison.measure(name, whole)
        if options.spoil and name not in options.spoil:
            continue
        part = int(SPOILT_SHARE * len(whole.samples))
        others = np.sum([one.samples[:part] for key, one in wholes.items() if key != name], axis=0)
        for way, sample in spoilt(Sample(name, whole.samples[:part], None), np.atleast_1d(others)):
            ways[way] = None
            comparison.measure(way, sample, truths)
        single = [tracker for key, tracker in comparison.trackers.items() if key in SINGLE]
        everyone = material.agreed([on_grid(tracker(whole.samples), len(whole.samples)) for tracker in single])
        known = Sample(name, whole.samples, everyone)
        for height_hz, jitter, formants in MOVED:
            comparison.measure(group_of(height_hz), material.moved(known, height_hz, jitter, formants))
    print("Percent of frames: gross errors / beyond six semitones, of the frames called voiced / missed / false.\n")
    for groups in (list(GROUPS), list(folders), list(ways)):
        print(comparison.table(groups), end="\n\n")
    print(comparison.costs())


def group_of(height_hz: float) -> str:
    """Return the group of speech whose median pitch is known."""
    return GROUPS[int(np.searchsorted((100.0, 200.0, 300.0), height_hz, side="right"))]


def person(name: str, folder: Path, seconds: float) -> Sample:
    """Return a person's recordings; what the trackers agree on is their pitch."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".wav", ".flac"))
    return Sample(name, material.joined([decode(path) for path in paths[:40]], seconds), None)


def spoilt(short: Sample, others: np.ndarray) -> Iterator[tuple[str, Sample]]:
    """Yield ways to spoil a recording, and it spoilt so.

    Args:
        short: the recording.
        others: other people, who babble behind it; less than two samples: nobody.
    """
    white = np.random.default_rng(2).standard_normal(len(short.samples))
    noises = {
        "white 20 dB": material.with_noise(white, 20),
        "white 10 dB": material.with_noise(white, 10),
        "white 5 dB": material.with_noise(white, 5),
        "pink 10 dB": material.with_noise(material.pink(len(short.samples)), 10),
        "telephone": material.telephone,
        "below 4 kHz": material.low_pass,
        "40 dB quieter": lambda samples: (samples / 100).astype(np.float32),
    }
    if len(others) > 1:
        noises["babble 10 dB"] = material.with_noise(others, 10)
    for way, spoil in noises.items():
        yield way, material.spoilt(short, way, spoil)


def errors(found: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return counts of frames: surely voiced ones, of these gross, octave and missed; surely unvoiced, of these false.

    Frames beside a border of voiced and unvoiced, or beside one that is not known, are not counted.
    """
    size = min(len(found), len(truth))
    found, truth = found[:size], truth[:size]
    voiced, unvoiced = _inside(truth > 0, 1), _inside(truth == 0, 2)
    off = np.abs(found / np.where(truth > 0, truth, 1.0) - 1)
    with np.errstate(divide="ignore"):
        semitones = np.abs(12 * np.log2(found / np.where(truth > 0, truth, 1.0)))
    told = voiced & (found > 0)
    return {
        "voiced": int(voiced.sum()),
        "unvoiced": int(unvoiced.sum()),
        "gross": int((told & (off > GROSS)).sum()),
        "octave": int((told & (semitones > OCTAVE_SEMITONES)).sum()),
        "missed": int((voiced & (found == 0)).sum()),
        "false": int((unvoiced & (found > 0)).sum()),
    }


def _inside(mask: np.ndarray, frames: int) -> np.ndarray:
    padded = np.pad(mask, frames)
    return np.min([padded[shift : shift + len(mask)] for shift in range(2 * frames + 1)], axis=0)


if __name__ == "__main__":
    main()
