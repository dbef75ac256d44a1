"""Decides the last steps of an import: one currency, one grain, lines of one key added up, totals held against them."""

from __future__ import annotations

from datetime import date

import numpy as np

from engine.ingest.checking import check_totals, sums_of
from engine.ingest.columns import Columns, attribute
from engine.ingest.currency import settle_currency
from engine.ingest.entities import Entities, grain_warnings, line_keys, name_entities
from engine.ingest.facts import Facts, melt
from engine.ingest.faults import FaultList, say
from engine.ingest.fields import METRICS
from engine.ingest.grid import Labels
from engine.ingest.headers import normalise
from engine.ingest.layout import Layout
from engine.ingest.measures import Measure, choose_results, rounded_counts, to_measure
from engine.ingest.merging import add_up, repeats
from engine.ingest.oddities import find_oddities
from engine.ingest.platform import platforms
from engine.ingest.report import Hints, ImportReport, Reading, TotalCheck
from engine.ingest.sniffing import Content
from engine.ingest.source import Source
from engine.messages import Message


def assemble(
    file: str,
    content: Content,
    source: Source,
    layout: Layout,
    columns: Columns,
    hints: Hints,
    faults: FaultList,
) -> Reading:
    """The reading of a file whose columns were read. Raises FileFaults when anything was wrong with any of them."""
    lines = len(columns.grid)
    currency = _currency(layout, columns, hints, faults)
    faults.raise_any()
    warnings = [*columns.warnings, *_header_warnings(source, layout, columns)]
    measures = _measures(columns)
    indicator = choose_results(measures, columns.labels.get("result_indicator"), lines, warnings)
    values = dict(layout.preamble.values)
    if layout.mapping and "$campaign" in layout.mapping.constants:
        values["campaign_name"] = layout.mapping.constants["$campaign"]
    entities = name_entities(columns.labels, layout.match.platform, values, hints.account_id, lines)
    warnings += grain_warnings(entities)
    whole = _facts(columns, entities, measures, indicator, currency)
    hides = any(name in layout.match.fields for name in platforms()[layout.match.platform].totals.hides_rows_beside)
    checks, differences = check_totals(columns.totals, measures, columns.grid.rows, hides)
    facts = whole.keep(columns.kept)
    if columns.wide:
        wide = {spot: to_measure(spot[0], numbers) for spot, numbers in columns.wide.items()}
        facts = melt(facts, {spot: Measure(m.values[columns.kept], m.valid[columns.kept]) for spot, m in wide.items()})
    facts = _one_line_a_key(facts, layout, warnings)
    warnings += [*differences, *find_oddities(facts, currency, layout.match.platform)]
    report = _report(file, content, source, layout, columns, entities, facts, currency, checks, warnings)
    return Reading(facts.table(), report)


def _currency(layout: Layout, columns: Columns, hints: Hints, faults: FaultList) -> str | None:
    money = {name for name, kind in METRICS.items() if kind in ("money", "micros")}
    headers = [layout.headers[p] for name, p in layout.match.fields.items() if name in money]
    headers += [layout.headers[p] for p, (metric, _) in layout.match.wide.items() if metric in money]
    signs = {sign for name, numbers in columns.numbers.items() if name in money for sign in numbers.currencies}
    signs |= {sign for (metric, _), numbers in columns.wide.items() if metric in money for sign in numbers.currencies}
    said = layout.mapping.constants.get("$currency") if layout.mapping else None
    return settle_currency(
        columns.labels.get("currency"),
        columns.labels.get("account_name"),
        headers,
        sorted(signs),
        hints.currency or said,
        columns.grid.rows,
        columns.kept,
        faults,
    )


def _measures(columns: Columns) -> dict[str, Measure]:
    measures = {}
    for name, numbers in columns.numbers.items():
        measures[name.removesuffix("_micros")] = to_measure(name, numbers)
        rounded = rounded_counts(name, numbers)
        if rounded:
            columns.warnings.append(say("warn.rounded", metric=name, lines=rounded))
    return measures


