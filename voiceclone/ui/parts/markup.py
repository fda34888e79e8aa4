"""HTML fragments of the page: accessible, escaped, styled by page.css."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from voiceclone import host, wording
from voiceclone.bases.catalogue import DEFAULT_BASE_ID, BaseCard
from voiceclone.clips.model import Clip, Readiness
from voiceclone.deletion import Deletion
from voiceclone.models.in_use import ModelRemoval
from voiceclone.models.library import ModelStatus
from voiceclone.training.preflight import Preflight
from voiceclone.training.runs import RunStatus
from voiceclone.ui.text import base_models as base_models_text
from voiceclone.ui.text import common as common_text
from voiceclone.ui.text import record as record_text
from voiceclone.ui.text import train as train_text
from voiceclone.voices.voice_file import Voice

PLAY_ICON = '<svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><path d="M3 1.5v9l7.5-4.5z"/></svg>'
WAVE = (7, 14, 24, 17, 30, 21, 34, 18, 26, 12, 20, 9)
"""Bar heights of the logo, pixels."""


def page_head() -> str:
    """Return the program's name and tagline."""
    bars = "".join(f'<i style="height:{height}px"></i>' for height in WAVE)
    tagline = common_text.TAGLINE_SPACE if host.on_space() else common_text.TAGLINE
    return (
        f'<header class="vc-head"><span class="vc-wave" aria-hidden="true">{bars}</span>'
        f"<div><h1>{escape(common_text.TITLE)}</h1><p>{escape(tagline)}</p></div></header>"
    )


def intro(sentence: str) -> str:
    """Return the line at the top of a tab: what to do next."""
    return f'<p class="vc-intro">{escape(sentence)}</p>'


def heading(words: str, note: str = "") -> str:
    """Return the heading of a card."""
    below = f"<p>{escape(note)}</p>" if note else ""
    return f'<div class="vc-heading"><h2>{escape(words)}</h2>{below}</div>'


