"""Measure how well a missed or misread word is found: sentences said right and wrong, heard by the recogniser.

The right ones are the example voice and the sentences of the English script, spoken by the base's stock voices; the
wrong ones are the same sentences spoken with a word left out, another one in its place, and so on. Prints a table of
docs/clip-verdicts.md.

    python tools/measure_misreading.py --heard FILE.jsonl             speak and listen (a quarter of an hour), print
    python tools/measure_misreading.py --heard FILE.jsonl --again     count what was heard anew
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tools"))

from measure_verdicts import noisy  # noqa: E402

from voiceclone import VoiceEngine  # noqa: E402
from voiceclone.audio.sound import Audio, decode  # noqa: E402
from voiceclone.evaluation.wer import character_error_rate  # noqa: E402
from voiceclone.recognition.transcribe import keeping_recogniser, transcribe  # noqa: E402
from voiceclone.text.phonemes import phonemize  # noqa: E402

LANGUAGE = "en-us"
NOISE_BELOW_DB = 25
"""A little better than what is called noisy."""
_SMALL_WORDS = """a an the and or but of to in on at for from by with is are was were be been it its that this my your
his her our their i you he she we they me him us them so as if do does did have has had not no"""
SMALL_WORDS = frozenset(_SMALL_WORDS.split())


def large_places(words: list[str]) -> list[int]:
    return [place for place, word in enumerate(words) if bare(word) not in SMALL_WORDS and len(bare(word)) > 2]


def bare(word: str) -> str:
    return word.strip(".,!?;:'’").lower()


def without(words: list[str], places: set[int]) -> str:
    return " ".join(word for place, word in enumerate(words) if place not in places)


def misread(sentence: str, others: list[str], rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Yield (how it is misread, what is said then)."""
    words = sentence.split()
    large = large_places(words)
    small = [place for place in range(len(words)) if place not in large]
    place = int(rng.choice(large))
    yield "a long word left out", without(words, {place})
    if small:
        yield "a short word left out", without(words, {int(rng.choice(small))})
    swapped = list(words)
    swapped[place] = others[int(rng.integers(len(others)))]
    yield "another word in its place", " ".join(swapped)
    start = int(rng.integers(len(words) - 2))
    yield "two words in a row left out", without(words, {start, start + 1})
    two = [int(one) for one in rng.choice(large, min(2, len(large)), replace=False)]
    for one in two:
        swapped[one] = others[int(rng.integers(len(others)))]
    yield "two other words", " ".join(swapped)
    yield "stopped before the last three words", " ".join(words[:-3])


class Speaker:
    """The base's stock voices."""

    def __init__(self, base_folder: Path) -> None:
        from voiceclone.bases.kokoro.model import weights

        self._network = weights.load_network(base_folder)
        self._tables = weights.load_stock_voices(base_folder)
        self.voices = sorted(self._tables)

    def say(self, voice: str, sentence: str) -> Audio:
        import torch

        from voiceclone.bases.kokoro.model import synthesis
        from voiceclone.bases.kokoro.model.network import SAMPLE_RATE
        from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
        from voiceclone.bases.kokoro.starting_voice import typical_style

        torch.manual_seed(1)
        tokens = phonemes_to_tokens(phonemize(sentence, LANGUAGE))
        return Audio(
            synthesis.synthesize(self._network, tokens, typical_style(self._tables[voice])).numpy(), SAMPLE_RATE
        )


def heard(base_folder: Path, count: int) -> Iterator[dict[str, str]]:
    """Yield a line for each reading: voice, way, text and what was heard."""
    rng = np.random.default_rng(0)
    example = ROOT / "examples" / "joe"
    rows = (example / "metadata.csv").read_text(encoding="utf-8").splitlines()[1:]
    for name, text in (row.split("|") for row in rows):
        audio = decode(example / name)
        yield {"voice": "joe", "way": "right", "text": text, "heard": transcribe(audio)}
        worse = transcribe(noisy(NOISE_BELOW_DB, 0.5)(audio, rng))
        yield {"voice": "joe", "way": f"right, noise {NOISE_BELOW_DB} dB below", "text": text, "heard": worse}
    speaker = Speaker(base_folder)
    script = VoiceEngine().projects.reading_script(LANGUAGE)[:count]
    every_word = [bare(words[place]) for words in map(str.split, script) for place in large_places(words)]
    for number, text in enumerate(script):
        # Two voices say each sentence right; one of them says it wrong.
        voices = [speaker.voices[(number + step) % len(speaker.voices)] for step in (0, 1)]
        for voice in voices:
            yield {"voice": voice, "way": "right", "text": text, "heard": transcribe(speaker.say(voice, text))}
        for way, said in misread(text, every_word, rng):
            yield {"voice": voices[0], "way": way, "text": text, "heard": transcribe(speaker.say(voices[0], said))}


def tell(lines: list[dict[str, str]]) -> None:
    """Print how many readings of each way would be told, by threshold."""
    thresholds = (0.08, 0.10, 0.12, 0.15, 0.20)
    print("| read | " + " | ".join(f"over {t:.0%}" for t in thresholds) + " |\n|---" + "|---" * len(thresholds) + "|")
    groups: dict[str, list[float]] = {}
    for line in lines:
        who = "example voice" if line["voice"] == "joe" else "stock voices"
        rate = character_error_rate(line["text"], line["heard"])
        groups.setdefault(f"{line['way']}, {who}", []).append(rate)
    for way, rates in groups.items():
        told = (sum(rate > threshold for rate in rates) for threshold in thresholds)
        print(f"| {way} | " + " | ".join(f"{count} of {len(rates)}" for count in told) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=Path, default=ROOT / "models" / "base" / "kokoro-82m")
    parser.add_argument("--sentences", type=int, default=40)
    parser.add_argument("--heard", type=Path, required=True)
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    if not options.again:
        with options.heard.open("w", encoding="utf-8") as out, keeping_recogniser():
            for line in heard(options.base, options.sentences):
                out.write(json.dumps(line) + "\n")
                out.flush()
    tell([json.loads(line) for line in options.heard.read_text(encoding="utf-8").splitlines()])


if __name__ == "__main__":
    main()
