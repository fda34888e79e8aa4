"""Normalise the characters of a text: quotes, dashes, emoji, fancy letters, foreign digits, repeated marks."""

import re
import unicodedata

_QUOTES = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'",
        "„": "“", "‟": "“", "«": "“", "»": "”", "‹": "“", "›": "”", "″": '"',
        "‐": "-", "‑": "-", "‒": "–", "―": "—", "−": "-", "⁃": "-", "﹣": "-", "－": "-",
        "।": ".", "॥": ".", "؟": "?", "،": ",", "؛": ";", "。": ".", "、": ",", "！": "!", "？": "?",
        "[": "(", "]": ")", "{": "(", "}": ")", "|": ",", "\\": " ", "^": " ", "•": ",", "·": " ",
        "*": "×", "✕": "×", "∙": "×", "⁄": "/", "∕": "/", "º": "º", "™": "", "®": "", "©": "",
        "¡": "", "¿": "", "\u00ad": "", "\ufeff": "",
    }
)  # fmt: skip
_KEPT_SYMBOLS = "°§€£¥₹¢$+=<>~×÷±%‰&@#/²³"


def clean(text: str) -> str:
    """Return `text` in plain characters; emoji and control characters are dropped."""
    text = re.sub(r"\*+(?=\S)([^*]*\S)\*+|_+(?=\S)([^_]*\S)_+(?!\w)", r"\1\2", text)  # *bold*, _italic_
    text = re.sub(r"«[\s\u00a0\u202f]+", "«", re.sub(r"[\s\u00a0\u202f]+»", "»", text))
    text = re.sub("(?<=[nN])ᵒ", "°", text)  # nᵒ 5, "number five"
    text = "".join(_plain(c) for c in unicodedata.normalize("NFC", text).translate(_QUOTES))
    text = re.sub(r"(?<=\d)\s*×\s*(?=\d)", "\0", text).replace("×", " ").replace("\0", " × ")  # not a bullet
    text = re.sub(r"\.{2,}", "…", text)
    text = re.sub(r"…[.…]+", "…", text)
    text = re.sub(r"([!?])[!?]+", lambda m: "?" if "?" in m.group() else "!", text)
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text)
    text = re.sub(r"(?<![-\w])-{2,}(?![-\w])|(?<=\w)-{2,}(?=\w)|(?<=\s)[-–](?=\s)", "—", text)
    text = re.sub(r"-{2,}|(?<=\w)—{2,}", "—", text)
    return " ".join(text.split())


def _plain(character: str) -> str:
    """Return one character in the form the later rules expect, or an empty string."""
    if character < "\x7f":
        return character if character >= " " else " "
    if character in _KEPT_SYMBOLS:
        return character
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category.startswith("Z") or category == "Cc":
        return "\u00a0" if character in "\u00a0\u202f\u2009" else " "
    if category in ("Cf", "So", "Sk", "Co", "Cs", "Cn", "Me"):
        # Emoji with their modifiers. The joiners of Indic scripts do not change the sound.
        return " " if category == "So" else ""
    if category == "Lm" and unicodedata.decomposition(character).startswith("<super>"):
        return unicodedata.normalize("NFKC", character)  # 4ᵗʰ, Mᵐᵉ
    if character == "\ufe0f":
        return ""
    if category == "Lm" and unicodedata.decomposition(character).startswith(("<super>", "<sub>")):
        return unicodedata.normalize("NFKC", character)  # Mᵐᵉ, 4ᵗʰ
    if unicodedata.decomposition(character).startswith(("<font>", "<wide>", "<compat>", "<circle>", "<fraction>")):
        plain = unicodedata.normalize("NFKC", character)
        return f" {plain.replace('⁄', '/')}" if category == "No" else plain
    return character
