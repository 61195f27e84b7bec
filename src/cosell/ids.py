"""Mint and read identifiers and ARNs. Randomness is handed in.

Must not know which resources exist. Forms: as seen on the wire; see differences
`answer.ids` and `answer.arns`.
"""

from typing import NamedTuple

from cosell.originals import Random, urandom

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
REGION = "us-east-1"
SERVICE = "partnercentral"


_VERSION = 0x4000_8000_0000_0000_0000  # of a UUID: 4, and its variant
_FREE = (1 << 128) - 1 & ~0xF000_C000_0000_0000_0000  # its other bits


def new_random() -> Random:
    """A source of identifiers that nobody can foretell the start of."""
    return Random(int.from_bytes(urandom(16)))


def new_token_key() -> bytes:
    """Thirty-two random bytes, to sign page tokens and sessions with."""
    return urandom(32)


def seeded(seed: int) -> Random:
    """A source of choices that are the same for the same seed."""
    return Random(seed)


def mint(random: Random, prefix: str, length: int) -> str:
    """`prefix` and that many characters of 0-9a-z: `engi-…` has 13, `eng-…` 14."""
    return prefix + "".join(random.choices(ALPHABET, k=length))


def uuid(random: Random) -> str:
    """A version 4 UUID in text."""
    digits = (random.getrandbits(128) & _FREE | _VERSION).to_bytes(16, "big").hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


_MASK = (1 << 64) - 1


def draw(seed: int, number: int) -> float:
    """The draw with that number of a seed, in [0, 1): the same one each time, on every machine, and
    of no likeness to its neighbours (splitmix64)."""
    bits = (seed + (number + 1) * 0x9E3779B97F4A7C15) & _MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((bits ^ (bits >> 31)) >> 11) / (1 << 53)


def arn(account: str, catalog: str, resource: str, service: str = SERVICE) -> str:
    """`arn:aws:partnercentral:us-east-1:<account>:catalog/<catalog>/<resource>`; engagements,
    invitations and tasks have an empty account."""
    return f"arn:aws:{service}:{REGION}:{account}:catalog/{catalog}/{resource}"


class Arn(NamedTuple):
    """The parts of an ARN of Partner Central."""

    account: str
    catalog: str
    type: str
    id: str


def parse_arn(text: str, service: str = SERVICE) -> Arn | None:
    """The parts, or None if it is no ARN of this service and region."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[:4] != ["arn", "aws", service, REGION]:
        return None
    path = parts[5].split("/", 3)
    if len(path) != 4 or path[0] != "catalog":
        return None
    return Arn(parts[4], path[1], path[2], path[3])


def plain_id(identifier: str, catalog: str, type: str, service: str = SERVICE) -> str | None:
    """The id that an id or an ARN names; None if the ARN names something else or elsewhere."""
    if not identifier.startswith("arn:"):
        return identifier
    parsed = parse_arn(identifier, service)
    if parsed is None or parsed.type != type or parsed.catalog != catalog or parsed.account:
        return None
    return parsed.id
