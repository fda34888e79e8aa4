#!/usr/bin/env bash
# unicode-rbnf 2.4.1, Italian ordinals from 3,000 on.
# Guess: a pure Python engine over CLDR's rules says what ICU says by the same rules.
# Behaviour: it does, but for rule sets whose base values are no round numbers. CLDR's Italian ordinals have a rule for
# 2001. While formatting, the engine rewrites that base value to 1001 and takes the power of ten ABOVE it, 10,000, as the
# divisor of every larger number: the 10,000th becomes "unmilasimo", the 20,123rd "duemilacentoventitreesimo".
# The same engine's cardinals are right. CLDR's French ordinals carry an "et" after cent and quatre-vingt besides.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check unicode-rbnf==2.4.1 2>"$folder/log" || { cat "$folder/log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import unicode_rbnf

print("unicode-rbnf", unicode_rbnf.__version__)


def said(language: str, number: int, rules: str) -> str:
    engine = unicode_rbnf.RbnfEngine.for_language(language)
    return engine.format_number(number, ruleset_names=[rules]).text_by_ruleset[rules]


expected = [
    ("it", 1_118, "spellout-ordinal-masculine", "millecentodiciottesimo", "right"),
    ("it", 3_000, "spellout-ordinal-masculine", "tremilasimo", "wrong, right is tremillesimo"),
    ("it", 10_000, "spellout-ordinal-masculine", "unmilasimo", "wrong, right is diecimillesimo"),
    ("it", 20_123, "spellout-ordinal-masculine", "duemilacentoventitreesimo", "wrong, right is ventimila..."),
    ("it", 20_123, "spellout-numbering", "ventimilacentoventitré", "right"),
    ("fr", 21, "spellout-ordinal-masculine", "vingt-et-unième", "right"),
    ("fr", 81, "spellout-ordinal-masculine", "quatre-vingt-et-unième", "wrong, right is quatre-vingt-unième"),
    ("fr", 101, "spellout-ordinal-masculine", "cent-et-unième", "wrong, right is cent unième"),
    ("es", 500_000, "spellout-cardinal-feminine", "quinientos mil", "wrong, right is quinientas mil"),
]
changed = 0
for language, number, rules, seen, verdict in expected:
    now = said(language, number, rules)
    changed += now != seen
    print(f"{language} {number:>7} {rules:27} {now:28} ({verdict if now == seen else 'CHANGED, was ' + seen})")
raise SystemExit(1 if changed else 0)
PYTHON
