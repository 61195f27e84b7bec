"""A world in this process that holds real resources, and what has been seen of them: identifiers to
name in requests, bodies to begin from.

Must not judge answers.
"""

import re
from collections import deque
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Protocol, TypeAlias

import orjson

from cosell.contract import Document, Member
from cosell.selling.contract import CONTRACT
from tests.engaging import invitation, lead, project
from tests.harness import Reply, opportunity
from tests.submitting import submittable

ACCOUNTS = ("111122223333", "444455556666", "777788889999")
CATALOGS = ("Sandbox", "AWS")
SEEN_MAX = 40  # identifiers of a kind that are remembered, the newest
OUTCOMES = ("Approved", "Approved", "Rejected", "Action Required", "In review")
TEMPLATES = ("OpportunitySummaryView", "AwsOpportunitySummaryFullView")
PRODUCTS = ("AmazonEC2Linux", "AmazonS3", "NoSuchProduct")
MARKETPLACE = "arn:aws:aws-marketplace:us-east-1:123456789012:AWSMarketplace/"

Whose: TypeAlias = tuple[str, str]
"""An account in a catalog."""

KINDS = {  # what identifiers look like in an answer
    "opportunity": r"O[0-9]{1,19}",
    "engagement": r"eng-[0-9a-z]{14}",
    "invitation": r"engi-[0-9a-z]{13}",
    "job": r"job-[0-9a-z]{13}",
    "task": r"task-[0-9a-z]{13}",
    "prospecting": r"task-[0-9a-z]{14}",
    "snapshot": r"arn:[^\"]*/snapshot/[0-9]+",
    "solution": r"S-[0-9]{1,19}",
    "engagement-arn": r"arn:[^\"]*:catalog/[A-Za-z]+/engagement/eng-[0-9a-z]{14}",
    "invitation-arn": r"arn:[^\"]*/engagement-invitation/engi-[0-9a-z]{13}",
    "task-arn": r"arn:[^\"]*-task/task-[0-9a-z]{13}",
    "taggable": r"arn:[^\"]*/(?:opportunity/O[0-9]+|resource-snapshot-job/job-[0-9a-z]{13})",
}
_SEEN = re.compile('"(?:' + "|".join(f"(?P<_{n}>{p})" for n, p in enumerate(KINDS.values())) + ')"')
_NAMES = tuple(KINDS)

MADE = {"CreateOpportunity": "own", "CreateEngagement": "own-engagement"}

NAMED: dict[str | Member, tuple[str, ...]] = {  # which kinds a shape's values name
    "OpportunityIdentifier": ("opportunity",),
    "ResourceIdentifier": ("opportunity",),
    "EngagementIdentifier": ("engagement",),
    "EngagementArnOrIdentifier": ("engagement", "engagement-arn"),
    "EngagementInvitationIdentifier": ("invitation",),
    "EngagementInvitationArnOrIdentifier": ("invitation", "invitation-arn"),
    "ResourceSnapshotJobIdentifier": ("job",),
    "TaskIdentifier": ("task",),
    "AnyTaskIdentifier": ("task", "task-arn", "prospecting"),
    "TaskArnOrIdentifier": ("task", "task-arn"),
    "ProspectingTaskIdentifier": ("prospecting",),
    "SolutionIdentifier": ("solution",),
    "TaggableResourceArn": ("taggable",),
    "AssociateOpportunityRequestRelatedEntityIdentifierString": ("solution",),
    "DisassociateOpportunityRequestRelatedEntityIdentifierString": ("solution",),
}
ENTITIES = (*PRODUCTS, MARKETPLACE + "Offer/offer-1", MARKETPLACE + "Solution/soln-1")
FIXED: dict[str | Member, tuple[Any, ...]] = {
    "AccountId": ACCOUNTS,
    "AwsAccount": (*ACCOUNTS, "aws"),
    "ContextIdentifier": ("1", "2", "3"),
    "EstimateAddress": ("https://calculator.aws/#/estimate?id=" + "0123456789abcdef" * 2,),
    "Date": ("2099-12-31", "2031-02-28", "2020-01-01"),
    "EngagementContextIdentifier": ("1", "2", "3"),
    "ResourceSnapshotRevision": (1, 2, 3),
    "ResourceTemplateName": TEMPLATES,
    "AssociateOpportunityRequestRelatedEntityIdentifierString": ENTITIES,
    "DisassociateOpportunityRequestRelatedEntityIdentifierString": ENTITIES,
}


class Asked(Protocol):
    """A world that can be called as any account."""

    def desk_call(self, operation: str, body: Any) -> Reply: ...

    def call(self, operation: str, body: Any, account: str) -> Reply: ...


