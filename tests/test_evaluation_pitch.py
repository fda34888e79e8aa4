"""Pitch beside similarity: a voice an octave too high is told where the speaker encoder hears the same person."""

import numpy as np
import pytest
from sounds import make_noise, make_tone

from voiceclone.audio.sound import Audio
from voiceclone.evaluation import pitch
from voiceclone.evaluation.panel import Panel

RATE = 16_000
FORMANTS_HZ = ((600, 80), (1_100, 90), (2_500, 120), (3_500, 180))
"""Centre and width; of a man's open vowel."""
LOW_HZ = 90.0


def vowel(pitch_hz, duration_s=3.0, formants_hz=FORMANTS_HZ, seed=0):
    """Pulses whose rate falls by a tenth, breath, and the resonances of a mouth, loud and soft in turn."""
    from scipy.signal import lfilter

    rng = np.random.default_rng(seed)
    seconds = np.arange(round(duration_s * RATE)) / RATE
    phase = np.cumsum(pitch_hz * (1.05 - 0.1 * seconds / duration_s)) / RATE
    source = np.diff(np.floor(phase), prepend=0.0) + 0.005 * rng.normal(size=len(seconds))
    for centre_hz, width_hz in formants_hz:
        radius = np.exp(-np.pi * width_hz / RATE)
        source = lfilter([1.0], [1.0, -2 * radius * np.cos(2 * np.pi * centre_hz / RATE), radius**2], source)
    loud = np.clip(1.5 * np.sin(2 * np.pi * 2.5 * seconds) + 0.9, 0.0, 1.0) * source
    return Audio((0.3 * loud / np.abs(loud).max()).astype(np.float32), RATE)


def test_an_octave_that_similarity_hardly_hears_is_told(tmp_path):
    person = [vowel(LOW_HZ, seed=seed) for seed in (1, 2)]
    panel = Panel(person, "hi", tmp_path)
    own, high = (panel.judge(["एक।"], [vowel(pitch_hz, seed=3)]) for pitch_hz in (LOW_HZ, 2 * LOW_HZ))
    assert high.similarity > 0.8, "a sound that fools the encoder, else this shows nothing"
    assert own.pitch_off_semitones == pytest.approx(0.0, abs=0.3)
    assert high.pitch_off_semitones == pytest.approx(12.0, abs=0.5)


def test_the_scores_of_a_finished_voice_tell_it_beside_both_similarities(monkeypatch):
    from voiceclone.evaluation import dnsmos, sentences

    monkeypatch.setattr(dnsmos, "dnsmos_of_sentence", lambda sound: 3.0)  # seconds, and another test's
    person = [vowel(LOW_HZ, seed=seed) for seed in (1, 2)]
    scores = sentences.score(lambda text: vowel(2 * LOW_HZ), lambda text: vowel(LOW_HZ), "hi", person)
    assert scores["similarity"] > 0.8
    assert scores["pitch_off_semitones"] == pytest.approx(12.0, abs=0.5)
    assert scores["pitch_off_semitones_stock"] == pytest.approx(0.0, abs=0.3)
    unknown = sentences.score(
        lambda text: vowel(LOW_HZ), lambda text: vowel(LOW_HZ), "hi", [make_noise(6.0, level=0.1)]
    )
    assert "similarity" in unknown and not [name for name in unknown if name.startswith("pitch")]


@pytest.mark.parametrize("factor", [0.5, 2 ** (-7 / 12), 1.0, 2 ** (5 / 12), 2.0])
def test_it_is_told_in_semitones_with_its_sign(factor):
    off = pitch.off_semitones([vowel(180 * factor)], pitch.median_hz([vowel(180, seed=1)]))
    assert off == pytest.approx(12 * np.log2(factor), abs=0.4)


def test_clips_are_taken_together_by_what_is_voiced_in_them():
    """One short high call does not count as much as long speech."""
    recordings = [vowel(120, 4.0), vowel(120, 4.0, seed=1), vowel(300, 0.5)]
    assert pitch.median_hz(recordings) == pytest.approx(120, rel=0.06)


def test_the_recordings_that_stand_for_a_person_are_half_a_minute_at_most_and_tell_the_pitch_without_held_out_ones(
    tmp_path,
):
    clips = [make_tone(7.0) for _ in range(10)]
    assert len(pitch.enough_of(clips)) == 5
    assert pitch.enough_of(clips[:2]) == clips[:2]
    judged = Panel([], "hi", tmp_path, [vowel(LOW_HZ)]).judge(["एक।"], [vowel(2 * LOW_HZ)])
    assert judged.similarity is None
    assert judged.pitch_off_semitones == pytest.approx(12.0, abs=0.5)


@pytest.mark.parametrize(
    "nothing",
    [[], [make_noise(6.0, level=0.1)], [Audio(np.zeros(32_000, np.float32), RATE)], [make_tone(0.05)]],
    ids=["none", "noise", "silence", "a click"],
)
def test_where_nothing_is_voiced_nothing_is_told(nothing, tmp_path):
    assert pitch.median_hz(nothing) is None
    assert pitch.off_semitones([vowel(LOW_HZ)], None) is None
    assert pitch.off_semitones(nothing, LOW_HZ) is None
    if nothing:
        assert Panel(nothing, "hi", tmp_path, nothing).judge(["एक।"], [vowel(LOW_HZ)]).pitch_off_semitones is None


@pytest.mark.parametrize(
    ("off", "words"),
    [
        (0.0, "right"),
        (-1.9, "right"),
        (2.2, "2 semitones too high"),
        (-3.6, "4 semitones too low"),
        (12.1, "12 semitones too high"),
    ],
)
def test_it_is_put_into_plain_words(off, words):
    assert pitch.in_words(off) == words


def test_it_is_told_with_a_sign_that_zero_has_only_once():
    assert [pitch.signed(off) for off in (-0.04, 0.0, -0.06, 12.04)] == ["+0.0", "+0.0", "-0.1", "+12.0"]


def test_a_wrong_pitch_takes_off_similarity_and_an_unknown_one_does_not():
    assert pitch.weighed(0.9, None) == pitch.weighed(0.9, -1.5) == 0.9
    assert pitch.weighed(0.9, 12.0) == pitch.weighed(0.9, -12.0) == pytest.approx(0.7)
    assert not pitch.is_far(None) and not pitch.is_far(3.9) and pitch.is_far(-4.1)
