"""What happens to speech after it was made: sent by messengers, telephoned, cut, changed in level and speed.

Each handling takes a sound and returns what a listener gets. PyAV encodes and decodes in memory.
"""

import io
from collections.abc import Callable

import numpy as np

from voiceclone.audio.sound import Audio, resample

Handling = Callable[[Audio], Audio]
_TELEPHONE_HZ = (300.0, 3_400.0)
"""ITU-T G.712."""
_CUT_S = 1.5


def through_codec(audio: Audio, codec: str, container: str, kbit_s: int, rate: int, **options: str) -> Audio:
    """Return a sound after encoding and decoding it with FFmpeg's codec of that name."""
    import av

    stored = io.BytesIO()
    at = resample(audio, rate)
    with av.open(stored, "w", format=container) as target:
        stream = target.add_stream(codec, rate=rate, layout="mono", options=options)
        if kbit_s:
            stream.bit_rate = kbit_s * 1000
        samples = (np.clip(at.samples, -1, 1) * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.format, "mono", rate, frame_size=stream.frame_size or None)
        for piece in [*resampler.resample(frame), *resampler.resample(None), None]:
            target.mux(stream.encode(piece))
    stored.seek(0)
    with av.open(stored, format=None if container != "g722" else "g722") as source:
        floats = av.AudioResampler("flt", "mono", rate)
        pieces = [
            out.to_ndarray().reshape(-1) for decoded in source.decode(audio=0) for out in floats.resample(decoded)
        ]
    return Audio(np.concatenate(pieces).astype(np.float32), rate)


def _telephone_band(audio: Audio) -> Audio:
    from scipy.signal import butter, sosfiltfilt

    sections = butter(4, _TELEPHONE_HZ, "bandpass", fs=audio.sample_rate, output="sos")
    return resample(Audio(sosfiltfilt(sections, audio.samples).astype(np.float32), audio.sample_rate), 8_000)


def _middle(audio: Audio) -> Audio:
    first = max(0, (len(audio.samples) - round(_CUT_S * audio.sample_rate)) // 2)
    return Audio(audio.samples[first : first + round(_CUT_S * audio.sample_rate)], audio.sample_rate)


HANDLINGS: dict[str, Handling] = {
    "as it is": lambda audio: audio,
    "MP3, 64 kbit/s": lambda audio: through_codec(audio, "libmp3lame", "mp3", 64, 24_000),
    "MP3, 32 kbit/s": lambda audio: through_codec(audio, "libmp3lame", "mp3", 32, 24_000),
    "AAC, 24 kbit/s": lambda audio: through_codec(audio, "aac", "adts", 24, 24_000),
    "Opus, 24 kbit/s": lambda audio: through_codec(audio, "libopus", "ogg", 24, 48_000),
    "Opus, 16 kbit/s, voip": lambda audio: through_codec(audio, "libopus", "ogg", 16, 48_000, application="voip"),
    "16 kHz": lambda audio: resample(audio, 16_000),
    "8 kHz": lambda audio: resample(audio, 8_000),
    "1.5 s cut out": _middle,
    "half as loud": lambda audio: Audio(audio.samples * np.float32(0.5), audio.sample_rate),
    "telephone band": _telephone_band,
    "telephone (G.711)": lambda audio: through_codec(_telephone_band(audio), "pcm_mulaw", "wav", 0, 8_000),
}
