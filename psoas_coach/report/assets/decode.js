// What a clip's data.js holds, made readable: typed arrays, and what is known of one frame.
"use strict";
globalThis.psoas ??= {};

(() => {
  const TYPES = { f8: Float64Array, f4: Float32Array, i2: Int16Array, i1: Int8Array, u1: Uint8Array, u4: Uint32Array };
  const NOWHERE = -32768;
  const NOBODY = { exercise: null, stretched: null, near: "left" };

  function unpack({ type, data }) {
    const text = atob(data);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
    return new TYPES[type](bytes.buffer);
  }

  // Verdicts by their numbers in the data. 5 is fine so far, but past a limit whose delay is running: nothing to praise.
  psoas.VERDICTS = ["none", "unknown", "ok", "caution", "stop", "unknown"];
  psoas.SEVERITY = [0, 1, 0, 2, 3, 1];

  psoas.Clip = class {
    constructor(raw) {
      this.raw = raw;
      [this.width, this.height] = raw.size;
      this.still = raw.still;
      this.endS = raw.end_s;
      this.frames = Object.fromEntries(Object.entries(raw.frames).map(([name, array]) => [name, unpack(array)]));
      this.times = this.frames.time_s;
      this.count = this.times.length;
      this.pointCount = Object.keys(raw.points).length;
      this.series = raw.series.map((one, index) => ({
        ...one,
        index,
        values: unpack(one.values),
        sigma: unpack(one.sigma),
        codes: unpack(one.codes),
      }));
    }

    // The frame whose time is nearest.
    frameAt(timeS) {
      let low = 0;
      let high = this.count - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (this.times[middle] <= timeS) low = middle;
        else high = middle - 1;
      }
      const next = low + 1;
      return next < this.count && this.times[next] - timeS < timeS - this.times[low] ? next : low;
    }

    // Where the points of a frame lie in pixels of the picture, [x, y], or null where one is not seen.
    pointsOf(frame) {
      const unit = Math.max(this.width, this.height) / this.raw.scale;
      const places = [];
      for (let i = 0; i < this.pointCount; i += 1) {
        const at = 2 * (frame * this.pointCount + i);
        const x = this.frames.points[at];
        places.push(x === NOWHERE ? null : [x * unit, this.frames.points[at + 1] * unit]);
      }
      return places;
    }

    isSure(frame, point) {
      return ((this.frames.sure[frame] >>> point) & 1) === 1;
    }

    // What is known of a frame besides the body.
    at(frame) {
      const { who, cue, problem, phase, codes, hold_s: hold, repetition } = this.frames;
      return {
        frame,
        time: this.times[frame],
        code: codes[frame],
        who: this.raw.doing[who[frame]] ?? NOBODY,
        cue: this.raw.cues[cue[frame]] ?? null,
        problem: this.raw.problems[problem[frame]] ?? null,
        phase: this.raw.phases[phase[frame]] ?? null,
        holdS: hold[frame],
        repetition: repetition[frame],
      };
    }

    // What each rule of the exercise that is being done says of a frame.
    readings(frame) {
      const found = [];
      for (const series of this.series) {
        const code = series.codes[frame];
        if (code) found.push({ series, code, value: series.values[frame], sigma: series.sigma[frame] });
      }
      return found;
    }
  };
})();
