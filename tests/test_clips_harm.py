"""Cleaning that harms the voice: it is found, and told from cleaning that helps."""

import numpy as np
import pytest
from sounds import EXAMPLE_DIR, make_noise, mixed

from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.clips import ClipLibrary, Project
from voiceclone.clips.quality.harm import si_sdr_db
from voiceclone.clips.quality.listening import clear_voice_embedding, listen


@pytest.fixture(scope="module")
def noisy(speech: Audio) -> Audio:
    return mixed(speech, make_noise(speech.duration_s, speech.sample_rate, 0.02))


@pytest.fixture(scope="module")
def others_talking() -> Audio:
    """A sentence with four other voices 10 dB below: the reader's own, higher and lower and backwards."""
    speech = decode(EXAMPLE_DIR / "joe_08.flac")
    sound = np.pad(speech.samples, round(0.4 * speech.sample_rate))
    rng = np.random.default_rng(7)
    together = np.zeros(len(sound), np.float32)
    for number, pitch in zip((9, 10, 11, 12), (1.25, 0.8, 1.35, 0.75), strict=True):
        other = decode(EXAMPLE_DIR / f"joe_{number:02d}.flac")
        other = resample(Audio(other.samples, round(other.sample_rate * pitch)), other.sample_rate)
        together += np.roll(np.resize(other.samples[::-1], len(sound)), rng.integers(len(sound)))
    gain = np.sqrt(np.mean(speech.samples**2) / np.mean(together**2)) * 10 ** (-10 / 20)
    return Audio(np.clip(sound + gain * together, -1.0, 1.0).astype(np.float32), speech.sample_rate)


def test_a_voice_that_cleaning_takes_away_is_missed_where_quiet_recordings_are_there(
    example_library: ClipLibrary, project: Project, others_talking: Audio, write_wav
) -> None:
    report = example_library.add_files(project.project_id, [write_wav("talk.wav", others_talking)], text="Words.")
    (clip_id,) = [clip.clip_id for clip in report.added]
    assert clear_voice_embedding(example_library, project.project_id) is None  # nobody has listened yet
    (clip,) = example_library.clean(project.project_id, [clip_id])
    assert not clip.cleaning_harmed
    listen(example_library, project.project_id)
    assert clear_voice_embedding(example_library, project.project_id).shape == (256,)
    (clip,) = example_library.clean(project.project_id, [clip_id])
    assert clip.cleaning_harmed and example_library.record(project.project_id, clip_id).strength == "off"


def test_hiss_is_taken_out_however_quiet_the_other_recordings_are(
    example_library: ClipLibrary, project: Project, write_wav
) -> None:
    speech = decode(EXAMPLE_DIR / "joe_05.flac")
    hissing = mixed(speech, make_noise(speech.duration_s, speech.sample_rate, 0.01))
    report = example_library.add_files(project.project_id, [write_wav("hiss.wav", hissing)], text="Words.")
    listen(example_library, project.project_id)
    (clip,) = example_library.clean(project.project_id, [clip.clip_id for clip in report.added])
    assert clip.cleaned and not clip.cleaning_harmed


def test_what_is_taken_away_is_compared_with_what_is_left_whatever_the_level(speech: Audio) -> None:
    noise = make_noise(speech.duration_s, speech.sample_rate, 0.01)
    with_noise = mixed(speech, noise)
    power = np.mean(speech.samples**2) / np.mean(noise.samples**2)
    quieter = Audio(0.3 * speech.samples, speech.sample_rate)
    assert si_sdr_db(with_noise, quieter) == pytest.approx(10 * np.log10(power), abs=0.3)
    assert si_sdr_db(speech, quieter) > 100


def test_one_window_of_dnsmos_tells_what_the_whole_measure_tells(speech: Audio, noisy: Audio) -> None:
    from voiceclone.evaluation.dnsmos import dnsmos_of_one_window, dnsmos_overall

    for audio in (speech, noisy):
        assert dnsmos_of_one_window(audio) == pytest.approx(dnsmos_overall(audio), abs=0.1)
    assert dnsmos_of_one_window(speech) > dnsmos_of_one_window(noisy) + 0.3


def test_the_quick_form_of_dnsmos_hears_nine_seconds_as_the_other_one_does(speech: Audio, noisy: Audio) -> None:
    from voiceclone.evaluation.dnsmos import dnsmos_of_one_window, dnsmos_unrepeated

    long = Audio(np.resize(speech.samples, 9 * speech.sample_rate + 400), speech.sample_rate)
    assert dnsmos_unrepeated(long) == pytest.approx(dnsmos_of_one_window(long), abs=0.02)
    assert dnsmos_unrepeated(speech) > dnsmos_unrepeated(noisy) + 0.3
    shortest = Audio(speech.samples[: speech.sample_rate // 4], speech.sample_rate)
    assert 1.0 <= dnsmos_unrepeated(shortest) <= 5.0
