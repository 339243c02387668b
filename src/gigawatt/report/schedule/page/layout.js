// Where the gangs are drawn inside their lanes: lowest free height first, and in pieces where it is in pieces.

/** The free heights of one lane, as sorted pairs [low, high); taken and given back as runs start and end. */
class Heights {
  constructor(gpus) {
    this.free = [[0, gpus]];
  }

  /** Take so many GPUs: the smallest gap that holds them, else gaps from the lowest on. Null: not that many free. */
  take(gpus) {
    let best = -1;
    let total = 0;
    for (let i = 0; i < this.free.length; i++) {
      const size = this.free[i][1] - this.free[i][0];
      total += size;
      if (size >= gpus && (best < 0 || size < this.free[best][1] - this.free[best][0])) best = i;
    }
    if (total < gpus) return null;
    if (best >= 0) return [this.cut(best, gpus)];
    const pieces = [];
    for (let left = gpus; left > 0; ) {
      const size = Math.min(left, this.free[0][1] - this.free[0][0]);
      pieces.push(this.cut(0, size));
      left -= size;
    }
    return pieces;
  }

  cut(at, gpus) {
    const [low, high] = this.free[at];
    if (high - low === gpus) this.free.splice(at, 1);
    else this.free[at][0] = low + gpus;
    return [low, low + gpus];
  }

  give([low, high]) {
    let at = 0;
    while (at < this.free.length && this.free[at][0] < low) at += 1;
    this.free.splice(at, 0, [low, high]);
    if (at + 1 < this.free.length && this.free[at + 1][0] === high) {
      this.free[at][1] = this.free[at + 1][1];
      this.free.splice(at + 1, 1);
    }
    if (at > 0 && this.free[at - 1][1] === low) {
      this.free[at - 1][1] = this.free[at][1];
      this.free.splice(at, 1);
    }
  }
}

/** Pieces of all drawn runs: run, lane and share of the lane's height; a gang that its lane cannot hold lies across. */
function layOut(each, laneGpus, across) {
  const count = each.start_s.length;
  const lanes = laneGpus.map((gpus) => new Heights(gpus));
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => each.start_s[a] + each.length_s[a] - each.start_s[b] - each.length_s[b]);
  const taken = new Array(count);
  const lane = Int32Array.from(each.lane);
  const pieces = { run: [], lane: [], low: [], high: [] };
  let ended = 0;
  for (let i = 0; i < count; i++) {
    for (; ended < count && each.start_s[order[ended]] + each.length_s[order[ended]] <= each.start_s[i]; ended++) {
      const run = order[ended];
      // A run too short for the rounding ends at the instant at which it starts, perhaps before it was placed.
      for (const piece of taken[run] ?? []) lanes[lane[run]].give(piece);
      taken[run] = [];
    }
    if (taken[i]) continue;
    let found = lanes[lane[i]].take(each.gpus[i]);
    if (found === null && across >= 0) {
      lane[i] = across;
      found = lanes[across].take(each.gpus[i]);
    }
    taken[i] = found ?? [];
    for (const [low, high] of taken[i]) {
      pieces.run.push(i);
      pieces.lane.push(lane[i]);
      pieces.low.push(low / laneGpus[lane[i]]);
      pieces.high.push(high / laneGpus[lane[i]]);
    }
  }
  return { lane, run: Int32Array.from(pieces.run), row: Int32Array.from(pieces.lane), low: Float32Array.from(pieces.low), high: Float32Array.from(pieces.high) };
}
