"""Many channels into one: as loud and as clear as the mono recording of the same voice."""

import tracemalloc
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from sounds import EXAMPLE_DIR, make_noise

from voiceclone.audio.decoding import open_recording
from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.errors import AudioError


@pytest.fixture(scope="module")
def other() -> Audio:
    """Another sentence, at half the level."""
    audio = decode(EXAMPLE_DIR / "joe_02.flac")
    return Audio(0.5 * audio.samples, audio.sample_rate)


def mixed_down(folder: Path, rate: int, *channels: np.ndarray) -> np.ndarray:
    """Write channels into a file and return what is read of it."""
    soundfile.write(folder / "many.wav", np.stack(channels, axis=1), rate, subtype="FLOAT")
    return decode(folder / "many.wav").samples


def level_db(samples: np.ndarray, reference: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(samples.astype(float) ** 2) / np.mean(reference.astype(float) ** 2)))


def similarity(samples: np.ndarray, reference: np.ndarray) -> float:
    """Correlation of two sounds of the same length, without sign."""
    return abs(float(np.corrcoef(samples[: len(reference)], reference)[0, 1]))


def hum(length: int, rate: int, level: float) -> np.ndarray:
    seconds = np.arange(length) / rate
    partials = ((1, 1.0), (3, 0.5), (5, 0.3), (7, 0.2), (9, 0.1))
    return (level * sum(share * np.sin(2 * np.pi * 50 * times * seconds) for times, share in partials)).astype("f4")


CASES = {
    "both sides": lambda s, n, h: (s, s),
    "one side upside down": lambda s, n, h: (s, -s),
    "upside down and quieter": lambda s, n, h: (s, -0.5 * s),
    "the first upside down": lambda s, n, h: (-s, s + n),
    "left only": lambda s, n, h: (s, 0 * s),
    "right only": lambda s, n, h: (0 * s, s),
    "noise of its own on either side": lambda s, n, h: (s + n, s + np.roll(n, 5000)),
    "panned": lambda s, n, h: (s, 0.3 * s),
    "centre of six": lambda s, n, h: (0 * s, 0 * s, s, 0 * s, 0 * s, 0 * s),
    "centre of six, rumble, echo behind": lambda s, n, h: (n, n, s, h, 0.05 * s, 0.05 * s),
    "hum beside": lambda s, n, h: (h, s),
    "hiss beside": lambda s, n, h: (np.roll(n, 999) * 8, s),
    "weak and later": lambda s, n, h: (0.1 * np.roll(s, 12), s),
    "later": lambda s, n, h: (s, 0.9 * np.roll(s, 9)),
    "later and upside down": lambda s, n, h: (-0.9 * np.roll(s, 20), s),
    "32 tracks of a field recorder": lambda s, n, h: (*[0.01 * n] * 20, s, *[0 * s] * 11),
}


@pytest.mark.parametrize("case", CASES)
def test_a_voice_is_as_loud_and_clear_as_in_mono(speech: Audio, tmp_path: Path, case: str) -> None:
    voice, rate = speech.samples, speech.sample_rate
    noise = make_noise(speech.duration_s, rate, 0.0005).samples[: len(voice)]
    read = mixed_down(tmp_path, rate, *CASES[case](voice, noise, hum(len(voice), rate, 0.2)))
    assert level_db(read, voice) == pytest.approx(0.0, abs=0.6)
    assert similarity(read, voice) > 0.995  # a comb filter would be .95 and below


def test_two_people_with_a_microphone_each_are_both_kept(speech: Audio, other: Audio, tmp_path: Path) -> None:
    pause = np.zeros(2000, np.float32)
    one = np.concatenate([speech.samples, pause, 0 * other.samples])
    two = np.concatenate([0 * speech.samples, pause, other.samples])
    bleeding = (one + 0.1 * np.roll(two, 60), two + 0.1 * np.roll(one, 60))
    for channels in ((one, two), bleeding, (one, -two)):
        read = mixed_down(tmp_path, speech.sample_rate, *channels)
        for part, length in ((read[: len(speech.samples)], speech), (read[-len(other.samples) :], other)):
            assert level_db(part, length.samples) == pytest.approx(0.0, abs=1.0)
            assert similarity(part, length.samples) > 0.98


def test_music_around_a_voice_is_left_out(speech: Audio, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rate, length = speech.sample_rate, len(speech.samples)
    seconds = np.arange(length) / rate

    def tune() -> np.ndarray:
        notes = rng.choice([220, 277.2, 330, 440, 554.4], 1 + length // 5000).repeat(5000)[:length]
        fading = np.exp(-3 * (np.arange(length) % 5000) / 5000)
        return (0.1 * fading * np.sin(2 * np.pi * notes * seconds)).astype(np.float32)

    read = mixed_down(tmp_path, rate, tune(), tune(), speech.samples)
    assert similarity(read, speech.samples) > 0.99


@pytest.mark.parametrize("layout", ["5.1", "7.1", "stereo"])
def test_a_film_with_its_speech_in_the_centre(speech: Audio, tmp_path: Path, layout: str) -> None:
    sound = resample(speech, 48_000).samples
    names = [channel.name for channel in av.AudioLayout(layout).channels]
    planes = np.zeros((len(names), len(sound)), np.float32)
    planes[names.index("FC") if "FC" in names else 1] = sound
    with av.open(str(tmp_path / "film.mkv"), "w") as film:
        stream = film.add_stream("pcm_s16le", rate=48_000, layout=layout)
        packed = np.ascontiguousarray((planes.T * 32767).astype(np.int16).reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(packed, "s16", layout)
        frame.sample_rate = 48_000
        film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    read = decode(tmp_path / "film.mkv")
    assert level_db(read.samples, sound) == pytest.approx(0.0, abs=0.1)


def test_blocks_of_a_long_recording_have_no_seams(
    long_speech: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiceclone.audio.decoding.recording.BLOCK_S", 1.3)
    sides = np.stack([0 * long_speech.samples, -long_speech.samples], axis=1)
    soundfile.write(tmp_path / "long.wav", sides, long_speech.sample_rate, subtype="FLOAT")
    recording = open_recording(tmp_path / "long.wav")
    for _ in range(2):
        np.testing.assert_array_equal(np.abs(np.concatenate(list(recording.blocks()))), np.abs(long_speech.samples))


@pytest.mark.parametrize("channels", [np.zeros((20_000, 2)), np.full((20_000, 3), 0.25), np.zeros((3, 2))])
def test_what_holds_no_speech_is_read_all_the_same(tmp_path: Path, channels: np.ndarray) -> None:
    soundfile.write(tmp_path / "odd.wav", channels, 16_000)
    read = decode(tmp_path / "odd.wav").samples
    assert len(read) == len(channels)
    np.testing.assert_allclose(read, channels[:, 0], atol=1e-4)


def test_too_many_channels_are_refused_in_a_sentence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "many.wav", np.zeros((100, 65)), 16_000)
    with pytest.raises(AudioError, match="65 channels"):
        open_recording(tmp_path / "many.wav")


def test_memory_does_not_grow_with_the_recording(speech: Audio, tmp_path: Path) -> None:
    sides = np.stack([speech.samples, -speech.samples], axis=1)
    largest = []
    for times in (20, 60):
        path = tmp_path / f"{times}.wav"
        with soundfile.SoundFile(path, "w", speech.sample_rate, 2, "PCM_16") as file:
            for _ in range(times):
                file.write(sides)
        tracemalloc.start()
        assert sum(map(len, open_recording(path).blocks())) == times * len(sides)
        largest.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert largest[1] < 1.1 * largest[0] + 1_000_000
