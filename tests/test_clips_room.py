"""The room check: one verdict, each fault in a sentence with its remedy."""

import numpy as np
import pytest
from sounds import EXAMPLE_DIR, joined, make_noise, make_tone, mixed

from voiceclone.audio.sound import Audio, decode, encode_wav, resample
from voiceclone.clips.quality.room import RoomFinding, RoomReport, check_room
from voiceclone.errors import AudioError

RATE = 22_050
QUIET = make_noise(3, RATE, 1e-4)


@pytest.fixture(scope="module")
def talk() -> Audio:
    """6 s of clean speech."""
    return joined(*(decode(EXAMPLE_DIR / f"joe_{number:02d}.flac") for number in (1, 2)))


def scaled(audio: Audio, factor: float) -> Audio:
    return Audio(np.clip(audio.samples * factor, -1, 1), audio.sample_rate)


def kinds(silence: Audio, speech: Audio) -> dict[str, str]:
    return {finding.kind: finding.level for finding in check_room(silence, speech).findings}


def test_a_good_room(talk: Audio) -> None:
    report = check_room(QUIET, talk)
    assert (report.verdict, report.findings) == ("good", ())
    assert report.sentence and report.figures["snr_db"] > 50
    assert all(np.isfinite(value) for value in report.figures.values())


@pytest.mark.parametrize(("level", "found"), [(3e-4, {}), (3e-3, {"noise": "usable"}), (1e-2, {"noise": "fix first"})])
def test_noise(talk: Audio, level: float, found: dict[str, str]) -> None:
    assert kinds(make_noise(3, RATE, level), talk) == found


def test_the_remedy_fits_the_noise(talk: Audio) -> None:
    white = make_noise(3, RATE, 5e-3)
    middle = resample(resample(white, 8_000), RATE)
    low = resample(make_noise(3, 400, 1e-2), RATE)
    for noise, word in ((white, "hisses"), (middle, "fan"), (low, "rumble")):
        (finding,) = check_room(noise, talk).findings
        assert word in finding.sentence


def test_what_is_heard_now_and_then(talk: Audio) -> None:
    steps = QUIET.samples.copy()
    for start_s in (0.5, 1.2, 1.9):
        steps[round(start_s * RATE) :][:2_500] += make_noise(1, RATE, 1e-2).samples[:2_500]
    assert kinds(Audio(steps, RATE), talk) == {"now and then": "usable"}


@pytest.mark.parametrize(("level", "found"), [(2e-4, {}), (1.5e-3, {"hum": "usable"}), (8e-3, {"hum": "fix first"})])
def test_hum_is_told_once_and_with_its_frequency(talk: Audio, level: float, found: dict[str, str]) -> None:
    report = check_room(mixed(QUIET, make_tone(3, RATE, 120, level)), talk)
    assert {finding.kind: finding.level for finding in report.findings} == found
    assert all("60 Hz" in finding.sentence for finding in report.findings)


def test_clipping(talk: Audio) -> None:
    assert kinds(QUIET, scaled(talk, 1.9)) == {}
    assert kinds(QUIET, scaled(scaled(talk, 10), 0.5)) == {"clipping": "fix first"}
    assert kinds(QUIET, Audio(0.8 * np.tanh(10 * talk.samples), RATE))["clipping"]


def test_level(talk: Audio) -> None:
    assert kinds(scaled(QUIET, 0.1), scaled(talk, 0.1)) == {"quiet": "usable"}
    assert kinds(scaled(QUIET, 0.02), scaled(talk, 0.02)) == {"quiet": "fix first"}


def test_high_tones(talk: Audio) -> None:
    assert kinds(QUIET, resample(resample(talk, 8_000), 44_100)) == {"dull": "fix first"}
    assert kinds(QUIET, resample(resample(talk, 16_000), 44_100)) == {"dull": "usable"}


@pytest.mark.parametrize(
    ("sample_rate", "level"), [(8_000, "fix first"), (16_000, "usable"), (22_050, None), (48_000, None)]
)
def test_a_low_sample_rate_is_told_once_and_in_numbers(talk: Audio, sample_rate: int, level: str | None) -> None:
    findings = check_room(resample(QUIET, sample_rate), resample(talk, sample_rate)).findings
    assert [(finding.kind, finding.level) for finding in findings] == ([("sample rate", level)] if level else [])
    for finding in findings:
        assert f"only {sample_rate} samples a second" in finding.sentence and "48000 Hz" in finding.sentence


def test_echo(talk: Audio) -> None:
    from test_audio_acoustics import echoing

    assert kinds(QUIET, echoing(talk, 0.25)) == {}
    report = check_room(QUIET, echoing(talk, 0.8))
    assert [finding.kind for finding in report.findings] == ["echo"]
    assert report.verdict == "fix first" and "curtains" in report.findings[0].sentence


def test_speech_in_the_wrong_place(talk: Audio) -> None:
    heard = kinds(scaled(talk, 0.03), talk)
    assert heard["not silent"] == "fix first"
    assert not {"noise", "hum"} & set(heard), "speech says nothing about the noise"
    (finding,) = check_room(QUIET, make_noise(3, RATE, 0.05)).findings
    assert finding.kind == "no speech" and "read a sentence" in finding.sentence
    (finding,) = check_room(QUIET, Audio(np.zeros(3 * RATE, np.float32), RATE)).findings
    assert finding.kind == "no speech" and "plugged in" in finding.sentence


def test_the_gravest_comes_first(talk: Audio) -> None:
    report = check_room(make_noise(3, RATE, 3e-3), scaled(scaled(talk, 10), 0.5))
    assert [finding.level for finding in report.findings] == ["fix first", "usable"] or len(report.findings) == 1
    assert report.verdict == "fix first" and report.findings[0].kind == "clipping"


def test_too_short(talk: Audio) -> None:
    short = Audio(talk.samples[:RATE], RATE)
    for silence, speech, word in ((short, talk, "silence"), (QUIET, short, "speech")):
        with pytest.raises(AudioError, match=rf"{word} lasts only 1\.0 s\. Record about five"):
            check_room(silence, speech)


def test_a_report_cannot_contradict_itself() -> None:
    finding = RoomFinding("noise", "usable", "A fan.")
    with pytest.raises(ValueError, match="gravest"):
        RoomReport("good", "Good.", (finding,))
    with pytest.raises(ValueError, match="finding"):
        RoomFinding("noise", "good", "A fan.")


def test_the_engine_takes_files_of_any_kind(talk: Audio, tmp_path) -> None:
    from voiceclone import VoiceEngine

    encode_wav(QUIET, tmp_path / "silence.wav")
    report = VoiceEngine(tmp_path / "data").projects.check_room(tmp_path / "silence.wav", EXAMPLE_DIR / "joe_01.flac")
    assert report.verdict == "good"
    assert not (tmp_path / "data").exists()
    assert VoiceEngine(tmp_path / "data").projects.check_room(QUIET, talk).verdict == "good"
