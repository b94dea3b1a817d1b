"""Assessments: what is held and due, and filling one in with what was said before beside it (design 10)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from drive.access.drafts import discard_draft
from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import Refusal, add_refusal
from drive.instruments.answers import ValidatedAnswers
from drive.instruments.codelists import code_list
from drive.instruments.definitions import Definition, Item, Unit
from drive.instruments.forms import InstrumentForm, Question, form_class, initial_answers
from drive.instruments.library import instrument

from .. import assessed, commands, queries
from ..assessed import HeldForm
from ..closing_facts import missing_exit_forms
from ..models import Assessment, LinkedPerson
from ..planning_forms import AssessmentHeadForm
from ..rules import label_of
from .frame import Drafting, case_frame, drafting


@page(Permission.CASE_VIEW, "Assessments", looks_at="su_case", key="case_id")
def case_assessments(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """What was submitted, what is due, and where a new one begins: for each linked person where it is about
    one.
    """
    context = case_frame(request, case_id, "case_assessments")
    case = context["case"]
    here = reverse("case_assessments", args=[case_id])
    offered = []
    for instrument_id in assessed.OFFERED:
        definition = instrument(instrument_id)
        people = context["summary"].linked if definition.unit is Unit.LINK else [None]
        links = [
            (
                person.name_as_referred if person else "",
                _address(case_id, instrument_id, person.pk if person else None),
            )
            for person in people
        ]
        offered.append((definition, links))
    return render(
        request,
        "casework/assessments.html",
        {
            **context,
            "here": here,
            "offered": offered,
            "held": [(form, label_of("K-36", form.row.point)) for form in assessed.forms_of(case)],
            "due": assessed.forms_due([case], local_today()) if not context["summary"].states.ended else [],
            "missing_exit": missing_exit_forms(case),
            "may_write": request.actor.may(Permission.CASE_RECORD),
            "address": _address,
            "asked_still": assessed.OFFERED,
        },
    )


def _address(case_id: UUID, instrument_id: str, person_id: UUID | None = None, **query: str) -> str:
    asked = QueryDict(mutable=True)
    if person_id:
        asked["about"] = str(person_id)
    asked.update(query)
    address = reverse("case_assess", args=[case_id, instrument_id])
    return f"{address}?{asked.urlencode()}" if asked else address


@page(Permission.CASE_RECORD, "Assessment", looks_at="su_case", key="case_id")
def case_assess(request: ActorRequest, case_id: UUID, instrument_id: str) -> HttpResponse:
    """Fill in, keep, submit or amend one form.

    Nothing is answered beforehand, and blank is never no (R-04).
    """
    context = case_frame(request, case_id, "case_assessments")
    if instrument_id not in assessed.OFFERED:
        raise Http404
    amends = _amended(case_id, instrument_id, request.GET.get("amends", ""))
    definition = instrument(instrument_id)
    person = _person(context["summary"].linked, definition, amends, request.GET.get("about", ""))
    draft = drafting(request, _draft_name(definition, person, amends), case_id)
    head, form = _forms(request, definition, draft, amends)
    if request.method == "POST":
        head_fits, form_fits = head.is_valid(), form.is_valid()
        if head_fits and form_fits and form.validated:
            done = _submit(request, case_id, head, form, form.validated, person, amends)
            if done:
                discard_draft(request.actor, draft.form, case_id)
                return done
    held = assessed.forms_of(context["case"])
    earlier = assessed.before(
        held, instrument_id, person.pk if person else None, amends.pk if amends else None
    )
    return render(
        request,
        "casework/assess.html",
        {
            **context,
            "definition": definition,
            "person": person,
            "amends": amends,
            "begins_anew": amends is not None and amends.validated is None,
            "head": head,
            "form": form,
            "draft": draft,
            "problems": bool(head.errors or form.errors),
            "earlier": earlier,
            "sections": [
                (
                    section,
                    [
                        (question, _before(question, earlier), _prompt(question, earlier))
                        for question in questions
                    ],
                )
                for section, questions in form.sections
            ],
            "reader_name": request.actor.name,
        },
    )


def _draft_name(definition: Definition, person: LinkedPerson | None, amends: Assessment | None) -> str:
    """One draft for each form, person and amendment; short enough for the draft's key."""
    about = f":{person.pk.hex[:8]}" if person else ""
    return f"{definition.id}{about}{':amends' if amends else ''}"[:52]


