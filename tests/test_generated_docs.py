"""The generated parts of the documentation are up to date, and their generators see what they should."""

import pytest

from tools import make_api_docs, make_module_list


def test_the_api_page_is_up_to_date():
    assert make_api_docs.PAGE.read_text("utf-8") == make_api_docs.page(), "run: python tools/make_api_docs.py"


def test_the_module_list_is_up_to_date():
    page = make_module_list.PAGE.read_text("utf-8")
    wanted = make_module_list.with_list(page, make_module_list.module_list())
    assert page == wanted, "run: python tools/make_module_list.py"


def test_every_module_says_what_it_is():
    silent = [path for path in make_module_list.PACKAGE.rglob("*.py") if not make_module_list.first_line(path)]
    assert silent == []


def test_the_module_list_follows_the_packages(tmp_path):
    (tmp_path / "house" / "room").mkdir(parents=True)
    (tmp_path / "house" / "__init__.py").write_text('"""A house."""\n')
    (tmp_path / "house" / "door.py").write_text('"""A door.\n\nMore about it.\n"""\n')
    (tmp_path / "house" / "room" / "__init__.py").write_text('"""A room."""\n')
    listed = make_module_list.module_list(tmp_path / "house")
    assert listed == "### `house/`\n\nA house.\n\n- `door.py`: A door.\n\n### `house/room/`\n\nA room."


def test_a_page_without_markers_is_refused():
    with pytest.raises(ValueError, match="markers"):
        make_module_list.with_list("no markers here", "a list")


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A package with one service on a property, one made in `__init__`, and names hidden in forward references."""
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text('from house.engine import Engine\n__all__ = ["Engine", "__version__"]\n')
    (package / "engine.py").write_text(
        "from functools import cached_property\n"
        "from house.rooms import Kitchen\n"
        "class Engine:\n"
        '    """Opens the house.\n\n    Args:\n        key: of the door,\n            not of the gate.\n    """\n'
        "    def __init__(self, key):\n"
        "        self.kitchen = Kitchen(key)\n"
        "        self._cellar = Kitchen(key)\n"
        "        self.roast, self.bake = self._cellar.cook, self._cellar.nothing\n"
        "    @cached_property\n"
        '    def attic(self) -> "Attic":\n'
        '        """Under the roof."""\n'
        "        from house.rooms import Attic\n"
    )
    (package / "rooms.py").write_text(
        "from dataclasses import dataclass\n"
        "from typing import Literal\n"
        "class Kitchen:\n"
        '    """Where meals are made."""\n'
        "    def cook(self, what: 'list[Meal]', *, heat: Literal['low', 'high'] = 'low') -> None:\n"
        '        """Make a meal."""\n'
        "    def _clean(self):\n"
        "        pass\n"
        "class Attic:\n"
        '    """Where things are forgotten."""\n'
        "@dataclass(frozen=True)\n"
        "class Meal:\n"
        '    """What is eaten."""\n'
        "    weight_g: float = 1.0\n"
        '    """Without the\n    plate."""\n'
    )
    (package / "errors.py").write_text('class HouseError(Exception):\n    """Something in the house is wrong."""\n')
    monkeypatch.setattr(make_api_docs, "ROOT", tmp_path)
    monkeypatch.setattr(make_api_docs, "PACKAGE", "house")
    make_api_docs.tree.cache_clear()
    yield
    make_api_docs.tree.cache_clear()


def test_services_are_found_however_they_hang_on_the_engine(house):
    page = make_api_docs.page()
    assert "## `engine.kitchen`: Kitchen" in page
    assert "## `engine.attic`: Attic" in page
    assert "_cellar" not in page and "_clean" not in page


def test_methods_that_the_engine_borrows_from_a_service_are_its_own(house):
    page = make_api_docs.page()
    assert "engine.roast(what: list[Meal], *, heat: Literal['low', 'high'] = 'low') -> None" in page
    assert "engine.bake" not in page


def test_signatures_docstrings_and_types_are_shown(house):
    page = make_api_docs.page()
    assert "engine.kitchen.cook(what: list[Meal], *, heat: Literal['low', 'high'] = 'low') -> None" in page
    assert "Args:\n\n- `key`: of the door,\n  not of the gate." in page
    assert "## Meal\n\n`house.rooms.Meal`\n\nWhat is eaten.\n\n- `weight_g: float = 1.0`: Without the plate." in page
    assert "- `HouseError`: Something in the house is wrong." in page


def test_a_page_that_is_out_of_date_is_reported(house, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_api_docs, "PAGE", tmp_path / "api.md")
    assert make_api_docs.main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert make_api_docs.main([]) == 0
    assert make_api_docs.main(["--check"]) == 0