def steps(words: str, lines: Sequence[str]) -> str:
    """Return a numbered list of steps."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<div class="vc-heading"><h2>{escape(words)}</h2></div><ol class="vc-steps">{items}</ol>'


def note(sentence: str, kind: str = "plain") -> str:
    """Return one status sentence; `kind` is plain, good, usable or bad. Empty for an empty sentence."""
    if not sentence:
        return ""
    return f'<p class="vc-note vc-{kind}" role="status">{escape(sentence)}</p>'


def notes(sentences: Sequence[tuple[str, str]]) -> str:
    """Return several status sentences, each with its kind."""
    lines = "".join(f'<p class="vc-note vc-{kind}">{escape(sentence)}</p>' for sentence, kind in sentences)
    return f'<div role="status">{lines}</div>'


def deletion(told: Deletion) -> str:
    """Return the question whether to delete everything about a person or a voice, with the list of what goes."""
    goes = "".join(f"<li>{escape(line)}</li>" for line in told.lines)
    remarks = notes([(told.refusal, "bad")] if told.refusal else [(remark, "plain") for remark in told.remarks])
    return (
        f'<div class="vc-heading"><h2>{escape(told.question)}</h2><p>{escape(common_text.DELETE_GOES)}</p></div>'
        f'<ul class="vc-goes">{goes}</ul>{remarks}'
    )


def chip(level: str) -> str:
    """Return a verdict as a coloured chip."""
    return f'<span class="vc-chip vc-{escape(level)}">{escape(record_text.VERDICTS.get(level, level))}</span>'


def readiness_share(usable_s: float, marks_s: Sequence[float]) -> float:
    """Return how far `usable_s` (seconds) fills the bar, 0..1.

    The marks are at 15, 50 and 100 % of the bar, linear in between: the first minute takes as much room as
    the next four.
    """
    places = (0.0, 0.15, 0.5, 1.0)
    edges = (0.0, *marks_s)
    for (left, right), (low, high) in zip(pairwise(edges), pairwise(places), strict=True):
        if usable_s < right:
            return low + (high - low) * (usable_s - left) / (right - left)
    return 1.0


def bar(share: float, name: str, words: str, kind: str) -> str:
    """Return a bar filled to `share`; `kind` is plain, waiting, good, usable or bad."""
    return (
        f'<div class="vc-bar vc-bar-{escape(kind)}" role="progressbar" aria-label="{escape(name)}" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share * 100:.0f}" '
        f'aria-valuetext="{escape(words)}"><div class="vc-fill" style="width:{share:.1%}"></div></div>'
    )


def readiness_bar(readiness: Readiness) -> str:
    """Return the bar of how much speech there is, and how much is useful."""
    marks_s = (readiness.minimum_s, readiness.first_voice_s, readiness.good_voice_s)
    share = readiness_share(readiness.usable_s, marks_s)
    level = "good" if readiness.usable_s >= readiness.first_voice_s else "usable" if readiness.enough else "bad"
    ticks = "".join(
        f'<span class="vc-tick{" vc-tick-last" if place == 1 else ""}" style="left:{place:.0%}">'
        f"<b>{escape(wording.duration(mark_s))}</b> {escape(word)}</span>"
        for place, mark_s, word in zip((0.15, 0.5, 1.0), marks_s, record_text.READINESS_MARKS, strict=True)
    )
    detail = ""
    if readiness.clip_count:
        detail = record_text.readiness_detail(readiness.usable_s, readiness.speech_s, readiness.clip_count)
    title = escape(record_text.READINESS_TITLE)
    return (
        f'<section class="vc-readiness"><div class="vc-heading vc-between"><h2>{title}</h2>'
        f"<p>{escape(detail)}</p></div>{bar(share, record_text.READINESS_TITLE, detail, level)}"
        f'<div class="vc-ticks" aria-hidden="true">{ticks}</div>{note(readiness.sentence)}</section>'
    )


def clip_row(clip: Clip, number: int, selected: bool) -> str:
    """Return one clip of the list: play, number, words, length, verdict."""
    flags = []
    if not clip.included:
        flags.append(record_text.LEFT_OUT)
    elif clip.cleaned:
        flags.append(record_text.CLEANED)
    words = escape(clip.text) if clip.text else f"<em>{escape(record_text.NO_WORDS)}</em>"
    below = " · ".join(
        [wording.seconds(clip.duration_s), *flags, *([clip.verdict.reason] if clip.verdict.reason else [])]
    )
    name = escape(record_text.clip_name(number))
    shape = shape_svg(clip.shape) if clip.shape else ""
    return (
        f'<li class="{"" if clip.included else "vc-out"}"{" aria-current=true" if selected else ""}>'
        f'<button type="button" class="vc-play" data-clip="{escape(clip.clip_id)}" data-play="1" '
        f'aria-label="{escape(record_text.PLAY)} {name}">{PLAY_ICON}</button>'
        f'<button type="button" class="vc-open" data-clip="{escape(clip.clip_id)}">'
        f'<span class="vc-number">{number}</span><span class="vc-words"><span class="vc-said">{words}</span>'
        f"<small>{escape(below)}</small></span>{shape}{chip(clip.verdict.level)}</button></li>"
    )


def shape_svg(shape: Sequence[int]) -> str:
    """Return a small picture of loudness over time; `shape` holds values 0..99."""
    upper = [f"{place},{50 - level / 2:.0f}" for place, level in enumerate(shape)]
    lower = [f"{place},{50 + level / 2:.0f}" for place, level in enumerate(shape)]
    points = " ".join([*upper, *reversed(lower)])
    return (
        f'<svg class="vc-shape" viewBox="0 0 {max(1, len(shape) - 1)} 100" preserveAspectRatio="none" '
        f'aria-hidden="true"><polygon points="{points}"/></svg>'
    )


def clip_list(numbered: Sequence[tuple[int, Any]], selected_id: str, empty: str) -> str:
    """Return the list of (number, clip) in the given order, or the sentence `empty` if there are none."""
    if not numbered:
        return f'<p class="vc-empty">{escape(empty)}</p>'
    rows = "".join(clip_row(clip, number, clip.clip_id == selected_id) for number, clip in numbered)
    keys = f'<p class="vc-keys">{escape(record_text.LIST_KEYS)}</p>'
    return f'<ul class="vc-clips" aria-label="{escape(record_text.CLIPS_TITLE)}">{rows}</ul>{keys}'


def clip_head(clip: Clip) -> str:
    """Return the chosen clip's verdict, what was heard in it, and all its figures, folded."""
    reason = clip.verdict.reason or record_text.VERDICT_GOOD_REASON
    figures = "".join(
        f"<li>{escape(words.format(clip.verdict.figures[name]))}</li>"
        for name, words in record_text.CLIP_FIGURES
        if name in clip.verdict.figures
    )
    heard = f"<p>{escape(record_text.heard(clip.heard))}</p>" if "words" in clip.verdict.kinds and clip.heard else ""
    facts = f"{wording.seconds(clip.duration_s)} · {clip.sample_rate / 1000:g} kHz · {clip.source_name}"
    return (
        f'<div class="vc-heading"><p class="vc-verdict">{chip(clip.verdict.level)} {escape(reason)}</p>'
        f"<p>{escape(facts)}</p>{heard}"
        f'<details class="vc-figures"><summary>{escape(record_text.CLIP_FIGURES_TITLE)}</summary>'
        f"<ul>{figures}</ul></details>"
        "</div>"
    )


