"""Delete everything about a person or a voice: what that is, in words, and the deletion itself."""

from voiceclone.deletion.model import Deletion, Item

__all__ = ["Deletion", "Item"]
