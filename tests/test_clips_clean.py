"""Cleaning: less noise, same voice, one loudness, no silence, nothing lost."""

from pathlib import Path

import numpy as np
import pytest
from sounds import joined, make_noise, make_tone, mixed

from voiceclone.audio.clicks import remove_clicks
from voiceclone.audio.sound import Audio, decode, loudness_lufs, resample, true_peak_dbfs
from voiceclone.audio.vad import speech_frames, speech_regions
from voiceclone.clips import ClipLibrary, Project
from voiceclone.clips.quality.clean import (
    EDGE_S,
    HIGHEST_PEAK_DBFS,
    TARGET_LOUDNESS_LUFS,
    clean,
    remove_hum,
    set_loudness,
)
from voiceclone.clips.quality.figures import measure
from voiceclone.errors import Cancelled, InputError


def cleaned(audio: Audio) -> Audio:
    return clean(audio, measure(audio)["snr_db"])


@pytest.fixture(scope="module")
def noisy(speech: Audio) -> Audio:
    """Speech with a second of room before and after, noise and rumble in it."""
    room = Audio(np.zeros(speech.sample_rate, np.float32), speech.sample_rate)
    whole = joined(room, speech, room)
    with_noise = mixed(whole, make_noise(whole.duration_s, whole.sample_rate, 0.004))
    return mixed(with_noise, make_tone(whole.duration_s, whole.sample_rate, 30.0, 0.1))


def test_noise_goes_down_and_speech_stays(noisy: Audio, speech: Audio) -> None:
    result = cleaned(noisy)
    assert measure(result)["snr_db"] > measure(noisy)["snr_db"] + 8
    # The speech itself: band by band within 3 dB of the clean take, up to where the noise covers it.
    start = round((speech_regions(speech_frames(speech))[0][0] - EDGE_S) * speech.sample_rate)
    clean_take = set_loudness(Audio(speech.samples[max(0, start) :], speech.sample_rate))
    for low_hz, high_hz in [(100, 300), (300, 1000), (1000, 3000)]:
        assert band_db(result, low_hz, high_hz) == pytest.approx(band_db(clean_take, low_hz, high_hz), abs=3.0)
    assert band_db(result, 20, 40) < band_db(noisy, 20, 40) - 12


def band_db(audio: Audio, low_hz: float, high_hz: float) -> float:
    """Level of a band while the sound lasts, relative to full scale."""
    spectrum = np.abs(np.fft.rfft(audio.samples)) ** 2 / len(audio.samples)
    hertz = np.fft.rfftfreq(len(audio.samples), 1 / audio.sample_rate)
    return 10 * np.log10(float(spectrum[(hertz >= low_hz) & (hertz < high_hz)].sum()) + 1e-12)


def test_clicks_go_and_what_has_none_stays_as_it_is(speech: Audio) -> None:
    rng = np.random.default_rng(0)
    clicks = np.zeros(len(speech.samples), np.float32)
    clicks[rng.integers(0, len(clicks), 20)] = 0.3
    mended = remove_clicks(Audio(np.clip(speech.samples + clicks, -1, 1), speech.sample_rate))
    left = mended.samples - speech.samples
    assert len(left) == len(clicks)
    assert 10 * np.log10(np.sum(clicks**2) / np.sum(left**2)) > 15
    untouched = remove_clicks(speech).samples - speech.samples
    assert 10 * np.log10(np.sum(speech.samples**2) / np.sum(untouched**2)) > 45


@pytest.mark.parametrize("sample_rate", [8_000, 44_100, 96_000])
def test_clicks_are_looked_for_at_every_rate_and_in_the_shortest_sound(sample_rate: int) -> None:
    for duration_s in (0.01, 0.5):
        tone = make_tone(duration_s, sample_rate)
        assert np.allclose(remove_clicks(tone).samples, tone.samples, atol=0.01)


def test_silence_at_the_ends_is_trimmed_but_no_word_is(noisy: Audio, speech: Audio) -> None:
    result = cleaned(noisy)
    (start, _), *_ = regions = speech_regions(speech_frames(result), 0.5)
    assert start <= EDGE_S + 0.07
    assert result.duration_s - regions[-1][1] <= EDGE_S + 0.07
    spoken = speech_regions(speech_frames(speech), 0.5)
    assert regions[-1][1] - start == pytest.approx(spoken[-1][1] - spoken[0][0], abs=0.1)


