"""Measure the room check: recordings made worse in known ways, what is found, and what is found that is not there.

Prints a Markdown table for docs/clip-verdicts.md, a row as soon as it is measured; nothing is written to disk.
Each recording is judged with five seconds of made silence (pink noise 50 dB below the speech) unless said otherwise.

    python tools/measure_acoustics.py --clips 8
    python tools/measure_acoustics.py --speech FOLDER_OF_WAVS --only echo
"""

import argparse
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from voiceclone.audio import acoustics  # noqa: E402
from voiceclone.audio.sound import Audio, decode, resample  # noqa: E402
from voiceclone.clips.quality import room  # noqa: E402

SILENCE_S = 5.0
QUIET_BELOW_SPEECH_DB = 50.0


@dataclass(frozen=True)
class Scene:
    """A recording of silence and one of speech."""

    silence: Audio
    speech: Audio
    rng: np.random.Generator


@dataclass(frozen=True)
class Row:
    """One way of making a recording worse, and what should be said of it."""

    words: str
    kind: str
    """What should be found; empty: nothing."""
    at_least: str
    """The least grave level that counts as found."""
    degrade: Callable[[Scene], Scene]


def coloured(rng: np.random.Generator, count: int, sample_rate: int, slope: float = 0.5) -> np.ndarray:
    """Noise of root mean square 1; its amplitude falls with frequency to the power `slope`: 0 white, 0.5 pink."""
    frequencies = np.fft.rfftfreq(count, 1 / sample_rate)
    spectrum = np.fft.rfft(rng.normal(size=count)) / np.maximum(frequencies, 20) ** slope
    noise = np.fft.irfft(spectrum, count)
    return noise / np.sqrt(np.mean(noise**2))


def mixed(audio: Audio, added: np.ndarray) -> Audio:
    return Audio(np.clip(audio.samples + added, -1, 1).astype(np.float32), audio.sample_rate)


def both(scene: Scene, below_speech_db: float, make: Callable[[int, int], np.ndarray]) -> Scene:
    """Add a sound of root mean square 1 to silence and speech, so far below the speech."""
    gain = 10 ** ((acoustics.speech_level_dbfs(scene.speech) - below_speech_db) / 20)
    silence, speech = (
        mixed(audio, gain * make(len(audio.samples), audio.sample_rate)) for audio in (scene.silence, scene.speech)
    )
    return Scene(silence, speech, scene.rng)


def with_noise(below_speech_db: float, slope: float) -> Callable[[Scene], Scene]:
    return lambda scene: both(scene, below_speech_db, lambda n, rate: coloured(scene.rng, n, rate, slope))


def with_hum(below_speech_db: float, mains_hz: float) -> Callable[[Scene], Scene]:
    """Four harmonics, each 6 dB below the one before."""

    def make(count: int, sample_rate: int) -> np.ndarray:
        seconds = np.arange(count) / sample_rate
        hum = sum(0.5**n * np.sin(2 * np.pi * mains_hz * (n + 1) * seconds + n) for n in range(4))
        return hum / np.sqrt(np.mean(hum**2))

    return lambda scene: both(scene, below_speech_db, make)


def clipped(gain_db: float, *, soft: bool = False) -> Callable[[Scene], Scene]:
    """Turn the speech up until its peak lies `gain_db` above full scale, cut it off, turn it down by 3 dB."""

    def degrade(scene: Scene) -> Scene:
        driven = scene.speech.samples / np.abs(scene.speech.samples).max() * 10 ** (gain_db / 20)
        cut = np.tanh(driven) if soft else np.clip(driven, -1, 1)
        return Scene(scene.silence, Audio((0.7 * cut).astype(np.float32), scene.speech.sample_rate), scene.rng)

    return degrade


