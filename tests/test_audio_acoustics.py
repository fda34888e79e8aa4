"""What is measured on a recording: noise, hum, limiting, bandwidth, edges, pauses and echo."""

import numpy as np
import pytest
from sounds import joined, make_noise, make_tone, mixed

from voiceclone.audio import acoustics
from voiceclone.audio.reverberation import reverberation_s
from voiceclone.audio.sound import Audio, resample
from voiceclone.audio.vad import speech_frames

SILENCE = Audio(np.zeros(32_000, np.float32), 16_000)


def echoing(audio: Audio, decay_s: float) -> Audio:
    """The sound in a synthetic room: as much exponentially decaying noise as direct sound."""
    from scipy.signal import fftconvolve

    seconds = np.arange(round(1.2 * decay_s * audio.sample_rate)) / audio.sample_rate
    response = np.random.default_rng(1).normal(size=len(seconds)) * 10 ** (-3 * seconds / decay_s)
    response /= np.sqrt(np.sum(response**2))
    response[0] += 1
    heard = fftconvolve(audio.samples, response)[: len(audio.samples)]
    return Audio(0.5 * heard / np.abs(heard).max(), audio.sample_rate)


@pytest.mark.parametrize("level", [0.1, 0.001])
def test_noise_floor_of_white_noise(level: float) -> None:
    noise = acoustics.noise_floor(make_noise(3, level=level))
    assert noise.plain_dbfs == pytest.approx(20 * np.log10(level), abs=0.2)
    assert noise.steady_dbfs == pytest.approx(noise.plain_dbfs, abs=0.5)
    assert 0 < noise.peaks_dbfs - noise.steady_dbfs < 3
    assert noise.high_share == pytest.approx(5 / 8, abs=0.03) and noise.low_share < 0.03


@pytest.mark.parametrize(("hertz", "curve_db"), [(50, -30.2), (100, -19.1), (1_000, 0.0), (4_000, 1.0)])
def test_a_weighting_is_the_standards(hertz: float, curve_db: float) -> None:
    noise = acoustics.noise_floor(make_tone(2, hertz=hertz, level=0.5))
    assert noise.plain_dbfs == pytest.approx(-9.03, abs=0.05)
    assert noise.a_weighted_dbfs - noise.plain_dbfs == pytest.approx(curve_db, abs=0.1)


def test_a_click_raises_the_peaks_and_not_the_floor() -> None:
    clicks = make_noise(3, level=0.001).samples.copy()
    clicks[::8_000] = 0.5
    noise = acoustics.noise_floor(Audio(clicks, 16_000))
    assert noise.steady_dbfs == pytest.approx(-60, abs=1) and noise.peaks_dbfs > -45


def test_rumble_below_the_voice_is_no_steady_noise() -> None:
    noise = acoustics.noise_floor(mixed(make_noise(3, level=0.001), make_tone(3, hertz=15, level=0.1)))
    assert noise.plain_dbfs == pytest.approx(-23, abs=0.2)
    assert noise.steady_dbfs < -45


def test_silence_and_next_to_nothing_have_figures() -> None:
    for audio in (SILENCE, Audio(np.zeros(0, np.float32), 16_000), Audio(np.zeros(10, np.float32), 16_000)):
        assert acoustics.noise_floor(audio).plain_dbfs == acoustics.SILENCE_DBFS
        assert acoustics.mains_hum(audio).level_dbfs == acoustics.SILENCE_DBFS
        assert acoustics.speech_level_dbfs(audio) == acoustics.SILENCE_DBFS
        assert acoustics.cut_edges(audio) == (False, False)
        assert acoustics.bandwidth_hz(audio) == acoustics.limiting(audio.samples) == 0
        assert reverberation_s(audio) is None


@pytest.mark.parametrize(("hertz", "mains_hz"), [(50.0, 50), (100.1, 50), (60.0, 60), (119.8, 60)])
def test_hum_is_found_with_its_mains(hertz: float, mains_hz: int) -> None:
    hum = acoustics.mains_hum(mixed(make_noise(5, level=0.001), make_tone(5, hertz=hertz, level=0.001)))
    assert hum.mains_hz == mains_hz
    assert hum.excess_db > acoustics.LINE_STANDS_OUT_DB
    assert hum.level_dbfs == pytest.approx(-63, abs=1)


