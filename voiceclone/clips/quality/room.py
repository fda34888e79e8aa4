"""Is this room, with this microphone, fit to record in? Judged from a few seconds of silence and of speech."""

from dataclasses import dataclass, field
from typing import Literal

from voiceclone import limits
from voiceclone.audio import acoustics
from voiceclone.audio.reverberation import reverberation_s
from voiceclone.audio.sound import Audio, loudness_lufs
from voiceclone.audio.vad import speech_frames, speech_regions
from voiceclone.clips.quality.figures import clipped_share
from voiceclone.errors import AudioError
from voiceclone.wording import seconds

RoomLevel = Literal["good", "usable", "fix first"]
FindingKind = Literal[
    "no speech", "not silent", "noise", "now and then", "hum", "clipping", "echo", "quiet", "sample rate", "dull"
]
_EDGE_S = 0.25
"""Trimmed from both ends of the silence: the key or button that starts and stops the recording, in seconds."""
_SENTENCES: dict[RoomLevel, str] = {
    "good": "This room and microphone are good for recording.",
    "usable": "You can record here. It gets even better if you put this right:",
    "fix first": "Put this right first, then check again:",
}


@dataclass(frozen=True)
class RoomFinding:
    """One thing that is wrong, and what to do about it."""

    kind: FindingKind
    level: RoomLevel
    """`usable` or `fix first`."""
    sentence: str
    """A plain sentence with a remedy."""

    def __post_init__(self) -> None:
        if self.level not in ("usable", "fix first") or not self.sentence:
            raise ValueError(f"A finding is “usable” or “fix first” and has a sentence; got {self}")


@dataclass(frozen=True)
class RoomReport:
    """The result of the room check."""

    verdict: RoomLevel
    """Level of the most severe finding; `good` without findings."""
    sentence: str
    """The verdict in words, followed by the sentences of the findings."""
    findings: tuple[RoomFinding, ...] = ()
    """Most severe first."""
    figures: dict[str, float] = field(default_factory=dict)
    """noise_dbfs (steady, above 70 Hz), noise_a_weighted_dbfs, noise_peaks_dbfs, speech_dbfs, snr_db, hum_excess_db,
    hum_share, hum_below_speech_db, mains_hz, clipped_share, limiting, peak_dbfs, loudness_lufs, reverberation_s (absent
    if it cannot be estimated), bandwidth_hz, speech_s, speech_in_silence_s, longest_pause_s, sample_rate."""

    def __post_init__(self) -> None:
        levels = {finding.level for finding in self.findings}
        gravest = next((level for level in ("fix first", "usable") if level in levels), "good")
        if self.verdict != gravest:
            raise ValueError(f"The verdict is the gravest finding's level, “{gravest}”; got “{self.verdict}”")


def check_room(silence: Audio, speech: Audio) -> RoomReport:
    """Judge a room by about five seconds of silence and five of speech, recorded like the clips to come.

    Args:
        silence: the room while nobody speaks.
        speech: a sentence or two, at the intended distance and loudness.

    Raises:
        AudioError: one of them is shorter than `limits.MIN_ROOM_CHECK_S`.
    """
    for name, audio in (("silence", silence), ("speech", speech)):
        if audio.duration_s < limits.MIN_ROOM_CHECK_S:
            raise AudioError(
                f"The recording of {name} lasts only {seconds(audio.duration_s)}. Record about five seconds of it."
            )
    figures, noise = _measure(_without_edges(silence), speech)
    if figures["speech_s"] < limits.MIN_ROOM_SPEECH_S:
        findings = [_no_speech(figures)]
    else:
        not_silent = _not_silent(figures)
        candidates = (
            not_silent,
            # A voice in the “silence” makes its noise and hum figures meaningless.
            None if not_silent else _noise(figures, noise),
            None if not_silent else _hum(figures),
            _clipping(figures),
            _quiet(figures),
            _echo(figures),
            _sample_rate(figures) or _dull(figures),  # a low rate already explains missing high frequencies
        )
        findings = sorted((one for one in candidates if one), key=lambda one: one.level != "fix first")
    verdict: RoomLevel = findings[0].level if findings else "good"
    return RoomReport(verdict, _SENTENCES[verdict], tuple(findings), figures)


def _measure(silence: Audio, speech: Audio) -> tuple[dict[str, float], acoustics.NoiseFloor]:
    probabilities = speech_frames(speech)
    noise = acoustics.noise_floor(silence)
    hum = acoustics.mains_hum(silence)
    speech_dbfs = acoustics.speech_level_dbfs(speech, probabilities)
    echo_s = reverberation_s(speech)
    figures = {
        "noise_dbfs": noise.steady_dbfs,
        "noise_a_weighted_dbfs": noise.a_weighted_dbfs,
        "noise_peaks_dbfs": noise.peaks_dbfs,
        "speech_dbfs": speech_dbfs,
        "snr_db": speech_dbfs - noise.steady_dbfs,
        "hum_excess_db": hum.excess_db,
        "hum_share": 10 ** ((hum.level_dbfs - noise.plain_dbfs) / 10),
        "hum_below_speech_db": speech_dbfs - hum.level_dbfs,
        "mains_hz": float(hum.mains_hz),
        "clipped_share": clipped_share(speech.samples),
        "limiting": acoustics.limiting(speech.samples),
        "peak_dbfs": speech.peak_dbfs,
        "loudness_lufs": loudness_lufs(speech),
        "bandwidth_hz": acoustics.bandwidth_hz(speech),
        "speech_s": _speech_s(probabilities),
        "speech_in_silence_s": _speech_s(speech_frames(silence)),
        "longest_pause_s": acoustics.longest_pause_s(probabilities),
        "sample_rate": float(speech.sample_rate),
    }
    return figures | ({} if echo_s is None else {"reverberation_s": echo_s}), noise


