"""Is the mark heard, is it found, and is it found where it is not? `python -m benchmarks.marks`; see docs/marking.md.

    python -m benchmarks.marks --recordings 200             false alarms: real recordings, raw and after cleaning
    python -m benchmarks.marks --sentences 8                what the mark costs, and what it survives

Recordings are those of the benchmark's real speakers (allison, ru_man), taken in turn; sentences are spoken by stock
voices. Prints Markdown tables.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, islice, zip_longest
from statistics import fmean

import numpy as np

from benchmarks import second_encoder
from benchmarks.handling import HANDLINGS
from benchmarks.run import prepared_base
from benchmarks.sentences import UNSEEN
from benchmarks.stock import NOISE_SEED
from benchmarks.voices import get_voice
from voiceclone import compute
from voiceclone.audio.sound import Audio, decode
from voiceclone.clips.quality.clean import STRENGTHS, clean
from voiceclone.clips.quality.figures import measure
from voiceclone.evaluation.dnsmos import dnsmos_of_sentence
from voiceclone.evaluation.speaker_similarity import embed
from voiceclone.marking import watermark

REAL = ("allison", "ru_man")
"""People, not synthesizers."""
SPEAKERS = ("af_heart", "am_michael", "bf_emma", "bm_george")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for and print it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.marks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recordings", type=int, default=0, help="real ones, for false alarms")
    parser.add_argument("--sentences", type=int, default=0, help="spoken ones, for cost and endurance")
    parser.add_argument("--strengths", type=float, nargs="+", default=[watermark.STRENGTH], help="of the mark, 0 to 1")
    options = parser.parse_args(arguments)
    compute.use_this_thread()
    if options.recordings:
        _false_alarms(options.recordings)
    if options.sentences:
        sounds = spoken(options.sentences)
        for strength in options.strengths:
            _cost(sounds, strength)
    return 0


def recordings(count: int) -> list[Audio]:
    """Return real recordings, the speakers in turn."""
    by_speaker = [[*(voice := get_voice(name)).held_out, *voice.training] for name in REAL]
    mixed = (clip for clip in chain.from_iterable(zip_longest(*by_speaker)) if clip is not None)
    return [decode(clip.path) for clip in islice(mixed, count)]


def spoken(count: int) -> list[Audio]:
    """Return sentences spoken by stock voices, unmarked."""
    import torch

    from voiceclone.bases.kokoro.synthesizer import Synthesizer

    synthesizer = Synthesizer(prepared_base())
    torch.manual_seed(NOISE_SEED)
    return [
        synthesizer.speak(SPEAKERS[number % len(SPEAKERS)], sentence, "en-us")
        for number, sentence in enumerate(UNSEEN[:count])
    ]


def _false_alarms(count: int) -> None:
    found: dict[str, list[float]] = defaultdict(list)
    for number, audio in enumerate(recordings(count), start=1):
        snr_db = measure(audio)["snr_db"]
        ways = {"raw": audio, **{f"cleaned, {strength}": clean(audio, snr_db, strength) for strength in STRENGTHS}}
        for way, sound in ways.items():
            value = watermark.confidence(sound)
            if value is not None:
                found[way].append(value)
        if number % 20 == 0:
            print(f"{number} of {count}", file=sys.stderr, flush=True)
    print("| real recordings | judged | look marked | highest | 99 of 100 are below |\n|---|---|---|---|---|")
    for way, values in found.items():
        alarms = sum(map(watermark.is_found, values))
        print(f"| {way} | {len(values)} | {alarms} | {max(values):.2f} | {np.quantile(values, 0.99):.2f} |", flush=True)


def _cost(sounds: Sequence[Audio], strength: float) -> None:
    began = time.process_time()
    marked = [watermark.mark(sound, strength) for sound in sounds]
    real_time = (time.process_time() - began) / sum(sound.duration_s for sound in sounds)
    pairs = list(zip(sounds, marked, strict=True))
    lost = [dnsmos_of_sentence(after) - dnsmos_of_sentence(before) for before, after in pairs]
    resemblyzer = [float(embed(before) @ embed(after)) for before, after in pairs]
    campplus = [float(_campplus(before) @ _campplus(after)) for before, after in pairs]
    print(f"\nStrength {strength}, {len(sounds)} sentences: DNSMOS {fmean(lost):+.3f} (worst {min(lost):+.3f}), "
          f"Resemblyzer {fmean(resemblyzer):.4f} (least {min(resemblyzer):.4f}), CAM++ {fmean(campplus):.4f} "
          f"(least {min(campplus):.4f}), {real_time:.3f} of real time\n")  # fmt: skip
    print("| handling | found | least | unmarked: found | most |\n|---|---|---|---|---|")
    for name, handled in HANDLINGS.items():
        handled_both = ([handled(sound) for sound in some] for some in (marked, sounds))
        with_mark, without = ([watermark.confidence(sound) or 0.0 for sound in some] for some in handled_both)
        hits, false = (sum(map(watermark.is_found, values)) for values in (with_mark, without))
        print(f"| {name} | {hits} of {len(sounds)} | {min(with_mark):.2f} | {false} | {max(without):.2f} |", flush=True)


def _campplus(audio: Audio) -> np.ndarray:
    import torch

    with torch.inference_mode():
        return second_encoder.embed(torch.from_numpy(audio.samples)[None], audio.sample_rate)[0].numpy()


if __name__ == "__main__":
    sys.exit(main())
