"""Path, query and header values as Signature Version 4 wants them.

Like every AWS service but S3: dot segments and doubled slashes are taken out of the path, which is
then percent-encoded once more; a query is sorted, as sent. Must not hash or compare anything.
"""

import re

_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+/?")


def path_of(path: str) -> str:
    """The canonical form of a path as it stood in the request line."""
    if _PLAIN_PATH.fullmatch(path):
        return path
    from urllib.parse import quote  # only paths that no operation of ours has come here

    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    lead = "/" if path.startswith("/") or not path else ""
    tail = "/" if path.endswith("/") and kept else ""
    return quote(f"{lead}{'/'.join(kept)}{tail}".encode("utf-8", "surrogatepass"), safe="/~")


def query_of(query: str) -> str:
    """The canonical form of a query without its question mark."""
    pairs = (part.partition("=") for part in query.split("&"))
    return "&".join(f"{name}={value}" for name, value in sorted((n, v) for n, _, v in pairs))


def folded(value: str) -> str:
    """A header's value without blanks around it and with single ones inside."""
    return " ".join(value.split())
