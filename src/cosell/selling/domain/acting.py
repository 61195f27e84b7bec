"""For whom a call acts from now on: what it makes and changes is signed with that account.

Must not decide who may act.
"""

from cosell.calls import Call
from cosell.selling import AWS
from cosell.store.documents import Stored


def as_aws(call: Call) -> Call:
    """AWS acts, whoever asked it to."""
    return call._replace(account=AWS, principal=AWS)


def as_owner(call: Call, resource: Stored) -> Call:
    """The owner of a resource acts, in the resource's catalog: whatever somebody else set going."""
    return call._replace(account=resource.owner, catalog=resource.catalog)
