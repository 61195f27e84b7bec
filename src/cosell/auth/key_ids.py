"""The account that AWS writes into key ids, and ids that carry it in the same way.

After the four letters that name its kind (AKIA, ASIA, AROA …) an id is base32: one bit that says
that an account follows, forty bits of account, then what makes the id unique. Older ids (their
first letter after the kind lies before Q) carry none.
https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489
Must not know which keys exist.
"""

from cosell.originals import b32encode

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_ACCOUNTS = 10**12


def account_of(key_id: str) -> str | None:
    """The account in an access key id of AWS's form, or None."""
    if len(key_id) != 20 or key_id[:4] not in ("AKIA", "ASIA"):
        return None
    bits = 0
    for letter in key_id[4:]:
        value = _VALUES.get(letter)
        if value is None:
            return None
        bits = bits << 5 | value
    account = bits >> 39 & (1 << 40) - 1
    return f"{account:012d}" if bits >> 79 and account < _ACCOUNTS else None


def make_id(kind: str, account: str, entropy: bytes) -> str:
    """An id of `kind` that carries the account; the same entropy (8 bytes or more) gives the same
    id. Access keys have 16 letters after their kind, roles and users 17."""
    low = int.from_bytes(entropy[:5], "big") & (1 << 39) - 1
    bits = 1 << 79 | int(account) << 39 | low
    text = kind + b32encode(bits.to_bytes(10, "big")).decode()
    return text if kind == "ASIA" else text + _ALPHABET[entropy[7] & 31]
