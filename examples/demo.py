"""Starts a server and plays a small scene on it, through the public API and the desk alone.

    python examples/demo.py [--port 2673] [--state .cosell/demo.db]

Of three referrals one is accepted and COMPLETE, one ends FAILED with its reason, one is pending; an
opportunity of the partner's own waits for AWS's review. A scene that is there already is left as it
is. Serves until Ctrl-C.
"""

import argparse
import http.client
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ACCOUNT = "111122223333"
CATALOG = "Sandbox"
START_S_MAX = 30.0
OWN: dict[str, Any] = {
    "Customer": {
        "Account": {
            "CompanyName": "Example Company",
            "Industry": "Retail",
            "WebsiteUrl": "https://www.example.com",
            "Address": {"CountryCode": "US", "StateOrRegion": "Washington", "PostalCode": "98101"},
        }
    },
    "Project": {
        "Title": "Web shop on AWS",
        "CustomerBusinessProblem": "The customer wants to move its web shop to AWS.",
        "CustomerUseCase": "Migration / Database Migration",
        "DeliveryModels": ["SaaS or PaaS"],
        "SalesActivities": ["Customer has shown interest in solution"],
        "ExpectedCustomerSpend": [
            {
                "Amount": "2500.00",
                "CurrencyCode": "USD",
                "Frequency": "Monthly",
                "TargetCompany": "AWS",
            }
        ],
    },
    "PrimaryNeedsFromAws": ["Co-Sell - Technical Consultation"],
    "LifeCycle": {"Stage": "Prospect", "TargetCloseDate": "2099-12-31"},
}
# Open mode reads the account from it and asks no signature; without it the log would say so.
UNSIGNED = (
    f"AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/us-east-1/cosell/aws4_request,"
    " SignedHeaders=host, Signature=0"
)
COLUMNS = ("TaskId", "TaskStatus", "OpportunityId", "ReasonCode", "StartTime")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=2673)
    parser.add_argument("--state", default=".cosell/demo.db")
    options = parser.parse_args()
    Path(options.state).parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cosell", "serve", "--port", str(options.port)]
    server = subprocess.Popen([*command, "--database", options.state])
    # Whoever ends this means the server; it stops cleanly, and then this does.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: server.terminate())
    if not wait_until_ready(server, options.port):
        return server.wait() or 1
    endpoint = f"http://127.0.0.1:{options.port}"
    partner = boto3.client(
        "partnercentral-selling",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="anything",
        config=Config(retries={"mode": "standard"}),
    )
    play(partner, options.port)
    show(partner, endpoint)
    code = server.wait()
    print(f"\nStopped. The state is kept in {options.state}; remove it to begin anew.")
    return code


def wait_until_ready(server: "subprocess.Popen[bytes]", port: int) -> bool:
    """Whether the server answers; False if it ended instead (it has said why)."""
    until = time.monotonic() + START_S_MAX
    while server.poll() is None and time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/_cosell/health")
            # Another server may listen there; ours is the one that says so.
            if json.loads(connection.getresponse().read())["Main"] == server.pid:
                return True
        except (OSError, ValueError, KeyError):
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    return False


def play(partner: Any, port: int) -> None:
    """The scene, unless somebody was here before."""
    found = partner.list_engagement_invitations(Catalog=CATALOG, ParticipantType="RECEIVER")
    if found["EngagementInvitationSummaries"]:
        return
    accepted = refer(port, "Order processing on AWS")
    start(partner, accepted)
    failing = refer(port, "Data lake for a retailer")
    desk(
        port,
        "PutTaskFault",
        Step="CreateResourceSnapshotJob",
        ReasonCode="ResourceSnapshotJobAccessDenied",
        Message="The role of the snapshot job may not be passed.",
    )
    start(partner, failing)
    refer(port, "Contact center migration")
    share(partner)


def refer(port: int, title: str) -> str:
    """AWS refers an opportunity; answers the invitation's id."""
    made = desk(
        port,
        "ReferOpportunity",
        Catalog=CATALOG,
        ReceiverAccountId=ACCOUNT,
        Project={"Title": title},
    )
    return str(made["EngagementInvitationId"])


def start(partner: Any, invitation: str) -> None:
    partner.start_engagement_by_accepting_invitation_task(Catalog=CATALOG, Identifier=invitation)


def share(partner: Any) -> None:
    """An opportunity of the partner's own is submitted to AWS."""
    id = partner.create_opportunity(Catalog=CATALOG, **OWN)["Id"]
    partner.associate_opportunity(
        Catalog=CATALOG,
        OpportunityIdentifier=id,
        RelatedEntityType="Solutions",
        RelatedEntityIdentifier="S-1234567",
    )
    partner.start_engagement_from_opportunity_task(
        Catalog=CATALOG, Identifier=id, AwsSubmission={"InvolvementType": "Co-Sell"}
    )


def desk(port: int, operation: str, **members: Any) -> Any:
    """Ask AWS's side of the table: plain JSON is enough."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Content-Type": "application/json", "Authorization": UNSIGNED}
        connection.request("POST", f"/_cosell/{operation}", json.dumps(members), headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            raise SystemExit(f"{operation}: {answer}")
        return answer
    finally:
        connection.close()


def show(partner: Any, endpoint: str) -> None:
    """What to paste, and the answer that the project was founded on."""
    print(
        f"""
Try it with boto3:

    import boto3
    partner = boto3.client(
        "partnercentral-selling", endpoint_url="{endpoint}", region_name="us-east-1",
        aws_access_key_id="{ACCOUNT}", aws_secret_access_key="anything",
    )
    partner.list_engagement_invitations(Catalog="{CATALOG}", ParticipantType="RECEIVER")

or with the AWS CLI:

    export AWS_ACCESS_KEY_ID={ACCOUNT} AWS_SECRET_ACCESS_KEY=anything
    export AWS_DEFAULT_REGION=us-east-1
    export AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING={endpoint}
    aws partnercentral-selling list-engagement-by-accepting-invitation-tasks --catalog {CATALOG}

and play AWS:

    curl {endpoint}/_cosell/ReferOpportunity -H 'Content-Type: application/json' \\
      -d '{{"Catalog": "{CATALOG}", "ReceiverAccountId": "{ACCOUNT}"}}'
{review(partner, endpoint)}
ListEngagementByAcceptingInvitationTasks answers:
"""
    )
    tasks = partner.list_engagement_by_accepting_invitation_tasks(Catalog=CATALOG)["TaskSummaries"]
    rows = [COLUMNS, *(tuple(told(task.get(column)) for column in COLUMNS) for task in tasks)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(COLUMNS))]
    for number, row in enumerate(rows):
        print("   ", "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
        if number == 0:
            print("   ", "  ".join("-" * width for width in widths))
    print("\nServing until Ctrl-C.", flush=True)


def review(partner: Any, endpoint: str) -> str:
    """How AWS approves what waits for its review, if something does."""
    waiting = partner.list_opportunities(Catalog=CATALOG, LifeCycleReviewStatus=["Submitted"])
    if not waiting["OpportunitySummaries"]:
        return ""
    id = waiting["OpportunitySummaries"][0]["Id"]
    return f"""    curl {endpoint}/_cosell/ReviewOpportunity -H 'Content-Type: application/json' \\
      -d '{{"Catalog": "{CATALOG}", "OpportunityIdentifier": "{id}", "Outcome": "Approved"}}'
"""


def told(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:%Y-%m-%d %H:%M:%S}" if hasattr(value, "strftime") else str(value)


if __name__ == "__main__":
    sys.exit(main())
