"""All of a recording is read: to its last sample, past a header that was never closed, past joints and silence."""

import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from sounds import EXAMPLE_DIR, make_noise

from voiceclone.audio.decoding import open_recording
from voiceclone.audio.sound import Audio, decode, resample
from voiceclone.clips.intake.slicing import cut_slices, find_slices
from voiceclone.errors import AudioError
from voiceclone.limits import MAX_CLIP_S

CODECS = {
    # Ending: container, codec, one frame of it in samples; raw PCM and lossless codecs end on the sample.
    "aac.m4a": ("ipod", "aac", 2048), "aac.mp4": ("mp4", "aac", 2048), "aac.mov": ("mov", "aac", 2048),
    "aac.mkv": ("matroska", "aac", 2048), "aac.aac": ("adts", "aac", 2048), "aac.3gp": ("3gp", "aac", 2048),
    "alac.m4a": ("ipod", "alac", 0), "alac.caf": ("caf", "alac", 0), "alac.mov": ("mov", "alac", 0),
    "pcm.caf": ("caf", "pcm_s16be", 0), "pcm.wav": ("wav", "pcm_s16le", 0), "pcm.mov": ("mov", "pcm_s16le", 0),
    "pcm.mkv": ("matroska", "pcm_s16le", 0), "pcm.avi": ("avi", "pcm_s16le", 0), "24.wav": ("wav", "pcm_s24le", 0),
    "pcm.w64": ("w64", "pcm_s16le", 0), "pcm.aiff": ("aiff", "pcm_s16be", 0), "pcm.au": ("au", "pcm_s16be", 0),
    "flac.flac": ("flac", "flac", 0), "flac.mkv": ("matroska", "flac", 0), "flac.ogg": ("ogg", "flac", 0),
    "tta.tta": ("tta", "tta", 0), "wavpack.wv": ("wv", "wavpack", 0), "mp3.mp3": ("mp3", "libmp3lame", 0),
    "mp3.mkv": ("matroska", "libmp3lame", 1152 * 2), "mp3.avi": ("avi", "libmp3lame", 1152 * 2),
    "opus.webm": ("webm", "libopus", 960), "opus.ogg": ("ogg", "libopus", 960),
    "opus.mkv": ("matroska", "libopus", 960),
    "vorbis.ogg": ("ogg", "vorbis", 1024), "wma.wma": ("asf", "wmav2", 2048),
    "ac3.ac3": ("ac3", "ac3", 1536), "ac3.mkv": ("matroska", "ac3", 1536), "eac3.eac3": ("eac3", "eac3", 1536),
    "mp2.mpg": ("mpeg", "mp2", 1152), "mp2.ts": ("mpegts", "mp2", 1152 * 2), 
    "adpcm.wav": ("wav", "adpcm_ima_wav", 2048),
    "amr.amr": ("amr", "libopencore_amrnb", 320), "amr.3gp": ("3gp", "libopencore_amrnb", 320),
}  # fmt: skip
ALSO_SHORTER = {"wma.wma": 2048, "vorbis.ogg": 1024}
"""FFmpeg's own encoders lose that much; its decoders give the same."""


def encode(path: Path, container: str, codec: str, audio: Audio, layout: str = "mono", **options: str) -> None:
    """Write a sound with PyAV, alike on each channel of `layout`."""
    with av.open(str(path), "w", format=container, options=options) as file:
        stream = file.add_stream(codec, rate=audio.sample_rate, layout=layout)
        stream.bit_rate = 12_200 if "amr" in codec else 128_000
        if codec == "vorbis":
            stream.codec_context.options = {"strict": "experimental"}
        planes = np.ascontiguousarray(np.stack([audio.samples] * stream.layout.nb_channels))
        frame = av.AudioFrame.from_ndarray(planes, "fltp", layout)
        frame.sample_rate, frame.pts = audio.sample_rate, 0
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def shift(samples: np.ndarray, reference: np.ndarray) -> int:
    """Return by how many samples `samples` lies behind `reference`."""
    length = len(samples) + len(reference)
    product = np.fft.rfft(samples, length) * np.fft.rfft(reference, length).conj()
    place = int(np.argmax(np.fft.irfft(product, length)))
    return place if place < length // 2 else place - length


