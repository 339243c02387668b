// The formatter's twin: the same strings as gigawatt.report.format, held equal by a test.

function grouped(plain, keep) {
  const [whole, part = ""] = plain.split(".");
  const digits = keep ? part : part.replace(/0+$/, "");
  const marked = whole.replace(/\B(?=(\d{3})+$)/g, words["number.group"]);
  return marked + (digits ? words["number.decimal"] + digits : "");
}

/** Decimal text of a magnitude rounded to significant digits, never in powers of ten. */
function plainDecimal(magnitude, digits) {
  const [mantissa, power] = magnitude.toExponential(digits - 1).split("e");
  const figures = mantissa.replace(".", "");
  const exponent = Number(power);
  if (exponent >= figures.length - 1) return figures + "0".repeat(exponent - figures.length + 1);
  if (exponent >= 0) return figures.slice(0, exponent + 1) + "." + figures.slice(exponent + 1);
  return "0." + "0".repeat(-exponent - 1) + figures;
}

function significant(value, digits = 3, keep = false) {
  if (value === null || value === undefined || !Number.isFinite(value)) return words["number.missing"];
  if (value === 0) return "0";
  const sign = value < 0 ? words["number.minus"] : "";
  const magnitude = Math.abs(value);
  const [mantissa, power] = magnitude.toExponential(digits - 1).split("e");
  if (Number(power) < -4) {
    const raised = [...String(Number(power))].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"["0123456789".indexOf(c)] ?? "⁻").join("");
    return sign + grouped(mantissa, keep) + "×10" + raised;
  }
  return sign + grouped(plainDecimal(magnitude, digits), keep);
}

function scaleFor(value, unit, digits = 3) {
  const ladder = payload.number.ladders[unit];
  if (ladder === undefined) return [1, payload.number.printed[unit] ?? unit];
  const size = Number.isFinite(value) && value !== 0 ? Number(Math.abs(value).toExponential(digits - 1)) : 0;
  return ladder.find(([factor]) => size >= factor) ?? ladder[ladder.length - 1];
}

function quantity(value, unit, digits = 3, keep = false) {
  if (value === null || value === undefined || !Number.isFinite(value)) return words["number.missing"];
  const [factor, name] = scaleFor(value, unit, digits);
  const number = significant(value / factor, digits, keep);
  return name ? number + " " + name : number;
}

function monthInWords(month) {
  return say("date.month_year", { month: words["date.month." + Number(month.slice(5, 7))], year: month.slice(0, 4) });
}
