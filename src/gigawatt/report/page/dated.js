// What charts over the days and months of a run share.

/** For bars that stand on the first of a month: half a month more on either side, and no label there. */
function monthlyAxis() {
  const axis = timeAxis({ min: monthStart(0) - 16 * DAY_MS, max: monthStart(clock.months.length - 1) + 16 * DAY_MS });
  axis.axisLabel.formatter = (ms) => (new Date(ms).getUTCDate() === 1 ? timeLabel(ms) : "");
  return axis;
}

/** Pairs of instant and value of a daily column. */
function dailyPairs(values, factor) {
  return Array.from(values, (value, i) => [dayAt(i), Number.isFinite(value) ? value * (factor || 1) : null]);
}

function monthlyPairs(values) {
  return values.map((value, m) => [monthStart(m), Number.isFinite(value) ? value : null]);
}

/** A vertical line where the record ends and the plan begins. */
function documentedLine(label) {
  return {
    xAxis: documentedUntil,
    lineStyle: { color: colour("ink-3"), type: [2, 3], width: 1 },
    label: { show: Boolean(label), formatter: label || "", position: "insideStartTop", distance: 3, ...text(11, "ink-2") },
  };
}

function markLines(lines) {
  return { silent: true, symbol: "none", animation: false, data: lines.filter((mark) => isDocumented || mark.xAxis !== documentedUntil) };
}
