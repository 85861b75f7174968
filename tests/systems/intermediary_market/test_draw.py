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
from gongbao.systems.intermediary_market.draw.draw import Entry, Missing, Party
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
    """A draw as it stands in docs/examples: four take part, one is excluded; three committed to shares of their own,
    and one of them opened none."""
    name = f"{PURCHASE}/{number}"
    listed = []
    for at, called in enumerate(AGENCIES[:4], start=1):
        share = digits(f"share {at}")
        entry = Entry(
            uscc(at), digits(f"salt {at}"), draw.commitment(PURCHASE, Party.REGISTRANT, share) if at < 4 else ""
        )
        missing = Missing.NOT_OPENED if at == 3 else None
        listed.append(proof.Listed(entry, called, share if at < 3 else "", missing))
    listed.sort(key=lambda one: draw.leaf(name, one.entry))
    padding = digits("padding")
    root = draw.root(draw.tree(name, [one.entry for one in listed], padding))
    said = [(one.entry, one.said) for one in listed]
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
        shares_root=draw.root(draw.shares_tree(name, said, padding)),
        value=value,
        value_from="云岭公益彩票第2026030期公告",
        published_at=START + timedelta(days=8, hours=12),
        seed=seed,
        order=tuple(draw.order(seed, [one.entry.agency for one in listed])),
        set_aside=(proof.SetAside(1, START + timedelta(days=6), "网络中断，首次抽取未能进行"),),
    )


def example_proof(which: int = 1) -> proof.Proof:
    file = example()
    mine = next(one for one in file.listed if one.entry.agency == uscc(which))
    leaves = draw.tree(file.draw, [one.entry for one in file.listed], file.padding)
    index = leaves.index(draw.leaf(file.draw, mine.entry))
    shares = draw.shares_tree(file.draw, [(one.entry, one.said) for one in file.listed], file.padding)
    at = shares.index(draw.share_leaf(file.draw, mine.entry, mine.said))
    pinned = proof.Pinned(mine.share, mine.missing, at, tuple(draw.proof(shares, at)), file.shares_root)
    return proof.Proof(PURCHASE, file.number, mine.entry, index, tuple(draw.proof(leaves, index)), file.root, pinned)


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
    next(one for one in file["listed"] if not one["commitment"])["share"] = digits("other")


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
    assert len([line for line in block.splitlines() if line.strip()]) <= 65  # as it is announced
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
    return {line[4:] for line in lines[:7] if line.startswith("NO")}, lines[7:], done.returncode


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


def _one(number: int, **changed: Any) -> Callable[[dict[str, Any]], None]:
    def change(file: dict[str, Any]) -> None:
        next(one for one in file["listed"] if one["agency"] == uscc(number)).update(changed)

    return change


def _swapped_shares(file: dict[str, Any]) -> None:
    _one(1, share=digits("share 2"))(file)
    _one(2, share=digits("share 1"))(file)


