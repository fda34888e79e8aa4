"""The losses on spectra: tones at a decoder's frame rate are found and led away, same is told from other."""

import numpy as np
import pytest
import torch
from sounds import make_noise, make_tone, mixed

from voiceclone.bases import spectra

RATE = 24_000
FRAME_SAMPLES = 300
"""Kokoro's slowest frames: 80 Hz."""


def lines(audio):
    return float(spectra.frame_rate_lines(torch.from_numpy(audio.samples)[None], RATE, FRAME_SAMPLES))


def test_the_loss_finds_tones_at_frame_rates_and_nothing_else():
    noise = make_noise(1.2, RATE, 0.05)
    assert lines(noise) < 0.15
    assert lines(mixed(noise, make_tone(1.2, RATE, 4_800, 0.05))) > lines(noise) + 0.3
    assert lines(mixed(noise, make_tone(1.2, RATE, 4_836, 0.05))) == pytest.approx(lines(noise), abs=0.02)
    assert lines(make_noise(0.3, RATE, 0.05)) == 0.0


def test_the_loss_leads_a_tone_away():
    tone = torch.from_numpy(make_tone(1.2, RATE, 4_800, 1.0).samples)[None]
    noise = torch.from_numpy(make_noise(1.2, RATE, 0.05).samples)[None]
    level = torch.tensor(0.05, requires_grad=True)
    spectra.frame_rate_lines(noise + level * tone, RATE, FRAME_SAMPLES).backward()
    assert level.grad > 0


def test_the_spectral_distance_knows_same_from_other():
    one = torch.from_numpy(make_noise(1.2, RATE, 0.05).samples)[None]
    again = torch.from_numpy(make_noise(1.2, RATE, 0.05, seed=1).samples)[None]
    tone = torch.from_numpy(make_tone(1.2, RATE, 300, 0.1).samples)[None]
    assert float(spectra.spectral_distance(one, one, RATE, 12_000.0)) == 0.0
    near, far = (float(spectra.spectral_distance(one, other, RATE, 12_000.0)) for other in (again, tone))
    assert 0 < near < far


@pytest.mark.parametrize(("sample_rate", "frame_samples"), [(22_050, 256), (16_000, 256)])
def test_lines_of_another_decoder_lie_at_multiples_of_its_frame_rate(sample_rate, frame_samples):
    """A window of VITS: 32 frames."""
    length_s = 32 * frame_samples / sample_rate
    noise = torch.from_numpy(make_noise(length_s, sample_rate, 0.05).samples)[None]
    times = np.arange(noise.shape[1]) / sample_rate
    steady = [
        torch.from_numpy((0.05 * np.sin(2 * np.pi * hertz * times)).astype(np.float32))[None]
        for hertz in (20 * sample_rate / frame_samples, 20.5 * sample_rate / frame_samples)
    ]
    heard = [float(spectra.frame_rate_lines(noise + tone, sample_rate, frame_samples)) for tone in steady]
    assert heard[0] > heard[1] + 0.3
