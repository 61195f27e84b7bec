"""The one client of Partner Central, and how it is called: with patience, and page by page.

Must not know what the CRM does with an answer.
"""

import logging
import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Answer: TypeAlias = dict[str, Any]
Operation: TypeAlias = Callable[..., Answer]

CATALOG = os.environ.get("CRM_SYNC_CATALOG", "Sandbox")  # production is said, never assumed
REGION = "us-east-1"  # Partner Central is nowhere else
TRIES = 3  # of botocore's own, within a second or two
WAITS_S = (5.0, 15.0, 45.0)  # ours, when AWS goes on throttling: a write per second is all it takes

FAILURES = (BotoCoreError, ClientError)  # no answer, or a refusal: the next pass tries again

log = logging.getLogger(__name__)

client: Any = boto3.client(
    "partnercentral-selling",
    region_name=REGION,
    config=Config(retries={"mode": "standard", "total_max_attempts": TRIES}),
)


def call(operation: Operation, **members: Any) -> Answer:
    """One call in our catalog. Whoever throttles longer than botocore tries gets longer waits."""
    for wait_s in WAITS_S:
        try:
            return operation(Catalog=CATALOG, **members)
        except client.exceptions.ThrottlingException:
            log.info("throttled: %s waits", getattr(operation, "__name__", operation))
            time.sleep(wait_s * random.uniform(1.0, 1.25))
    return operation(Catalog=CATALOG, **members)


def pages(operation: Operation, rows: str, **members: Any) -> Iterator[Answer]:
    """Every row of a list, whatever the number of its pages; `rows` is the member they are in."""
    token: dict[str, str] = {}
    while True:
        page = call(operation, **members, **token)
        yield from page[rows]
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}
