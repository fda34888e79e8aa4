"""Is it one person who read the sentence and who is in the clips? By the speaker encoder that also groups clips."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voiceclone import limits
from voiceclone.audio.sound import Audio
from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import Clip, is_trainable
from voiceclone.clips.quality.listening import voice_prints
from voiceclone.clips.quality.speakers import find_speakers
from voiceclone.consent.mismatch import Mismatch
from voiceclone.errors import ConsentMismatch
from voiceclone.wording import count


@dataclass(frozen=True)
class SpeakerMatch:
    """Who read the sentence, beside who is in the clips."""

    similarity: float
    """Cosine of the reading's embedding and the mean of the clips' main voice, -1..1."""
    strangers: tuple[str, ...] = ()
    """Ids of clips by somebody else, in groups of at least two clips."""

    def require(self) -> None:
        """Raise `ConsentMismatch` unless all clips are by whoever read the sentence."""
        if self.similarity < limits.CONSENT_SIMILARITY:
            raise ConsentMismatch(
                Mismatch.SPEAKER,
                f"This sounds like another voice than the one in the recordings (similarity {self.similarity:.2f}, at "
                f"least {limits.CONSENT_SIMILARITY:.2f} is needed). Whoever is in the recordings has to read the "
                "sentence, with the same microphone if possible. Read it again.",
            )
        if self.strangers:
            raise ConsentMismatch(
                Mismatch.SPEAKERS,
                f"{count(len(self.strangers), 'recording')} sound like somebody else than whoever read the sentence. "
                "Leave them out in the list of recordings, then read the sentence again.",
            )


def used_clips(library: ClipLibrary, project_id: str, clip_ids: Sequence[str] | None = None) -> list[Clip]:
    """Return the clips a training would learn from; `clip_ids` restricts them, None allows all."""
    return [
        clip
        for clip in library.clips(project_id)
        if is_trainable(clip) and (clip_ids is None or clip.clip_id in clip_ids)
    ]


def clips_sha256(library: ClipLibrary, project_id: str, clips: Sequence[Clip]) -> str:
    """Return one hash of the sound of all these clips, in whatever order."""
    contents = {record.clip_id: record.content_sha256 for record in library.records(project_id)}
    listed = sorted(contents[clip.clip_id] for clip in clips if clip.clip_id in contents)
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def compare_speaker(library: ClipLibrary, project_id: str, reading: Audio, clips: Sequence[Clip]) -> SpeakerMatch:
    """Compare a reading with everybody who speaks in these clips, at least one of them.

    Clips that were not listened to yet are, which takes about a tenth of a second each.
    """
    from voiceclone.evaluation.speaker_similarity import embed

    prints = voice_prints(library, project_id, [clip.clip_id for clip in clips])
    heard = [clip for clip in clips if clip.clip_id in prints]
    own = embed(reading)
    groups = find_speakers(heard, np.array([prints[clip.clip_id] for clip in heard])) if len(heard) > 1 else []
    members = [group.clip_ids for group in groups] or [tuple(prints)]
    alike = [_similarity(own, [prints[clip_id] for clip_id in ids]) for ids in members]
    if max(alike) < limits.CONSENT_SIMILARITY:
        return SpeakerMatch(alike[0])
    strangers = [
        clip_id
        for ids, similarity in zip(members, alike, strict=True)
        if similarity < limits.CONSENT_SIMILARITY
        for clip_id in ids
    ]
    return SpeakerMatch(max(alike), tuple(strangers))


def _similarity(own: np.ndarray, prints: Sequence[np.ndarray]) -> float:
    mean = np.mean(prints, axis=0)
    return float(own @ mean / np.linalg.norm(mean))
