"""Post-processing for synthesized audio: corrects artefacts of fine-tuning."""

from collections.abc import Mapping

import numpy as np

from voiceclone.audio.sound import Audio
from voiceclone.bases.kokoro.postprocess.formant_enhancement import CONTRAST, sharpen_formants
from voiceclone.bases.kokoro.postprocess.frame_tones import remove_frame_tones
from voiceclone.bases.kokoro.postprocess.pauses import PAUSE_CURVE, quieten_pauses
from voiceclone.bases.kokoro.postprocess.tone_curve import TONE_CURVE, apply_tone_curve

POSTPROCESS_TENSORS = (TONE_CURVE, CONTRAST, PAUSE_CURVE)
"""Tensors of a voice file used by the post-processing."""
SPEAKING_GAIN_DB = 5.0
"""The base speaks at -24 LUFS, which is quiet; this brings it to the -19 LUFS that mono podcasts have (Apple and
Spotify ask for -16 in stereo). Speaker similarity depends on level, too: docs/decisions/0048."""
_HIGHEST_PEAK = 10 ** (-1 / 20)


def at_speaking_level(audio: Audio) -> Audio:
    """Apply the same gain to every sentence, less where it would clip."""
    peak = float(abs(audio.samples).max(initial=0.0))
    gain = min(10 ** (SPEAKING_GAIN_DB / 20), _HIGHEST_PEAK / max(peak, 1e-6))
    return Audio(audio.samples * gain, audio.sample_rate)


def postprocess(audio: Audio, tensors: Mapping[str, np.ndarray]) -> Audio:
    """Correct the sound of a voice by the `POSTPROCESS_TENSORS` of its file; without any it stays as it is."""
    if not tensors:
        return at_speaking_level(audio)
    samples = audio.samples
    if TONE_CURVE in tensors:
        samples = apply_tone_curve(samples, tensors[TONE_CURVE])
    if CONTRAST in tensors:
        samples = sharpen_formants(samples, tensors[CONTRAST])
    samples = quieten_pauses(remove_frame_tones(samples), tensors.get(PAUSE_CURVE))
    return at_speaking_level(Audio(samples, audio.sample_rate))
