"""Measure the verdicts on clips: clean recordings made worse in known ways, what is found, and what is found wrongly.

Prints the Markdown tables of docs/clip-verdicts.md. Needs the recordings of the benchmark (benchmarks/cache/).

    python tools/measure_verdicts.py --clips 24 --figures FILE.jsonl      measure (some minutes), print
    python tools/measure_verdicts.py --figures FILE.jsonl --again         judge the same figures anew
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tools"))

from measure_acoustics import Scene as RoomScene  # noqa: E402
from measure_acoustics import clipped, coloured, in_a_room, mixed, mp3, through_rate  # noqa: E402

from benchmarks.voices import ENGLISH_VOICES, get_voice  # noqa: E402
from voiceclone.audio.acoustics import speech_level_dbfs  # noqa: E402
from voiceclone.audio.sound import Audio, decode, resample  # noqa: E402
from voiceclone.clips.quality.figures import measure  # noqa: E402
from voiceclone.clips.quality.speakers import similarity_to_the_main_voice  # noqa: E402
from voiceclone.clips.quality.verdict import Facts, judge  # noqa: E402
from voiceclone.evaluation.speaker_similarity import embed  # noqa: E402
from voiceclone.evaluation.wer import character_error_rate  # noqa: E402
from voiceclone.recognition.transcribe import keeping_recogniser, transcribe  # noqa: E402

OTHERS_AMONG = 5
"""Clips of another voice put among those of the main one when voices are compared."""


@dataclass(frozen=True)
class Row:
    """One way of making a clip worse, and the kinds of finding any of which counts as found."""

    words: str
    kinds: tuple[str, ...]
    degrade: Callable[[Audio, np.random.Generator], Audio]
    listens: bool = False
    """What a recogniser hears matters."""


def noisy(below_speech_db: float, slope: float) -> Callable[[Audio, np.random.Generator], Audio]:
    def degrade(audio: Audio, rng: np.random.Generator) -> Audio:
        gain = 10 ** ((speech_level_dbfs(audio) - below_speech_db) / 20)
        return mixed(audio, gain * coloured(rng, len(audio.samples), audio.sample_rate, slope))

    return degrade


def as_room(degrade: Callable[[RoomScene], RoomScene]) -> Callable[[Audio, np.random.Generator], Audio]:
    """Use what the room check's tool does to speech."""
    return lambda audio, rng: degrade(RoomScene(audio, audio, rng)).speech


def through_mp3(audio: Audio, _rng: np.random.Generator) -> Audio:
    return mp3(resample(audio, 44_100), 32)


def cut_at_the_end(audio: Audio, rng: np.random.Generator) -> Audio:
    """Stop somewhere in the last 30 to 60 % of the clip, where somebody speaks."""
    return Audio(audio.samples[: _loud_moment(audio, rng.uniform(0.4, 0.7))], audio.sample_rate)


def cut_at_the_start(audio: Audio, rng: np.random.Generator) -> Audio:
    return Audio(audio.samples[_loud_moment(audio, rng.uniform(0.3, 0.6)) :], audio.sample_rate)


