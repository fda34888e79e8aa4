"""What the documents tell people to type exists: commands, options, and names in Python."""

import ast
import re
import shlex
from pathlib import Path

import pytest

from voiceclone import VoiceEngine
from voiceclone.cli.parser import build_parser

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"^(?:python -m )?voiceclone (?!app\b)(.*)$")
"""A line in a code block. `app` serves the page and has no options of its own."""


def code_blocks(page, language=""):
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def commands():
    lines = [(page.name, line) for page in PAGES for block in code_blocks(page) for line in block.splitlines()]
    return [(name, found[1].split("  ")[0].split(" #")[0]) for name, line in lines if (found := COMMAND.match(line))]


def visible_commands():
    pages = next(action for action in build_parser()._actions if action.dest == "command")
    return [choice.dest for choice in pages._choices_actions]


def test_every_command_in_the_documents_can_be_typed():
    assert len(commands()) > 30
    for name, command in commands():
        try:
            build_parser().parse_args(shlex.split(command))
        except SystemExit:
            pytest.fail(f"{name}: voiceclone {command}")


@pytest.mark.parametrize("command", visible_commands())
def test_every_command_is_in_the_terminal_page(command):
    assert f"| `voiceclone {command}` |" in (ROOT / "docs" / "terminal.md").read_text("utf-8")


def test_the_terminal_page_lists_no_other_command():
    listed = re.findall(r"^\| `voiceclone (\w+)` \|", (ROOT / "docs" / "terminal.md").read_text("utf-8"), re.MULTILINE)
    assert set(listed) - {"app"} == set(visible_commands()) - {"app"}


def test_names_of_the_engine_in_the_python_page_exist(tmp_path):
    engine = VoiceEngine(tmp_path)
    blocks = code_blocks(ROOT / "docs" / "python.md", "python")
    chains = {
        ast.unparse(node)
        for block in blocks
        for node in ast.walk(ast.parse(block))
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("engine.")
    }
    assert len(chains) > 8
    for chain in chains:
        found = engine
        for name in chain.split(".")[1:]:
            assert hasattr(found, name), chain
            found = getattr(found, name)


def test_the_readme_stays_short():
    _, _, body = (ROOT / "README.md").read_text("utf-8").split("---\n", 2)
    assert len(body.split()) <= 700


@pytest.mark.parametrize("page", [page for page in PAGES if "decisions" not in page.parts], ids=lambda page: page.name)
def test_files_that_the_documents_name_exist(page):
    named = re.findall(
        r"`((?:voiceclone|tools|tests|benchmarks|findings|examples)/[\w./-]+\.\w+)`", page.read_text("utf-8")
    )
    missing = [name for name in named if not (ROOT / name).exists() and "results" not in name]
    assert missing == []