def _facts(
    columns: Columns, entities: Entities, measures: dict[str, Measure], indicator: Labels, currency: str | None
) -> Facts:
    lines = len(columns.grid)
    dimensions = dict(entities.dimensions)
    dimensions["result_indicator"] = indicator
    dimensions["currency"] = Labels.constant(currency or "", lines)
    dimensions["attribution"] = attribute(columns.labels, "attribution", lines)
    return Facts(dimensions, columns.when.start, columns.when.end, columns.grid.rows, measures)


def _one_line_a_key(facts: Facts, layout: Layout, warnings: list[Message]) -> Facts:
    days = [facts.start.astype(np.int64), (facts.end - facts.start).astype(np.int64)]
    things = line_keys(facts.dimensions, days)
    if not repeats(things):
        return facts
    indicator, attribution = facts.dimensions["result_indicator"], facts.dimensions["attribution"]
    kinds = indicator.codes.astype(np.int64) * len(attribution.values) + attribution.codes
    added = add_up(things, kinds, facts.measures)
    if added.merged:
        unused = [layout.headers[p] for p in layout.match.unknown if layout.headers[p]][:8]
        if unused:
            warnings.append(say("warn.merged_unmapped", lines=added.merged, headers=", ".join(unused)))
        else:
            warnings.append(say("warn.merged", lines=added.merged))
    if added.lost_reach:
        warnings.append(say("warn.reach_lost"))
    return facts.pick(added.lines, added.measures)


def _header_warnings(source: Source, layout: Layout, columns: Columns) -> list[Message]:
    warnings = []
    if source.other_sheets:
        warnings.append(say("warn.other_sheets", sheets=", ".join(source.other_sheets)))
    guesses = platforms()[layout.match.platform].guesses
    for position in layout.match.unknown:
        guess = guesses.get(normalise(layout.headers[position]))
        if guess is not None and guess not in layout.match.fields:
            warnings.append(say("warn.guessed", header=layout.headers[position], field=guess))
    if columns.when.with_clock:
        warnings.append(say("warn.hours", header=columns.when.column or ""))
    return warnings


def _report(
    file: str,
    content: Content,
    source: Source,
    layout: Layout,
    columns: Columns,
    entities: Entities,
    facts: Facts,
    currency: str | None,
    checks: tuple[TotalCheck, ...],
    warnings: list[Message],
) -> ImportReport:
    match = layout.match
    mapped = {layout.headers[position]: name for name, position in match.fields.items()}
    mapped |= {layout.headers[p]: f"{metric}@{channel}" for p, (metric, channel) in match.wide.items()}
    # A platform's report states its range, and a day of it without a row is a day on which nothing ran. What stands
    # above an agency's own table is often the flight (走期), which the rows need not have reached yet.
    stated = layout.preamble.period if match.platform != "generic" else None
    period = stated or (_as_date(facts.start.min()), _as_date(facts.end.max()))
    return ImportReport(
        file=file,
        sha256=content.sha256,
        size_bytes=content.size_bytes,
        platform=match.platform,
        grain="campaign" if match.wide else entities.grain,
        breakdown=entities.breakdown,
        encoding=content.encoding,
        delimiter=source.delimiter,
        header_row=layout.header_index + 1,
        headers=layout.headers,
        header_fingerprint=layout.fingerprint,
        mapping=mapped,
        unmapped=tuple(layout.headers[position] for position in match.unknown if layout.headers[position]),
        currency=currency,
        period=period,
        rows_read=len(columns.grid)
        + sum(n for reason, n in columns.dropped if reason.id.endswith(("other_section", "footnote"))),
        rows_kept=len(facts),
        dropped=tuple(columns.dropped),
        sums=sums_of(facts.measures, facts.dimensions["result_indicator"]),
        totals_check=checks,
        warnings=tuple(warnings),
    )


def _as_date(day: np.datetime64) -> date:
    return date.fromisoformat(str(day.astype("datetime64[D]")))
