"""Running a plan: every job in order, absent tables listed as skipped, identities kept unique."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from drive_evaluation.errors import EvaluationError, FlowError, NotComputableError, TableAbsentError
from drive_evaluation.plan import RETURN, Axes, Job, jobs_for, periods, restrictions
from drive_evaluation.results import Result
from drive_evaluation.samples import Sample
from drive_evaluation.samples import sample as build_sample
from drive_evaluation.study import Study


@dataclass(frozen=True, slots=True)
class Skipped:
    """A measure that was not computed for a population, and why."""

    measure: str
    population: str
    subgroup: str
    reason: str
    table: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """The entry of ``skipped.json``."""
        return asdict(self)


@dataclass(frozen=True)
class Outcome:
    """Results in report order, and what was skipped."""

    results: tuple[Result, ...]
    skipped: tuple[Skipped, ...]

    def find(self, measure: str, population: str, subgroup: str = "all", **dimensions: str) -> Result:
        """The one result with this identity; KeyError where there is none."""
        wanted = (measure, population, subgroup, tuple(sorted(dimensions.items())))
        for result in self.results:
            if result.identity == wanted:
                return result
        raise KeyError(wanted)


def evaluate(study: Study, report: str = "all") -> Outcome:
    """Compute the measures of a report (``year1``, ``year2``, ``croydon``) or of ``all`` that the data allow.

    Raises FlowError where a flow does not add up; everything else that cannot be computed is listed as skipped.
    """
    return _run(study, jobs_for(study.spec, report))


def performance_return(study: Study) -> Outcome:
    """The measures of a performance return for the periods of the study, without subgroups by site."""
    return _run(study, [(job, (("period",),)) for job in RETURN])


def _run(study: Study, plan: Sequence[tuple[Job, tuple[Axes, ...]]]) -> Outcome:
    results: dict[object, Result] = {}
    skipped: list[Skipped] = []
    samples: dict[tuple[str, str], Sample] = {}
    restricted: dict[tuple[str, str, tuple[tuple[str, str], ...]], Sample] = {}
    for job, by in plan:
        study.progress(f"{job.measure} {study.spec}.{job.sample}")
        for axes in by:
            for period in periods(study, job, axes):
                try:
                    key = (job.sample, period)
                    if key not in samples:
                        samples[key] = build_sample(study, job.sample, period)
                    base = samples[key]
                    for restriction in restrictions(study, base, axes):
                        place = (*key, tuple(restriction.items()))
                        if place not in restricted:
                            restricted[place] = base.where(study, restriction) if restriction else base
                        chosen = restricted[place]
                        for result in job.compute(study, chosen):
                            if result.identity in results:
                                raise EvaluationError(f"two results share the identity {result.id}")
                            results[result.identity] = result.with_exhibit(job.exhibit)
                except FlowError:
                    raise
                except TableAbsentError as error:
                    skipped.append(_skip(study, job, axes, str(error), error.table))
                except NotComputableError as error:
                    skipped.append(_skip(study, job, axes, str(error), None))
    return Outcome(tuple(results.values()), tuple(dict.fromkeys(skipped)))


def _skip(study: Study, job: Job, axes: Axes, reason: str, table: str | None) -> Skipped:
    return Skipped(job.measure, f"{study.spec}.{job.sample}", "&".join(sorted(axes)) or "all", reason, table)
