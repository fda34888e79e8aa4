"""Projects and their clips: from files of any kind to clean, judged pieces of speech with their text."""

from voiceclone.clips.library import ClipLibrary
from voiceclone.clips.model import AddReport, Clip, Project, Readiness, Rejected
from voiceclone.clips.quality.verdict import Verdict

__all__ = ["AddReport", "Clip", "ClipLibrary", "Project", "Readiness", "Rejected", "Verdict"]
