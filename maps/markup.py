"""The HTML around a map: header, layer list, legend, months, and the same figures as a table. Every name is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from maps import symbols
from maps.picture import Area, Chip, Figure, Head, Month, Source
from maps.words import t

RAMP = ("#CFE5DF", "#9BCBC3", "#5FA9A3", "#2C7F80", "#0E4F57")


def number(value: int | None) -> str:
    """Lakh commas: 2,09,509. None is a dash."""
    if value is None:
        return "–"
    digits = str(abs(value))
    head, tail = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ("-" if value < 0 else "") + ",".join([*groups, tail])


def chip(item: Chip) -> str:
    """A filter; the date's chip can be told apart, because the month slider changes it."""
    text, dated = escape(item.text), item.dated
    strong = f'<b id="date">{escape(item.strong)}</b>' if dated else f"<b>{escape(item.strong)}</b>"
    both = f"{strong} {text}" if item.strong_first else f"{text} {strong}"
    return f'<li class="dated">{both}</li>' if dated else f"<li>{both}</li>"


def figure(item: Figure) -> str:
    share = 0.0 if item.share is None else max(0.0, min(1.0, item.share))
    bar = "" if item.share is None else f'<span class="bar"><i style="width:{share:.1%}"></i></span>'
    return (
        f'<div class="figure"><dt>{escape(item.label)}</dt><dd><div class="value">{number(item.value)}</div>{bar}'
        f'<div class="note"><b>{escape(item.strong)}</b> {escape(item.note)}</div></dd></div>'
    )


def header(head: Head) -> str:
    chips = "".join(map(chip, head.chips)) + '<li id="chosen" class="dated" hidden></li>'
    if head.illustrative:
        chips += f'<li class="illustrative">{t("Illustrative data")}</li>'
    return (
        f'<header class="head"><div><h1 id="title" aria-live="polite">{escape(head.title)}</h1>'
        f'<p class="sub">{escape(head.subtitle)}</p><ul class="chips">{chips}</ul></div>'
        f'<dl class="figures">{"".join(map(figure, head.figures))}</dl></header>'
    )


def layer(bit: int, source: Source) -> str:
    name = f"{source.name} ({source.centres})" if source.centres else source.name
    icon = symbols.source(source.kind, source.letters, source.colour)
    return (
        f'<li><label><input type="checkbox" checked data-bit="{bit}"><span class="icon icon-{source.kind}">{icon}</span>'
        f'<span>{escape(name)}</span><span class="count" id="count-{bit}">{number(source.villages)}</span></label></li>'
    )


def layers(sources: Sequence[Source], *, lists: bool) -> str:
    """Clusters, then rural centres; and, where there are `lists` of catchments, the districts' tint, off at first."""
    clusters = "".join(layer(i, s) for i, s in enumerate(sources) if s.kind == "cluster")
    centres = "".join(layer(i, s) for i, s in enumerate(sources) if s.kind != "cluster")
    tint = (
        '<p class="also"><label class="plain"><input type="checkbox" id="tint">'
        f"<span>{t('Districts by coverage, not cells')}</span></label></p>"
    )
    return (
        f'<section class="panel layers"><h2>{escape(t("S&T clusters"))} <span>{t("villages reached")}</span></h2>'
        f"<ul>{clusters}</ul><h2>{t('Rural centres')}</h2><ul>{centres}</ul>{tint if lists else ''}</section>"
    )


def gaps(rows: Iterable[tuple[str, int, int]]) -> str:
    """Districts by villages no longer active; the bar is their share of the reached."""
    lines = "".join(
        f"<li><span>{escape(name)}</span><span>{escape(t('{n} of {all} reached', n=number(lost), all=number(reached)))}</span>"
        f'<span class="bar"><i style="width:{lost / max(reached, 1):.1%}"></i></span></li>'
        for name, lost, reached in rows
    )
    return (
        f'<section class="panel gaps"><h2>{t("Most villages no longer active")}</h2><ul>{lines}</ul></section>'
        if lines
        else ""
    )


def ramp() -> str:
    steps = "".join(f"<div>{symbols.hexagon(colour, '#9AA7A3', 0.8)}<span></span></div>" for colour in RAMP)
    return f'<div class="ramp">{steps}</div>'


