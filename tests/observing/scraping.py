"""What a scrape says, as numbers. Must not know what a test expects."""

from collections.abc import Iterator

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.harness import Server, send


class Scrape:
    """One scrape's samples."""

    def __init__(self, text: str) -> None:
        self._families = list(text_string_to_metric_families(text))

    def __iter__(self) -> Iterator[Sample]:
        return (sample for family in self._families for sample in family.samples)

    def number(self, name: str, **labels: str) -> float:
        """The value of one sample; 0 for one that is not there."""
        found = [one.value for one in self if one.name == name and one.labels == labels]
        assert len(found) <= 1, "a sample stands there twice"
        return found[0] if found else 0.0

    def calls(self, operation: str, outcome: str = "Success", service: str = "selling") -> int:
        """How many calls were counted of an operation and an outcome."""
        labels = {"service": service, "operation": operation, "outcome": outcome}
        return int(self.number("cosell_calls_total", **labels))

    def has(self, name: str) -> bool:
        return any(one.name == name for one in self)


def scrape(server: Server) -> Scrape:
    """Scrape a server, as Prometheus does."""
    reply = send(server.url, "GET", "/_cosell/metrics")
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    return Scrape(reply.body.decode())
