"""Pitch of low, creaky, high, noisy and telephone voices; what is not voiced; what begins by pitch."""

import numpy as np
import pytest
import torch
from kokoro_runs import advance_to, copy_run, read_notes
from scipy.signal import butter, lfilter, sosfiltfilt
from sounds import EXAMPLE_DIR, EXAMPLE_TEXTS, joined, make_noise, mixed

from voiceclone.audio.pitch import median_pitch_hz, pitch_curve, semitones
from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.bases.base import TrainingClip
from voiceclone.bases.kokoro import starting_voice
from voiceclone.bases.kokoro.data import dataset
from voiceclone.bases.kokoro.data.feature_cache import VERSION
from voiceclone.bases.kokoro.model import synthesis, weights
from voiceclone.bases.kokoro.model.network import STYLE_SIZE
from voiceclone.bases.kokoro.model.tokens import phonemes_to_tokens
from voiceclone.bases.kokoro.train import trainer as trainer_module
from voiceclone.bases.run.divergence import DivergenceWatch
from voiceclone.text.phonemes import phonemize

HOP_S = 0.0125
FORMANTS_HZ = ((650, 90), (1_150, 110), (2_500, 160), (3_400, 250))
"""Centre and width of the resonances of an open vowel."""


@pytest.fixture(scope="module")
def joe():
    """Six sentences of a man of about 90 Hz."""
    return joined(*(decode(EXAMPLE_DIR / f"joe_{number:02d}.flac") for number in range(7, 13)))


def spoken_vowel(pitch_hz, jitter=0.0, seconds=3.0, rate=24_000):
    """Glottal pulses, each `jitter` too early or late at random, through the resonances of a vowel."""
    chance = np.random.default_rng(0)
    moments, moment = [], 0.01
    while moment < seconds - 0.01:
        moments.append(moment)
        moment += (1 + jitter * chance.standard_normal()) / pitch_hz
    sound = np.zeros(int(seconds * rate))
    sound[(np.array(moments) * rate).astype(int)] = 1.0
    sound = lfilter([1.0], [1.0, -0.97], sound)
    for centre_hz, width_hz in FORMANTS_HZ:
        radius, angle = np.exp(-np.pi * width_hz / rate), 2 * np.pi * centre_hz / rate
        sound = lfilter([1.0], [1.0, -2 * radius * np.cos(angle), radius**2], sound)
    return Audio((0.3 * sound / np.abs(sound).max()).astype(np.float32), rate)


def over_telephone(audio):
    band = sosfiltfilt(butter(6, (300, 3_400), "bandpass", fs=audio.sample_rate, output="sos"), audio.samples)
    return resample(Audio(band.astype(np.float32), audio.sample_rate), 8_000)


def below(audio, snr_db):
    """White noise so many dB below a sound."""
    level = float(np.sqrt(np.mean(audio.samples**2))) * 10 ** (-snr_db / 20)
    noise = np.random.default_rng(3).standard_normal(len(audio.samples))
    return Audio((level * noise).astype(np.float32), audio.sample_rate)


def quieter(audio, decibels):
    return Audio(audio.samples * np.float32(10 ** (-decibels / 20)), audio.sample_rate)


@pytest.mark.parametrize("number", range(1, 27))
def test_the_example_voice_is_a_low_one_in_every_clip(number):
    assert 75 < median_pitch_hz(decode(EXAMPLE_DIR / f"joe_{number:02d}.flac")) < 110


@pytest.mark.parametrize(
    "spoil",
    [
        over_telephone,
        lambda audio: mixed(audio, below(audio, 20)),
        lambda audio: mixed(audio, below(audio, 10)),
        lambda audio: quieter(audio, 50),
        lambda audio: resample(audio, 48_000),
        lambda audio: resample(audio, 8_000),
    ],
    ids=["telephone", "noise 20 dB", "noise 10 dB", "quiet", "48 kHz", "8 kHz"],
)
def test_a_low_voice_stays_low_however_it_was_recorded(joe, spoil):
    assert abs(semitones(median_pitch_hz(spoil(joe)), median_pitch_hz(joe))) < 1.0


@pytest.mark.parametrize("jitter", [0.0, 0.02])
@pytest.mark.parametrize("pitch_hz", [55, 70, 90, 120, 200, 300, 400])
def test_the_pitch_of_a_known_voice(pitch_hz, jitter):
    curve = pitch_curve(spoken_vowel(pitch_hz, jitter), HOP_S, 240)[8:-8]
    voiced = curve[curve > 0]
    assert len(voiced) > 0.9 * len(curve)
    assert np.median(voiced) == pytest.approx(pitch_hz, rel=0.02)
    assert (np.abs(voiced / pitch_hz - 1) < 0.2).mean() > 0.97


@pytest.mark.parametrize("pitch_hz", [70, 110, 200])
def test_a_telephone_takes_the_fundamental_and_not_the_pitch(pitch_hz):
    assert median_pitch_hz(over_telephone(spoken_vowel(pitch_hz))) == pytest.approx(pitch_hz, rel=0.03)


