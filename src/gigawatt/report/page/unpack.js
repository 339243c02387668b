// Packed columns back to numbers: see gigawatt.report.pack for the form.

const MISSING = -(2 ** 30);

async function unpack(packed) {
  const coded = Uint8Array.from(atob(packed.data), (c) => c.charCodeAt(0));
  const stream = new Blob([coded]).stream().pipeThrough(new DecompressionStream("gzip"));
  const raw = new Uint8Array(await new Response(stream).arrayBuffer());
  const columns = {};
  let at = 0;
  for (const head of packed.columns) {
    const values = new Float64Array(packed.rows);
    let whole = 0;
    // A step such as 0.1 is divided by its inverse, so that 3 steps read 0.3 and not 0.30000000000000004.
    const inverse = head.step < 1 ? Math.round(1 / head.step) : 0;
    for (let i = 0; i < packed.rows; i++) {
      let folded = 0;
      for (let place = 0; place < head.bytes; place++) folded += raw[at + place * packed.rows + i] * 2 ** (8 * place);
      whole += folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
      values[i] = whole === MISSING ? NaN : inverse ? whole / inverse : whole * head.step;
    }
    at += head.bytes * packed.rows;
    columns[head.name] = values;
  }
  return columns;
}
