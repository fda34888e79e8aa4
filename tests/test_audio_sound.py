"""Decoding any file, resampling, loudness, encoding."""

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from sounds import make_noise, make_tone

from voiceclone.audio.decoding import open_recording
from voiceclone.audio.sound import Audio, decode, encode_flac, encode_wav, loudness_lufs, resample
from voiceclone.errors import AudioError, StorageError


def pitch_hz(audio: Audio) -> float:
    """Frequency of the strongest tone."""
    spectrum = np.abs(np.fft.rfft(audio.samples * np.hanning(len(audio.samples))))
    return float(np.argmax(spectrum) * audio.sample_rate / len(audio.samples))


def encode_with_av(audio: Audio, path: Path, codec: str, container_format: str | None = None) -> None:
    """Write a compressed file, stereo, with PyAV."""
    stereo = np.ascontiguousarray(np.stack([audio.samples, audio.samples]))
    with av.open(str(path), "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=audio.sample_rate)
        stream.layout = "stereo"
        frame = av.AudioFrame.from_ndarray(stereo, format="fltp", layout="stereo")
        frame.sample_rate = audio.sample_rate
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="stereo", rate=audio.sample_rate,
            frame_size=stream.codec_context.frame_size,
        )  # fmt: skip
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("name", "subtype", "rate"),
    [
        ("a.wav", "PCM_16", 44_100), ("a.wav", "PCM_24", 96_000), ("a.wav", "FLOAT", 48_000),
        ("a.wav", "PCM_U8", 8_000), ("a.wav", "ULAW", 8_000), ("a.flac", "PCM_24", 96_000),
        ("a.aiff", "PCM_16", 22_050), ("a.ogg", "VORBIS", 44_100), ("a.mp3", "MPEG_LAYER_III", 44_100),
    ],
)  # fmt: skip
def test_decodes_stereo_at_native_rate(tmp_path: Path, name: str, subtype: str, rate: int) -> None:
    tone = make_tone(2.0, rate, 440.0)
    stereo = np.stack([tone.samples, 0.5 * tone.samples], axis=1)
    soundfile.write(tmp_path / name, stereo, rate, subtype=subtype)
    audio = decode(tmp_path / name)
    assert audio.sample_rate == rate
    assert audio.samples.dtype == np.float32
    assert audio.duration_s == pytest.approx(2.0, abs=0.06)
    assert pitch_hz(audio) == pytest.approx(440.0, abs=1.0)
    loudest = float(np.max(np.abs(audio.samples[rate // 2 : -rate // 2])))
    assert loudest == pytest.approx(0.3, abs=0.02)  # as loud as the stronger side


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("a.m4a", "aac", None),
        ("a.mp4", "aac", None),
        ("a.webm", "libopus", "webm"),
        ("a.opus", "libopus", "ogg"),
    ],
)
def test_decodes_what_phones_and_browsers_write(tmp_path: Path, name: str, codec: str, container: str) -> None:
    encode_with_av(make_tone(2.0, 48_000, 440.0), tmp_path / name, codec, container)
    audio = decode(tmp_path / name)
    assert (audio.sample_rate, round(audio.duration_s, 1)) == (48_000, 2.0)
    assert pitch_hz(audio) == pytest.approx(440.0, abs=1.0)
    middle = audio.samples[24_000:-24_000]
    assert float(np.max(np.abs(middle))) == pytest.approx(0.3, abs=0.03)  # both channels the same: no gain


def test_kind_is_recognised_by_content(tmp_path: Path) -> None:
    tone = make_tone(1.0, 48_000, 440.0)
    encode_with_av(tone, tmp_path / "phone.m4a", "aac")
    encode_wav(tone, tmp_path / "real.wav")
    for source, wrong in [
        ("phone.m4a", "x.wav"),
        ("real.wav", "x.mp3"),
        ("real.wav", "x.raw"),
        ("real.wav", "x"),
    ]:
        (tmp_path / wrong).write_bytes((tmp_path / source).read_bytes())
        assert pitch_hz(decode(tmp_path / wrong)) == pytest.approx(440.0, abs=1.0)


def test_float_beyond_full_scale_is_turned_down_not_clipped(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loud.wav", 4.0 * make_tone(1.0, level=0.5).samples, 16_000, subtype="FLOAT")
    audio = decode(tmp_path / "loud.wav")
    assert float(np.max(np.abs(audio.samples))) == pytest.approx(1.0)
    assert float(np.mean(np.abs(audio.samples) > 0.999)) < 0.05  # a clipped sine would sit at the top


def test_blocks_agree_with_the_whole(tmp_path: Path) -> None:
    noise = make_noise(25.0, 22_050, 0.1)
    encode_flac(noise, tmp_path / "noise.flac", bits=24)
    recording = open_recording(tmp_path / "noise.flac")
    blocks = list(recording.blocks())
    assert len(blocks) == 3
    np.testing.assert_allclose(np.concatenate(blocks), noise.samples, atol=1e-6)
    assert not recording.cut_off


def test_playlists_are_not_followed(tmp_path: Path) -> None:
    encode_wav(make_tone(1.0), tmp_path / "secret.wav")
    (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXTINF:1,\n{tmp_path / 'secret.wav'}\n#EXT-X-ENDLIST\n")
    (tmp_path / "list.wav").write_text(f"ffconcat version 1.0\nfile {tmp_path / 'secret.wav'}\n")
    for name in ("list.m3u8", "list.wav"):
        with pytest.raises(AudioError, match="cannot be read"):
            decode(tmp_path / name)


def test_resample_keeps_pitch_and_length() -> None:
    audio = resample(make_tone(1.0, 44_100, 440.0), 24_000)
    assert (audio.sample_rate, len(audio.samples)) == (24_000, 24_000)
    assert pitch_hz(audio) == pytest.approx(440.0, abs=1.0)
    assert resample(audio, 24_000) is audio


def test_loudness_of_the_reference_tone() -> None:
    # EBU Tech 3341, case 1 (one of two channels): 997 Hz at 0 dBFS reads -3.01 LUFS.
    assert loudness_lufs(make_tone(3.0, 48_000, 997.0, level=1.0)) == pytest.approx(-3.01, abs=0.1)


def test_loudness_of_short_and_silent_sound() -> None:
    assert loudness_lufs(make_tone(0.1, 48_000, 997.0, level=0.1)) == pytest.approx(-23.0, abs=0.5)
    assert loudness_lufs(Audio(np.zeros(16_000, np.float32), 16_000)) == -70.0
    assert loudness_lufs(Audio(np.zeros(0, np.float32), 16_000)) == -70.0


@pytest.mark.parametrize(("bits", "step"), [(16, 2**-15), (24, 2**-23)])
def test_flac_round_trip(tmp_path: Path, bits: int, step: float) -> None:
    noise = make_noise(0.5, 96_000, 0.2)
    encode_flac(noise, tmp_path / "a.flac", bits=bits)
    again = decode(tmp_path / "a.flac")
    assert again.sample_rate == 96_000
    np.testing.assert_allclose(again.samples, np.clip(noise.samples, -1, 1), atol=1.01 * step)


def test_wav_is_16_bit_and_full_scale_does_not_wrap(tmp_path: Path) -> None:
    encode_wav(Audio(np.array([1.0, -1.0, 0.0], np.float32), 16_000), tmp_path / "a.wav")
    assert soundfile.info(tmp_path / "a.wav").subtype == "PCM_16"
    np.testing.assert_allclose(decode(tmp_path / "a.wav").samples, [1.0, -1.0, 0.0], atol=1e-4)


def test_unwritable_folder_is_a_storage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def full(self: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError, match="full"):
        encode_wav(make_tone(0.1), tmp_path / "a.wav")
    assert list(tmp_path.iterdir()) == []
