"""The form of one allocation: two workers with their loads, an approach, and what an earlier referral opened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from drive.components.forms import Choice, ChoiceTiles, TextArea, TextField
from drive.instruments.codelists import code_list

from .queries import OpenAlready, StillOpen, Worker, Workers

JOIN, NEW = "join", "new"


def _workers(found: list[Worker]) -> list[Choice]:
    return [
        Choice(
            str(each.membership.pk),
            each.membership.name,
            hint=f"{each.where}. {each.prompt or f'{each.held} held'}",
        )
        for each in found
    ]


def _offer(label: str, open_one: StillOpen, join_words: str, new_words: str) -> ChoiceTiles:
    code = f" {open_one.code}" if open_one.code else ""
    return ChoiceTiles(
        label=label,
        columns=1,
        choices=[
            Choice(
                JOIN,
                f"{join_words}{code}",
                hint=f"Stays with {open_one.holder.name}, {open_one.holder.organisation.name}",
            ),
            Choice(NEW, new_words),
        ],
    )


class AllocationForm(forms.Form):
    """Chooses a worker of each side, unless the referral joins what is open already; nothing is chosen beforehand."""

    su_join = forms.Field(required=False)
    su_holder = ChoiceTiles(label="Case manager", required=False, columns=2)
    su_look = TextField(label="Look for another case manager by name", required=False, max_length=80)
    vs_join = forms.Field(required=False)
    vs_holder = ChoiceTiles(label="IDVA, or who stands in for one", required=False, columns=2)
    vs_look = TextField(label="Look for another by name", required=False, max_length=80)
    approach = ChoiceTiles(label="Approach to begin with", columns=2)
    reason = TextArea(label="Why these workers", required=False, optional_words="where you weighed it")

    def __init__(
        self,
        *args: Any,
        case_workers: Workers,
        record_workers: Workers,
        known: OpenAlready,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["su_holder"].choices = _workers(case_workers.offered)  # type: ignore[attr-defined]  # ours
        self.fields["vs_holder"].choices = _workers(record_workers.offered)  # type: ignore[attr-defined]  # ours
        self.fields["approach"].choices = [  # type: ignore[attr-defined]  # ours
            Choice(entry.code, entry.label, definition=entry.definition)
            for entry in code_list("K-15").codes
            if entry.offered
        ]
        if known.case:
            self.fields["su_join"] = _offer(
                "The service user may have an open case here",
                known.case,
                "The same person: use the open case",
                "Another person: open a new case",
            )
        else:
            del self.fields["su_join"]
        if known.record:
            self.fields["vs_join"] = _offer(
                "The victim/survivor may have an open record here",
                known.record,
                "The same person: use the open record",
                "Another person: open a new record",
            )
        else:
            del self.fields["vs_join"]

        for side, found in (("su", case_workers), ("vs", record_workers)):
            if found.others:
                self.fields[
                    f"{side}_look"
                ].help_text = f"{found.others} more work here. Those shown have the lowest loads, or the name looked for."
            else:
                del self.fields[f"{side}_look"]
        self.fields["su_holder"].optional_words = "unless the open case is used" if known.case else ""  # type: ignore[attr-defined]  # read by our renderer
        self.fields["vs_holder"].optional_words = "unless the open record is used" if known.record else ""  # type: ignore[attr-defined]  # read by our renderer

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for side, question in (
            ("su", "Choose a case manager."),
            ("vs", "Choose an IDVA, or who stands in for one."),
        ):
            joins = cleaned.get(f"{side}_join") == JOIN
            if not joins and not cleaned.get(f"{side}_holder") and f"{side}_holder" not in self.errors:
                self.add_error(f"{side}_holder", question)
        return cleaned

    def choice(self) -> dict[str, Any]:
        """What was chosen, as `commands.allocate` takes it."""
        said = self.cleaned_data
        return {
            "su_holder_id": UUID(said["su_holder"]) if said["su_holder"] else None,
            "vs_holder_id": UUID(said["vs_holder"]) if said["vs_holder"] else None,
            "approach": said["approach"],
            "reason": said["reason"],
            "join_case": said.get("su_join") == JOIN,
            "join_record": said.get("vs_join") == JOIN,
        }
