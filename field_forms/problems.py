"""What is wrong with a form, said so that its author can mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault of a form. `row` counts as the spreadsheet does: the header is row 1, the first question row 2."""

    sheet: str | None
    row: int | None
    column: str | None
    message: str
    remedy: str

    def __str__(self) -> str:
        row = f"row {self.row}" if self.row else None
        column = f"column {self.column}" if self.column else None
        place = ", ".join(part for part in (self.sheet, row, column) if part)
        return f"{place}: {self.message} {self.remedy}" if place else f"{self.message} {self.remedy}"


class FormError(Exception):
    """A form that cannot be published; `problems` says where and what to do, never empty."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
