"""The arithmetic of a draw, its files, and that gongbao and sixty lines of plain Python judge them alike."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongbao.core.errors import GongbaoError
from gongbao.systems.intermediary_market.draw import draw, proof
from gongbao.systems.intermediary_market.draw.draw import Entry, Party
from tests.program import PROGRAM
from tests.systems.intermediary_market.parties import AGENCIES, uscc

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
SCHEMA = json.loads(Path(draw.__file__).with_name("file.schema.json").read_text(encoding="utf-8"))
PURCHASE = "0b9f4c3e-5a55-4c1e-9d3f-2f1f6f0c7a11"
START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def digits(text: str) -> str:
    """64 hexadecimal digits that look drawn, always the same."""
    return sha256(text.encode()).hexdigest()


def example(number: int = 2) -> proof.DrawFile:
    """A draw as it stands in docs/examples: four take part, one is excluded, two have shares of their own."""
    name = f"{PURCHASE}/{number}"
    listed = []
    for at, called in enumerate(AGENCIES[:4], start=1):
        share = digits(f"share {at}") if at < 3 else ""
        committed = draw.commitment(PURCHASE, Party.REGISTRANT, share) if share else ""
        listed.append(proof.Listed(Entry(uscc(at), digits(f"salt {at}"), committed), called, share))
    listed.sort(key=lambda one: draw.leaf(name, one.entry))
    padding = digits("padding")
    root = draw.root(draw.tree(name, [one.entry for one in listed], padding))
    shares = tuple(
        proof.Share(
            party,
            draw.commitment(PURCHASE, party, digits(party)),
            START,
            digits(party),
            START + timedelta(days=8),
            by_custodians=party == Party.OWNER,
        )
        for party in (Party.OWNER, Party.OPERATOR)
    )
    opened = [(draw.leaf(name, one.entry), one.share) for one in listed if one.share]
    value = "03 07 12 19 28 31 + 09"
    seed = draw.seed(name, root, digits(Party.OWNER), digits(Party.OPERATOR), opened, value)
    return proof.DrawFile(
        purchase=PURCHASE,
        number=number,
        is_tie=False,
        source="云岭市公益彩票开奖号码",
        not_before=START + timedelta(days=8),
        root=root,
        padding=padding,
        fixed_at=START + timedelta(days=7),
        listed=tuple(listed),
        excluded=(proof.Excluded(uscc(5), AGENCIES[4], ("第二十二条第（一）项",), "与另一报名机构由同一人控制"),),
        shares=shares,
        closed_at=START + timedelta(days=8),
        value=value,
        value_from="云岭公益彩票第2026030期公告",
        published_at=START + timedelta(days=8, hours=12),
        seed=seed,
        order=tuple(draw.order(seed, [one.entry.agency for one in listed])),
        set_aside=(proof.SetAside(1, START + timedelta(days=6), "网络中断，首次抽取未能进行"),),
    )


def example_proof() -> proof.Proof:
    file = example()
    entry = file.listed[0].entry
    leaves = draw.tree(file.draw, [one.entry for one in file.listed], file.padding)
    index = leaves.index(draw.leaf(file.draw, entry))
    return proof.Proof(PURCHASE, file.number, entry, index, tuple(draw.proof(leaves, index)), file.root)


def as_text(content: proof.DrawFile | proof.Proof) -> str:
    return json.dumps(content.as_json(), ensure_ascii=False, indent=1) + "\n"


# --- the arithmetic


def test_a_number_that_would_favour_somebody_is_passed_over() -> None:
    # 2^64 is 5 more than a multiple of 11: the last five numbers would make 0 to 4 likelier.
    assert 2**64 % 11 == 5
    assert draw.below(11, iter([2**64 - 1, 2**64 - 5, 25])) == 3
    assert draw.below(11, iter([2**64 - 6])) == 10


def test_the_numbers_of_a_seed_stay_what_they_are() -> None:
    numbers = draw.numbers("00" * 32)
    first = [next(numbers) for _ in range(5)]
    # As openssl has it: dgst -sha256 -mac HMAC -macopt hexkey:00... of eight zero bytes.
    block = bytes.fromhex(NUMBERS)
    assert first[:4] == [int.from_bytes(block[at : at + 8], "big") for at in (0, 8, 16, 24)]
    assert first[4] not in first[:4]
    assert draw.order("00" * 32, list("abcdef")) == list(ORDER)


NUMBERS = "f375180aba92888401f1919be4a8715a62763b65c1c10e1d0858e81d4d6f9fd2"
ORDER = "ebcfda"


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.integers(0, 40))
def test_an_order_has_everybody_once(seed: bytes, number: int) -> None:
    assert sorted(draw.order(seed.hex(), range(number))) == list(range(number))


def test_a_hundred_thousand_draws_are_fair() -> None:
    """Chi-squared, over who is first of five and over all orders of the first four of them; the seeds are fixed."""
    first: Counter[int] = Counter()
    orders: Counter[tuple[int, ...]] = Counter()
    number = 100_000
    for at in range(number):
        drawn = draw.order(digits(f"draw {at}"), range(5))
        first[drawn[0]] += 1
        orders[tuple(one for one in drawn if one < 4)] += 1
    # 0.001 of the distribution with 4 and 23 degrees of freedom.
    assert chi_squared(first, list(range(5)), number) < 18.47
    assert chi_squared(orders, list(permutations(range(4))), number) < 49.73


def test_that_measure_would_find_a_bias_of_two_per_cent() -> None:
    drawn = Counter(draw.order(digits(f"draw {at}"), range(5))[0] for at in range(20_000))
    biased = Counter({one: count + (400 if one == 0 else -100) for one, count in drawn.items()})
    assert chi_squared(biased, list(range(5)), 20_000) > 18.47


def chi_squared(found: Counter[Any], kinds: list[Any], number: int) -> float:
    expected = number / len(kinds)
    return sum((found[one] - expected) ** 2 for one in kinds) / expected


# --- the list


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 30), st.integers(0, 29))
def test_who_is_in_the_list_can_show_it_and_nobody_else(number: int, which: int) -> None:
    entries = [Entry(uscc(at), digits(f"salt {at}")) for at in range(number)]
    leaves = draw.tree("P/1", entries, digits("padding"))
    root = draw.root(leaves)
    leaf = draw.leaf("P/1", entries[which % number])
    index = leaves.index(leaf)
    beside = draw.proof(leaves, index)
    assert draw.root_by_proof(leaf, index, beside) == root
    stranger = draw.leaf("P/1", Entry(uscc(77), digits("salt 0")))
    assert draw.root_by_proof(stranger, index, beside) != root
    # Neither the length of a proof nor the size of the tree tells how many there are.
    assert (len(leaves), len(beside)) == (4096, 12)


def test_where_a_leaf_stands_does_not_tell_how_many_there_are() -> None:
    """The place of one registrant's leaf among 2 and among 200: the same leaf among others that look alike."""
    mine = Entry(uscc(1), digits("mine"))

    def place(others: int, draw_number: int) -> int:
        entries = [mine, *(Entry(uscc(at), digits(f"{at}")) for at in range(2, others + 2))]
        name = f"P/{draw_number}"
        return draw.tree(name, entries, digits(f"padding {draw_number}")).index(draw.leaf(name, mine))

    few, many = ([place(others, number) for number in range(12)] for others in (1, 199))
    # The same leaves: its place moves by what chance does among 4,096, and not with the number of the others.
    assert all(abs(a - b) < 200 for a, b in zip(few, many, strict=True))
    assert max(few) - min(few) > 1000