def _forms(
    request: ActorRequest, definition: Definition, draft: Drafting, amends: Assessment | None
) -> tuple[AssessmentHeadForm, InstrumentForm]:
    special: dict[str, Any] = {"definition": definition, "amends": amends is not None}
    today = local_today()
    if request.method == "POST":
        return AssessmentHeadForm(request.POST, **special), form_class(definition)(request.POST, today=today)
    start: dict[str, Any] = {"key": uuid4(), "point": request.GET.get("point", "")}
    answers: dict[str, Any] = {}
    if amends is not None:
        start |= {"point": amends.point, "as_of": amends.as_of}
        before = amends.validated
        answers = initial_answers(before) if before else {}
    return (
        draft.start(AssessmentHeadForm, initial=start, **special),
        draft.start(form_class(definition), initial=answers, today=today),
    )


def _submit(
    request: ActorRequest,
    case_id: UUID,
    head: AssessmentHeadForm,
    form: InstrumentForm,
    answers: ValidatedAnswers,
    person: LinkedPerson | None,
    amends: Assessment | None,
) -> HttpResponse | None:
    typed = head.cleaned_data
    try:
        row = commands.submit_assessment(
            by=request.actor,
            case_id=case_id,
            point=typed["point"],
            as_of=typed["as_of"],
            answers=answers,
            linked_person_id=person.pk if person else None,
            supersedes_id=amends.pk if amends else None,
            amendment_reason=typed.get("amendment_reason", ""),
            key=typed["key"],
        )
    except Refusal as refusal:
        add_refusal(head, refusal)
        return None
    except commands.SomeoneSavedFirst as first:
        theirs: Assessment = first.theirs
        head.add_error(
            None,
            f"{theirs.recorded_by.name} has submitted this form for the same day already. Yours is kept as a draft:"
            " open theirs on the assessments page, and amend it where you know better.",
        )
        return None
    messages.success(request, f"{answers.definition.name} submitted")
    if hasattr(row, "review_flag"):
        messages.info(request, "Higher than last time. A review is asked of you and your manager.")
    return redirect("case_assessments", case_id)


def _amended(case_id: UUID, instrument_id: str, asked: str) -> Assessment | None:
    return queries.assessment_of(case_id, instrument_id, asked) if asked else None


def _person(
    linked: list[LinkedPerson], definition: Definition, amends: Assessment | None, asked: str
) -> LinkedPerson | None:
    """Whom the form is about: named by the address, or the only one there is."""
    if definition.unit is not Unit.LINK:
        return None
    wanted = str(amends.linked_person_id) if amends else asked
    found = next((person for person in linked if str(person.pk) == wanted), None)
    if found is None and not wanted and len(linked) == 1:
        found = linked[0]
    if found is None:
        raise LinkedPerson.DoesNotExist
    return found


def _before(question: Question, earlier: list[HeldForm]) -> list[tuple[HeldForm, str, int | None]]:
    """What this item was before: form, words ("" for missing), and boxes filled where its levels are
    ordered.
    """
    shown = []
    for form in earlier:
        if form.answers is None or question.item.id not in form.answers.definition:
            continue
        value = form.answers.known(question.item.id)
        rank = question.item.rank(value) if isinstance(value, str) else None
        shown.append((form, _words(question.item, value), rank))
    return shown if question.item.ordered or any(words for _, words, _ in shown) else []


def _words(item: Item, value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_words(item, one) for one in value)
    entry = item.code(value) if isinstance(value, str) else None
    return entry.label if entry else ("" if value is None else str(value))


def _prompt(question: Question, earlier: list[HeldForm]) -> str:
    """A word beside an answer as it stands: unknown again, or higher than last time. Never a stop."""
    before = earlier[-1].answers if earlier else None
    if before is None or question.item.id not in before.definition:
        return ""
    given = question.field.value()
    item = question.item
    was = before.known(item.id)
    if not isinstance(given, str) or not given:
        return ""
    if item.missing_state(given) or given in code_list("K-01"):
        return "Unknown twice running. Who might know?" if before.missing_state(item.id) else ""
    then, now = item.rank(was) if isinstance(was, str) else None, item.rank(given)
    if then is not None and now is not None and now > then:
        return "Higher than last time. A review will be asked of you and your manager. Ratings can also rise because more is known."
    return ""
