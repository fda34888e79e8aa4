"""Does training help? Compare several ways to make a voice from one project on the same unseen sentences."""

from voiceclone.compare.model import Comparison, Figures, Way
from voiceclone.compare.sentences import unseen_sentences

__all__ = ["Comparison", "Figures", "Way", "unseen_sentences"]
