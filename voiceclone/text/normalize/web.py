"""Web addresses, e-mail addresses, #tags and @names as people read them aloud."""

import re

from voiceclone.text.normalize.words import Words

_TLD = "com|org|net|edu|gov|io|info|biz|dev|app|ai|co|eu|uk|us|de|fr|es|it|pt|br|in|mx|ar|ch|be|ca|au|nl|tv|me|xyz"
_REST = r"[^\s<>\"“”()]"
_EMAIL = re.compile(r"(?:mailto:)?([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)")
_ADDRESS = re.compile(
    rf"\b(?:(?i:https?|ftp)://{_REST}+|(?i:www)\.{_REST}+|(?:[a-z0-9][a-z0-9-]*\.)+(?:{_TLD})\b(?:/{_REST}*)?)"
)
_END = re.compile(r"[.,;:!?'…]+$")


def say_addresses(text: str, words: Words) -> str:
    """Write out e-mail and web addresses, #tags and @names in `text`."""
    signs = words.signs
    text = _EMAIL.sub(lambda m: f"{_say(m[1], words)} {signs['@']} {_say(m[2], words)}", text)
    text = _ADDRESS.sub(lambda m: _address(m[0], words), text)
    text = re.sub(r"(?<!\w)#(?=[^\W\d])(\w+)", lambda m: f"{signs['#']} {_parts(m[1])}", text)
    return re.sub(r"(?<!\w)@(?=[^\W\d])(\w+)", lambda m: f"{signs['@']} {_parts(m[1])}", text)


def _address(address: str, words: Words) -> str:
    end = _END.search(address)
    mark = end.group()[:1] if end else ""
    address = _END.sub("", address)
    address = re.sub(r"^(?:(?:https?|ftp)://)?(?:www\.)?", "", address, flags=re.IGNORECASE).rstrip("/")
    return _say(address, words) + mark


def _say(address: str, words: Words) -> str:
    """Read an address aloud: dots and slashes by name, underscores as spaces."""
    spoken = re.sub(r"[_~]", " ", address)
    for sign in ".-/@+=&#":
        spoken = spoken.replace(sign, f" {words.signs[sign]} ")
    spoken = re.sub(r"[?%:;,]", " ", spoken)
    return " ".join(spoken.split())


def _parts(tag: str) -> str:
    return re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])|_", " ", tag)