def _no_speech(figures: dict[str, float]) -> RoomFinding:
    if figures["peak_dbfs"] < limits.SILENT_PEAK_DBFS:
        return RoomFinding(
            "no speech",
            "fix first",
            "The microphone gives no sound: see that it is plugged in, chosen in the browser and not muted.",
        )
    return RoomFinding("no speech", "fix first", "No speech was heard: read a sentence aloud, close to the microphone.")


def _not_silent(figures: dict[str, float]) -> RoomFinding | None:
    if figures["speech_in_silence_s"] < limits.MAX_SPEECH_IN_SILENCE_S:
        return None
    return RoomFinding(
        "not silent",
        "fix first",
        "Somebody speaks in the silent part: switch off television and radio, and keep quiet until it has ended.",
    )


def _noise(figures: dict[str, float], noise: acoustics.NoiseFloor) -> RoomFinding | None:
    if figures["snr_db"] < limits.ROOM_GOOD_SNR_DB:
        level: RoomLevel = "fix first" if figures["snr_db"] < limits.ROOM_BAD_SNR_DB else "usable"
        if figures["hum_share"] > 0.5:
            return None  # the hum is reported instead
        return RoomFinding("noise", level, _noise_sentence(noise))
    swing_db = figures["noise_peaks_dbfs"] - figures["noise_dbfs"]
    heard = figures["speech_dbfs"] - figures["noise_peaks_dbfs"] < limits.ROOM_GOOD_SNR_DB
    if swing_db > limits.UNSTEADY_NOISE_DB and heard:
        return RoomFinding(
            "now and then",
            "usable",
            "Something is heard now and then (steps, keys, traffic): close doors and windows, or wait for quiet.",
        )
    return None


def _noise_sentence(noise: acoustics.NoiseFloor) -> str:
    if noise.high_share > 0.5:
        return "The microphone hisses: go closer to it and turn its level down, or use another one."
    if noise.low_share > 0.7:
        return "A low rumble is audible: close the window, and put the microphone on something soft."
    return "A fan or another steady noise is audible: move away from it or switch it off."


def _hum(figures: dict[str, float]) -> RoomFinding | None:
    below_db = figures["hum_below_speech_db"]
    if figures["hum_excess_db"] < acoustics.LINE_STANDS_OUT_DB or below_db > limits.GOOD_HUM_BELOW_SPEECH_DB:
        return None
    level: RoomLevel = "fix first" if below_db < limits.BAD_HUM_BELOW_SPEECH_DB else "usable"
    return RoomFinding(
        "hum",
        level,
        f"The mains hum ({figures['mains_hz']:.0f} Hz) is audible: move microphone and cable away from plugs and "
        "lamps, or run a laptop from its battery.",
    )


def _clipping(figures: dict[str, float]) -> RoomFinding | None:
    if figures["clipped_share"] > limits.CLIPPED_SHARE:
        return RoomFinding(
            "clipping",
            "fix first",
            "The voice is too loud and cut off at the top: turn the microphone down or move back a little.",
        )
    if figures["limiting"] > limits.MAX_LIMITING:
        return RoomFinding(
            "clipping",
            "usable",
            "The loudest parts are squashed: turn the microphone down, and switch off any limiter or automatic level.",
        )
    return None


def _quiet(figures: dict[str, float]) -> RoomFinding | None:
    if figures["loudness_lufs"] >= limits.GOOD_LOUDNESS_LUFS:
        return None
    level: RoomLevel = "fix first" if figures["loudness_lufs"] < limits.BAD_LOUDNESS_LUFS else "usable"
    return RoomFinding("quiet", level, "The voice is very quiet: go closer to the microphone or turn it up.")


def _echo(figures: dict[str, float]) -> RoomFinding | None:
    echo_s = figures.get("reverberation_s", 0.0)
    if echo_s <= limits.GOOD_REVERBERATION_S:
        return None
    level: RoomLevel = "fix first" if echo_s > limits.BAD_REVERBERATION_S else "usable"
    words = "The room echoes: go closer to the microphone, and record among curtains, carpets, clothes or a blanket."
    return RoomFinding("echo", level, words)


def _sample_rate(figures: dict[str, float]) -> RoomFinding | None:
    if figures["sample_rate"] >= limits.FULL_RATE_HZ:
        return None
    level: RoomLevel = "fix first" if figures["sample_rate"] <= limits.TELEPHONE_RATE_HZ else "usable"
    return RoomFinding(
        "sample rate",
        level,
        f"The sound comes with only {figures['sample_rate']:.0f} samples a second, so high tones are missing: set the "
        "microphone to 44100 or 48000 Hz in the system's sound settings, or use one with a cable.",
    )


def _dull(figures: dict[str, float]) -> RoomFinding | None:
    if figures["bandwidth_hz"] > limits.FULL_BANDWIDTH_HZ:
        return None
    if figures["bandwidth_hz"] <= limits.TELEPHONE_BANDWIDTH_HZ:
        words = (
            "It sounds like a telephone: use a microphone with a cable, or the computer's own, not a wireless headset."
        )
        return RoomFinding("dull", "fix first", words)
    words = "The high tones are missing: a microphone with a cable sounds better than a wireless headset."
    return RoomFinding("dull", "usable", words)


def _without_edges(silence: Audio) -> Audio:
    edge = round(_EDGE_S * silence.sample_rate)
    return Audio(silence.samples[edge : len(silence.samples) - edge], silence.sample_rate)


def _speech_s(probabilities: object) -> float:
    return float(sum(end - start for start, end in speech_regions(probabilities)))  # type: ignore[arg-type]
