"""Remove clicks from lost samples and cables with FFmpeg's `adeclick`, which PyAV includes."""

import numpy as np

from voiceclone.audio.sound import Audio

THRESHOLD = 5
"""Prediction error, as a multiple of the usual one, that makes a sample a click. On twelve clean clips of two voices, 5
changes the speech at -50 dB and reduces clicks by 22 to 28 dB; FFmpeg's default of 2 at -32 dB, by 7 to 10 dB."""

_MARGIN_S = 0.15
"""The filter works in 55 ms windows and fades in over the first; mirrored padding absorbs that."""


def remove_clicks(audio: Audio) -> Audio:
    """Return the audio without clicks: samples their neighbours do not predict are interpolated.

    Mouth clicks, which are longer and softer, are only reduced by 3 to 4 dB.
    """
    import av

    graph = av.filter.Graph()
    source = graph.add_abuffer(format="dblp", sample_rate=audio.sample_rate, layout="mono")
    declick = graph.add("adeclick", f"threshold={THRESHOLD}")
    sink = graph.add("abuffersink")
    source.link_to(declick)
    declick.link_to(sink)
    graph.configure()
    margin = round(_MARGIN_S * audio.sample_rate)
    wide = np.pad(audio.samples.astype(np.float64), margin, mode="symmetric")
    frame = av.AudioFrame.from_ndarray(wide[None], format="dblp", layout="mono")
    frame.sample_rate, frame.pts = audio.sample_rate, 0
    graph.push(frame)
    graph.push(None)
    pieces = []
    while True:
        try:
            pieces.append(graph.pull().to_ndarray()[0])
        except (av.error.EOFError, av.error.BlockingIOError):
            break
    repaired = np.concatenate(pieces)[margin : margin + len(audio.samples)]
    return Audio(np.clip(repaired, -1.0, 1.0).astype(np.float32), audio.sample_rate)