def test_noise_and_other_tones_are_no_hum() -> None:
    for audio in (make_noise(5, level=0.01), mixed(make_noise(5, level=0.001), make_tone(5, hertz=222, level=0.01))):
        hum = acoustics.mains_hum(audio)
        assert hum.excess_db < acoustics.LINE_STANDS_OUT_DB and hum.level_dbfs == acoustics.SILENCE_DBFS


def test_limiting_is_told_from_a_natural_wave_whatever_its_level(speech: Audio) -> None:
    wave = speech.samples / np.abs(speech.samples).max()
    assert acoustics.limiting(wave) < 0.8
    for limited in (np.clip(4 * wave, -1, 1), np.tanh(6 * wave)):
        assert acoustics.limiting(limited) > 1
        assert acoustics.limiting(0.2 * limited) == pytest.approx(acoustics.limiting(limited), rel=0.1)


def test_bandwidth(speech: Audio) -> None:
    assert acoustics.bandwidth_hz(speech) > 10_000
    for rate in (8_000, 16_000):
        narrow = resample(resample(speech, rate), 44_100)
        assert acoustics.bandwidth_hz(narrow) == pytest.approx(rate / 2, rel=0.08)


def test_a_low_bit_rate_is_known_by_what_it_threw_away(speech: Audio) -> None:
    clean = acoustics.emptied_share(speech)
    assert clean < 0.02 and acoustics.emptied_share(mp3(speech, 64)) < 0.05 < 0.1 < acoustics.emptied_share(
        mp3(speech, 32)
    )
    assert acoustics.emptied_share(SILENCE) == acoustics.emptied_share(make_tone(0.01)) == 0.0
    assert acoustics.emptied_share(resample(speech, 8_000)) < 0.02, "what the rate cannot hold is not missing"


def mp3(audio: Audio, kilobits: int) -> Audio:
    """The sound after MP3, at 44.1 kHz."""
    import io

    import av

    file, wide = io.BytesIO(), resample(audio, 44_100)
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("mp3", rate=44_100, layout="mono", format="s16p")
        stream.bit_rate = kilobits * 1000
        frame = av.AudioFrame.from_ndarray((wide.samples * 32767).astype(np.int16)[None], format="s16p", layout="mono")
        frame.sample_rate = 44_100
        container.mux([*stream.encode(frame), *stream.encode(None)])
    file.seek(0)
    with av.open(file) as container:
        blocks = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return Audio(np.concatenate(blocks).astype(np.float32), 44_100)


def test_edges(speech: Audio) -> None:
    assert acoustics.cut_edges(speech) == (False, False)
    assert acoustics.cut_edges(Audio(speech.samples[round(1.0 * 22_050) :], 22_050)) == (True, False)
    assert acoustics.cut_edges(Audio(speech.samples[: round(1.0 * 22_050)], 22_050)) == (False, True)


def test_longest_pause(speech: Audio) -> None:
    quiet = Audio(np.zeros(2 * 22_050, np.float32), 22_050)
    pause_s = acoustics.longest_pause_s(speech_frames(joined(speech, quiet, speech)))
    assert 2.0 < pause_s < 2.8
    assert acoustics.longest_pause_s(speech_frames(quiet)) == 0


def test_echo_grows_with_the_room(long_speech: Audio) -> None:
    piece = Audio(long_speech.samples[: 7 * 22_050], 22_050)
    assert reverberation_s(piece) < 0.15
    for decay_s in (0.3, 0.5):
        assert reverberation_s(echoing(piece, decay_s)) == pytest.approx(decay_s, abs=0.06)
    assert reverberation_s(echoing(piece, 0.9)) > 0.65


def test_noise_alone_has_no_echo() -> None:
    assert reverberation_s(make_noise(3)) is None