@pytest.mark.parametrize("factor", [0.02, 0.3, 1.9])
def test_every_clip_gets_the_same_loudness(speech: Audio, factor: float) -> None:
    result = cleaned(Audio(speech.samples * factor, speech.sample_rate))
    assert loudness_lufs(result) == pytest.approx(TARGET_LOUDNESS_LUFS, abs=0.3)
    assert result.peak_dbfs <= HIGHEST_PEAK_DBFS + 0.01


def test_peaks_are_limited_before_loudness_is_reached() -> None:
    click = np.zeros(16_000, np.float32)
    click[8_000] = 0.5
    result = set_loudness(Audio(click, 16_000))
    assert result.peak_dbfs == pytest.approx(HIGHEST_PEAK_DBFS, abs=0.01)


def test_pauses_do_not_get_louder(noisy: Audio) -> None:
    """Relative to the speech, the pause inside the sentence must never rise."""
    for audio in (noisy, mixed(noisy, make_noise(noisy.duration_s, noisy.sample_rate, 0.02, seed=3))):
        assert measure(cleaned(audio))["snr_db"] >= measure(audio)["snr_db"]


def test_quiet_recording_is_left_alone_apart_from_level(speech: Audio) -> None:
    result = cleaned(speech)
    start = max(0, round((speech_regions(speech_frames(speech))[0][0] - EDGE_S) * speech.sample_rate))
    original = speech.samples[start : start + len(result.samples)]
    similarity = float(np.corrcoef(original[: len(result.samples)], result.samples[: len(original)])[0, 1])
    assert similarity > 0.99


def test_same_clip_same_result(noisy: Audio) -> None:
    np.testing.assert_array_equal(cleaned(noisy).samples, cleaned(noisy).samples)


@pytest.mark.parametrize("sample_rate", [8_000, 16_000, 48_000, 96_000])
def test_any_rate_is_kept(noisy: Audio, sample_rate: int) -> None:
    result = cleaned(resample(noisy, sample_rate))
    assert result.sample_rate == sample_rate
    assert loudness_lufs(result) == pytest.approx(TARGET_LOUDNESS_LUFS, abs=0.3)


def test_sound_without_speech_and_very_short_sound_pass() -> None:
    for audio in (make_noise(1.0, 16_000, 0.05), make_tone(0.05), Audio(np.zeros(8_000, np.float32), 16_000)):
        result = clean(audio, 0.0)
        assert np.all(np.isfinite(result.samples)) and len(result.samples) == len(audio.samples)


def test_library_keeps_the_original_file(example_library: ClipLibrary, project: Project) -> None:
    clip = example_library.clips(project.project_id)[0]
    folder = example_library.clip_folder(project.project_id, clip.clip_id)
    before = (folder / "original.flac").read_bytes()
    told: list[tuple[float, str]] = []
    result = example_library.clean(project.project_id, on_progress=lambda *both: told.append(both))
    assert [c.cleaned for c in result] == [True] * 3 and told[-1][0] == 1.0
    assert (folder / "original.flac").read_bytes() == before
    best = example_library.audio(project.project_id, clip.clip_id, "best")
    np.testing.assert_array_equal(best.samples, decode(folder / "cleaned.flac").samples)
    assert loudness_lufs(best) == pytest.approx(TARGET_LOUDNESS_LUFS, abs=0.3)


def test_stopping_keeps_what_is_cleaned(example_library: ClipLibrary, project: Project) -> None:
    with pytest.raises(Cancelled, match="1 clip"):
        example_library.clean(
            project.project_id,
            should_stop=lambda: any(clip.cleaned for clip in example_library.clips(project.project_id)),
        )
    assert [clip.cleaned for clip in example_library.clips(project.project_id)] == [True, False, False]


def test_clip_that_was_never_cleaned(example_library: ClipLibrary, project: Project, tmp_path: Path) -> None:
    from voiceclone.errors import NotFoundError

    clip = example_library.clips(project.project_id)[0]
    with pytest.raises(NotFoundError, match="Clean"):
        example_library.audio(project.project_id, clip.clip_id, "cleaned")


def test_the_stronger_the_cleaning_the_less_noise_is_left(noisy: Audio) -> None:
    snr_db = measure(noisy)["snr_db"]
    off, gentle, strong = (
        measure(clean(noisy, snr_db, strength))["snr_db"] for strength in ("off", "gentle", "strong")
    )
    assert off < gentle - 5 and gentle < strong


