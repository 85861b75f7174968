"""Each system's files agree with its policies and procedures, and place every clause of its document."""

from functools import cache
from pathlib import Path

import pytest

from gongbao.gazette import read_file, read_gazette
from gongbao.rules import Policy, figures, readings
from gongbao.rules.coverage import read_clauses
from gongbao.systems import carriers, policies, procedures
from tests import rig


def by_folder() -> dict[Path, list[Policy]]:
    found: dict[Path, list[Policy]] = {}
    for one in policies().values():
        found.setdefault(one.file.parent, []).append(one)
    return found


FOLDERS = by_folder()
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)
each_with_clauses = pytest.mark.parametrize("folder", FOLDERS | carriers(), ids=lambda one: one.name)


@each_folder
def test_every_figure_and_reading_is_declared_and_has_a_value_for_each_day(folder: Path) -> None:
    here = FOLDERS[folder]
    figures.check_folder(folder / "parameters.yaml", [one.figures for one in here])
    readings.check_folder(folder / "readings.yaml", [one.readings for one in here])
    for one in here:
        one.figure_table.covers(one.since, one.until)
        assert set(one.reading_table) == set(one.readings.declared())


@cache
def clauses_of(number: str) -> list[str]:
    for file in sorted(rig.GAZETTES.glob("*.txt")):
        for document in read_gazette(read_file(file).text).documents:
            if document.number == number:
                return [clause.locator for part in document.parts for clause in part.walk()]
    raise AssertionError(f"no gazette has {number}")


@pytest.mark.gazettes
@each_with_clauses
def test_every_clause_of_the_document_is_placed(folder: Path) -> None:
    coverage = read_clauses(folder / "clauses.yaml", FOLDERS.get(folder, []), carriers().get(folder, ()))
    account = coverage.against(clauses_of(coverage.document))
    assert (account.unplaced, [one.locator for one in account.strangers]) == ([], [])


@pytest.mark.gazettes
@each_folder
def test_every_citation_is_a_clause_of_the_document(folder: Path) -> None:
    for one in FOLDERS[folder]:
        known = set(clauses_of(one.document))
        cited = {rule.clause for rule in one.rules.values()} | {one.since_clause}
        cited |= {fact.clause for fact in one.facts.declared().values()}
        cited |= {entry.clause for entry in one.figure_table.entries.values()}
        for reading in one.reading_table.values():
            cited |= {reading.clause} | {option.clause for option in reading.options.values()}
        assert cited <= known, cited - known


@pytest.mark.gazettes
@pytest.mark.parametrize("key", procedures())
def test_every_citation_of_a_procedure_is_a_clause_of_its_document(key: str) -> None:
    one = procedures()[key]
    cited = {one.since_clause}
    for step in one.steps.values():
        cited |= {step.clause, *(condition.clause for condition in step.conditions)}
        cited |= {step.sign_off.clause} if step.sign_off else set()
        cited |= {field.clause for field in step.asks} | {
            option.clause for field in step.asks for option in field.options
        }
    for clock in one.clocks.values():
        cited |= {clock.clause, clock.stop_clause}
    for letter in one.letters.values():
        cited |= {letter.clause, *(remedy.clause for remedy in letter.remedies)}
    # Without those of other documents, OUR_RULE, and what cites nothing.
    own = {clause for clause in cited if clause and one.cite(clause) != clause}
    assert own <= set(clauses_of(one.document)), own - set(clauses_of(one.document))