def test_a_list_of_thousands_makes_a_larger_tree() -> None:
    assert [draw.size(number) for number in (0, 1, 4096, 4097, 10_000)] == [4096, 4096, 4096, 8192, 16384]


def test_a_share_is_good_for_its_party_and_its_purchase_alone() -> None:
    share = digits("share")
    made = {
        draw.commitment(purchase, party, share)
        for purchase in (PURCHASE, PURCHASE.replace("0b", "0c"))
        for party in Party
    }
    assert len(made) == 6
    with pytest.raises(ValueError, match="line feed"):
        draw.commitment("a\nb", Party.OWNER, share)


# --- what is checked of a file

GOOD = example()


def test_the_example_holds() -> None:
    assert [one for one in proof.checks(GOOD) if not one.holds] == []
    assert example_proof().holds
    assert (DOCS / "examples" / "draw.json").read_text(encoding="utf-8") == as_text(GOOD)
    assert (DOCS / "examples" / "draw-proof.json").read_text(encoding="utf-8") == as_text(example_proof())


def test_files_are_as_their_schema_says() -> None:
    for content in (GOOD, example_proof()):
        jsonschema.validate(content.as_json(), SCHEMA)
        assert proof.read(as_text(content).encode()) == content
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def _dropped(file: dict[str, Any]) -> None:
    file["listed"].pop()


