"""The desk's model: our own operations (own/) and the shapes that they share with selling."""

import dataclasses
from importlib.resources import files

from cosell.contract.load import load
from cosell.selling.contract import ADDITIONS

_SHARED = dataclasses.replace(
    ADDITIONS,
    unpatterned=frozenset({"EstimationUrl"}),
    empty_lists=frozenset(
        {
            ("ListEstimatesResponse", "Estimates"),
            ("ListEventsResponse", "Events"),
            ("ListProspectingResultsResponse", "Results"),
        }
    ),
    objects=frozenset(),
)

CONTRACT = load((files(__package__) / "model.json").read_bytes(), _SHARED)
