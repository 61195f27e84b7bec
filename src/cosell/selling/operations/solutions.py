"""Solutions: listed, to be associated with opportunities."""

from cosell.calls import Call, Rendered, query
from cosell.selling import Kind
from cosell.selling.domain import solutions
from cosell.selling.listing import By, List, answer, answer_of
from cosell.selling.views import SOLUTIONS, solution_row
from cosell.store import Tx
from cosell.store.pages import Order

_SOLUTIONS = List(
    SOLUTIONS,
    "SolutionSummaries",
    20,
    Kind.SOLUTION,
    lambda solution, _: solution_row(solution),
    {
        "Identifier": Order("number"),
        "Name": Order("name", textual=True),
        "Status": Order("status", textual=True),
        "Category": Order("category", textual=True),
        "CreatedDate": Order("created_at"),
    },
    (
        By("Identifier", "identifier"),
        By("AwsMarketplaceSolutionArn", "offering"),
        By("Category", "category"),
        By("Status", "status"),
    ),
    read=solutions.listed,
)


@query("ListSolutions")
def list_solutions(call: Call, tx: Tx) -> Rendered:
    """The caller's solutions; a new account has two that nobody made."""
    given = solutions.given(call, tx, call.lister)
    if given:
        return answer_of(call, _SOLUTIONS, [solution_row(one) for one in given])
    return answer(call, tx, _SOLUTIONS, call.key)