def legend(head: Head, kinds: set[str], *, lists: bool) -> str:
    """`lists`: whether there are catchments, and so white spots."""
    white = f"<li>{symbols.hexagon('#fff', '#8C8F88', 1.8)}<span>{t('White spot: in a catchment, none reached')}</span></li>"
    marks = [
        ("cluster", symbols.cluster("Hy", "#262C8C", 22), t("S&T cluster, letters of its city")),
        ("rutag", symbols.rutag(17), t("RuTAG centre")),
        ("rsvc", symbols.house(19), t("RSVC centre")),
    ]
    cell = escape(t("A cell is about {size} km².", size="#")).replace("#", '<span id="cell-size">1,770</span>')
    shown = "".join(f"<li>{icon}<span>{escape(text)}</span></li>" for kind, icon, text in marks if kind in kinds)
    return (
        f'<section class="panel legend"><h2 id="legend-title">{t("Villages reached, per cell")}</h2>{ramp()}<ul class="cells-only">'
        f"{white if lists else ''}"
        f"<li>{symbols.hexagon('#5FA9A3', '#B3261E', 2.8)}<span>{t('Less than half still active')}</span></li></ul>"
        f'<ul class="villages-only">{_conditions()}</ul><ul>{shown}</ul>'
        f'<p class="rule">{cell} {escape(head.rule)}</p></section>'
    )


def _conditions() -> str:
    words = {name: t(symbols.CONDITION_WORDS[name]) for name in symbols.CONDITION_ORDER}
    return "".join(f"<li>{symbols.condition(name, 15)}<span>{escape(word)}</span></li>" for name, word in words.items())


PLAY = (
    '<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path class="go" d="M4.5 2.5 13 8 4.5 13.5Z" '
    'fill="#fff"/><path class="pause" d="M4 3h3v10H4zM9 3h3v10H9z" fill="#fff"/></svg>'
)


def months(items: Sequence[Month]) -> str:
    """The bar of months: heights are new villages; the slider's thumb stands under its bar."""
    top = max((m.new for m in items), default=0) or 1
    bars = "".join(
        f'<i style="height:{100 * m.new / top:.0f}%" title="{escape(t("{month}: {n} new", month=m.label, n=number(m.new)))}"></i>'
        for m in items
    )
    key = ' class="key"'
    ticks = "".join(f"<li{key if m.tick else ''}>{escape(m.short)}</li>" for m in items)
    last, n = items[-1], max(len(items), 1)
    place = f"left:calc({50 / n:.3f}% - 9px);width:calc({100 - 100 / n:.3f}% + 18px)"
    return (
        f'<section class="months" aria-label="{t("Months")}"><button type="button" class="play" '
        f'aria-label="{t("Play the months")}">{PLAY}</button>'
        f'<div class="now"><b id="month">{escape(last.label)}</b><span id="so-far"></span></div>'
        f'<div class="chart"><p>{t("New villages reached per month")}</p><div class="bars" aria-hidden="true">{bars}</div>'
        f'<input type="range" min="0" max="{n - 1}" step="1" value="{n - 1}" aria-label="{t("Month")}" style="{place}">'
        f'<ol class="ticks" aria-hidden="true">{ticks}</ol></div></section>'
    )


def table(caption: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f'<tr><th scope="row">{escape(a)}</th><td>{escape(b)}</td></tr>' for a, b in rows)
    return f"<table><caption>{escape(caption)}</caption>{lines}</table>" if lines else ""


def as_table(*tables: str) -> str:
    """What the map shows, in words and figures, for readers who cannot use the picture."""
    return (
        f'<details class="panel as-table"><summary>{t("The figures as a table")}</summary>{"".join(tables)}</details>'
    )


def figure_rows(figures: Sequence[Figure]) -> list[tuple[str, str]]:
    return [(f.label, f"{number(f.value)} ({f.strong} {f.note})") for f in figures]


def area_rows(areas: Sequence[Area]) -> list[tuple[str, str]]:
    return [
        (
            a.name,
            t("{n} of {all} reached still active", n=number(a.active), all=number(a.reached))
            + (
                "; " + t("{n} of {all} catchment villages reached", n=number(a.covered), all=number(a.catchment))
                if a.catchment
                else ""
            ),
        )
        for a in areas
        if a.reached or a.catchment
    ]


def sheet() -> str:
    return f'<button type="button" class="sheet-open" aria-expanded="false">{t("Layers")}</button>'


def shut() -> str:
    return f'<button type="button" class="sheet-close">{t("Close")}</button>'