def test_a_clean_take_is_left_alone_however_strong(speech: Audio) -> None:
    off, gentle, strong = (clean(speech, 60.0, strength).samples for strength in ("off", "gentle", "strong"))
    assert np.array_equal(gentle, strong)
    # Clicks are looked for; what is taken for one in clean speech cannot be heard.
    assert 10 * np.log10(np.sum(off**2) / np.sum((off - gentle) ** 2)) > 45


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_hum_is_taken_out_and_the_voice_beside_it_is_not(speech: Audio, mains_hz: float) -> None:
    room = Audio(np.zeros(speech.sample_rate, np.float32), speech.sample_rate)
    whole = mixed(joined(room, speech, room), make_noise(speech.duration_s + 2, speech.sample_rate, 0.0005))
    seconds = np.arange(len(whole.samples)) / whole.sample_rate
    hum = sum(0.02 / n * np.sin(2 * np.pi * n * mains_hz * seconds) for n in range(1, 6))
    humming = Audio((whole.samples + hum).astype(np.float32), whole.sample_rate)
    without = remove_hum(humming, speech_frames(humming))
    for harmonic in (1, 2, 3, 5):
        line = harmonic * mains_hz
        assert line_db(without, line) < line_db(humming, line) - 15
    assert band_db(without, 70, 3000) == pytest.approx(band_db(whole, 70, 3000), abs=0.5)


def line_db(audio: Audio, hertz: float) -> float:
    """Level of a line in the silence before somebody speaks."""
    quiet = audio.samples[round(0.2 * audio.sample_rate) : round(0.8 * audio.sample_rate)].astype(np.float64)
    turning = np.exp(-2j * np.pi * hertz * np.arange(len(quiet)) / audio.sample_rate)
    return 20 * np.log10(abs(float(np.abs((quiet * np.hanning(len(quiet))) @ turning))) + 1e-12)


def test_peaks_between_the_samples_are_limited_too() -> None:
    # A quarter of the rate, sampled 45 degrees off its peaks: the wave rises 3 dB above every sample.
    tone = Audio(np.sin(np.pi / 2 * np.arange(16_000) + np.pi / 4).astype(np.float32), 16_000)
    assert tone.peak_dbfs == pytest.approx(-3.0, abs=0.1) and true_peak_dbfs(tone) == pytest.approx(0.0, abs=0.2)
    assert true_peak_dbfs(set_loudness(tone, 0.0)) <= HIGHEST_PEAK_DBFS + 0.01


def test_cleaning_is_undone(example_library: ClipLibrary, project: Project) -> None:
    first, *_ = example_library.clean(project.project_id, strength="strong")
    folder = example_library.clip_folder(project.project_id, first.clip_id)
    assert (folder / "cleaned.flac").is_file()
    assert example_library.undo_cleaning(project.project_id, [first.clip_id]) == 1
    assert not (folder / "cleaned.flac").exists()
    assert [clip.cleaned for clip in example_library.clips(project.project_id)] == [False, True, True]
    assert example_library.undo_cleaning(project.project_id) == 2


def test_an_unknown_strength_is_refused(example_library: ClipLibrary, project: Project) -> None:
    with pytest.raises(InputError, match="off, gentle, strong"):
        example_library.clean(project.project_id, strength="very")


def test_cleaning_that_harms_is_not_applied_and_said(library, project, speech: Audio, write_wav) -> None:
    """A door falls shut before the sentence: strong cleaning takes that for noise, and half of the voice with it."""
    rng = np.random.default_rng(0)
    slam = np.zeros(len(speech.samples), np.float32)
    slam[: round(0.4 * speech.sample_rate)] = rng.normal(0.0, 0.03, round(0.4 * speech.sample_rate))
    hiss = make_noise(speech.duration_s + 0.1, speech.sample_rate, 0.001)
    take = mixed(mixed(speech, Audio(slam, speech.sample_rate)), hiss)
    library.add_files(project.project_id, [write_wav("slam.wav", take)], text="The quiet morning light fell.")
    (clip,) = library.clean(project.project_id, strength="strong")
    assert clip.cleaned and clip.cleaning_harmed
    assert library.record(project.project_id, clip.clip_id).strength == "off"
    (clip,) = library.clean(project.project_id, strength="gentle")
    assert not clip.cleaning_harmed and library.record(project.project_id, clip.clip_id).strength == "gentle"