def holds(part: np.ndarray, voice: np.ndarray, least: float = 0.95) -> bool:
    """True when the same words at the same pitch are in `part`, wherever they begin."""
    length = len(part) + len(voice)
    alike = np.fft.irfft(np.fft.rfft(part, length) * np.fft.rfft(voice, length).conj(), length).max()
    return bool(alike > least * np.linalg.norm(part) * np.linalg.norm(voice))


@pytest.mark.parametrize("ending", CODECS)
def test_no_codec_loses_its_end(tmp_path: Path, ending: str) -> None:
    container, codec, frame = CODECS[ending]
    rng = np.random.default_rng(len(ending))
    for number in range(4):
        rate = 8_000 if "amr" in codec else int(rng.choice([48_000] if "opus" in codec else [32_000, 44_100, 48_000]))
        count = int(rng.integers(3_000, 60_000))
        layout = "mono" if "amr" in codec else str(rng.choice(["mono", "stereo"]))
        if codec == "vorbis":
            layout = "stereo"
        path = tmp_path / f"{number}{ending}"
        encode(path, container, codec, make_noise(count / rate, rate, 0.1, seed=number), layout)
        read = decode(path)
        assert read.sample_rate == rate
        assert count - ALSO_SHORTER.get(ending, 0) <= len(read.samples) <= count + frame, (count, rate, layout)


# --- headers that were never closed -----------------------------------------------------------------


def _zero_wav(content: bytearray) -> None:
    content[4:8] = bytes(4)
    place = content.index(b"data")
    content[place + 4 : place + 8] = bytes(4)


def _begun_wav(content: bytearray) -> None:
    """As Python's own `wave` begins it."""
    _zero_wav(content)
    content[4:8] = struct.pack("<I", 36)


def _old_wav(content: bytearray) -> None:
    """The lengths as they were after a tenth of a second, as recorders write that save them now and then."""
    place = content.index(b"data")
    content[place + 4 : place + 8] = struct.pack("<I", 4096)
    content[4:8] = struct.pack("<I", place + 8 + 4096 - 8)


def _zero_rf64(content: bytearray) -> None:
    place = content.index(b"ds64")
    content[place + 8 : place + 32] = bytes(24)


def _zero_w64(content: bytearray) -> None:
    content[16:24] = bytes(8)
    place = content.index(b"data")
    content[place + 16 : place + 24] = bytes(8)


def _zero_aiff(content: bytearray) -> None:
    for place in (4, content.index(b"COMM") + 10, content.index(b"SSND") + 4):
        content[place : place + 4] = bytes(4)


def _zero_au(content: bytearray) -> None:
    content[8:12] = bytes(4)


def _piped_flac(content: bytearray) -> None:
    """The count of samples is 36 bits of STREAMINFO; 0 means unknown."""
    content[21] &= 0xF0
    content[22:26] = bytes(4)


