"""The page of a change tells nothing of a single person of a population that was put in."""

from pathlib import Path

import duckdb
import pytest

from gongbao.office.people.roles import Role
from gongbao.rules.population import write
from gongbao.site.what_if import answers, populations
from gongbao.site.what_if.populations import FAILED, registry
from gongbao.systems import policy, population
from tests.people.made import holder_of, keep_city
from tests.site.html import read
from tests.site.test_what_if import brought


@pytest.fixture
def head(db, settings, tmp_path):
    settings.GONGBAO_HOME = tmp_path
    registry.forget()
    keep_city()
    yield holder_of("health", Role.SECTION_HEAD)
    registry.forget()


def put_in(name: str, persons: int, columns: str, tmp_path: Path) -> str:
    """Invented persons, with other columns beside their own."""
    folder = populations.folder_of(policy(name))
    folder.mkdir(parents=True, exist_ok=True)
    write(population(name), tmp_path / "made.parquet", persons, 1)
    duckdb.sql(f"copy (select {columns} from '{tmp_path}/made.parquet') to '{folder}/year.parquet'")
    return f"/policies/{name}/what-if/"


def test_why_a_case_is_left_out_names_nobody(head, client, tmp_path):
    client.force_login(head)
    columns = """* exclude person replace (case person when 1 then '祁望川' when 2 then '123.4567' else
        inpatient_self_pay::varchar end as inpatient_self_pay),
        case when person in (5, 6) then '编号330102' else 'c' || person end as "case\""""
    address = put_in("medical-assistance", 60, columns, tmp_path)
    brought(population_name="year")
    for language, words in (("zh-hans", "3件无法计算"), ("en", "3 cannot be computed")):
        client.cookies["django_language"] = language
        for part in ("", "answer/", "table.csv", "table.xlsx"):
            told = client.get(address + part, {"population": "year"})
            assert told.status_code == 200
            for secret in ("祁望川", "123.4567", "330102"):
                assert part == "table.xlsx" or secret not in told.content.decode("utf-8-sig")
        page = read(client.get(address, {"population": "year"}))
        assert words in page.text() and "gongbao whatif" in page.text()


def test_many_visits_are_no_group_of_many(head, client, tmp_path):
    """Each of the persons has more visits than are told alone, and stands alone nevertheless."""
    client.force_login(head)
    address = put_in("outpatient-pooling", 60, "*, '祁望川' || \"case\" as person_name", tmp_path)
    ready = brought("outpatient-pooling", "year")
    of_visits = next(name for name, rule in answers.value_rules(ready.policy).items() if rule.record is not None)
    visits = ready.population.batch.records["visits"].case_of
    assert sum((visits == case).sum() >= answers.FEWEST for case in range(60)) > 10
    for value in (of_visits, ""):
        for part in ("", "table.csv"):
            asked = {"population": "year", "by": "person_name", "value": value}
            told = client.get(address + part, asked, follow=True)
            assert told.status_code == 200 and "祁望川" not in told.content.decode("utf-8-sig")
    districts = client.get(address, {"population": "year", "by": "district", "value": of_visits}).content.decode()
    assert sum(name in districts for name in set(ready.population.carried["district"].names)) > 1


def test_the_case_that_is_drawn_has_nobodys_amounts(head, client, tmp_path):
    client.force_login(head)
    address = put_in("medical-assistance", 60, "* exclude person", tmp_path)
    brought(population_name="year")
    told = " ".join(read(client.get(address, {"population": "year"})).text().split())
    invented = " ".join(read(client.get(f"{address}?over=outpatient_self_pay")).text().split())
    assert "典型情形绘制：" in told
    typical = told[told.index("典型情形绘制：") :].partition("。")[0]
    assert "救助对象类别" in typical and "元" not in typical and "日期" not in typical
    assert invented


def test_a_population_of_a_few_is_none(head, client, tmp_path):
    client.force_login(head)
    address = put_in("medical-assistance", 4, "* exclude person", tmp_path)
    with pytest.raises(AssertionError, match="fewer than 5"):
        brought(population_name="year")
    assert registry.get(policy("medical-assistance"), "year").state == FAILED
    assert client.get(f"{address}answer/", {"population": "year"}).status_code == 422