def picture(png: bytes, description: str) -> str:
    """Return a picture embedded in the page."""
    data = base64.b64encode(png).decode("ascii")
    return f'<img class="vc-picture" alt="{escape(description)}" src="data:image/png;base64,{data}">'


def run_progress(status: RunStatus) -> str:
    """Return a run's progress: a bar, figures, one plain sentence."""
    share = status.step / status.total_steps if status.total_steps else 0.0
    sentence = status.error if status.state == "failed" else status.message
    kind = "waiting" if status.running and not status.step else "plain"
    name = escape(status.voice_name)
    return (
        f'<section class="vc-run" data-state="{escape(status.state)}" data-step="{status.step}">'
        f'<div class="vc-heading vc-between"><h2>{name}</h2><p>{share:.0%}</p></div>'
        f"{bar(share, status.voice_name, sentence, kind)}"
        f"{note(sentence, 'bad' if status.state == 'failed' else 'plain')}{_figures(status)}</section>"
    )


def _figures(status: RunStatus) -> str:
    told = train_text.run_figures(status.steps_per_s, status.memory_mb)
    return f'<p class="vc-run-figures">{escape(told)}</p>' if told else ""


def checks(preflight: Preflight) -> str:
    """Return the checks before a training: a mark, a sentence and a remedy each."""
    lines = "".join(
        f'<li data-kind="{escape(check.kind)}" data-level="{escape(check.level)}">'
        f'<span class="vc-chip vc-{train_text.LEVEL_KINDS[check.level]}">'
        f"{escape(train_text.LEVELS[check.level])}</span>"
        f"<span>{escape(check.sentence)}{f' <b>{escape(check.remedy)}</b>' if check.remedy else ''}</span></li>"
        for check in preflight.checks
    )
    title = escape(train_text.CHECKS_TITLE)
    return f'<div class="vc-heading"><h2>{title}</h2></div><ul class="vc-checks" aria-label="{title}">{lines}</ul>'


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Return (name, value) rows, one line each."""
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f'<dl class="vc-derived">{lines}</dl>'


def legend(colours: dict[str, str], words: str) -> str:
    """Return the legend of a plot; `colours` maps series names to CSS colours."""
    lines = "".join(
        f'<span><i style="background:{escape(colour)}"></i>{escape(name)}</span>' for name, colour in colours.items()
    )
    return f'<p class="vc-note vc-legend">{lines}<span>{escape(words)}</span></p>'


def run_notes(sentences: Sequence[str]) -> str:
    """Return the notes of a run; empty if there are none."""
    if not sentences:
        return ""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    title = escape(train_text.RUN_NOTES_TITLE)
    return f'<section class="vc-run-notes" role="status"><h3>{title}</h3><ul>{items}</ul></section>'


def scores(voice: Voice, helped: str = "") -> str:
    """Return a voice's scores, in words and figures; `helped` as in `score_list`."""
    below = train_text.learnt_from(voice.speech_s, voice.minutes, voice.size_mb)
    if voice.base_id == DEFAULT_BASE_ID and "similarity_stock" in voice.scores:
        # It has no speaker encoder: its voice without training is the one training starts from.
        below = f"{train_text.NEAREST_WITHOUT_TRAINING} {below}"
    return score_list(voice.scores, below, helped)


def score_list(told: Mapping[str, float], below: str = "", helped: str = "") -> str:
    """Return scores in words and figures.

    Args:
        told: the scores of a voice file.
        below: the last sentence.
        helped: whether training helped, shown after the similarity; see `RunService.did_it_help`.
    """
    lines = []
    if "similarity" in told:
        others = told.get("similarity_stock"), told.get("similarity_instant")
        figures = train_text.similarity_figures(told["similarity"], *others)
        lines.append((train_text.similarity_words(told["similarity"], told.get("pitch_off_semitones")), figures))
        if helped:
            lines.append(("", helped))
    if "pitch_off_semitones" in told:
        off = told["pitch_off_semitones"]
        lines.append((train_text.pitch_words(off), train_text.pitch_figure(off, told.get("pitch_off_semitones_stock"))))
    if "words_right" in told:
        lines.append((train_text.words_right(told["words_right"]), ""))
    if "naturalness" in told:
        lines.append((train_text.sound_words(told["naturalness"]), train_text.sound_figure(told["naturalness"])))
    lines += [("", below)] if below else []
    items = "".join(
        f"<li>{f'<b>{escape(words)}</b> ' if words else ''}{escape(figures)}</li>" for words, figures in lines
    )
    return f'<ul class="vc-scores" aria-label="{escape(train_text.SCORES_TITLE)}">{items}</ul>'