def in_a_room(reverberation_s: float, direct_db: float) -> Callable[[Scene], Scene]:
    """A synthetic room (Polack's model): a direct sound and, from 2 ms on, exponentially decaying noise.

    Args:
        reverberation_s: time in which the noise falls by 60 dB.
        direct_db: energy of the direct sound over that of all the rest; about 6 at arm's length in a living room.
    """

    def degrade(scene: Scene) -> Scene:
        from scipy.signal import fftconvolve

        rate = scene.speech.sample_rate
        seconds = np.arange(round(1.2 * reverberation_s * rate)) / rate
        response = scene.rng.normal(size=len(seconds)) * 10 ** (-3 * seconds / reverberation_s) * (seconds > 0.002)
        response *= np.sqrt(10 ** (-direct_db / 10) / np.sum(response**2))
        response[0] = 1
        heard = fftconvolve(scene.speech.samples, response)[: len(scene.speech.samples)]
        return Scene(scene.silence, Audio((0.5 * heard / np.abs(heard).max()).astype(np.float32), rate), scene.rng)

    return degrade


def through_rate(sample_rate: int) -> Callable[[Scene], Scene]:
    """Down to a rate and up to 44.1 kHz again, in 16 bits."""

    def narrow(audio: Audio) -> Audio:
        wide = resample(resample(audio, sample_rate), 44_100)
        return Audio((np.round(wide.samples * 32767) / 32767).astype(np.float32), 44_100)

    return lambda scene: Scene(narrow(scene.silence), narrow(scene.speech), scene.rng)


def through_mp3(kilobits: int) -> Callable[[Scene], Scene]:
    return lambda scene: Scene(scene.silence, mp3(resample(scene.speech, 44_100), kilobits), scene.rng)


