"""The service: a pass over everything, again and again.

Must not know more of a step than its name.
"""

import logging
import os
import time

from crm_sync import invitations, opportunities, outgoing
from crm_sync.crm import Crm
from crm_sync.partner_central import FAILURES

EVERY_S = 60.0
STEPS = (
    invitations.take_in,
    outgoing.answer,
    invitations.follow,
    opportunities.catch_up,
    outgoing.push_edits,
)

log = logging.getLogger(__name__)


def sync_once(crm: Crm) -> None:
    """One pass. A step that AWS refuses, or does not answer, is left for the next pass."""
    for step in STEPS:
        try:
            step(crm)
        except FAILURES:
            log.exception("%s is tried again in the next pass", step.__name__)


def main() -> None:
    """Run until somebody ends it."""
    logging.basicConfig(level=logging.INFO)
    with Crm(os.environ["CRM_SYNC_DATABASE"]) as crm:
        while True:
            sync_once(crm)
            time.sleep(EVERY_S)