def _stripped(then: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """It poses as a file from before shares were pinned."""

    def change(file: dict[str, Any]) -> None:
        then(file)
        del file["shares_root"]

    return change


ONCE_THE_VALUE_IS_KNOWN = {
    "a share is blanked": (_one(1, share=""), {"pinned"}),
    "a share is blanked, as not opened": (_one(1, share="", missing="not_opened"), {"pinned"}),
    "a share is blanked, as unfit": (_one(2, share="", missing="unfit"), {"pinned"}),
    "another reason why one is missing": (_one(3, missing="unfit"), {"pinned"}),
    "a share is added that was not opened": (_one(3, share=digits("share 3"), missing=""), {"pinned"}),
    "shares are swapped": (_swapped_shares, {"registrants", "pinned"}),
    "another root of the shares": (_set("shares_root", digits("other")), {"pinned"}),
    "the order of the list, and so of the shares": (_swapped, {"list"}),
    "a share is blanked, and no root": (_stripped(_one(1, share="", missing="not_opened")), {"pinned"}),
    "a share is missing, and no root": (_stripped(lambda file: None), {"pinned"}),
}


@pytest.mark.parametrize("name", ONCE_THE_VALUE_IS_KNOWN)
def test_nobody_chooses_which_shares_count_once_the_value_is_known(verify_py: Path, name: str) -> None:
    """Whoever keeps the database makes seed and order anew, so that nothing else can tell."""
    change, broken = ONCE_THE_VALUE_IS_KNOWN[name]
    content = GOOD.as_json()
    change(content)
    text = json.dumps(drawn_anew(content))
    read = proof.read(text.encode())
    assert isinstance(read, proof.DrawFile)
    assert {one.key for one in proof.checks(read) if not one.holds} == broken
    assert by_plain_python(verify_py, text)[::2] == (broken, 1)


def drawn_anew(content: dict[str, Any]) -> dict[str, Any]:
    """The file with the seed and the order that follow from the rest."""
    read = proof.read(json.dumps(content).encode())
    assert isinstance(read, proof.DrawFile)
    opened = [(draw.leaf(read.draw, one.entry), one.share) for one in read.listed if one.share]
    seed = draw.seed(read.draw, read.root, *(one.share for one in read.shares), opened, read.value)
    return {**content, "seed": seed, "order": draw.order(seed, [one.entry.agency for one in read.listed])}


def test_those_would_have_been_other_winners() -> None:
    """What is pinned matters: by leaving out shares somebody else comes first."""
    firsts = set()
    for left_out in ((), (1,), (2,), (1, 2)):
        content = GOOD.as_json()
        for number in left_out:
            _one(number, share="")(content)
        firsts.add(drawn_anew(content)["order"][0])
    assert len(firsts) > 1


def earlier() -> dict[str, Any]:
    """A file as it was before shares were pinned, in which every share that was committed to counts."""
    content = GOOD.as_json()
    _one(3, share=digits("share 3"))(content)
    del content["shares_root"]
    for one in content["listed"]:
        del one["missing"]
    return drawn_anew(content)


def test_an_earlier_draw_is_checked_as_what_it_is(verify_py: Path, tmp_path: Path) -> None:
    content = earlier()
    told = "the shares of registrants were not pinned before the public value"
    assert by_plain_python(verify_py, json.dumps(content)) == (set(), [*content["order"], told], 0)
    jsonschema.validate(content, SCHEMA)
    path = tmp_path / "earlier.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    done = subprocess.run([PROGRAM, "verify-draw", path], capture_output=True, text=True)
    assert (done.returncode, told in done.stdout) == (0, True)


def test_nothing_can_be_left_out_where_nobody_committed_to_a_share() -> None:
    content = earlier()
    for one in content["listed"]:
        one["commitment"] = one["share"] = ""
    read = proof.read(json.dumps(content).encode())
    assert isinstance(read, proof.DrawFile) and not read.lacks_root
    assert next(one for one in proof.checks(read) if one.key == "pinned").holds


def test_no_leaf_of_the_list_is_found_among_the_shares() -> None:
    """Otherwise a proof of the one and a proof of the other would tell together which leaves stand for somebody."""
    entries = [one.entry for one in GOOD.listed]
    listed = set(draw.tree(GOOD.draw, entries, GOOD.padding))
    shares = draw.shares_tree(GOOD.draw, [(one.entry, one.said) for one in GOOD.listed], GOOD.padding)
    assert len(shares) == 4096 and not listed & set(shares)


def test_a_proof_shows_whether_its_share_counts() -> None:
    good, silent, without = (example_proof(number) for number in (1, 3, 4))
    assert good.holds and silent.holds and without.holds
    pinned = good.pinned
    assert pinned and silent.pinned and without.pinned
    for wrong in (
        replace(pinned, share=""),
        replace(pinned, share="", missing=Missing.NOT_OPENED),
        replace(pinned, share=digits("share 2")),
        replace(pinned, root=digits("root")),
        replace(pinned, index=pinned.index ^ 1),
        replace(pinned, index=pinned.index + 4096),
    ):
        assert not replace(good, pinned=wrong).holds
    assert not replace(silent, pinned=replace(silent.pinned, missing=None)).holds
    # One from before the shares are open, or of an earlier version, is about the list alone.
    content = good.as_json()
    del content["pinned"]
    assert proof.read(json.dumps(content).encode()) == replace(good, pinned=None)
    assert replace(good, pinned=None).holds


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
        (_set("shares_root", "00"), "shares_root"),
        (lambda file: file["listed"][1].update(missing="lost"), "listed[1].missing"),
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
    assert f"the root {GOOD.shares_root} of the shares before the public value" in told
    assert f"{uscc(3)} {AGENCIES[2]} committed to a share that does not count: none was opened" in told
    code, told = verify("bad.json", "--json")
    assert code == 1
    assert [one["check"] for one in json.loads(told)["checks"] if not one["holds"]] == ["order"]
    code, told = verify(str(DOCS / "examples" / "draw-proof.json"))
    assert (code, told.startswith(f"{example_proof().entry.agency} stands in the list")) == (0, True)
    assert f"its share counts, with the root {GOOD.shares_root}" in told
    code, told = verify("none.json")
    assert (code, told) == (1, "gongbao: none.json: this file cannot be read: No such file or directory\n")
    assert not (tmp_path / "home").exists()


def first_name() -> str:
    return next(one.name for one in GOOD.listed if one.entry.agency == GOOD.order[0])
