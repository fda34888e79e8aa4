"""The decoder's frame-rate tones are taken out of what is spoken, and nothing else is."""

import numpy as np
import pytest

from tests.sounds import make_noise, make_tone, mixed
from voiceclone.audio.sound import Audio
from voiceclone.bases.kokoro.postprocess.frame_tones import FRAME_RATE_HZ, remove_frame_tones
from voiceclone.evaluation.tones import tone_excess

RATE = 24_000
NOISE = make_noise(4.0, RATE, level=0.02)


def strongest_db(samples):
    return {band.low_hz: band.max_db for band in tone_excess([Audio(samples, RATE)])}


def with_tone(hertz, level=0.002):
    return mixed(NOISE, make_tone(4.0, RATE, hertz, level)).samples


def band_db(samples, low_hz, high_hz):
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequencies_hz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return 10 * np.log10(power[(frequencies_hz >= low_hz) & (frequencies_hz < high_hz)].mean())


@pytest.mark.parametrize(("hertz", "band"), [(FRAME_RATE_HZ, 4_000), (2 * FRAME_RATE_HZ, 8_000)])
def test_a_line_sinks_to_its_neighbours(hertz, band):
    spoken = with_tone(hertz)
    assert strongest_db(spoken)[band] > 7
    out = remove_frame_tones(spoken)
    assert strongest_db(out)[band] < strongest_db(NOISE.samples)[band] + 1
    assert (out.dtype, len(out)) == (np.float32, len(spoken))


def test_everything_else_stays():
    spoken = with_tone(7_000)
    out = remove_frame_tones(spoken)
    assert strongest_db(out)[4_000] == pytest.approx(strongest_db(spoken)[4_000], abs=0.2)
    for low_hz, high_hz in [(50, 4_700), (4_900, 9_500), (9_700, 11_950)]:
        assert band_db(out, low_hz, high_hz) == pytest.approx(band_db(spoken, low_hz, high_hz), abs=0.02)


def test_sound_without_lines_is_hardly_touched():
    out = remove_frame_tones(NOISE.samples)
    assert np.sqrt(np.mean((out - NOISE.samples) ** 2)) < 0.02 * np.sqrt(np.mean(NOISE.samples**2))


@pytest.mark.parametrize("length", [0, 1, 4_096, 12_000])
def test_too_little_to_tell_a_line_from_a_sound_stays_as_it_is(length):
    spoken = with_tone(9_600)[:length]
    assert remove_frame_tones(spoken) is spoken


def test_silence_stays_silent():
    assert not remove_frame_tones(np.zeros(RATE, np.float32)).any()
