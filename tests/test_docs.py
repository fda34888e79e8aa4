"""Links in the documents lead somewhere, and the decisions agree with their index and with references to them."""

import itertools
import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent
DECISIONS = Path("docs", "decisions")
SKIPPED_FOLDERS = {
    ".git",
    ".venv",
    ".pytest_cache",
    ".ruff_cache",
    "__pycache__",
    "build",
    "dist",
    "node_modules",
    "out",
}
TEXT_SUFFIXES = {".css", ".html", ".ipynb", ".js", ".md", ".py", ".sh", ".toml", ".tsv", ".txt", ".yaml", ".yml"}
REFERENCE = re.compile(r"(?:docs/decisions/|\bdecisions? )(\d{4})\b", re.IGNORECASE)
OLD_LOG = re.compile(r"\bdecisions\.md\b")
SECTIONS = ["Context", "Decision", "Alternatives", "Consequences"]
TITLE = re.compile(r"# (\d{4})\. (.+)")
STATUS = re.compile(r"- Status: (.+)")
DATE = re.compile(r"- Date: \d{4}-\d\d-\d\d(, revised \d{4}-\d\d-\d\d)?")
SUPERSEDED = re.compile(r"superseded by \[(\d{4})\]\((\S+)\)")
INDEX_ROW = re.compile(r"\| \[(\d{4})\]\((\S+)\) \| (.+?) \| (.+?) \|")


