"""Projects and their clips: recordings of any format become clean, rated pieces of speech with transcripts."""

from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import AddReport, Clip, Project, Readiness, Rejected
from voiceclone.clips.quality.verdict import Verdict

__all__ = ["AddReport", "Clip", "ClipLibrary", "Project", "Readiness", "Rejected", "Verdict"]
