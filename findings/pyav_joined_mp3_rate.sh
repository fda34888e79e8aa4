#!/usr/bin/env bash
# Two MP3 files joined into one: FFmpeg gives each first frame the rate of the frame that was decoded before it, with
# its own channels, so that it looks like a third format. The decoder's own rate is right by then. In a short file the
# very first frame is wrong, too: the look that FFmpeg takes at a file when it is opened had reached the second part.
# Needs python3 and pip. Exits with 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import itertools
import sys

import av
import numpy as np


def write(path, rate, layout):
    seconds = np.arange(rate) / rate
    channels = 1 if layout == "mono" else 2
    samples = np.ascontiguousarray(np.stack([0.2 * np.sin(2 * np.pi * 440 * seconds)] * channels).astype(np.float32))
    with av.open(path, "w", options={"write_xing": "0"}) as file:
        stream = file.add_stream("libmp3lame", rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(samples, "fltp", layout)
        frame.sample_rate, frame.pts = rate, 0
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


print("PyAV", av.__version__, "with FFmpeg", av.ffmpeg_version_info)
print("One would have guessed: each frame says its own rate, so 44100 Hz mono is followed by 48000 Hz stereo.")
write("one.mp3", 44_100, "mono")
write("two.mp3", 48_000, "stereo")
with open("joined.mp3", "wb") as joined:
    for path in ("one.mp3", "two.mp3"):
        joined.write(open(path, "rb").read())

seen = []
with av.open("joined.mp3") as file:
    stream = file.streams.audio[0]
    for packet in file.demux(stream):
        try:
            for frame in packet.decode():
                seen.append((frame.sample_rate, frame.layout.nb_channels, stream.codec_context.sample_rate))
        except av.error.InvalidDataError:
            pass  # what is left of the last frame before the joint
runs = [(key, len(list(same))) for key, same in itertools.groupby(seen)]
for (rate, channels, told), count in runs:
    print(f"{count} frames: {rate} Hz, {channels} channel(s); the decoder itself says {told} Hz")
surprising = [(key, count) for key, count in runs if key[0] != key[2]] == [
    ((48_000, 1, 44_100), 1),
    ((44_100, 2, 48_000), 1),
]
print("As described." if surprising else "It has changed.")
sys.exit(0 if surprising else 1)
PY
