// Power: firm capacity against what is provisioned, the load's duration, and where energy goes.

function firmPanel(site) {
  const d = site.daily;
  if (!anyKnown(d.firm_power_mw) && !anyKnown(d.installed_facility_mw)) return { empty: "empty.firm", values: { site: site.short } };
  const parts = [["firm_grid_mw", "grid"], ["firm_onsite_mw", "turbine"], ["firm_storage_mw", "battery"]].filter(([name]) => anyKnown(d[name]));
  const lines = [
    ["installed_facility_mw", "ink", { type: "dashed", width: 1.5 }],
    ["energised_facility_mw", "accent", { width: 2.5 }],
    ["hall_facility_mw", "binding-hall", { width: 1 }],
    ["cooling_facility_mw", "binding-cooling", { width: 1 }],
  ].filter(([name]) => anyKnown(d[name]));
  const columns = [...parts, ...lines].map(([name]) => name);
  return {
    table: () => ({ columns: [{ name: "day" }, ...columns.map((name) => ({ name }))], rows: Array.from({ length: clock.days }, (_, i) => [isoDay(dayAt(i)), ...columns.map((name) => d[name][i])]) }),
    draw(box) {
      const most = largest(d.firm_power_mw, d.installed_facility_mw, d.energised_facility_mw) * 1.15;
      chart(box, say("chart.firm.aria", { site: site.short }), 300, ({ narrow }) =>
        common({
          grid: { outerBoundsMode: "none", left: axisRoom(most, "MW"), right: narrow ? 10 : 16, top: 30, bottom: 26 },
          xAxis: timeAxis({ min: firstDay, max: lastInstant }),
          yAxis: valueAxis(most, "MW", { min: 0, max: niceTop(most) }),
          series: [
            ...parts.map(([name, fill], i) => area(words["column." + name], dailyPairs(d[name]), colour(fill), "firm", { areaStyle: { color: colour(fill), opacity: 0.55 }, markLine: i === 0 ? markLines([documentedLine()]) : undefined })),
            ...lines.map(([name, fill, style]) => line(words["column." + name], dailyPairs(d[name]), colour(fill), { lineStyle: { color: colour(fill), ...style }, sampling: undefined, z: 5 })),
          ],
          tooltip: { ...common().tooltip, formatter: (points) => seriesTip(points, "MW", isoDay) },
        }),
      );
      box.append(key([...parts.map(([name, fill]) => ({ name: words["column." + name], fill })), ...lines.map(([name, fill, style]) => ({ name: words["column." + name], fill, mark: style.type ? "dash" : "stroke" }))]));
    },
  };
}

/** A tooltip that reads the values under the pointer, one row a series. */
function seriesTip(points, unit, title) {
  const rows = points.filter((p) => Array.isArray(p.value) && p.value[1] !== null && Number.isFinite(p.value[1])).map((p) => ({ name: p.seriesName, fill: p.color, text: quantity(p.value[1], unit) }));
  return tip(title(points[0].axisValue), rows);
}

function durationPanel(site) {
  if (site.duration.length === 0) return { empty: "empty.load", values: { site: site.short } };
  const most = Math.max(...site.duration.map((c) => c.mw[0]));
  const share = (i) => (i * 100) / (site.duration[0].mw.length - 1);
  return {
    table: () => ({ columns: [{ name: "exceeded", unit: "% of hours" }, ...site.duration.map((c) => ({ name: String(c.year), unit: "MW" }))], rows: site.duration[0].mw.map((_, i) => [share(i), ...site.duration.map((c) => c.mw[i])]) }),
    draw(box) {
      chart(box, say("chart.duration.aria", { site: site.short }), 280, () =>
        common({
          grid: { outerBoundsMode: "none", left: axisRoom(most, "MW"), right: 48, top: 30, bottom: 42 },
          xAxis: { ...timeAxis(), type: "value", min: 0, max: 100, name: say("chart.duration.axis"), nameLocation: "middle", nameGap: 26, nameTextStyle: text(12), axisLabel: { ...text(12), formatter: (v) => significant(v) } },
          yAxis: valueAxis(most, "MW", { min: 0 }),
          series: site.duration.map((c, i) => {
            const last = i === site.duration.length - 1;
            const strength = 0.3 + (0.7 * (i + 1)) / site.duration.length;
            return line(String(c.year), c.mw.map((v, k) => [share(k), v]), colour("accent"), { lineStyle: { color: colour("accent"), width: last ? 2 : 1.3, opacity: strength }, endLabel: { show: true, formatter: String(c.year), ...text(12), distance: 4 }, labelLayout: { moveOverlap: "shiftY" } });
          }),
          tooltip: { ...common().tooltip, formatter: (points) => seriesTip(points, "MW", (v) => say("chart.duration.at", { p: significant(v) })) },
        }),
      );
    },
  };
}

