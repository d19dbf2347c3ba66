"""Every rule of SPEC.md is cited by a test, and no test cites a rule that is not there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
RULE = re.compile(r"^- \*\*([A-Z]\d+)\*\*", re.MULTILINE)
CITATION = re.compile(r"\b([WLSFMRKODG]\d{1,2})\b")


def rules() -> set[str]:
    found = RULE.findall((ROOT / "jupyter_collab" / "SPEC.md").read_text("utf-8"))
    assert len(found) == len(set(found)), "a rule has its id alone"
    return set(found)


def docstrings_and_titles() -> str:
    """What tests say of themselves: Python docstrings and comments, TypeScript titles."""
    python = [p.read_text("utf-8") for p in (ROOT / "tests").rglob("*.py") if p != Path(__file__)]
    typescript = [p.read_text("utf-8") for p in (ROOT / "src").rglob("*.spec.ts")]
    quoted = re.findall(r'"""(.*?)"""', "\n".join(python), re.DOTALL)
    titles = re.findall(r"(?:it|test|describe)\(\s*[`'\"](.*?)[`'\"],", "\n".join(typescript))
    return "\n".join([*quoted, *titles])


def test_every_rule_is_cited() -> None:
    cited = set(CITATION.findall(docstrings_and_titles()))
    assert not rules() - cited, f"no test cites {sorted(rules() - cited)}"


def test_every_citation_is_a_rule() -> None:
    known = rules()
    letters = {rule[0] for rule in known}
    cited = {c for c in CITATION.findall(docstrings_and_titles()) if c[0] in letters}
    assert not cited - known, f"SPEC.md has no {sorted(cited - known)}"
