"""The page of a change tells nothing of a single person of a population that was put in."""

from pathlib import Path

import duckdb
import pytest

from gongbao.office.people.roles import Role
from gongbao.rules.population import write
from gongbao.rules.what_if import Reform, compare
from gongbao.site.what_if import answers, populations
from gongbao.site.what_if.asked import Asked, Change
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


@pytest.mark.parametrize(
    ("persons", "in_province", "words"), [(5, "true", "以典型情形绘制"), (8, "person > 4", "以政策的算例绘制")]
)
def test_the_height_of_the_curve_is_that_of_several_or_of_nobody(head, client, tmp_path, persons, in_province, words):
    """All are alike but for their amounts. Where no five give the same answers, a worked case is drawn."""
    client.force_login(head)
    columns = f"""* exclude person replace ('subsistence_allowance' as categories, date '2023-05-05' as "on",
        true as standard_referral, {in_province} as in_province, (31000 + 111 * person)::varchar as inpatient_self_pay)
        """
    address = put_in("medical-assistance", persons, columns, tmp_path)
    ready = brought(population_name="year")
    assert words in " ".join(read(client.get(address, {"population": "year"})).text().split())
    drawn = ready.curve("outpatient_self_pay", "total_aid", Reform(), None).facts["inpatient_self_pay"]
    is_of_them = drawn in {f"{31000 + 111 * one}.00" for one in range(10)}
    assert is_of_them == ("典型" in words)


def test_the_least_and_the_greatest_amount_are_not_told(head, client, tmp_path):
    client.force_login(head)
    columns = "* exclude person replace ((1000.07 + 111 * person)::varchar as inpatient_self_pay)"
    address = put_in("medical-assistance", 60, columns, tmp_path)
    amounts = sorted(int(one) for one in brought(population_name="year").population.in_order("inpatient_self_pay"))
    least, greatest = (f"{one // 100:,}.{one % 100:02}" for one in (amounts[0], amounts[-1]))
    for part in ("", "answer/", "table.csv"):
        asked = {"population": "year", "by": "inpatient_self_pay"}
        told = client.get(address + part, asked).content.decode("utf-8-sig")
        assert "元以上" in told and "元以下" in told
        assert least not in told and greatest not in told
    groups = {
        one.key: one
        for one in registry.get(policy("medical-assistance"), "year")
        .ready.population.dimension("inpatient_self_pay")
        .groups
    }
    assert least in groups["1"].label.zh and greatest in groups["10"].label.zh


def test_counts_of_a_few_are_not_told(head, client, tmp_path, monkeypatch):
    client.force_login(head)
    address = put_in("medical-assistance", 60, "* exclude person", tmp_path)
    ready = brought(population_name="year")
    line = Reform({"supplementary_line": "0", "inpatient_rate[subsistence_allowance]": "75%"})
    found = compare(ready.population, line).outcome
    assert any(0 < size.gained < answers.FEWEST for size in found.sizes)
    asked = Asked(Change(dict(line.figures)), population="year")
    shown = answers.answer(ready, asked, "zh")
    counts = [cell for row in shown.sizes.rows for cell in row[1:]]
    assert "不足5" in counts and not set(counts) & {"1", "2", "3", "4"}
    assert ": 1<" not in shown.sizes.svg and "不足5" in shown.sizes.svg
    openly = answers.answer(ready, Asked(Change(dict(line.figures))), "zh")
    assert "不足5" not in openly.sizes.svg
    monkeypatch.setattr(answers.Ready, "near", lambda *asked: (3, 7))
    shown, openly = (answers.answer(ready, Asked(asked.change, population=name), "zh") for name in ("year", ""))
    assert any("下方不足5，上方7" in one for one in shown.jumps)
    assert any("(不足5, 7)" in row[-1] for row in shown.curve.rows)
    assert any("下方3，上方7" in one for one in openly.jumps)
    page = client.get(address, {"population": "year", "f.supplementary_line": "0"}).content.decode()
    assert "不足5" in page


def test_a_population_of_a_few_is_none(head, client, tmp_path):
    client.force_login(head)
    address = put_in("medical-assistance", 4, "* exclude person", tmp_path)
    with pytest.raises(AssertionError, match="fewer than 5"):
        brought(population_name="year")
    assert registry.get(policy("medical-assistance"), "year").state == FAILED
    assert client.get(f"{address}answer/", {"population": "year"}).status_code == 422
