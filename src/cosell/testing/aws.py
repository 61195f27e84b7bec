"""`world.aws`: what AWS does on its side of the table, in the words of the desk.

Each method is one operation of the desk; a member may be named as on the wire (`Comments`) or in
small letters (`comments`). Must not hold a default that the desk has.
"""

from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

from cosell.originals import sha256
from cosell.testing.calling import HIDES_REFUSALS, Answer
from cosell.testing.references import Thing, catalog_of, id_of, id_of_one, wire_name

if TYPE_CHECKING:
    from cosell.testing.partner import Who
    from cosell.testing.world import World

__tracebackhide__ = HIDES_REFUSALS

_LEFT_ALONE: Final = ("opportunity", "invitation", "engagement")
# What tells one rule that draws its waits from another.
_TOLD_APART: Final = ("Id", "Act", "Catalog", "TitlePattern")


class DirectUpdate(TypedDict, total=False):
    """What AWS may change in a partner's opportunity; without any member it closes later."""

    Catalog: str
    Customer: dict[str, Any]
    LifeCycle: dict[str, Any]
    Marketing: dict[str, Any]
    NationalSecurity: str
    OpportunityType: str
    PrimaryNeedsFromAws: list[str]
    Project: dict[str, Any]
    SoftwareRevenue: dict[str, Any]
    ClientToken: str


class Referral(DirectUpdate, total=False):
    """What AWS may say of an opportunity that it refers; the desk has defaults for the rest."""

    OpportunityTeam: list[dict[str, Any]]
    RelatedEntityIdentifiers: dict[str, list[str]]
    Message: str
    SenderContacts: list[dict[str, Any]]
    ReceiverResponsibilities: list[str]


class LeadReferral(TypedDict, total=False):
    """What AWS may say of a lead that it refers; the desk has defaults for the rest."""

    Catalog: str
    Customer: dict[str, Any]
    Interactions: list[dict[str, Any]]
    QualificationStatus: str
    Insights: dict[str, Any]
    Message: str
    ClientToken: str


class LeadUpdate(TypedDict, total=False):
    """What AWS may tell more of a lead; without any member, one interaction more."""

    Catalog: str
    ContextIdentifier: str
    Customer: dict[str, Any]
    Interactions: list[dict[str, Any]]
    Insights: dict[str, Any]
    ClientToken: str


class Review(TypedDict, total=False):
    """What AWS may say when it reviews."""

    comments: str
    reason: str
    Comments: str
    Reason: str
    Catalog: str
    ClientToken: str


class Answering(TypedDict, total=False):
    """What AWS may say when it answers an invitation."""

    reason: str
    Reason: str
    Catalog: str
    ClientToken: str


class Summary(TypedDict, total=False):
    """What AWS may say of an opportunity; without any member it says something by default."""

    Catalog: str
    CosellMotion: str
    Customer: dict[str, Any]
    Insights: dict[str, Any]
    InvolvementType: str
    InvolvementTypeChangeReason: str
    LifeCycle: dict[str, Any]
    OpportunityTeam: list[dict[str, Any]]
    Project: dict[str, Any]
    RelatedEntityIds: dict[str, Any]
    SoftwareRevenue: dict[str, Any]
    Visibility: str
    ClientToken: str


class AutopilotRule(TypedDict, total=False):
    """What AWS does by itself: `Act` Review (default), Accept, Reject or Refer, and what each may
    say; or what it leaves alone: Leave."""

    Id: str
    Act: str
    Catalog: str
    TitlePattern: str
    DelaySeconds: int
    DelaySecondsMax: int
    Seed: int
    Outcome: str
    Comments: str
    Reason: str
    ReceiverAccountId: str
    Identifier: Thing
    EverySeconds: int
    Referral: dict[str, Any]
    act: str
    catalog: str
    title_pattern: str
    delay_seconds: int
    delay_seconds_max: int
    seed: int
    outcome: str
    comments: str
    reason: str
    identifier: Thing
    every_seconds: int
    referral: dict[str, Any]
    to: "Who"
    """Whom AWS refers to, instead of ReceiverAccountId: an id, a partner, a partner's label."""


class Solution(TypedDict, total=False):
    """A solution of a partner's; what is not said stays, or has a default."""

    Catalog: str
    Identifier: str
    Name: str
    Status: str
    Category: str
    AwsMarketplaceSolutionArn: str
    ClientToken: str


class Partner(TypedDict, total=False):
    """What is known of a partner; `Catalogs` are those that it is enrolled in."""

    CompanyName: str
    WebsiteUrl: str
    Catalogs: list[str]
    ClientToken: str


class Prospect(TypedDict, total=False):
    """What prospecting finds, or how it fails (ReasonCode)."""

    Catalog: str
    Customer: dict[str, Any]
    Insights: dict[str, Any]
    ReasonCode: str
    Message: str
    ClientToken: str


