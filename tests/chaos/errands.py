"""Stories of everything else that commits: what partners and the desk ask for now and then, each in
a namespace of its own, so that somebody comes to every commit point.

Must not know who dies meanwhile.
"""

from collections.abc import Callable
from typing import Any

from tests.chaos.client import Client
from tests.chaos.deals import answer, engage, read, walked
from tests.chaos.memory import AWS, Miss, Space
from tests.chaos.tasks import led, referred
from tests.engaging import invitation, lead
from tests.harness import opportunity
from tests.sharing import SUMMARY
from tests.submitting import CO_SELL, submittable

BEGUN = "2030-01-01T00:00:00.000Z"
DAY_S = 86_400
PRODUCT = {"RelatedEntityType": "AwsProducts", "RelatedEntityIdentifier": "AmazonEC2Linux"}
ASSIGNEE = {
    "BusinessTitle": "PartnerAccountManager",
    "Email": "manager@example.com",
    "FirstName": "Account",
    "LastName": "Manager",
}
ESTIMATE = "https://calculator.aws/#/estimate?id=0123456789abcdef0123456789abcdef"


def surely(
    client: Client, space: Space, ask: tuple[str, str, dict[str, Any]], done: Callable[[], bool]
) -> None:
    """Ask (an account, an operation, its members) for what has no token; that it is refused is fine
    if an earlier try may have done it, and it is done."""
    account, operation, members = ask
    reply = client.ask(space, account, operation, {"Catalog": space.catalog, **members})
    if reply.status != 200 and not reply.doubtful:
        raise Miss(f"{operation} in {space.name} is refused: {reply.document}")
    if not done():
        raise Miss(f"{operation} in {space.name} was answered {reply.document} and is not done")


# --- a partner's ---------------------------------------------------------------------------------


def work(client: Client, space: Space) -> Space:
    """An opportunity is shown, associated, assigned, submitted; AWS says something of it."""
    made = Space(f"work-{client.token()}", space.catalog, space.accounts)
    account = made.accounts[0]
    told = client.desk(made, "ReferOpportunity", Catalog=made.catalog, ReceiverAccountId=account)
    referred(made, account, told)
    answer(client, made, account, told["EngagementInvitationId"], "Accept")
    made.invitations[told["EngagementInvitationId"]] = "?"  # accepted, but not by a task
    made.members.add((told["EngagementId"], account))
    id = client.partner(made, account, "CreateOpportunity", **submittable())["Id"]
    made.opportunities[id] = account
    target = {
        "EngagementIdentifier": told["EngagementId"],
        "ResourceType": "Opportunity",
        "ResourceIdentifier": id,
        "ResourceSnapshotTemplateIdentifier": SUMMARY,
    }
    client.partner(made, account, "CreateResourceSnapshot", **target)
    _associate(client, made, account, id)
    _turn_a_job(client, made, account, target)

    def status() -> bool:
        return bool(read(client, made, account, id)["LifeCycle"]["ReviewStatus"] == "Submitted")

    surely(client, made, (account, "SubmitOpportunity", {"Identifier": id, **CO_SELL}), status)
    said = {"Catalog": made.catalog, "OpportunityIdentifier": id}
    client.desk(made, "UpdateAwsOpportunitySummary", **said)
    client.desk(made, "UpdatePartnerOpportunity", **said)
    return made


def _associate(client: Client, space: Space, account: str, id: str) -> None:
    """It is associated with a product, and with nothing again; somebody else looks after it."""

    def products() -> list[str]:
        told = read(client, space, account, id)["RelatedEntityIdentifiers"]
        return list(told["AwsProducts"] or ())

    named = {"OpportunityIdentifier": id, **PRODUCT}
    surely(client, space, (account, "AssociateOpportunity", named), lambda: bool(products()))
    surely(client, space, (account, "DisassociateOpportunity", named), lambda: not products())
    assigned = {"Identifier": id, "Assignee": ASSIGNEE}
    surely(client, space, (account, "AssignOpportunity", assigned), lambda: True)


def _turn_a_job(client: Client, space: Space, account: str, target: Any) -> None:
    """A job is made, runs, stands still, and is no more."""
    job = client.partner(space, account, "CreateResourceSnapshotJob", **target)["Id"]

    def states() -> list[str]:
        rows = walked(client, space, account, "ListResourceSnapshotJobs")
        return [one["Status"] for one in rows if one["Id"] == job]

    named = {"ResourceSnapshotJobIdentifier": job}
    for act, after in (("Start", ["Running"]), ("Stop", ["Stopped"]), ("Delete", [])):
        asked = account, f"{act}ResourceSnapshotJob", named
        surely(client, space, asked, lambda after=after: states() == after)  # type: ignore[misc]


