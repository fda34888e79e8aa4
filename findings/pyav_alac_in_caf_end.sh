#!/usr/bin/env bash
# PyAV takes the end off ALAC in CAF: the padding of the last packet, which was never decoded, is taken off once more.
# Needs python3 and pip. Exits with 1 when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import sys

import av
import numpy as np

RATE = 44_100


def write(path, count):
    samples = (np.random.default_rng(0).normal(0, 0.05, count) * 32767).astype(np.int16)[None]
    with av.open(path, "w") as file:
        stream = file.add_stream("alac", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
        frame.sample_rate, frame.pts = RATE, 0
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def read(path, keep_end):
    with av.open(path) as file:
        stream = file.streams.audio[0]
        if keep_end:
            stream.codec_context.flags2 |= av.codec.context.Flags2.skip_manual
        return sum(frame.samples for frame in file.decode(stream))


print("PyAV", av.__version__, "with FFmpeg", av.ffmpeg_version_info)
print("One would have guessed: a lossless file gives back as many samples as were written.")
surprising = True
for count in (8_000, 44_100):
    counts = {}
    for ending in ("m4a", "caf"):
        write(f"sound.{ending}", count)
        counts[ending] = read(f"sound.{ending}", False)
    mended = read("sound.caf", True)
    padding = -count % 4096
    print(
        f"{count} samples written: {counts['m4a']} from M4A, {counts['caf']} from CAF "
        f"({count - counts['caf']} lost; the last packet lacks {padding} of 4096), {mended} with skip_manual"
    )
    surprising &= counts["m4a"] == count and counts["caf"] == count - padding and mended == count
print("As described." if surprising else "It has changed.")
sys.exit(0 if surprising else 1)
PY
