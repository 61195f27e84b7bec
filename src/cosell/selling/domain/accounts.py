"""What is known of an account besides its number. Must not decide who may do what."""

from typing import NamedTuple

from cosell.calls import Call
from cosell.selling import AWS
from cosell.store import Tx


class Profile(NamedTuple):
    """A company as others see it."""

    company: str
    website: str


def profile(call: Call, tx: Tx, account: str) -> Profile:
    """The company behind an account; accounts without a profile have one made up from the number.

    Source: domain rule D9 for AWS; the rest is not documented.
    """
    if account == AWS:
        return Profile("AWS", "www.aws.com")
    return Profile(f"Partner {account}", f"https://partner-{account}.example.com")
