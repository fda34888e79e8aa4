"""Define a comparison: which ways, which sentences, which recordings to train on and to evaluate with."""

from collections.abc import Sequence

from voiceclone.bases.abilities import check_learns_from
from voiceclone.bases.base import Ability, BaseModel, Policy
from voiceclone.clips.model import Clip, Project
from voiceclone.compare import held_out
from voiceclone.compare.model import Request
from voiceclone.compare.sentences import unseen_sentences
from voiceclone.errors import InputError
from voiceclone.text.languages import colour_only, speakable

_EFFORT = (Policy.INSTANT, Policy.TRANSFER, Policy.FINE_TUNE, Policy.FULL)


def ways_of(base: BaseModel, wanted: Sequence[str] | None = None) -> tuple[Policy, ...]:
    """Return the ways to compare with a base model, least effort first: instant, transfer and fine-tune if offered.

    Args:
        wanted: policies by name; None is the usual choice (full training only where there is no fine-tuning).

    Raises:
        InputError: one is not offered, or there are fewer than two to compare.
    """
    offered = set(base.policies) if Ability.TRAIN in base.abilities else set()
    if Ability.INSTANT in base.abilities:
        offered.add(Policy.INSTANT)
    if wanted is None:
        chosen = offered - ({Policy.FULL} if Policy.FINE_TUNE in offered else set())
    else:
        missing = [name for name in wanted if name not in offered]
        if missing:
            names = ", ".join(policy for policy in _EFFORT if policy in offered)
            raise InputError(f"“{base.title}” does not offer “{missing[0]}”; choose from: {names}.")
        chosen = {Policy(name) for name in wanted}
    if len(chosen) < 2:
        raise InputError(f"“{base.title}” offers only one way to a voice, so there is nothing to compare.")
    return tuple(policy for policy in _EFFORT if policy in chosen)


def make_request(
    project: Project,
    clips: Sequence[Clip],
    base: BaseModel,
    *,
    policies: Sequence[str] | None,
    minutes: float | None,
    steps: int | None,
    seed: int,
    sentences: Sequence[str] | None,
    held_out_ids: Sequence[str] | None,
    keep_voices: bool,
) -> Request:
    """Return the request for a comparison, with the recordings split.

    Raises:
        InputError: the base model offers too few ways or does not speak the language, or no sentence is unseen.
        NotEnoughSpeechError: there are too few recordings to train on and to evaluate with.
    """
    chosen = ways_of(base, policies)
    language = _language_of(base, project.language)
    training, judged = held_out.split(clips, held_out_ids)
    return Request(
        project_id=project.project_id,
        project_name=project.name,
        base_id=base.base_id,
        base_title=base.title,
        language=language,
        policies=tuple(str(policy) for policy in chosen),
        minutes=minutes,
        steps=steps,
        seed=seed,
        sentences=unseen_sentences(language, (clip.text for clip in clips), sentences),
        training_clip_ids=tuple(clip.clip_id for clip in training),
        held_out_clip_ids=tuple(clip.clip_id for clip in judged),
        training_speech_s=round(held_out.speech_s(training), 1),
        held_out_speech_s=round(held_out.speech_s(judged), 1),
        keep_voices=keep_voices,
    )


def _language_of(base: BaseModel, language: str) -> str:
    family = language.split("-")[0]
    same = [code for code in base.languages if code == language]
    same = same or [code for code in base.languages if code.split("-")[0] == family]
    if not same and colour_only(language):  # it is judged in a language that its voices speak
        check_learns_from(base, [language])
        return speakable(language, base.languages)
    if not same:
        raise InputError(f"“{base.title}” does not speak “{language}”; it speaks {', '.join(base.languages)}.")
    return same[0]
