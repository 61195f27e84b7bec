"""What is bound once for a whole database. Must not know what it is for."""

from typing import cast

from cosell.store import Store


def setting(store: Store, name: str, default: bytes) -> bytes:
    """The value that is bound to a name; `default` from now on, if there was none."""
    with store.write() as tx:
        tx.run("put_setting", name=name, value=default)
        row = tx.one("find_setting", name=name)
    return cast("tuple[bytes]", row)[0]