const NODE_FILL = { grid: "grid", turbine: "turbine", genset: "genset", solar: "solar", store: "battery", "store'": "charge", bus: "ink-3", facility: "ink-3", it: "accent", curtailed: "curtailed", nobody: "curtailed" };

function nodeName(name) {
  const text_ = named("node.", name);
  return text_.charAt(0).toUpperCase() + text_.slice(1);
}

function energyPeriods() {
  const [from, to] = clock.year;
  const years = [...new Set(clock.months.map((m) => m.slice(0, 4)))];
  const indices = (test) => clock.months.map((m, i) => [m, i]).filter(([m, i]) => test(m, i)).map(([, i]) => i);
  return [
    ["year", say("when.months_to", { n: to - from + 1, month: documentedMonth }), indices((_, i) => i >= from && i <= to)],
    ...years.map((y) => [y, y, indices((m) => m.startsWith(y))]),
    ["all", say("zoom.whole"), indices(() => true)],
  ];
}

const sankeyState = { period: "year" };

function sankeyPanel(site) {
  const months = energyPeriods().find(([id]) => id === sankeyState.period)[2];
  const links = site.energy.links.map((l) => ({ source: l.source, target: l.sink, value: sum(months.map((m) => l.mwh[m])) })).filter((l) => l.value > 0);
  const visible = Math.max(...links.map((l) => l.value)) * 1e-6;
  if (links.length === 0) return { empty: "empty.energy", values: { site: site.short } };
  const names = [...new Set(links.flatMap((l) => [l.source, l.target]))];
  const through = (name) => Math.max(sum(links.filter((l) => l.source === name).map((l) => l.value)), sum(links.filter((l) => l.target === name).map((l) => l.value)));
  return {
    table: () => ({ columns: [{ name: "from" }, { name: "to" }, { name: "energy", unit: "MWh" }], rows: links.map((l) => [l.source, l.target, l.value]) }),
    draw(box) {
      chart(box, say("chart.sankey.aria", { site: site.short }), 360, ({ narrow }) =>
        common({
          series: [
            {
              type: "sankey",
              left: 4, right: narrow ? 164 : 176, top: 10, bottom: 14,
              nodeWidth: 10, nodeGap: 18, draggable: false, layoutIterations: 24, nodeAlign: "justify",
              emphasis: { focus: "adjacency" },
              data: names.filter((name) => through(name) > visible).map((name) => ({ name, itemStyle: { color: colour(NODE_FILL[name] || "tone-6"), borderWidth: 0 } })),
              links: links.filter((l) => l.value > visible),
              lineStyle: { color: "source", opacity: 0.32, curveness: 0.5 },
              label: { ...text(12, "ink"), formatter: (p) => nodeName(p.name) + (through(p.name) > visible * 1e5 ? "\n" : "  ") + quantity(through(p.name), "MWh"), lineHeight: 15, textBorderWidth: 0 },
            },
          ],
          tooltip: { ...common().tooltip, trigger: "item", formatter: (p) => (p.dataType === "edge" ? tip(`${nodeName(p.data.source)} → ${nodeName(p.data.target)}`, [{ name: say("chart.sankey.energy"), text: quantity(p.data.value, "MWh") }]) : tip(nodeName(p.name), [{ name: say("chart.sankey.through"), text: quantity(through(p.name), "MWh") }])) },
        }),
      );
    },
  };
}

function powerSection() {
  section("power");
  figure("firm", { class: "wide", panels: firmPanel });
  figure("dispatch", { class: "wide stacked", panels: dispatchPanel, controls: dispatchControls });
  figure("duration", { panels: durationPanel });
  figure("sankey", {
    panels: sankeyPanel,
    controls: (fill) =>
      choice(say("choice.period"), energyPeriods().map(([id, label]) => [id, label]), sankeyState.period, (id) => {
        sankeyState.period = id;
        fill();
      }),
  });
  figure("heat", { class: "wide stacked", panels: heatPanel, controls: heatControls });
}
