"""How much the desk remembers of a world, and how much may come before the world looks again.

The desk keeps the last calls of a namespace, by count and by bytes, and the last faults. What it
forgets is known only to a world that has looked before. Must not look itself.
"""

from typing import Final

from cosell.journal import CALLS_MAX, NAMESPACE_BYTES_MAX, NAMESPACES_MAX
from cosell.store.faults import KEPT_MAX

# Calls are read together with what they said. Those of one reading, the call that went over among
# them, have to find room in what the desk keeps, and more than as many that threads make until the
# desk has begun to answer: 401 + 599 = 1,000 calls, and as much of the bytes.
CALLS_UNREAD_MAX: Final = 2 * CALLS_MAX // 5
"""So many calls may come before they are read."""
BYTES_UNREAD_MAX: Final = NAMESPACE_BYTES_MAX // 4
"""Bytes of bodies that they may have."""

JOURNALS_BYTES_MAX: Final = 2 * NAMESPACE_BYTES_MAX * NAMESPACES_MAX
"""Bytes of all worlds in this process: each has its own bound, and takes its calls along when it
closes, so that none has to give way to another. A server knows no such end, and keeps less."""

# A fault that is over may be forgotten as soon as there are more than the desk keeps. How it stands
# is noted before: those since the last look, and those that still act, have to find room together.
FAULTS_UNNOTED_MAX: Final = 2 * KEPT_MAX // 5
"""So many faults may be put before it is noted how they stand."""
