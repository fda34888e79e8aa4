"""Text to one recording: joined sentences, pauses, progress, cancelling, limits, and a file of any length."""

import threading

import numpy as np
import pytest
import soundfile

from tests.fake_base import CHARACTERS_PER_S, FakeBase
from voiceclone.audio.sound import Audio
from voiceclone.errors import Cancelled, InputError, TextError
from voiceclone.limits import MAX_SPEAK_CHARACTERS
from voiceclone.text.sentences import split
from voiceclone.voices.speech import QUIET_ENDS_S, Speaker

TEXT = "One sentence comes first. Another one follows it!\n\nThen a new paragraph begins."


@pytest.fixture
def base(tmp_path):
    return FakeBase(tmp_path)


@pytest.fixture
def speaker(base):
    return Speaker(base)


def silences_s(audio):
    """Lengths of the inner stretches of digital silence, longer than a tone's zero crossings."""
    loud = np.flatnonzero(audio.samples != 0)
    gaps = np.diff(loud)
    return gaps[gaps > 100] / audio.sample_rate


def test_sentences_are_joined_with_their_pauses(speaker):
    sentences = split(TEXT, "en-us")
    speech = speaker.speak(None, TEXT, "en-us")
    assert speech.sentences == len(sentences) == 3
    spoken_s = sum(len(sentence.text) for sentence in sentences) / CHARACTERS_PER_S
    pauses_s = [sentence.pause_after_s for sentence in sentences[:-1]]
    assert speech.audio.duration_s == pytest.approx(spoken_s + sum(pauses_s) + 2 * QUIET_ENDS_S, abs=0.01)
    assert silences_s(speech.audio) == pytest.approx(pauses_s, abs=0.01)
    assert speech.audio.samples.dtype == np.float32


def test_there_is_a_moment_of_silence_at_both_ends_only(speaker):
    for text in ("One sentence.", TEXT):
        speech = speaker.speak(None, text, "en-us")
        loud = np.flatnonzero(speech.audio.samples)
        quiet = round(QUIET_ENDS_S * speech.audio.sample_rate)
        assert loud[0] == pytest.approx(quiet, abs=5)
        assert len(speech.audio.samples) - 1 - loud[-1] == pytest.approx(quiet, abs=5)


def test_speed_shortens_words_and_pauses(speaker):
    normal, fast = (
        speaker.speak(None, TEXT, "en-us", speed).audio.duration_s - 2 * QUIET_ENDS_S for speed in (1.0, 2.0)
    )
    assert fast == pytest.approx(normal / 2, rel=0.01)


def test_a_file_holds_the_same_sound_in_16_bits(speaker, tmp_path):
    speech = speaker.speak(None, TEXT, "en-us")
    told = speaker.speak_to_file(None, TEXT, "en-us", tmp_path / "out.wav")
    samples, rate = soundfile.read(told.path, dtype="float32")
    assert soundfile.info(told.path).subtype == "PCM_16"
    assert rate == speech.audio.sample_rate
    assert told.duration_s == speech.audio.duration_s
    assert np.max(np.abs(samples - speech.audio.samples)) < 2 / 32768


class LoudBase(FakeBase):
    def speak(self, voice_path, text, language, speed=1.0):
        return Audio(3 * super().speak(voice_path, text, language, speed).samples, self.sample_rate)


def test_too_loud_a_sound_is_held_at_full_scale_instead_of_wrapping_round(tmp_path):
    speaker = Speaker(LoudBase(tmp_path))
    speaker.speak_to_file(None, TEXT, "en-us", tmp_path / "out.wav")
    samples, _ = soundfile.read(tmp_path / "out.wav")
    assert np.max(np.abs(np.diff(samples))) < 1.0
    assert np.max(np.abs(speaker.speak(None, TEXT, "en-us").audio.samples)) == 1.0


def test_progress_rises_to_the_end(speaker):
    told = []
    speaker.speak(None, TEXT, "en-us", on_progress=lambda share, words: told.append((share, words)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert told[0][1] == "Sentence 1 of 3"


def test_cancelling_leaves_no_file(speaker, tmp_path):
    answers = iter([False, True])
    path = tmp_path / "out.wav"
    with pytest.raises(Cancelled):
        speaker.speak_to_file(None, TEXT, "en-us", path, should_stop=lambda: next(answers))
    assert list(tmp_path.glob("*.wav")) == []


def test_a_long_text_goes_to_the_file_sentence_by_sentence(speaker, tmp_path):
    text = "This sentence is repeated until the text is long. " * 100
    sizes = []

    def look(share, _words):
        (growing,) = tmp_path.glob(".part-*")
        sizes.append((share, growing.stat().st_size))

    told = speaker.speak_to_file(None, text, "en-us", tmp_path / "out.wav", on_progress=look)
    assert told.sentences == len(sizes) >= 100
    whole = told.path.stat().st_size
    assert all(size > (share - 0.03) * whole for share, size in sizes), "sound was held back in memory"


@pytest.mark.parametrize("text", ["", "  \n\t ", "...", "—", "🎉🎉"])
def test_nothing_to_say_is_told(speaker, text):
    with pytest.raises(TextError):
        speaker.speak(None, text, "en-us")


def test_one_character_too_many_is_told(speaker):
    with pytest.raises(TextError, match="at most 50,000"):
        speaker.speak(None, "a" * (MAX_SPEAK_CHARACTERS + 1), "en-us")


@pytest.mark.parametrize("speed", [0, -1, 0.49, 2.01, float("nan"), float("inf")])
def test_a_speed_out_of_its_limits_is_told(speaker, speed):
    with pytest.raises(InputError, match="speed"):
        speaker.speak(None, TEXT, "en-us", speed)


@pytest.mark.parametrize("language", ["hi", "xx", "", "EN-US"])
def test_a_language_the_base_does_not_speak_is_told(speaker, language):
    with pytest.raises(TextError, match="en-us, es"):
        speaker.speak(None, TEXT, language)


class OneAtATimeBase(FakeBase):
    inside = 0
    crowded = False

    def speak(self, voice_path, text, language, speed=1.0):
        type(self).inside += 1
        threading.Event().wait(0.01)
        type(self).crowded |= type(self).inside > 1
        type(self).inside -= 1
        return super().speak(voice_path, text, language, speed)


def test_two_listeners_take_turns(tmp_path):
    base = OneAtATimeBase(tmp_path)
    speaker = Speaker(base)
    threads = [threading.Thread(target=speaker.speak, args=(None, TEXT, "en-us")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not base.crowded
