"""VoiceClone: record and clean your voice, fine-tune a speech model to it, type and hear."""

from typing import TYPE_CHECKING, Any

from voiceclone.version import __version__

if TYPE_CHECKING:
    from voiceclone.engine import VoiceEngine

__all__ = ["VoiceEngine", "__version__"]


def __getattr__(name: str) -> Any:
    # Resolved on first use, so that `import voiceclone` loads neither torch nor numpy.
    if name == "VoiceEngine":
        from voiceclone.engine import VoiceEngine

        return VoiceEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
