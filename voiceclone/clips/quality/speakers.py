"""Who speaks in a project's clips: groups clips by voice and compares each clip to the main voice."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from voiceclone import limits
from voiceclone.clips.model import Clip

_MIN_OTHER_CLIPS = 2
_MIN_OTHER_SHARE = 0.05
"""Of all speech; a single odd clip is reported in its own verdict instead."""


@dataclass(frozen=True)
class ClipSpeaker:
    """One speaker in a project's clips."""

    clip_ids: tuple[str, ...]
    speech_s: float
    sample_clip_id: str
    """The most typical clip of this speaker; the one to play when asking who it is."""


def group(prints: np.ndarray) -> np.ndarray:
    """Cluster speaker embeddings; return one label per clip, shape (clips,).

    Uses average linkage on cosine distance (usual in diarisation with an unknown number of speakers), cut where the
    mean similarity of two groups falls below `limits.SAME_GROUP_SIMILARITY`.

    Args:
        prints: unit-length embeddings, shape (clips, 256).
    """
    if len(prints) < 2:
        return np.zeros(len(prints), int)
    return _group(np.ascontiguousarray(prints, np.float32).tobytes(), len(prints)).copy()


@lru_cache(maxsize=4)
def _group(prints: bytes, count: int) -> np.ndarray:
    """Cluster embeddings given as bytes; cached, because every refresh of the list asks again (0.7 s for 2,000)."""
    from scipy.cluster.hierarchy import fcluster, linkage

    tree = linkage(np.frombuffer(prints, np.float32).reshape(count, -1), "average", metric="cosine")
    return np.asarray(fcluster(tree, 1 - limits.SAME_GROUP_SIMILARITY, criterion="distance"))


def find_speakers(clips: Sequence[Clip], prints: np.ndarray) -> list[ClipSpeaker]:
    """Return the speakers in these clips, most speech first, without those heard only in passing.

    Args:
        clips: one for each row of `prints`.
        prints: unit-length embeddings, shape (clips, 256).
    """
    labels = group(prints)
    total_s = sum(clip.speech_s for clip in clips)
    found = []
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        speech_s = sum(clips[place].speech_s for place in places)
        if len(places) < _MIN_OTHER_CLIPS or speech_s < _MIN_OTHER_SHARE * total_s:
            continue
        most_like = places[int(np.argmax(prints[places] @ prints[places].mean(axis=0)))]
        found.append(ClipSpeaker(tuple(clips[place].clip_id for place in places), speech_s, clips[most_like].clip_id))
    return sorted(found, key=lambda speaker: -speaker.speech_s)


def similarity_to_the_main_voice(prints: np.ndarray, speech_s: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return each clip's cosine similarity to the mean of the main voice's other clips, shape (clips,); 1 without any.

    The main voice is the group with the most speech among the `chosen` clips.

    Args:
        prints: unit-length embeddings, shape (clips, 256).
        speech_s: seconds of speech in each clip, shape (clips,).
        chosen: bool, shape (clips,).
    """
    places = np.flatnonzero(chosen)
    if len(places) < 2:
        return np.ones(len(prints))
    labels = group(prints[places])
    main = max(np.unique(labels), key=lambda label: speech_s[places][labels == label].sum())
    members = np.zeros(len(prints), bool)
    members[places[labels == main]] = True
    total = prints[members].sum(axis=0)
    similarity = np.ones(len(prints))
    for place, own in enumerate(prints):
        others = total - own if members[place] else total
        length = float(np.linalg.norm(others))
        if length > 1e-6:
            similarity[place] = float(np.dot(own, others)) / length
    return similarity
