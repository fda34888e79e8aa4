"""Does training help? One project, several ways to a voice, the same unseen sentences, and figures side by side."""

from voiceclone.compare.model import Comparison, Figures, Way
from voiceclone.compare.sentences import unseen_sentences

__all__ = ["Comparison", "Figures", "Way", "unseen_sentences"]
