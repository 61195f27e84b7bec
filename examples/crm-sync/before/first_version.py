"""Puts the first version's modules before those of today: importing this is enough.

`python -m pytest -p before.first_version tests` holds today's suite against them.
"""

from pathlib import Path

import crm_sync

crm_sync.__path__.insert(0, str(Path(__file__).parent / "crm_sync"))