def _loud_moment(audio: Audio, share: float) -> int:
    """Return the first sample from `share` of the clip on at which it is no more than 15 dB below its loudest."""
    hop = round(0.02 * audio.sample_rate)
    frames = audio.samples[: len(audio.samples) // hop * hop].reshape(-1, hop)
    loud = np.mean(frames**2, axis=1) > np.mean(frames**2, axis=1).max() / 30
    start = int(share * len(loud))
    return (start + int(np.argmax(loud[start:]))) * hop + hop // 2


ROWS = (
    Row("nothing", (), lambda audio, rng: audio, listens=True),
    *(Row(f"white noise, speech {db} dB over it", ("noise",), noisy(db, 0.0)) for db in (20, 10, 0)),
    *(Row(f"pink noise, speech {db} dB over it", ("noise",), noisy(db, 0.5)) for db in (20, 10, 0)),
    Row("clipping, 6 dB over", ("clipping",), as_room(clipped(6))),
    Row("clipping, 12 dB over", ("clipping",), as_room(clipped(12))),
    Row("echo 0.6 s", ("echo",), as_room(in_a_room(0.6, 0))),
    Row("echo 1.0 s", ("echo",), as_room(in_a_room(1.0, 0))),
    Row("8 kHz", ("dull",), as_room(through_rate(8_000))),
    Row("MP3 at 32 kbit/s", ("dull",), through_mp3),
    Row("cut at the end", ("cut", "words"), cut_at_the_end, listens=True),
    Row("cut at the start", ("cut", "words"), cut_at_the_start, listens=True),
)


def measured(voice_name: str, clip_count: int) -> Iterator[dict[str, object]]:
    """Yield a line for each clip and way: its figures and facts, what should be found."""
    rng = np.random.default_rng(0)
    voice = get_voice(voice_name)
    clips = [clip for clip in (*voice.held_out, *voice.training) if 2.0 <= clip.duration_s <= 12.0][:clip_count]
    recordings = [decode(clip.path) for clip in clips]
    heard_clean: list[str] = []
    for row in ROWS:
        for number, (clip, recording) in enumerate(zip(clips, recordings, strict=True)):
            audio = row.degrade(recording, rng)
            figures = measure(audio)
            if row.listens:
                heard = transcribe(audio)
                figures["character_error_rate"] = character_error_rate(clip.text, heard)
                if not row.kinds:
                    heard_clean.append(heard)
            yield _line(voice_name, row.words, row.kinds, number, figures, clip.text, audio.sample_rate)
    clean = [measure(recording) for recording in recordings]
    for number, figures in enumerate(clean):
        other = clips[(number + clip_count // 2) % len(clips)].text
        wrong = figures | {"character_error_rate": character_error_rate(other, heard_clean[number])}
        yield _line(voice_name, "wrong text", ("words",), number, wrong, other, recordings[number].sample_rate)
    yield from _speakers(voice_name, clips, recordings, clean)


def _speakers(voice_name: str, clips: list, recordings: list[Audio], clean: list[dict]) -> Iterator[dict[str, object]]:
    """Yield clips of other people among those of one voice, a few at a time, and the voice's own beside them."""
    own = np.array([embed(recording) for recording in recordings])
    everybody = [other for other in ENGLISH_VOICES if other != voice_name]
    strangers = {f"voice {name}": [decode(c.path) for c in get_voice(name).held_out[:20]] for name in everybody}
    for folder in sorted((ROOT / "benchmarks" / "cache" / "stock").glob("*/*/")):
        strangers[folder.name] = [decode(path) for path in sorted(folder.glob("*.flac"))]
    for name, sounds in strangers.items():
        prints = np.array([embed(sound) for sound in sounds])
        for start in range(0, len(prints) - OTHERS_AMONG + 1, OTHERS_AMONG):
            among = np.concatenate([own, prints[start : start + OTHERS_AMONG]])
            durations = np.ones(len(among))
            similarity = similarity_to_the_main_voice(among, durations, np.ones(len(among), bool))
            for number, value in enumerate(similarity):
                stranger = number >= len(own)
                words = f"another speaker ({name})" if stranger else "the same speaker"
                figures = clean[number % len(clean)] | {"speaker_similarity": float(value)}
                kinds = ("speaker",) if stranger else ()
                clip = clips[number % len(clips)]
                yield _line(voice_name, words, kinds, number, figures, clip.text, recordings[0].sample_rate)


def _line(voice: str, words: str, kinds: tuple[str, ...], number: int, figures: dict, text: str, rate: int) -> dict:
    rounded = {name: round(float(value), 4) for name, value in figures.items()}
    return {
        "voice": voice, "way": words, "kinds": kinds, "clip": number, "figures": rounded, "text": text, "rate": rate,
    }  # fmt: skip


def tell(lines: list[dict]) -> None:
    """Print what was found, per way, and what was found on clean clips."""
    print(f"{len(lines)} clips\n\n| made worse by | clips | found | other findings |\n|---|---|---|---|")
    for words in dict.fromkeys(line["way"] for line in lines):
        some = [line for line in lines if line["way"] == words]
        found = wrong = 0
        others: dict[str, int] = {}
        for line in some:
            kinds = judge(line["figures"], Facts(line["text"], "en-us", line["rate"])).kinds
            found += not set(line["kinds"]).isdisjoint(kinds)
            extra = set(kinds) - set(line["kinds"])
            wrong += bool(extra)
            for kind in extra:
                others[kind] = others.get(kind, 0) + 1
        share = f"{found} ({found / len(some):.0%})" if some[0]["kinds"] else "(none expected)"
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(others.items(), key=lambda one: -one[1]))
        print(f"| {words} | {len(some)} | {share} | {wrong} ({wrong / len(some):.0%}){f': {told}' if told else ''} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=24, help="of each voice (default: 24)")
    parser.add_argument("--figures", type=Path, required=True, help="JSON lines: written, or read with --again")
    parser.add_argument("--again", action="store_true", help="do not measure; judge what is in --figures")
    options = parser.parse_args()
    if not options.again:
        with options.figures.open("w", encoding="utf-8") as out, keeping_recogniser():
            for voice in ENGLISH_VOICES:
                for line in measured(voice, options.clips):
                    out.write(json.dumps(line) + "\n")
    tell([json.loads(line) for line in options.figures.read_text(encoding="utf-8").splitlines()])


if __name__ == "__main__":
    main()