@pytest.mark.parametrize(
    ("container", "subtype", "spoil"),
    [
        ("WAV", "PCM_16", _zero_wav), ("WAV", "PCM_24", _zero_wav), ("WAV", "FLOAT", _zero_wav),
        ("WAVEX", "PCM_24", _zero_wav), ("WAV", "IMA_ADPCM", _zero_wav), ("WAV", "ALAW", _zero_wav),
        ("WAV", "PCM_16", _begun_wav), ("WAV", "PCM_16", _old_wav), ("WAV", "PCM_U8", _old_wav),
        ("RF64", "PCM_16", _zero_rf64), ("W64", "PCM_16", _zero_w64), ("AIFF", "PCM_16", _zero_aiff),
        ("AU", "PCM_16", _zero_au), ("FLAC", "PCM_16", _piped_flac),
    ],
)  # fmt: skip
def test_a_header_that_was_never_closed(
    speech: Audio, tmp_path: Path, container: str, subtype: str, spoil: Callable[[bytearray], None]
) -> None:
    path = tmp_path / "died.wav"
    soundfile.write(path, speech.samples, speech.sample_rate, format=container, subtype=subtype)
    content = bytearray(path.read_bytes())
    spoil(content)
    path.write_bytes(content)
    recording = open_recording(path)
    read = np.concatenate(list(recording.blocks()))
    assert len(speech.samples) <= len(read) <= len(speech.samples) + 2048  # ADPCM ends with a whole block
    assert np.corrcoef(read[: len(speech.samples)], speech.samples)[0, 1] > 0.99
    assert not recording.cut_off


@pytest.mark.parametrize("name", [b"LIST", b"id3 ", b"bext"])
def test_chunks_behind_the_sound_are_not_taken_for_sound(tmp_path: Path, name: bytes) -> None:
    extra = name + struct.pack("<I", 40_001) + bytes(np.random.default_rng(0).integers(0, 255, 40_002, np.uint8))
    for count in (0, 16_000):
        path = tmp_path / f"{count}.wav"
        soundfile.write(path, make_noise(count / 16_000).samples, 16_000, subtype="PCM_16")
        path.write_bytes(path.read_bytes() + extra)
        if count:
            assert len(decode(path).samples) == count
        else:
            with pytest.raises(AudioError, match="holds no sound"):
                decode(path)


# --- several recordings in one file ----------------------------------------------------------------


@pytest.fixture(scope="module")
def second() -> Audio:
    """Another sentence."""
    return decode(EXAMPLE_DIR / "joe_02.flac")


JOINS = {
    "mp3": ("mp3", "libmp3lame", {"write_xing": "0"}),
    "mp3 with tags": ("mp3", "libmp3lame", {}),
    "aac": ("adts", "aac", {}),
    "vorbis": ("ogg", "vorbis", {}),
    "opus": ("ogg", "libopus", {}),
    "flac in ogg": ("ogg", "flac", {}),
    "flac": ("flac", "flac", {}),
    "wav": ("wav", "pcm_s16le", {}),
    "ac3": ("ac3", "ac3", {}),
}


@pytest.mark.parametrize("kind", JOINS)
@pytest.mark.parametrize("turned", [False, True])
def test_joined_recordings_are_both_read_at_their_pitch(
    speech: Audio, second: Audio, tmp_path: Path, kind: str, turned: bool
) -> None:
    container, codec, options = JOINS[kind]
    rates = [48_000, 48_000] if codec == "libopus" else [44_100, 48_000][:: -1 if turned else 1]
    layouts = ["stereo", "stereo"] if codec == "vorbis" else ["mono", "stereo"][:: -1 if turned else 1]
    whole, content = [resample(speech, rates[0]), resample(second, rates[1])], b""
    for audio, layout in zip(whole, layouts, strict=True):
        encode(tmp_path / "part", container, codec, audio, layout, **options)
        content += (tmp_path / "part").read_bytes()
    (tmp_path / "joined").write_bytes(content)
    recording = open_recording(tmp_path / "joined")
    read = np.concatenate(list(recording.blocks()))
    assert recording.sample_rate == rates[0]
    assert not recording.cut_off
    assert len(read) / rates[0] == pytest.approx(speech.duration_s + second.duration_s, abs=0.15)
    middle = round((speech.duration_s + 0.05) * rates[0])
    assert holds(read[:middle], whole[0].samples)
    assert holds(read[middle:], resample(second, rates[0]).samples)