def _added(file: dict[str, Any]) -> None:
    file["listed"].append({**file["listed"][0], "agency": uscc(9), "salt": digits("new")})


def _swapped(file: dict[str, Any]) -> None:
    file["listed"].reverse()


def _winner(file: dict[str, Any]) -> None:
    file["order"] = [*file["order"][1:], file["order"][0]]


def _agency(file: dict[str, Any]) -> None:
    file["listed"][0]["agency"] = file["order"][0] = uscc(9)


def _set(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(file: dict[str, Any]) -> None:
        file[name] = value

    return change


def _share(at: int, **changed: Any) -> Callable[[dict[str, Any]], None]:
    return lambda file: file["shares"][at].update(changed)


def _registrant(file: dict[str, Any]) -> None:
    next(one for one in file["listed"] if not one["share"])["share"] = digits("other")


TAMPERED = {
    "somebody is left out": (_dropped, {"list", "order"}),
    "somebody is put in": (_added, {"list"}),
    "the list is in another order": (_swapped, {"list"}),
    "another agency stands in a place": (_agency, {"list"}),
    "another is first": (_winner, {"order"}),
    "another root": (_set("root", digits("root")), {"list", "seed"}),
    "other leaves for nobody": (_set("padding", digits("other")), {"list"}),
    "another public value": (_set("value", "03 07 12 19 28 31 + 10"), {"seed"}),
    "another seed": (_set("seed", digits("seed")), {"seed"}),
    "another share": (_share(0, share=digits("other")), {"shares", "seed"}),
    "another commitment": (_share(1, commitment=digits("other")), {"shares"}),
    "a registrant's share without commitment": (_registrant, {"registrants", "seed"}),
    "a value from before the shares": (_set("published_at", "2026-03-10T01:00:00.000000Z"), {"time"}),
    "a value of an earlier day than the notice says": (_set("not_before", "2026-03-12T00:00:00.000000Z"), {"time"}),
    "a list fixed after the shares were open": (_set("fixed_at", "2026-03-10T01:31:00.000000Z"), {"time"}),
    "a commitment after the shares were open": (_share(0, committed_at="2026-03-10T01:31:00.000000Z"), {"time"}),
    "another draw": (_set("number", 3), {"list", "seed"}),
}


@pytest.fixture(scope="module")
def verify_py(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sixty lines, as they stand in the docs."""
    text = (DOCS / "verify-a-draw.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"<!-- file: verify\.py -->\n```py\n(.*?)```", text, re.S)
    assert len([line for line in block.splitlines() if line.strip()]) <= 65
    assert set(re.findall(r"^(?:import|from) (\w+)", block, re.M)) <= {"hmac", "json", "sys", "datetime", "hashlib"}
    path = tmp_path_factory.mktemp("plain") / "verify.py"
    path.write_text(block, encoding="utf-8")
    return path


def by_plain_python(verify_py: Path, content: str) -> tuple[set[str], list[str], int]:
    """What does not hold, the order as it computes it, and the exit status."""
    file = verify_py.with_name("draw.json")
    file.write_text(content, encoding="utf-8")
    # Isolated, and without the packages that are installed here.
    done = subprocess.run([sys.executable, "-I", "-S", verify_py, file], capture_output=True, text=True, timeout=30)
    assert not done.stderr, done.stderr
    lines = done.stdout.splitlines()
    return {line[4:] for line in lines[:6] if line.startswith("NO")}, lines[6:], done.returncode


def test_plain_python_finds_the_same_order(verify_py: Path) -> None:
    assert by_plain_python(verify_py, as_text(GOOD)) == (set(), list(GOOD.order), 0)


@pytest.mark.parametrize("name", TAMPERED)
def test_both_find_what_was_tampered_with(verify_py: Path, name: str) -> None:
    change, broken = TAMPERED[name]
    content = GOOD.as_json()
    change(content)
    text = json.dumps(content)
    read = proof.read(text.encode())
    assert isinstance(read, proof.DrawFile)
    found = {one.key for one in proof.checks(read) if not one.holds}
    assert found >= broken
    assert by_plain_python(verify_py, text)[::2] == (found, 1)


def test_a_proof_that_was_tampered_with_does_not_hold() -> None:
    good = example_proof()
    assert not replace(good, index=good.index ^ 1).holds
    assert not replace(good, index=good.index + 4096).holds
    assert not replace(good, number=3).holds
    assert not replace(good, root=digits("root")).holds
    assert not replace(good, beside=good.beside[:-1]).holds


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not valid JSON"),
        (b"\xff\xfe", "UTF-8"),
        (b"[]", "no object"),
        (b"{}", "schema: this is missing"),
        (b'{"schema": "gongbao.draw/2", "algorithm": "x"}', "gongbao.draw/2"),
        (b'{"schema": "gongbao.draw/1", "algorithm": "dice"}', "no algorithm dice"),
        (b"[" * 100_000, "levels"),
    ],
)
def test_what_is_no_file_of_a_draw_is_told_in_words(content: bytes, told: str) -> None:
    with pytest.raises(GongbaoError, match=re.escape(told)):
        proof.read(content)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (_set("root", "00"), "root"),
        (_set("listed", []), "listed"),
        (_set("listed", [7]), "listed[0]"),
        (_set("number", True), "number"),
        (_set("fixed_at", "2026-03-10T01:31:00"), "fixed_at"),
        (_set("value", "a\nb"), "value"),
        (_set("value", "\ud800"), "value"),
        (_share(1, party="registrant"), "shares[1].party"),
        (lambda file: file["listed"].append(file["listed"][0]), "listed"),
        (lambda file: file.pop("seed"), "seed"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(change: Callable[[dict[str, Any]], None], where: str) -> None:
    content = GOOD.as_json()
    change(content)
    with pytest.raises(GongbaoError) as refused:
        proof.read(json.dumps(content).encode())
    assert refused.value.where == where


# --- the command


def test_the_command_needs_no_database(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(as_text(replace(GOOD, order=GOOD.order[::-1])), encoding="utf-8")
    environment = {"GONGBAO_HOME": str(tmp_path / "home"), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}

    def verify(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [PROGRAM, "verify-draw", *arguments], env=environment, cwd=tmp_path, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    code, told = verify(str(DOCS / "examples" / "draw.json"))
    assert (code, told.splitlines()[0]) == (0, f"the draw holds: of 4 the first is {GOOD.order[0]} {first_name()}")
    assert "draw 1 was set aside: 网络中断，首次抽取未能进行" in told
    code, told = verify("bad.json", "--json")
    assert code == 1
    assert [one["check"] for one in json.loads(told)["checks"] if not one["holds"]] == ["order"]
    code, told = verify(str(DOCS / "examples" / "draw-proof.json"))
    assert (code, told.startswith(f"{example_proof().entry.agency} stands in the list")) == (0, True)
    code, told = verify("none.json")
    assert (code, told) == (1, "gongbao: none.json: this file cannot be read: No such file or directory\n")
    assert not (tmp_path / "home").exists()


def first_name() -> str:
    return next(one.name for one in GOOD.listed if one.entry.agency == GOOD.order[0])