def mp3(audio: Audio, kilobits: int) -> Audio:
    """The sound after MP3 at so many kbit/s."""
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("mp3", rate=audio.sample_rate, layout="mono", format="s16p")
        stream.bit_rate = kilobits * 1000
        numbers = (audio.samples * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(numbers, format="s16p", layout="mono")
        frame.sample_rate = audio.sample_rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    file.seek(0)
    with av.open(file) as container:
        blocks = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    samples = np.concatenate(blocks)
    scale = 32768 if samples.dtype == np.int16 else 1
    return Audio((samples / scale).astype(np.float32), audio.sample_rate)


def louder(gain_db: float) -> Callable[[Scene], Scene]:
    def degrade(scene: Scene) -> Scene:
        silence, speech = (
            Audio(audio.samples * np.float32(10 ** (gain_db / 20)), audio.sample_rate)
            for audio in (scene.silence, scene.speech)
        )
        return Scene(silence, speech, scene.rng)

    return degrade


def talked_over(scene: Scene) -> Scene:
    """The same voice, far away and 25 dB quieter, where it should be silent."""
    voice = np.resize(scene.speech.samples, len(scene.silence.samples)) * 10 ** (-25 / 20)
    return Scene(mixed(scene.silence, voice), scene.speech, scene.rng)


ROWS = (
    Row("nothing", "", "", lambda scene: scene),
    *(Row(f"white noise {db} dB below", "noise", "usable", with_noise(db, 0.0)) for db in (25, 20)),
    *(Row(f"white noise {db} dB below", "noise", "fix first", with_noise(db, 0.0)) for db in (15, 10, 0)),
    Row("pink noise 35 dB below", "", "", with_noise(35, 0.5)),
    Row("pink noise 25 dB below", "noise", "usable", with_noise(25, 0.5)),
    *(Row(f"pink noise {db} dB below", "noise", "fix first", with_noise(db, 0.5)) for db in (15, 10, 0)),
    Row("50 Hz hum 55 dB below", "", "", with_hum(55, 50.0)),
    Row("50 Hz hum 40 dB below", "hum", "usable", with_hum(40, 50.0)),
    Row("50 Hz hum (49.9) 25 dB below", "hum", "fix first", with_hum(25, 49.9)),
    Row("60 Hz hum 40 dB below", "hum", "usable", with_hum(40, 60.0)),
    Row("60 Hz hum (60.1) 25 dB below", "hum", "fix first", with_hum(25, 60.1)),
    Row("clipping: peak 9 dB over", "clipping", "usable", clipped(9)),
    *(Row(f"clipping: peak {db} dB over", "clipping", "fix first", clipped(db)) for db in (12, 20)),
    *(Row(f"soft clipping: peak {db} dB over", "clipping", "usable", clipped(db, soft=True)) for db in (12, 20)),
    Row("echo 0.2 s, direct +6 dB", "", "", in_a_room(0.2, 6)),
    Row("echo 0.3 s, direct +6 dB", "", "", in_a_room(0.3, 6)),
    Row("echo 0.3 s, direct 0 dB", "", "", in_a_room(0.3, 0)),
    *(Row(f"echo {t} s, direct 0 dB", "echo", "usable", in_a_room(t, 0)) for t in (0.5, 0.6)),
    *(Row(f"echo {t} s, direct 0 dB", "echo", "fix first", in_a_room(t, 0)) for t in (0.8, 1.0)),
    Row("echo 0.8 s, direct +6 dB", "echo", "usable", in_a_room(0.8, 6)),
    Row("8 kHz", "dull", "fix first", through_rate(8_000)),
    Row("16 kHz", "dull", "usable", through_rate(16_000)),
    Row("MP3, 32 kbit/s", "dull", "usable", through_mp3(32)),
    Row("MP3, 64 kbit/s", "", "", through_mp3(64)),
    Row("25 dB quieter", "quiet", "usable", louder(-25)),
    Row("40 dB quieter", "quiet", "fix first", louder(-40)),
    Row("somebody talks in the silence", "not silent", "fix first", talked_over),
)


def scenes(folder: Path, clip_count: int) -> Iterator[Scene]:
    """Yield pieces of at least five seconds, joined from the folder's recordings in order."""
    rng = np.random.default_rng(0)
    files = sorted(file for file in folder.iterdir() if file.suffix in (".wav", ".flac"))
    pieces: list[np.ndarray] = []
    found = 0
    for file in files:
        audio = decode(file)
        pieces += [np.pad(audio.samples, round(0.2 * audio.sample_rate))]
        speech = Audio(np.concatenate(pieces), audio.sample_rate)
        if speech.duration_s >= SILENCE_S and found < clip_count:
            pieces, found = [], found + 1
            empty = Audio(np.zeros(round(SILENCE_S * audio.sample_rate), np.float32), audio.sample_rate)
            yield with_noise(QUIET_BELOW_SPEECH_DB, 0.5)(Scene(empty, speech, rng))


def judge(row: Row, scene: Scene, ignored: frozenset[str]) -> tuple[bool, set[str]]:
    """Return whether the fault was found gravely enough, and the kinds found that are not there."""
    made = row.degrade(scene)
    findings = room.check_room(made.silence, made.speech).findings
    enough = {"usable": ("usable", "fix first"), "fix first": ("fix first",), "": ()}[row.at_least]
    right = any(finding.kind == row.kind and finding.level in enough for finding in findings)
    return right, {finding.kind for finding in findings} - {row.kind} - ignored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speech", type=Path, default=ROOT / "examples" / "joe", help="folder of clean WAV or FLAC")
    parser.add_argument("--clips", type=int, default=8, help="pieces of at least 5 s (default: 8)")
    parser.add_argument("--only", default="", help="rows whose words hold this")
    options = parser.parse_args()
    chosen = list(scenes(options.speech, options.clips))
    # A recording of 16 kHz is dull to begin with, and rightly called so.
    ignored = frozenset({"dull"} if chosen[0].speech.sample_rate <= 16_000 else ())
    print(
        f"{len(chosen)} recordings of {options.speech.name}\n\n| made worse by | found | false alarms |\n|---|---|---|"
    )
    for row in ROWS:
        if options.only not in row.words:
            continue
        results = [judge(row, scene, ignored) for scene in chosen]
        found = f"{sum(right for right, _ in results)} of {len(results)}" if row.kind else "(none expected)"
        kinds = ", ".join(sorted(set().union(*(wrong for _, wrong in results))))
        alarms = sum(bool(wrong) for _, wrong in results)
        print(f"| {row.words} | {found} | {alarms}{f' ({kinds})' if kinds else ''} |", flush=True)


if __name__ == "__main__":
    main()