class Ground:
    """The world and what was seen in it, by account and catalog."""

    def __init__(self, random: Random, world: Asked) -> None:
        self.random = random
        self.world = world
        self._pages: dict[tuple[Whose, str], Document] = {}
        self._associated: dict[Whose, deque[Document]] = {}
        self._seen: dict[Whose, dict[str, deque[str]]] = {
            (account, catalog): {kind: deque(maxlen=SEEN_MAX) for kind in (*KINDS, *MADE.values())}
            for account in ACCOUNTS
            for catalog in CATALOGS
        }

    def prepare(self) -> "Ground":
        """Something of each kind for each account, as far as the operations are there."""
        for whose in self._seen:
            account, catalog = whose
            for _ in range(2):
                body: Document = {"Catalog": catalog, "ReceiverAccountId": account}
                self.ask_desk("ReferOpportunity", body)
            self.call(whose, "CreateOpportunity", self.creation(whose))
            self.call(whose, "ListSolutions", {"Catalog": catalog})
            self.call(whose, "CreateEngagement", self.engagement(whose))
            for operation in ("CreateResourceSnapshot", "CreateEngagementInvitation"):
                self.call(whose, operation, self.body(whose, operation) or {})
        return self

    def creation(self, whose: Whose) -> Document:
        """A CreateOpportunity that succeeds, complete for a submission sometimes."""
        request = submittable() if self.random.random() < 0.7 else opportunity()
        return {"Catalog": whose[1], "ClientToken": self.token(), **request}

    def engagement(self, whose: Whose) -> Document:
        """A CreateEngagement with a lead, or a project, or both."""
        contexts: list[Any] = self.random.choice(([lead()], [project()], [lead(), project()]))
        return {
            "Catalog": whose[1],
            "ClientToken": self.token(),
            "Contexts": contexts,
            "Description": "Work that is shared",
            "Title": "Shared",
        }

    def invitation(self, whose: Whose) -> Document | None:
        """One of the others is invited to an engagement of the account."""
        engagement = self.one(whose, "own-engagement")
        if engagement is None:
            return None
        return {
            "Catalog": whose[1],
            "ClientToken": self.token(),
            "EngagementIdentifier": engagement,
            "Invitation": invitation(self.random.choice(ACCOUNTS)),
        }

    def somebody(self) -> Whose:
        """Anybody, in any catalog; mostly in one."""
        catalog = CATALOGS[self.random.random() < 0.2]
        return self.random.choice(ACCOUNTS), catalog

    def token(self) -> str:
        return f"{self.random.getrandbits(64):016x}"

    def call(self, whose: Whose, operation: str, body: Document) -> Reply:
        """Call as an account, and remember what the answer names."""
        reply = self.world.call(operation, body, whose[0])
        if reply.status == 200:
            self.look(whose, reply.body)
            self._keep_page(whose, operation, body, reply)
            if operation == "AssociateOpportunity":
                self._associated.setdefault(whose, deque(maxlen=SEEN_MAX)).append(dict(body))
            if operation in MADE:
                self._seen[whose][MADE[operation]].append(orjson.loads(reply.body)["Id"])
        return reply

    def ask_desk(self, operation: str, body: Document) -> Reply:
        """Ask the desk, and remember what the answer names for the account that it is for."""
        reply = self.world.desk_call(operation, body)
        whose = str(body.get("ReceiverAccountId")), str(body.get("Catalog"))
        if reply.status == 200 and whose in self._seen:
            self.look(whose, reply.body)
        return reply

    def _keep_page(self, whose: Whose, operation: str, body: Document, reply: Reply) -> None:
        if operation.startswith("List"):
            token = orjson.loads(reply.body).get("NextToken")
            self._pages.pop((whose, operation), None)
            if token:
                self._pages[whose, operation] = {**body, "NextToken": token}

    def look(self, whose: Whose, body: bytes) -> None:
        seen, text = self._seen[whose], body.decode()
        for found in _SEEN.finditer(text):
            group = str(found.lastgroup)
            kept = seen[_NAMES[int(group[1:])]]
            if found[group] not in kept:
                kept.append(found[group])

    def known(self, whose: Whose) -> Mapping[str | Member, list[Any]]:
        """What requests of an account name: mostly its own, sometimes what others see."""
        if self.random.random() < 0.15:
            whose = self.random.choice(list(self._seen))
        seen = self._seen[whose]
        known = {
            name: [one for kind in kinds for one in seen[kind]] for name, kinds in NAMED.items()
        }
        for name, values in FIXED.items():
            known[name] = [*known.get(name, ()), *values]
        return known

    # --- bodies to begin from --------------------------------------------------------------------

    def body(self, whose: Whose, operation: str) -> Document | None:
        """A request that gets far, where a drawn one rarely would."""
        if (whose, operation) in self._pages:
            return self._pages[whose, operation]
        make = BODIES.get(operation)
        return make(self, whose) if make else None

    def one(self, whose: Whose, kind: str) -> str | None:
        seen = self._seen[whose][kind]
        return self.random.choice(seen) if seen else None

    def update(self, whose: Whose) -> Document | None:
        """An opportunity as it is, as an UpdateOpportunity."""
        kind = self.random.choice(("own", "opportunity"))
        found = self.got(whose, "GetOpportunity", self.one(whose, kind))
        if found is None:
            return None
        found["Identifier"] = found.pop("Id")
        for name in ("Arn", "CreatedDate", "OpportunityTeam", "RelatedEntityIdentifiers"):
            found.pop(name, None)
        return found

    def context_update(self, whose: Whose) -> Document | None:
        """A context as it is, as an UpdateEngagementContext."""
        found = self.got(whose, "GetEngagement", self.one(whose, "engagement"))
        contexts = [one for one in (found or {}).get("Contexts", ()) if "Payload" in one]
        contexts = [one for one in contexts if one["Type"] == "CustomerProject"]
        if found is None or not contexts:
            return None
        context = self.random.choice(contexts)
        body = {
            "Catalog": whose[1],
            "ContextIdentifier": context["Id"],
            "EngagementIdentifier": found["Id"],
            "EngagementLastModifiedAt": found["ModifiedAt"],
            "Payload": context["Payload"],
            "Type": context["Type"],
        }
        # A customer's site that came from an opportunity may be none to this operation.
        return None if CONTRACT.operations["UpdateEngagementContext"].validate(body)[1] else body

    def target(self, whose: Whose) -> Document | None:
        """An opportunity and an engagement of the account."""
        engagement, resource = self.one(whose, "own-engagement"), self.one(whose, "own")
        if engagement is None or resource is None:
            return None
        return {**_target(whose, engagement, resource), "ClientToken": self.token()}

    def snapshot(self, whose: Whose) -> Document | None:
        """A snapshot that the account has seen."""
        arn = self.one(whose, "snapshot")
        if arn is None:
            return None
        parts = arn.split("/")
        shown = {"Revision": int(parts[-1])} if self.random.random() < 0.5 else {}
        return {**_target(whose, parts[3], parts[6], parts[8]), **shown}

    def submission(self, whose: Whose) -> Document | None:
        """An opportunity that is shown somewhere is submitted."""
        shown = self.snapshot(whose)
        if shown is None:
            return None
        identifier = shown["ResourceIdentifier"]
        return {"Catalog": whose[1], "Identifier": identifier, "InvolvementType": "Co-Sell"}

    def association(self, whose: Whose) -> Document | None:
        """A solution of the account for an opportunity of its own."""
        own, solution = self.one(whose, "own"), self.one(whose, "solution")
        if own is None or solution is None:
            return None
        return {
            "Catalog": whose[1],
            "OpportunityIdentifier": own,
            "RelatedEntityIdentifier": solution,
            "RelatedEntityType": "Solutions",
        }

    def dissociation(self, whose: Whose) -> Document | None:
        """What was associated once; it may be gone."""
        made = self._associated.get(whose)
        return dict(self.random.choice(made)) if made else None

    def start(self, whose: Whose) -> Document | None:
        """An opportunity of the account's own is submitted in one go."""
        own = self.one(whose, "own")
        submission: Document = {"InvolvementType": "Co-Sell", "Visibility": "Full"}
        if own is None:
            return None
        return {
            "AwsSubmission": submission,
            "Catalog": whose[1],
            "ClientToken": self.token(),
            "Identifier": own,
        }

    def review(self, whose: Whose) -> Document | None:
        """AWS reviews an opportunity that is shown somewhere."""
        shown = self.snapshot(whose)
        return shown and {
            "Catalog": whose[1],
            "OpportunityIdentifier": shown["ResourceIdentifier"],
            "Outcome": self.random.choice(OUTCOMES),
        }

    def got(self, whose: Whose, operation: str, id: str | None) -> dict[str, Any] | None:
        """An answer without nulls; None if there is none."""
        if id is None:
            return None
        reply = self.call(whose, operation, {"Catalog": whose[1], "Identifier": id})
        found: dict[str, Any] = without_nulls(orjson.loads(reply.body))
        return found if reply.status == 200 else None


def _target(whose: Whose, engagement: str, resource: str, template: str = TEMPLATES[0]) -> Document:
    return {
        "Catalog": whose[1],
        "EngagementIdentifier": engagement,
        "ResourceIdentifier": resource,
        "ResourceSnapshotTemplateIdentifier": template,
        "ResourceType": "Opportunity",
    }


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


BODIES: dict[str, Callable[[Ground, Whose], Document | None]] = {
    "CreateResourceSnapshot": Ground.target,
    "CreateResourceSnapshotJob": Ground.target,
    "GetResourceSnapshot": Ground.snapshot,
    "AssociateOpportunity": Ground.association,
    "CreateEngagement": Ground.engagement,
    "CreateEngagementInvitation": Ground.invitation,
    "CreateOpportunity": Ground.creation,
    "DisassociateOpportunity": Ground.dissociation,
    "ReviewOpportunity": Ground.review,
    "StartEngagementFromOpportunityTask": Ground.start,
    "SubmitOpportunity": Ground.submission,
    "UpdateEngagementContext": Ground.context_update,
    "UpdateOpportunity": Ground.update,
}