def contexts(client: Client, space: Space) -> Space:
    """An engagement gets a context, which changes; AWS is asked in, and answers."""
    made = Space(f"contexts-{client.token()}", space.catalog, space.accounts)
    account = made.accounts[0]
    place = engage(client, made, account)
    named = {"EngagementIdentifier": place}
    client.partner(made, account, "CreateEngagementContext", **named, **lead())
    found = client.partner(made, account, "GetEngagement", Identifier=place)
    title = client.token()
    changes = {
        **named,
        "ContextIdentifier": "1",
        "EngagementLastModifiedAt": found["ModifiedAt"],
        **lead(QualificationStatus=title),
    }

    def is_changed() -> bool:
        now = client.partner(made, account, "GetEngagement", Identifier=place)
        [context] = now["Contexts"]
        return bool(context["Payload"]["Lead"]["QualificationStatus"] == title)

    surely(client, made, (account, "UpdateEngagementContext", changes), is_changed)
    asked = {**named, "Invitation": invitation(AWS)}
    id = client.partner(made, account, "CreateEngagementInvitation", **asked)["Id"]
    about = {"Catalog": made.catalog, "EngagementInvitationIdentifier": id}
    client.desk(made, "AnswerInvitation", **about, Outcome="Rejected", Reason="Not now")
    made.invitations[id] = "REJECTED"
    return made


# --- the desk's ----------------------------------------------------------------------------------


def switches(client: Client, space: Space) -> Space:
    """What the desk says of a namespace, of accounts and of things, and takes back."""
    made = Space(f"switches-{client.token()}", space.catalog, space.accounts)
    account, box = made.accounts[0], {"Catalog": made.catalog}
    client.desk(made, "PutClock", Time=BEGUN)
    client.desk(made, "PutQuotas", Mode="Relaxed")
    client.desk(made, "PutPartner", AccountId=account, CompanyName="Example Company")
    client.desk(made, "PutSolution", **box, AccountId=account, Name="Ours")
    client.desk(made, "PutEstimate", EstimationUrl=ESTIMATE, Amount="100.00")
    client.desk(made, "DeleteEstimate", EstimationUrl=ESTIMATE)
    fault = client.desk(made, "PutFault", Effect="Cut", Operation="GetOpportunity")
    client.desk(made, "DeleteFault", FaultId=fault["FaultId"])
    place = led(client, made, account)
    fails = {"EngagementIdentifier": place, "ReasonCode": "InternalError"}
    client.desk(made, "PutProspectingResult", **box, **fails)
    client.desk(made, "DeleteProspectingResult", EngagementIdentifier=place)
    lead = client.desk(made, "ReferLead", **box, ReceiverAccountId=account)
    referred(made, account, lead)
    client.desk(made, "UpdateLead", **box, EngagementIdentifier=lead["EngagementId"])
    client.desk(made, "PutLag", Seconds=5)
    client.desk(made, "PutLag", Seconds=0)
    _forget(client, made)
    return made


def _forget(client: Client, space: Space) -> None:
    """A token that is free again stands for nothing; what it made stays."""
    client.desk(space, "PutQuotas", Mode="Documented")
    gone = space.said.pop()
    client.desk(space, "ForgetToken", ClientToken=gone.token, Operation="PutQuotas")


def autopilot(client: Client, space: Space) -> Space:
    """AWS refers and accepts by itself for a while."""
    made = Space(f"autopilot-{client.token()}", space.catalog, space.accounts, whole=False)
    account, box = made.accounts[0], {"Catalog": made.catalog}
    refer = {"Act": "Refer", "ReceiverAccountId": account, "EverySeconds": DAY_S}
    rule = client.desk(made, "PutAutopilot", **box, **refer)
    client.desk(made, "PutAutopilot", Act="Accept", DelaySeconds=60)
    place = engage(client, made, account)
    asked = {"EngagementIdentifier": place, "Invitation": invitation(AWS)}
    id = client.partner(made, account, "CreateEngagementInvitation", **asked)["Id"]
    client.desk(made, "PutClock", Frozen=True)
    client.desk(made, "AdvanceClock", Seconds=2 * DAY_S + 60)
    client.desk(made, "DeleteAutopilot", Id=rule["Id"])
    for part, known in (("SENDER", ["ACCEPTED"]), ("RECEIVER", ["PENDING"] * 2)):
        rows = walked(client, made, account, "ListEngagementInvitations", ParticipantType=part)
        if [one["Status"] for one in rows] != known:
            raise Miss(f"the autopilot of {made.name} made {rows} beside {id}")
    return made


def late(client: Client, space: Space) -> Space:
    """Events that come late all come, some of them twice."""
    made = Space(f"late-{client.token()}", space.catalog, space.accounts, whole=False, late=True)
    client.desk(made, "PutProfile", Profile="production-like")
    client.desk(made, "PutLag", Seconds=0)
    client.desk(made, "PutQuotas", Mode="Relaxed")
    account = made.accounts[0]
    ids = {  # more than a few, so that some come late
        client.partner(made, account, "CreateOpportunity", **opportunity())["Id"] for _ in range(6)
    }
    client.desk(made, "AdvanceClock", Seconds=60)
    rows = client.desk(made, "ListEvents", AccountId=account)["Events"]
    told = {one["Event"]["detail"]["opportunity"]["identifier"] for one in rows}
    if told != ids:
        raise Miss(f"{made.name} has {ids} and tells of {told}")
    return made


def delete(client: Client, space: Space) -> None:
    """A namespace that is deleted is no more."""
    gone = Space(f"gone-{client.token()}", space.catalog, space.accounts)
    client.partner(gone, gone.accounts[0], "CreateOpportunity", **opportunity())
    client.desk(gone, "DeleteNamespace")
    everywhere = client.desk(space, "ListNamespaces", MaxResults=1_000)["Namespaces"]
    if any(one["Name"] == gone.name for one in everywhere):
        raise Miss(f"{gone.name} was deleted, and is there")
