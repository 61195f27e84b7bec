"""Solutions, which Partner Central makes in its console and its API only lists."""

from cosell.calls import Call, command
from cosell.contract import Document
from cosell.selling import text_at
from cosell.selling.domain import solutions
from cosell.store import Tx

_SAID = ("Name", "Status", "Category", "AwsMarketplaceSolutionArn")


@command("PutSolution")
def put_solution(call: Call, tx: Tx) -> Document:
    """An account has a solution from now on, or another name, status … of one that it has."""
    account = text_at(call.input, "AccountId")
    said: Document = {name: call.input[name] for name in _SAID if name in call.input}
    if "Identifier" in call.input:
        said["Id"] = call.input["Identifier"]
    solution = solutions.put(call._replace(account=account), tx, said)
    return {**solution.document, "AccountId": account}
