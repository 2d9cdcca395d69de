"""The metrics in Prometheus' text form. Names and labels are a promise, listed in docs/operations.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from dossiers.errors import SohoaError
from operations.custody_standing import CustodyStanding
from operations.observing import Observation

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def expose(observe: Callable[[], Observation]) -> bytes:
    """Return the metrics of one observation. When there is none, ``sohoa_up`` is 0 and stands alone."""
    registry = CollectorRegistry()
    registry.register(_Once(observe))
    return generate_latest(registry)


class _Once(Collector):
    """Makes metrics from one observation; nothing is kept between two scrapes, so that any process can serve them."""

    def __init__(self, observe: Callable[[], Observation]) -> None:
        self._observe = observe

    def collect(self) -> Iterator[Metric]:
        try:
            seen = self._observe()
        except SohoaError:
            yield GaugeMetricFamily("sohoa_up", "1 when the catalog answers", value=0)
            return
        yield GaugeMetricFamily("sohoa_up", "1 when the catalog answers", value=1)
        files = {state.value: count for state, count in seen.files.items()}
        yield _by_label("sohoa_files", "Files ever seen, by where they stand", "state", files)
        yield _by_label("sohoa_errors", "Submissions that stand still, by cause", "code", seen.errors)
        yield GaugeMetricFamily("sohoa_queue_scans", "Scans received and not at their end", value=seen.waiting)
        yield GaugeMetricFamily("sohoa_queue_urgent_scans", "Those of them in the fast lane", value=seen.waiting_urgent)
        yield GaugeMetricFamily("sohoa_queue_oldest_age_seconds", "Age of the longest waiting scan", value=seen.oldest_age_s)
        yield _by_label("sohoa_batches", "Batches under way", "lane", seen.batches)
        yield GaugeMetricFamily("sohoa_documents", "Documents in the archive", value=seen.documents)
        pages = sum(stage.pages for stage in seen.stages)
        yield CounterMetricFamily("sohoa_pages", "Pages archived, each time a scan was", value=pages)
        stages = SummaryMetricFamily("sohoa_stage_seconds", "Wall time of a stage a scan", labels=["stage"])
        for stage in seen.stages:
            stages.add_metric([stage.stage], stage.runs, stage.seconds)
        yield stages
        if seen.custody is not None:
            yield from _expose_custody(seen.custody)


def _expose_custody(custody: CustodyStanding) -> Iterator[Metric]:
    yield GaugeMetricFamily("sohoa_holds", "Holds in force", value=custody.holds)
    last = custody.last_audit
    if last is not None:
        ended = last.finished_at.timestamp()
        yield GaugeMetricFamily("sohoa_audit_finished_timestamp_seconds", "When the last audit ended", value=ended)
        yield GaugeMetricFamily("sohoa_audit_findings", "What the last audit found not as it was", value=len(last.findings))
        yield GaugeMetricFamily("sohoa_audit_unhealed", "Those of them that could not be healed", value=len(last.unhealed))


def _by_label(name: str, told: str, label: str, counts: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family