def test_many_joined_recordings_are_sliced(tmp_path: Path, speech: Audio, second: Audio) -> None:
    content = b""
    for number in range(6):
        audio = resample((speech, second)[number % 2], (44_100, 48_000)[number % 2])
        encode(tmp_path / "part", "ogg", "flac", audio, ("mono", "stereo")[number % 2])
        content += (tmp_path / "part").read_bytes()
    (tmp_path / "radio.ogg").write_bytes(content)
    recording = open_recording(tmp_path / "radio.ogg")
    slices = list(cut_slices(recording, find_slices(recording)))
    assert sum(audio.duration_s for _, audio in slices) > 15
    assert {audio.sample_rate for _, audio in slices} == {44_100}
    assert not recording.cut_off


def test_a_joined_file_that_calls_itself_short_is_not_read_into_memory(speech: Audio, tmp_path: Path) -> None:
    from voiceclone.clips.intake.recordings import decode_if_short

    encode(tmp_path / "part.mp3", "mp3", "libmp3lame", resample(speech, 44_100))
    (tmp_path / "long.mp3").write_bytes((tmp_path / "part.mp3").read_bytes() * 8)
    recording = open_recording(tmp_path / "long.mp3")
    recording.duration_s = 3.3
    assert decode_if_short(recording) is None
    assert sum(map(len, recording.blocks())) / 44_100 > MAX_CLIP_S


def test_more_joints_than_anybody_makes(tmp_path: Path) -> None:
    encode(tmp_path / "part", "flac", "flac", make_noise(0.01, 8_000))
    (tmp_path / "bomb.flac").write_bytes((tmp_path / "part").read_bytes() * 1001)
    with pytest.raises(AudioError, match="1000 recordings"):
        open_recording(tmp_path / "bomb.flac")


def test_joined_recordings_are_no_longer_than_one_may_be(
    speech: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soundfile.write(tmp_path / "part.flac", speech.samples, speech.sample_rate)
    (tmp_path / "long.flac").write_bytes((tmp_path / "part.flac").read_bytes() * 4)
    monkeypatch.setattr("voiceclone.audio.decoding.recording.MAX_RECORDING_S", 10)
    with pytest.raises(AudioError, match="longer than"):
        list(open_recording(tmp_path / "long.flac").blocks())


# --- AMR -------------------------------------------------------------------------------------------

NO_DATA = bytes([15 << 3 | 4])
SID = bytes([8 << 3 | 4]) + bytes(5)
"""Comfort noise: a frame of 5 bytes, then seven times nothing."""


@pytest.mark.parametrize("pause", [NO_DATA * 40, (SID + NO_DATA * 7) * 5, SID + NO_DATA * 39, NO_DATA])
def test_amr_with_frames_for_silence(speech: Audio, tmp_path: Path, pause: bytes) -> None:
    telephone = resample(speech, 8_000)
    encode(tmp_path / "speech.amr", "amr", "libopencore_amrnb", telephone)
    content = (tmp_path / "speech.amr").read_bytes()
    head, frames = content[:6], content[6:]
    length = 1 + [12, 13, 15, 17, 19, 20, 26, 31][frames[0] >> 3 & 7]
    half = len(frames) // length // 2 * length
    (tmp_path / "phone.amr").write_bytes(head + frames[:half] + pause + frames[half:])
    silent = pause.count(NO_DATA) + pause.count(SID)
    recording = open_recording(tmp_path / "phone.amr")
    read = np.concatenate(list(recording.blocks()))
    assert len(read) == (len(frames) // length + silent) * 160
    assert not recording.cut_off
    at = half // length * 160
    assert holds(read[:at], telephone.samples[:at], 0.75)
    assert holds(read[at + silent * 160 :], telephone.samples[at:], 0.75)
    assert np.abs(read[at + 320 : at + silent * 160]).max(initial=0.0) < 0.2


def test_gsm_in_wav(speech: Audio, tmp_path: Path) -> None:
    telephone = resample(speech, 8_000)
    soundfile.write(tmp_path / "old.wav", telephone.samples, 8_000, subtype="GSM610")
    assert holds(decode(tmp_path / "old.wav").samples, telephone.samples, 0.75)
