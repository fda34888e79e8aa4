"""What a clip is worth: one plain reason each, from measured figures."""

import numpy as np
import pytest
from sounds import make_noise, make_tone, mixed

from voiceclone.audio.sound import Audio, resample
from voiceclone.audio.vad import FRAME_S, speech_frames
from voiceclone.clips.quality.figures import clipped_share, measure
from voiceclone.clips.quality.verdict import Facts, judge

TEXT = "The quiet morning light fell across the kitchen table."


def verdict(audio: Audio, text: str = TEXT, language: str = "en-us", **facts: bool) -> tuple[str, str]:
    found = judge(measure(audio), Facts(text, language, audio.sample_rate, **facts))
    return found.level, found.reason


def scaled(audio: Audio, factor: float) -> Audio:
    return Audio(np.clip(audio.samples * factor, -1, 1), audio.sample_rate)


def noisy(speech: Audio, snr_db: float) -> Audio:
    """The speech with white noise this far below it, in decibels."""
    frame_length = round(FRAME_S * speech.sample_rate)
    frames = speech.samples[: len(speech.samples) // frame_length * frame_length].reshape(-1, frame_length)
    power = float(np.mean(frames[speech_frames(speech)[: len(frames)] >= 0.5] ** 2))
    return mixed(speech, make_noise(speech.duration_s, speech.sample_rate, np.sqrt(power / 10 ** (snr_db / 10))))


def test_clean_speech_is_good(speech: Audio) -> None:
    assert verdict(speech) == ("good", "")


@pytest.mark.parametrize("snr_db", [30.0, 20.0, 10.0])
def test_noise_is_measured(speech: Audio, snr_db: float) -> None:
    assert measure(noisy(speech, snr_db))["snr_db"] == pytest.approx(snr_db, abs=1.5)


def test_noise_lowers_the_verdict_step_by_step(speech: Audio) -> None:
    assert verdict(noisy(speech, 30))[0] == "good"
    level, reason = verdict(noisy(speech, 14))
    assert level == "usable" and "Clean it" in reason
    level, reason = verdict(noisy(speech, 14), cleaned=True)
    assert level == "usable" and "Clean it" not in reason
    level, reason = verdict(noisy(speech, 0))
    assert level == "bad" and "noise" in reason


def test_clipping(speech: Audio) -> None:
    assert verdict(scaled(speech, 1.9))[0] == "good"
    level, reason = verdict(scaled(speech, 4.0))
    assert level == "usable" and "cut off" in reason
    level, reason = verdict(scaled(speech, 40.0))
    assert level == "bad" and "cut off" in reason
    # Turned down afterwards it is still clipped.
    assert verdict(scaled(scaled(speech, 40.0), 0.3))[0] == "bad"


def test_a_clean_tone_is_not_clipped() -> None:
    assert clipped_share(make_tone(1.0, level=0.9).samples) < 0.001
    assert clipped_share(np.zeros(100, np.float32)) == 0.0
    assert clipped_share(np.zeros(0, np.float32)) == 0.0


def test_quiet(speech: Audio) -> None:
    level, reason = verdict(scaled(speech, 0.05))
    assert level == "usable" and "quiet" in reason
    level, reason = verdict(scaled(speech, 0.05), cleaned=True)
    assert level == "good"
    level, reason = verdict(scaled(speech, 0.015))
    assert level == "bad" and "quiet" in reason


def test_telephone_is_heard_even_behind_a_high_rate(speech: Audio) -> None:
    narrow = resample(speech, 8_000)
    for audio in (narrow, resample(narrow, 44_100)):
        level, reason = verdict(audio)
        assert level == "usable" and "telephone" in reason


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("", "en-us", "Type what is said"),
        ("", "es", "recogniser for more languages"),
        ("Yes.", "en-us", "Much more is said"),
        (TEXT * 4, "en-us", "longer than what is said"),
        ("Тихий утренний свет упал на стол.", "en-us", "script"),
        ("शांत सुबह की रोशनी मेज पर पड़ी।", "fr", "script"),
    ],
)
def test_text(speech: Audio, text: str, language: str, words: str) -> None:
    level, reason = verdict(speech, text, language)
    assert level == "bad" and words in reason


def test_numbers_count_as_they_are_spoken(speech: Audio) -> None:
    assert verdict(speech, "In 1984: $1,250.75!")[0] == "good"
    assert verdict(speech, "शांत सुबह की रोशनी मेज पर पड़ी।", "hi")[0] == "good"


def test_file_that_ended_too_early(speech: Audio) -> None:
    level, reason = verdict(speech, cut_off=True)
    assert level == "usable" and "ends too early" in reason


def with_silence(speech: Audio, before_s: float, after_s: float) -> Audio:
    pad = [np.zeros(round(seconds * speech.sample_rate), np.float32) for seconds in (before_s, after_s)]
    return Audio(np.concatenate([pad[0], speech.samples, pad[1]]), speech.sample_rate)


def test_a_clip_that_is_mostly_silence(speech: Audio) -> None:
    assert verdict(with_silence(speech, 2.0, 2.0))[0] == "good", "cleaning takes that off"
    level, reason = verdict(with_silence(speech, 4.0, 4.5))
    assert level == "usable" and "Most of it is silence" in reason


def test_a_very_short_clip(speech: Audio) -> None:
    silent = np.zeros(round(0.15 * speech.sample_rate), np.float32)
    word = Audio(np.concatenate([silent, speech.samples[: round(0.9 * speech.sample_rate)]]), speech.sample_rate)
    found = judge(measure(word) | {"ends_early": 0.0}, Facts("The quiet", "en-us", word.sample_rate))
    assert found.level == "usable" and found.kinds == ("short",)


@pytest.mark.parametrize(
    ("figures", "language", "doubtful"),
    [
        ({"log_probability": -0.3}, "en-us", False),
        ({"log_probability": -0.4}, "en-us", True),
        ({"log_probability": -0.4}, "es", False),
        ({"log_probability": -1.1}, "es", True),
        ({"log_probability": -0.3, "heard_again": 0.2}, "es", True),
        ({"log_probability": -0.3, "heard_again": 0.1}, "en-us", False),
    ],
)
def test_a_text_the_recogniser_is_not_sure_of(speech: Audio, figures, language: str, doubtful: bool) -> None:
    measured = measure(speech) | figures
    for transcribed in (True, False):
        found = judge(measured, Facts(TEXT, language, speech.sample_rate, transcribed=transcribed))
        assert ("doubtful" in found.kinds) == (doubtful and transcribed)


@pytest.mark.parametrize(
    ("error_rate", "made_worse", "facts", "level"),
    [
        (0.10, 30, {}, "good"),
        (0.13, 30, {}, "usable"),
        (0.51, 30, {}, "bad"),
        (0.13, 18, {}, "noise only"),
        (0.13, 30, {"confirmed": True}, "good"),
        (0.13, 30, {"language": "es"}, "good"),
    ],
    ids=["a slip of the recogniser", "a word or two", "other words", "in noise", "a person said so", "not measured"],
)
def test_words_that_were_heard_differently(
    speech: Audio, error_rate: float, made_worse: float, facts: dict, level: str
) -> None:
    figures = measure(noisy(speech, made_worse)) | {"character_error_rate": error_rate}
    found = judge(figures, Facts(**({"text": TEXT, "language": "en-us", "sample_rate": speech.sample_rate} | facts)))
    if level == "noise only":
        assert found.kinds == ("noise",)
    else:
        assert (found.level, found.kinds) == (level, () if level == "good" else ("words",))