def job_progress(name: str, share: float, words: str) -> str:
    """Return the progress of a background job: a bar and one sentence."""
    kind = "plain" if share else "waiting"
    return (
        f'<section class="vc-run"><div class="vc-heading vc-between"><h2>{escape(name)}</h2><p>{share:.0%}</p></div>'
        f"{bar(share, name, words, kind)}{note(words)}</section>"
    )


def model_cards(statuses: Sequence[Any], removals: Mapping[str, Any] | None = None) -> str:
    """Return a card for every base model; `removals` maps the ids of removable ones to what removal would mean."""
    removals = removals or {}
    cards = "".join(_model_card(status, removals.get(status.card.base_id)) for status in statuses)
    return f'<ul class="vc-models" aria-label="{escape(base_models_text.CARDS_TITLE)}">{cards}</ul>'


def _model_card(status: ModelStatus, removal: ModelRemoval | None = None) -> str:
    card = status.card
    size = base_models_text.CARD_EMBEDDED if card.embedded else base_models_text.megabytes(card.size_mb)
    can = ", ".join(words for name, words in base_models_text.ABILITIES.items() if name in card.abilities)
    sharing = card.share_condition or (base_models_text.MAY_SHARE if card.may_share_voices else _private(card))
    facts = [
        (base_models_text.CARD_CAN, escape(can)),
        (base_models_text.CARD_SPEAKS, escape(", ".join(language_names(card.languages)))),
        (base_models_text.CARD_LICENCE, _licence(card)),
        (base_models_text.CARD_RESULT, escape(sharing)),
    ]
    if card.released_folders:
        facts.append((base_models_text.CARD_FOLDER, escape(base_models_text.bring_folder(card.released_folders))))
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{words}</dd>" for name, words in facts)
    short = [
        size,
        card.licence,
        base_models_text.MAY_SHARE_SHORT if card.may_share_voices else base_models_text.PRIVATE_SHORT,
    ]
    short += [base_models_text.GPU_ADVISED] if card.gpu_advised else [base_models_text.GPU_NOT_NEEDED]
    state = (
        base_models_text.STATE_UNPREPARED
        if card.embedded and status.state == "missing"
        else base_models_text.STATES[status.state]
    )
    chip = f'<span class="vc-chip vc-{base_models_text.STATE_KINDS[status.state]}">{escape(state)}</span>'
    return (
        f'<li class="vc-model" data-base="{escape(card.base_id)}" data-state="{escape(status.state)}">'
        f'<div class="vc-between"><h3>{escape(card.title)}</h3>{chip}</div><p>{escape(card.purpose)}</p>'
        f'<p class="vc-facts">{escape(" · ".join(short))}</p>'
        f"<details><summary>{escape(base_models_text.CARD_MORE)}</summary><dl>{lines}</dl></details>"
        f"{_removing(card, removal)}</li>"
    )


def _removing(card: BaseCard, removal: ModelRemoval | None) -> str:
    """Return the fold-out of a card that removes its model: the question and the button."""
    if removal is None:
        return ""
    question = base_models_text.remove_question(card.title, removal.frees_mb, removal.voices)
    return (
        f'<details class="vc-remove"><summary>{escape(base_models_text.REMOVE)}</summary><p>{escape(question)}</p>'
        f'<button type="button" data-remove="{escape(card.base_id)}">'
        f"{escape(base_models_text.REMOVE_YES)}</button></details>"
    )


def _private(card: BaseCard) -> str:
    return f"{base_models_text.PRIVATE_ONLY} {card.why_not_share[:1].upper()}{card.why_not_share[1:]}."


def _licence(card: BaseCard) -> str:
    words = f"<b>{escape(card.licence)}.</b> {escape(card.licence_words)}"
    if not card.licence_url.startswith("https://"):
        return words
    opens = 'target="_blank" rel="noopener noreferrer"'
    return f'{words} <a href="{escape(card.licence_url)}" {opens}>{escape(base_models_text.TERMS_LINK)}</a>'


def verdict(sentence: str, what: str) -> str:
    """Return the verdict of a comparison, and what was compared."""
    return f'<p class="vc-verdict-line">{escape(sentence)}</p>{note(what)}'


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the first cell of each row is its heading."""
    names = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return f'<div class="vc-table"><table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table></div>'


def terms(card: BaseCard) -> str:
    """Return the terms a person agrees to before downloading a model."""
    size = base_models_text.megabytes(card.size_mb)
    return f'<div class="vc-terms"><p>{escape(card.title)}, {size}. {_licence(card)}</p></div>'


def language_names(codes: Sequence[str]) -> list[str]:
    """Return the names of languages, in our own order."""
    from voiceclone.text.languages import LANGUAGES

    return [language.name for code, language in LANGUAGES.items() if code in codes]
