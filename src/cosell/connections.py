"""Closing a client's connection without an answer. RSGI has no word for that: the socket is found
among the descriptors of this process.

Must not know why a connection is closed.
"""

import errno
import os
import socket
import stat


def cut(client: str) -> bool:
    """Close the connection of a client, named as RSGI does (`127.0.0.1:50123`, `[::1]:50123`);
    whether it was found, which needs a free descriptor for a moment. What was not sent yet is not
    sent any more."""
    host, _, port = client.rpartition(":")
    peer = (host.strip("[]"), int(port)) if port.isdecimal() else None
    try:
        return any(_shut(int(entry), peer) for entry in os.listdir("/dev/fd"))
    except OSError:  # this process has none left
        return False


def _shut(descriptor: int, peer: tuple[str, int] | None) -> bool:
    """Shut the socket down if it is the one to that peer; OSError if no descriptor is left to ask
    with. Everything is asked of a copy: the server may close the descriptor meanwhile, and give its
    number to somebody else.

    Of sockets alone: who closes a copy of a file's descriptor loses all locks that this process
    has on the file, and the locks of the database are such.
    """
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return False
        copied = os.dup(descriptor)
    except OSError as error:
        if error.errno != errno.EBADF:
            raise
        return False  # closed since it was listed
    if not stat.S_ISSOCK(os.fstat(copied).st_mode):
        return False  # a file by now: its copy stays open, for the sake of the locks
    with socket.socket(fileno=copied) as connection:
        try:
            name = connection.getpeername()
            if not isinstance(name, tuple) or name[:2] != peer:
                return False
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:  # it listens, or the client has left
            return False
    return True
