"""The left side of a slide."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from maps import wording
from maps.canvas import INK, MUTED, XY, Canvas
from maps.markup import number
from maps.picture import Head
from maps.words import language, t

PANEL = 643
LEFT, RIGHT = 57, 586
Project = Callable[[Sequence[XY]], list[XY]]


class Panel:
    """The left side of a slide: the finding, its figures with their denominators, and room below for a legend."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.y = 0.0

    def text(self, x: float, y: float, text: str, size: float, weight: int = 400, colour: str = INK) -> None:
        self.canvas.text(x, y, text, size, weight, colour, z=21)

    def wrapped(
        self, y: float, text: str, size: float, weight: int, colour: str, step: float, x: float = LEFT
    ) -> float:
        """Text in as many lines as it takes; the y of the line after it."""
        for line in self._lines(text, size, weight, RIGHT + 20 - x):
            self.text(x, y, line, size, weight, colour)
            y += step
        return y

    def _lines(self, text: str, size: float, weight: int, room: float) -> list[str]:
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.canvas.measure(longer, size, weight)[0] > room:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def _halves(self, title: str, size: float) -> list[str]:
        """A title of two findings breaks between them, when it must break and each fits its line."""
        first, comma, second = title.partition(", ")
        parts = [first + ",", second]
        room = RIGHT + 20 - LEFT
        fits = all(self.canvas.measure(part, size, 700)[0] <= room for part in parts)
        return parts if comma and fits and self.canvas.measure(title, size, 700)[0] > room else [title]

    def head(self, head: Head) -> None:
        title = 46 if len(head.title) < 44 else 38
        step = title * (1.15 if language() == "en" else 1.3)  # vowel signs stand above and below the line
        y = 88.0
        for part in self._halves(head.title, title):
            y = self.wrapped(y, part, title, 700, INK, step)
        dated = t("{subtitle}. Data to {date}", subtitle=head.subtitle, date=wording.day_text(head.as_of))
        y = self.wrapped(y - 4, dated, 19.5, 400, MUTED, 28) + 44
        for figure in head.figures[:4]:
            self.text(LEFT, y, figure.label, 18, 400, MUTED)
            self.text(LEFT, y + 44, number(figure.value), 42, 700)
            beside = max(195.0, self.canvas.measure(number(figure.value), 42, 700)[0] + 26)
            self.text(LEFT + beside, y + 44, f"{figure.strong} {figure.note}", 18, 500)
            self._bar(y + 58, figure.share)
            y += 116
        self.y = y

    def _bar(self, y: float, share: float | None) -> None:
        self.canvas.rectangle(LEFT, y, RIGHT - LEFT, 6, "#E5E2DA", z=21)
        if share:
            self.canvas.rectangle(LEFT, y, (RIGHT - LEFT) * min(share, 1), 6, "#00564B", z=22)

    def foot(self, head: Head, source: str) -> None:
        """The tag of invented data, the rule in force, where the lines come from."""
        x: float = LEFT
        if head.illustrative:
            self.canvas.rectangle(LEFT, 970, 166, 33, "#FFF3D6", "#8A6A1F", 1.4, z=21)
            self.canvas.text(LEFT + 83, 992, t("Illustrative data"), 17.5, 600, "#5B3B00", anchor="center", z=22)
            x = LEFT + 183
        self.wrapped(981 if len(head.rule) > 60 else 991, head.rule, 13.5, 400, MUTED, 18, x)
        self.text(LEFT, 1041, source, 13.5, 400, MUTED)