@pytest.mark.parametrize(
    ("height_hz", "name"),
    [(70.0, "jm_kumo"), pytest.param(110.0, "jm_kumo", marks=pytest.mark.slow), (300.0, "jf_alpha")],
)
def test_the_pitch_of_speech_rendered_with_a_given_melody(kokoro_folder, kokoro_network, height_hz, name):
    style = starting_voice.typical_style(weights.load_stock_voices(kokoro_folder)[name])
    tokens = phonemes_to_tokens(phonemize("The quiet morning light fell.", "en-us"))
    with torch.no_grad():
        text = synthesis.encode_text(kokoro_network, tokens)
        styled, durations = synthesis.encode_prosody(kokoro_network, text, style[:, STYLE_SIZE:])
        frames = synthesis.whole_frames(durations)
        own, loudness = synthesis.predict_curves(kokoro_network, styled, frames, style[:, STYLE_SIZE:])
        given = torch.where(own > 40, height_hz * (own / own[own > 40].median()) ** 0.5, 0.0)
        stretched = synthesis.stretch(text.acoustic_text, frames)
        sound = synthesis.render(kokoro_network, stretched, given, loudness, style[:, :STYLE_SIZE])[0]
    truth = given[0].numpy()
    found = pitch_curve(Audio(sound.numpy(), 24_000), HOP_S, len(truth))
    level = np.sqrt((sound.numpy().reshape(len(truth), -1) ** 2).mean(1))
    voiced = (truth > 0) & (level > 0.05 * level.max())  # the melody goes on where nothing can be heard
    both = voiced & (found > 0)
    assert both.sum() > 0.85 * voiced.sum()
    assert (np.abs(found[both] / truth[both] - 1) > 0.2).mean() < 0.1


def test_the_beginning_and_the_end_of_a_voice_are_where_they_are():
    silence = np.zeros(24_000, np.float32)
    vowel = spoken_vowel(120, seconds=1.0)
    curve = pitch_curve(Audio(np.concatenate([silence, vowel.samples, silence]), 24_000), HOP_S)
    voiced = np.flatnonzero(curve) * HOP_S
    assert voiced[0] == pytest.approx(1.0, abs=0.05)
    assert voiced[-1] == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("level", [1e-5, 0.01, 0.3])
def test_noise_has_no_pitch(level):
    noise = make_noise(3.0, 24_000, level)
    assert (pitch_curve(noise, HOP_S) == 0).mean() > 0.95


def test_pauses_of_a_noisy_recording_have_no_pitch(joe):
    pause = np.zeros(2 * joe.sample_rate, np.float32)
    padded = Audio(np.concatenate([joe.samples, pause]), joe.sample_rate)
    curve = pitch_curve(mixed(padded, below(padded, 25)), HOP_S)
    assert (curve[-140:] == 0).mean() > 0.95


@pytest.mark.parametrize("samples", [0, 1, 100, 300, 4_000])
def test_next_to_nothing_and_silence_have_no_pitch(samples):
    nothing = Audio(np.zeros(samples, np.float32), 24_000)
    assert not pitch_curve(nothing, HOP_S).any()
    assert not pitch_curve(nothing, HOP_S, 7).any()
    assert median_pitch_hz(nothing) is None
    assert median_pitch_hz(make_noise(samples / 24_000, 24_000)) is None


def test_a_curve_is_as_long_as_it_should_be(joe):
    curve = pitch_curve(joe, HOP_S)
    assert curve.dtype == np.float32
    assert abs(len(curve) - joe.duration_s / HOP_S) <= 1
    assert pitch_curve(joe, HOP_S, 50).shape == (50,)
    assert pitch_curve(joe, HOP_S, 5_000).shape == (5_000,)
    assert (curve[curve > 0] >= 50).all() and (curve <= 600).all()


def test_without_a_judge_a_low_voice_begins_at_a_low_stock_voice(kokoro_folder, kokoro_network, tmp_path):
    names = ("joe_01.flac", "joe_02.flac")
    clips = [TrainingClip(name, decode(EXAMPLE_DIR / name), EXAMPLE_TEXTS[name], "en-us") for name in names]
    styles = {
        name: starting_voice.typical_style(table) for name, table in weights.load_stock_voices(kokoro_folder).items()
    }
    entries = dataset.write_dataset(clips, tmp_path)
    assert starting_voice._nearest_pitch(kokoro_network, styles, tmp_path, entries) == "jm_kumo"


@pytest.mark.slow
def test_a_training_begun_with_wrong_pitch_goes_on_with_the_right_one(make_trainer, prepared, tmp_path, monkeypatch):
    run_dir = copy_run(prepared, tmp_path / "begun")
    with monkeypatch.context() as earlier:
        for module in (dataset, trainer_module):
            earlier.setattr(module, "VERSION", VERSION - 1)
        for path in (run_dir / "dataset").glob("*.features.npz"):
            with np.load(path) as packed:
                arrays = dict(packed)
            path.unlink()  # another run has it, too
            np.savez(path, **arrays | {"pitch_hz": 2 * arrays["pitch_hz"], "version": VERSION - 1})
        trainer = make_trainer(run_dir)
        advance_to(trainer, 2)
        wrong_hz = usual_hz(trainer)
        trainer.save_checkpoint()
    going_on = make_trainer(run_dir)
    assert [clip.entry.clip_id for clip in going_on.clips.ready] == [clip.entry.clip_id for clip in trainer.clips.ready]
    assert usual_hz(going_on) == pytest.approx(wrong_hz / 2, rel=0.01)
    assert all(watch.state() == DivergenceWatch().state() for watch in going_on.divergence.watches.values())
    assert "begun by an earlier version" in read_notes(run_dir)[-1]
    advance_to(going_on, 3)
    going_on.save_checkpoint()
    make_trainer(run_dir)
    assert sum("earlier version" in note for note in read_notes(run_dir)) == 1


def usual_hz(trainer):
    """Return the median pitch of what a trainer learns from."""
    curves = torch.cat([clip.pitch_hz[0] for clip in trainer.clips.ready])
    return float(curves[curves > 0].median())