class Aws:
    """AWS in one world. Opportunities, engagements and invitations are named by id, ARN or a former
    answer; partners by id, by label, or as `world.partner` gives them. What the desk refuses is
    Refused."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def refer(self, to: "Who" = None, **members: Unpack[Referral]) -> Answer:
        """Refer an opportunity to a partner (the default one): an invitation arrives. Answers
        EngagementInvitationId, EngagementId and the OpportunityId that will be."""
        return self._refer("ReferOpportunity", to, _wired(members))

    def refer_lead(self, to: "Who" = None, **members: Unpack[LeadReferral]) -> Answer:
        """Refer a lead to a partner (the default one): an invitation arrives. Answers
        EngagementInvitationId, EngagementId and ContextId."""
        return self._refer("ReferLead", to, _wired(members))

    def update_lead(self, engagement: Thing, **members: Unpack[LeadUpdate]) -> Answer:
        """Tell more of an engagement's lead; its members receive Engagement Updated. Answers
        ContextId and EngagementLastModifiedAt."""
        asked = self._in_catalog(engagement, _wired(members))
        id = id_of("engagement", engagement)
        return self._world.desk("UpdateLead", EngagementIdentifier=id, **asked)

    def review(
        self, opportunity: Thing, outcome: str = "Approved", **members: Unpack[Review]
    ) -> Answer:
        """Review what a partner submitted: Approved, Rejected, Action Required or In review.
        Answers ReviewStatus, ReviewComments, ReviewStatusReason."""
        asked = {**_wired(members), "Outcome": outcome}
        return self._about(opportunity, "ReviewOpportunity", asked)

    def answer_invitation(
        self, invitation: Thing, outcome: str = "Accepted", **members: Unpack[Answering]
    ) -> Answer:
        """Accept, or reject, what a partner invited AWS to; an invitation by which an opportunity
        is submitted is answered by `review`. Answers Status and EngagementId."""
        asked = {**self._in_catalog(invitation, _wired(members)), "Outcome": outcome}
        id = id_of("invitation", invitation)
        return self._world.desk("AnswerInvitation", EngagementInvitationIdentifier=id, **asked)

    def update_summary(self, opportunity: Thing, **members: Unpack[Summary]) -> Answer:
        """Say something of an opportunity. Answers what GetAwsOpportunitySummary does."""
        return self._about(opportunity, "UpdateAwsOpportunitySummary", _wired(members))

    def update_opportunity(self, opportunity: Thing, **members: Unpack[DirectUpdate]) -> Answer:
        """Change members of a partner's opportunity directly, whatever its state; the others stay.
        Answers OpportunityId and LastModifiedDate."""
        return self._about(opportunity, "UpdatePartnerOpportunity", _wired(members))

    def autopilot(self, **rule: Unpack[AutopilotRule]) -> Answer:
        """Do something by itself from now on, on the world's clock (in this process with the next
        `settle` or move of the clock, also without a wait); without members AWS approves whatever
        is submitted. Answers the rule's Id, and all Rules."""
        said: dict[str, Any] = dict(rule)
        to = said.pop("to", None)
        asked = _wired(said)
        if to is not None:
            asked["ReceiverAccountId"] = self._world.account_of(to)
        act, left_alone = asked.get("Act"), asked.get("Identifier")
        if act == "Refer":
            asked.setdefault("ReceiverAccountId", self._world.account)
        if act in ("Refer", "Leave"):
            asked = self._in_catalog(left_alone, asked)
        elif asked.get("DelaySecondsMax") is not None and asked.get("Seed") is None:
            asked["Seed"] = self._seed_of(asked)
        if left_alone is not None:
            asked["Identifier"] = id_of_one(_LEFT_ALONE, left_alone)
        return self._world.desk("PutAutopilot", **asked)

    def autopilot_off(self, id: str | None = None) -> Answer:
        """Take a rule back, or all. Answers how many were Deleted, and the Rules that are left."""
        return self._world.desk("DeleteAutopilot", **({"Id": id} if id else {}))

    def put_solution(self, of: "Who" = None, **members: Unpack[Solution]) -> Answer:
        """A partner (the default one) has such a solution from now on. Answers it, with its Id."""
        asked = {"Catalog": self._world.catalog, **_wired(members)}
        return self._world.desk("PutSolution", AccountId=self._world.account_of(of), **asked)

    def put_partner(self, who: "Who" = None, **members: Unpack[Partner]) -> Answer:
        """What is known of a partner from now on, and the catalogs that it is enrolled in."""
        account = self._world.account_of(who)
        return self._world.desk("PutPartner", AccountId=account, **_wired(members))

    def put_prospect(self, engagement: Thing, **members: Unpack[Prospect]) -> Answer:
        """What prospecting an engagement's lead finds from now on, or how it fails."""
        asked = self._in_catalog(engagement, _wired(members))
        id = id_of("engagement", engagement)
        return self._world.desk("PutProspectingResult", EngagementIdentifier=id, **asked)

    def put_estimate(
        self, url: str, amount: float | str | None = None, currency: str = "USD"
    ) -> Answer:
        """What an estimate of the pricing calculator is worth; without an amount it leads
        nowhere."""
        asked: dict[str, Any] = {"EstimationUrl": url}
        if amount is not None:
            worth = amount if isinstance(amount, str) else f"{amount:.2f}"
            asked |= {"Amount": worth, "CurrencyCode": currency}
        return self._world.desk("PutEstimate", **asked)

    def _refer(self, operation: str, to: "Who", members: dict[str, Any]) -> Answer:
        asked = {"Catalog": self._world.catalog, **members}
        receiver = self._world.account_of(to)
        return self._world.desk(operation, ReceiverAccountId=receiver, **asked)

    def _about(self, opportunity: Thing, operation: str, members: dict[str, Any]) -> Answer:
        asked = self._in_catalog(opportunity, members)
        id = id_of("opportunity", opportunity)
        return self._world.desk(operation, OpportunityIdentifier=id, **asked)

    def _seed_of(self, rule: dict[str, Any]) -> int:
        """What a rule draws its waits by, made of the world's seed: the same for a rule that is put
        again, and another for another rule, whose waits would be like this one's."""
        told = [self._world.seed, *(rule.get(name) for name in _TOLD_APART)]
        return int.from_bytes(sha256(repr(told).encode()).digest()[:4])

    def _in_catalog(self, thing: Thing | None, members: dict[str, Any]) -> dict[str, Any]:
        return {"Catalog": catalog_of(thing) or self._world.catalog, **members}


def _wired(members: Any) -> dict[str, Any]:
    return {wire_name(name): value for name, value in members.items()}