def text_files(root: Path) -> list[Path]:
    """Return the text files below `root`, without folders of tools and built output."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        found += [Path(folder, name) for name in names if Path(name).suffix in TEXT_SUFFIXES or name == "Makefile"]
    return sorted(found)


def prose(markdown: str) -> str:
    """Return Markdown without its code blocks, inline code and comments, which hold no links."""
    without_blocks = re.sub(r"^( *)(```+|~~~+).*?^\1\2[ \t]*$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    without_comments = re.sub(r"<!--.*?-->", "", without_blocks, flags=re.DOTALL)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", without_comments, flags=re.DOTALL)


def links(markdown: str) -> list[str]:
    """Return the targets of all links and pictures: inline, by reference and in HTML."""
    text = prose(markdown)
    inline = re.findall(r"\]\(\s*<?([^()\s<>]+(?:\([^()\s]*\)[^()\s<>]*)?)>?(?:\s+[\"'][^)]*)?\s*\)", text)
    referenced = re.findall(r"^ {0,3}\[[^\]^]+\]:\s*<?([^\s>]+)", text, re.MULTILINE)
    html = re.findall(r"<(?:a|img|source|video|audio)\b[^>]*?\b(?:href|src)=[\"']([^\"']+)[\"']", text)
    return inline + referenced + html


def anchors(markdown: str) -> set[str]:
    """Return the anchors of a page as GitHub makes them from headings, and those set by hand."""
    blockless = re.sub(r"^( *)(```+|~~~+).*?^\1\2[ \t]*$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    found: set[str] = set()
    for heading in re.findall(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", blockless, re.MULTILINE):
        shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        plain = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        numbered = (f"{plain}-{number}" if number else plain for number in itertools.count())
        found.add(next(name for name in numbered if name not in found))
    return found | set(re.findall(r"<\w+[^>]*\b(?:id|name)=[\"']([^\"']+)[\"']", blockless))


def link_problems(root: Path) -> list[str]:
    """Return a sentence for each relative link in a Markdown file that leads nowhere."""
    problems = []
    for page in (file for file in text_files(root) if file.suffix == ".md"):
        for target in links(page.read_text("utf-8")):
            if re.match(r"[a-z][a-z0-9+.-]*:|//", target, re.IGNORECASE):
                continue
            name, _, anchor = unquote(target).partition("#")
            aimed = Path(os.path.normpath(page.parent / name)) if name else page
            where = f"{page.relative_to(root)}: {target}"
            if name.startswith("/") or not aimed.is_relative_to(root):
                problems.append(f"{where} leads out of the repository")
            elif not aimed.exists():
                problems.append(f"{where} does not exist")
            elif anchor and aimed.suffix == ".md" and anchor not in anchors(aimed.read_text("utf-8")):
                problems.append(f"{where} has no such heading")
    return problems


def decision_problems(folder: Path) -> list[str]:
    """Return a sentence for each page of decisions that is malformed or that its index describes otherwise."""
    pages = sorted(folder.glob("[0-9]*.md"))
    index = folder.joinpath("README.md").read_text("utf-8").splitlines()
    rows = [found.groups() for line in index if (found := INDEX_ROW.fullmatch(line))]
    problems, described = [], []
    for page, expected in zip(pages, itertools.count(1), strict=False):
        title, _, status, date = [*page.read_text("utf-8").splitlines(), "", "", "", ""][:4]
        titled, stated = TITLE.fullmatch(title), STATUS.fullmatch(status)
        if not titled or not stated or not DATE.fullmatch(date):
            problems.append(f"{page.name} begins with no title, status and date")
            continue
        if page.name[:5] != f"{expected:04d}-" or titled[1] != f"{expected:04d}":
            problems.append(f"{page.name} is not numbered {expected:04d}: a number is missing, taken twice or wrong")
        later = SUPERSEDED.fullmatch(stated[1])
        if stated[1] != "accepted" and (later is None or not later[2].startswith(later[1] + "-")):
            problems.append(f"{page.name} has an unknown status: {stated[1]}")
        sections = re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE)
        if sections not in (SECTIONS, [name for name in SECTIONS if name != "Alternatives"]):
            problems.append(f"{page.name} has other sections than the template: {sections}")
        described.append((titled[1], page.name, titled[2], stated[1]))
    problems += [f"the index lacks or describes otherwise: {row}" for row in described if row not in rows]
    problems += [f"the index has a row without such a page: {row}" for row in rows if row not in described]
    if len(rows) != len(set(rows)):
        problems.append("the index has a row twice")
    return problems


def reference_problems(root: Path) -> list[str]:
    """Return a sentence for each reference, in code or documents, to a decision that does not exist."""
    known = {page.name[:4] for page in root.joinpath(DECISIONS).glob("[0-9]*.md")}
    problems = []
    for file in text_files(root):
        text = file.read_text("utf-8")
        named = {number for number in REFERENCE.findall(text) if number not in known}
        problems += [f"{file.relative_to(root)}: decision {number} does not exist" for number in sorted(named)]
        if OLD_LOG.search(text):
            problems.append(f"{file.relative_to(root)}: the decisions are pages of their own now")
    return problems


def test_links_lead_somewhere():
    assert link_problems(ROOT) == []


def test_decisions_agree_with_their_index():
    assert decision_problems(ROOT / DECISIONS) == []


def test_decisions_that_are_referred_to_exist():
    assert reference_problems(ROOT) == []


def page(number, title="Sing", status="accepted", date="2026-11-22"):
    return f"# {number}. {title}\n\n- Status: {status}\n- Date: {date}\n\n## Context\n## Decision\n## Consequences\n"


def row(number, name, title="Sing", status="accepted"):
    return f"| [{number}]({name}) | {title} | {status} |\n"


@pytest.fixture
def good(tmp_path):
    """A small tree without problems."""
    folder = tmp_path / DECISIONS
    folder.mkdir(parents=True)
    later = "superseded by [0002](0002-hum.md)"
    (folder / "0001-sing.md").write_text(page("0001", status=later), "utf-8")
    (folder / "0002-hum.md").write_text(page("0002", "Hum"), "utf-8")
    rows = row("0001", "0001-sing.md", status=later) + row("0002", "0002-hum.md", "Hum")
    (folder / "README.md").write_text("# Decisions\n\n| Number | Title | Status |\n|---|---|---|\n" + rows, "utf-8")
    (tmp_path / "song.py").write_text(f"# See docs/decisions/{2:04d} and decision {1:04d}.\n", "utf-8")
    (tmp_path / "README.md").write_text(
        "# The *song*, `sung`!\n## Again\n## Again\n"
        "[words\nof two lines](song.py), [up](#the-song-sung), [again](#again-1)\n"
        "[why](docs/decisions/0002-hum.md#context)\n"
        '<img src="song.py"> [elsewhere](https://example.org/none) `[code](none.md)`\n\n```\n[code](none.md)\n```\n',
        "utf-8",
    )
    return tmp_path


def test_a_good_tree_has_no_problems(good):
    assert link_problems(good) == []
    assert decision_problems(good / DECISIONS) == []
    assert reference_problems(good) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[a](none.md)", "does not exist"),
        ("[a\nb](none.md 'title')", "does not exist"),
        ("![a](none.png)", "does not exist"),
        ("[![a](song.py)](none.md)", "does not exist"),
        ('<img width="3" src="none.png">', "does not exist"),
        ("[a][b]\n\n[b]: none.md", "does not exist"),
        ("[a](../elsewhere.md)", "leads out of the repository"),
        ("[a](/song.py)", "leads out of the repository"),
        ("[a](#no-heading)", "has no such heading"),
        ("[a](docs/decisions/0001-sing.md#sing)", "has no such heading"),
        ("```\n# Code\n```\n[a](#code)", "has no such heading"),
        ("# One\n[a](#one-1)", "has no such heading"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(good, text, problem):
    (good / "README.md").write_text(text, "utf-8")
    (found,) = link_problems(good)
    assert found.startswith("README.md: ") and found.endswith(problem)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("0003-hum.md", page("0003", "Hum"), "lacks"),
        ("0004-hum.md", page("0004", "Hum"), "not numbered 0003"),
        ("0002-whistle.md", page("0002", "Whistle"), "not numbered 0003"),
        ("0002-hum.md", page("0003", "Hum"), "not numbered 0002"),
        ("0002-hum.md", page("0002", "Whistle"), "describes otherwise"),
        ("0002-hum.md", page("0002", "Hum", "proposed"), "unknown status"),
        ("0002-hum.md", page("0002", "Hum", "superseded by [0001](0002-hum.md)"), "unknown status"),
        ("0002-hum.md", page("0002", "Hum", date="yesterday"), "no title, status and date"),
        ("0002-hum.md", "", "no title, status and date"),
        ("0002-hum.md", page("0002", "Hum") + "## More\n", "other sections"),
    ],
)
def test_a_page_that_disagrees_with_its_index_is_found(good, name, text, problem):
    (good / DECISIONS / name).write_text(text, "utf-8")
    assert any(problem in found for found in decision_problems(good / DECISIONS))


def test_a_row_without_a_page_is_found(good):
    (good / DECISIONS / "0002-hum.md").unlink()
    assert any("without such a page" in found for found in decision_problems(good / DECISIONS))


def test_a_row_that_is_there_twice_is_found(good):
    index = good / DECISIONS / "README.md"
    index.write_text(index.read_text("utf-8") + row("0002", "0002-hum.md", "Hum"), "utf-8")
    assert decision_problems(good / DECISIONS) == ["the index has a row twice"]


@pytest.mark.parametrize("text", [f"# docs/decisions/{9:04d}", f"See Decision {9:04d}.", f"`{DECISIONS}.md`"])
@pytest.mark.parametrize("name", ["song.py", "page.js", "notes.md", "Makefile"])
def test_a_reference_to_no_decision_is_found(good, name, text):
    (good / name).write_text(text, "utf-8")
    (found,) = reference_problems(good)
    assert found.startswith(f"{name}: ")
