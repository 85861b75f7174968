"""A draw that anybody can check: the arithmetic. Nothing is drawn from this machine's luck here, and nothing is kept.

    share       256 random bits of a party, 64 hexadecimal digits; its commitment is known before, the share after
    list        who takes part: each a leaf of a Merkle tree (RFC 6962, 2.1) whose root is known before
    pinned      what each of them opened, in a tree of its own: its root is known once the shares are open
    seed        SHA-256 of the root, all shares and a value that became public later
    numbers     HMAC-SHA256 of a counter under the seed, 64 bits each; one that would favour somebody is passed over
    order       whoever the first number names stands first, then the next number among those who are left

Two things keep the list closed until the draw. A leaf is hashed with a salt, which its registrant alone gets to know.
And leaves that stand for nobody fill the tree up to 4,096, all sorted by their hashes: neither where a leaf stands nor
how long its proof is tells how many there are. The order of the leaves is the order of the list, which nobody can
choose to some end, as nobody knows the seed by then.

All hashed texts are lines joined by line feeds, in UTF-8; the first line says what it is. Decision 0026 has the why.
"""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TypeVar

ALGORITHM = "gongbao-draw-1"
"""Changes with anything below that would change a result."""

SMALLEST_TREE = 4096
"""Leaves. More take part in hardly any purchase; where they do, the size of the tree tells so."""

_WORD = 8  # bytes of a number

Thing = TypeVar("Thing")


class Party(StrEnum):
    """Whose share it is. A commitment holds for one party, so that nobody can hand in a copy of another's."""

    OWNER = "owner"
    OPERATOR = "operator"
    REGISTRANT = "registrant"


class Missing(StrEnum):
    """Why a registrant's share does not count though it committed to one."""

    NOT_OPENED = "not_opened"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Entry:
    """Who takes part: the unified social credit code, the salt of the leaf (64 hexadecimal digits), and the commitment
    to the share that was sealed with the registration, "" for none."""

    agency: str
    salt: str
    commitment: str = ""


def _text(*lines: str) -> bytes:
    if any("\n" in line for line in lines):
        raise ValueError("a line feed within a line: two different texts would be hashed alike")
    return "\n".join(lines).encode()


def commitment(purchase: str, party: Party, share: str) -> str:
    """What is known of a share before it is opened; `purchase` is the uuid of the purchase."""
    return sha256(_text(f"{ALGORITHM}:commitment", purchase, party, share)).hexdigest()


# --- the list


def leaf(draw: str, entry: Entry) -> str:
    """The leaf of an entry, in hexadecimal. `draw` is "PURCHASE/NUMBER"."""
    return _leaf(f"{ALGORITHM}:entry", draw, entry.salt, entry.agency, entry.commitment)


def tree(draw: str, entries: Sequence[Entry], padding: str) -> list[str]:
    """The leaves of the list in their order, those that stand for nobody among them; `padding` is 64 digits."""
    if len({entry.agency for entry in entries}) < len(entries):
        raise ValueError("an agency stands in the list twice")
    return _filled([leaf(draw, entry) for entry in entries], "nobody", draw, padding)


def share_leaf(draw: str, entry: Entry, said: str) -> str:
    """The leaf of what a registrant said to its commitment: its share, why that is missing (`Missing`), or "" where it
    had committed to none."""
    return _leaf(f"{ALGORITHM}:share", draw, entry.salt, entry.agency, said)


def shares_tree(draw: str, said: Sequence[tuple[Entry, str]], padding: str) -> list[str]:
    """The leaves of what all in the list said, as `tree` has those of the list. None of them can be recognised in the
    other tree, as every leaf is hashed as another kind; so the root and a proof tell no more than those of the list."""
    return _filled([share_leaf(draw, *one) for one in said], "silent", draw, padding)


def _filled(leaves: Sequence[str], kind: str, draw: str, padding: str) -> list[str]:
    more = range(size(len(leaves)) - len(leaves))
    return sorted([*leaves, *(_leaf(f"{ALGORITHM}:{kind}", draw, padding, str(number)) for number in more)])


def size(entries: int) -> int:
    """How many leaves a tree for so many entries has: a power of two."""
    return max(SMALLEST_TREE, 1 << (entries - 1).bit_length() if entries else 1)


def root(leaves: Sequence[str]) -> str:
    """The root of a tree, of as many leaves as `size` says."""
    return _levels(leaves)[-1][0].hex()


def proof(leaves: Sequence[str], index: int) -> list[str]:
    """What shows that the leaf at `index` is in the tree: the hash beside it on each level, from the leaves up."""
    return [level[index >> depth ^ 1].hex() for depth, level in enumerate(_levels(leaves)[:-1])]


def root_by_proof(of: str, index: int, beside: Sequence[str]) -> str:
    """The root of the tree in which the leaf `of` stands at `index`, by its proof."""
    value = bytes.fromhex(of)
    for depth, other in enumerate(map(bytes.fromhex, beside)):
        value = _node(other, value) if index >> depth & 1 else _node(value, other)
    return value.hex()


def _leaf(*lines: str) -> str:
    return sha256(b"\0" + _text(*lines)).hexdigest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def _levels(leaves: Sequence[str]) -> list[list[bytes]]:
    if not leaves or len(leaves) & (len(leaves) - 1):
        raise ValueError(f"{len(leaves)} leaves are no power of two")
    levels = [[bytes.fromhex(one) for one in leaves]]
    while len(below := levels[-1]) > 1:
        levels.append([_node(*below[at : at + 2]) for at in range(0, len(below), 2)])
    return levels


# --- the seed and what follows from it


def seed(
    draw: str, list_root: str, owner: str, operator: str, registrants: Sequence[tuple[str, str]], value: str
) -> str:
    """64 hexadecimal digits. `registrants` are leaf and share of those who opened one, in the order of the leaves."""
    shares = [f"{at} {share}" for at, share in registrants]
    return sha256(_text(f"{ALGORITHM}:seed", draw, list_root, owner, operator, *shares, value)).hexdigest()


def numbers(of: str) -> Iterator[int]:
    """Numbers of 64 bits without end: HMAC-SHA256 under the seed of 0, 1, 2 ... (8 bytes), each cut in four."""
    key, counter = bytes.fromhex(of), 0
    while True:
        block = hmac.digest(key, counter.to_bytes(_WORD), "sha256")
        yield from (int.from_bytes(block[at : at + _WORD]) for at in range(0, len(block), _WORD))
        counter += 1


def below(most: int, given: Iterator[int]) -> int:
    """A number from 0 to `most` - 1, each alike: of `given`, those that do not divide evenly are passed over."""
    limit = (1 << 8 * _WORD) // most * most
    return next(one for one in given if one < limit) % most


def order(of: str, things: Sequence[Thing]) -> list[Thing]:
    """The things in the order in which the seed draws them; the first is the one that is selected."""
    left, given, drawn = list(things), numbers(of), []
    while left:
        drawn.append(left.pop(below(len(left), given)))
    return drawn
