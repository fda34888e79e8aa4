"""Pictures of sound: really PNG, really of this sound, readable on any background, quick."""

import io
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image
from sounds import make_noise, make_tone, mixed

from voiceclone.audio.pictures import INK, before_after_png, spectrogram_png, waveform_png
from voiceclone.audio.sound import Audio


def pixels(png: bytes) -> np.ndarray:
    """Red, green, blue, alpha, shape (height, width, 4)."""
    assert png.startswith(b"\x89PNG")
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)


def test_louder_sound_fills_more_of_the_waveform() -> None:
    def blue(level: float) -> int:
        image = pixels(waveform_png(make_tone(1.0, level=level)))
        return int(np.sum((image[..., 2] > image[..., 0] + 60) & (image[..., 3] > 200)))

    assert blue(0.9) > 3 * blue(0.2) > 0


def test_spectrogram_shows_the_tone_at_its_height() -> None:
    def brightest_row(hertz: float) -> float:
        image = pixels(spectrogram_png(mixed(make_tone(1.0, 24_000, hertz), make_noise(1.0, 24_000, 0.001))))
        bright = image[..., :3].sum(axis=2) * (image[..., 3] > 200)
        return float(np.argmax(bright[:, 100:700].sum(axis=1)) / len(image))

    low, high = brightest_row(2_000), brightest_row(8_000)
    assert high + 0.2 < low  # rows count from the top


@pytest.mark.parametrize(
    "audio",
    [
        Audio(np.zeros(0, np.float32), 16_000),
        Audio(np.zeros(10, np.float32), 8_000),
        Audio(np.zeros(48_000, np.float32), 96_000),
    ],
)
def test_empty_and_silent_sound_can_be_drawn(audio: Audio) -> None:
    for png in (waveform_png(audio), spectrogram_png(audio, "x"), before_after_png(audio, audio)):
        assert pixels(png).size


def test_background_is_transparent_and_ink_is_readable_on_white_and_black() -> None:
    assert pixels(waveform_png(make_tone(0.5)))[0, 0, 3] == 0
    channel = int(INK[1:3], 16) / 255
    luminance = ((channel + 0.055) / 1.055) ** 2.4  # WCAG 2 relative luminance of a grey
    assert 1.05 / (luminance + 0.05) >= 4.5
    assert (luminance + 0.05) / 0.05 >= 4.5


def brightness(part: np.ndarray) -> float:
    """How bright the picture is where it is opaque: spectrograms are, the background is not."""
    opaque = part[..., 3] > 250
    return float(part[..., :3].sum(axis=2)[opaque].mean())


def test_before_stands_above_after_and_both_share_one_scale(speech: Audio) -> None:
    quiet = Audio(speech.samples * 0.01, speech.sample_rate)
    image = pixels(before_after_png(speech, quiet))
    upper, lower = np.array_split(image, 2)
    assert brightness(upper) > 1.2 * brightness(lower)
    left, right = np.array_split(image, 2, axis=1)
    assert 0.8 < brightness(left) / brightness(right) < 1.25, "side by side, one of them would be darker"


def test_the_same_moment_stands_in_one_column(speech: Audio) -> None:
    half = Audio(speech.samples[: len(speech.samples) // 2], speech.sample_rate)
    image = pixels(before_after_png(speech, half))
    upper, lower = np.array_split(image, 2)

    def last_column(part: np.ndarray) -> int:
        return int(np.flatnonzero((part[..., 3] > 250).sum(axis=0) > 100)[-1])

    assert last_column(lower) / image.shape[1] == pytest.approx(0.55, abs=0.06)
    assert last_column(upper) / image.shape[1] > 0.95


def test_quick_and_without_pyplot(speech: Audio) -> None:
    before_after_png(speech, speech)
    started = time.process_time()
    before_after_png(speech, speech)
    assert time.process_time() - started < 1.0
    code = (
        "import sys, numpy; from voiceclone.audio.pictures import waveform_png;"
        "from voiceclone.audio.sound import Audio;"
        "assert 'matplotlib' not in sys.modules; waveform_png(Audio(numpy.zeros(9, 'f4'), 16000));"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
