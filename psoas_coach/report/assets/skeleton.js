// The body as lines over the picture, in the colours of the verdicts. Each verdict has a look of its own besides its
// colour: a stop has a light line within, a caution dark dashes, what is not judged is thin.
"use strict";

(() => {
  const INK = "rgb(15 19 26)";
  const PAPER = "rgb(245 247 250)";
  const NEUTRAL = "rgb(222 229 237)";
  psoas.COLOURS = { ok: "#009e73", caution: "#e69f00", stop: "#d55e00", unknown: "#8494aa", none: NEUTRAL };
  psoas.PAINT = { INK, PAPER, NEUTRAL };

  // The worst verdict on each bone that is judged, by the bone's ends.
  function boneCodes(clip, state) {
    const found = new Map();
    const praise = state.code !== 1;
    for (const { series, code } of clip.readings(state.frame)) {
      const form = clip.raw.sketches[series.measure];
      if (!form) continue;
      const shown = code === 2 && !praise ? 1 : code;
      const side = series.side === "left" ? 0 : 1;
      for (let i = 1; i < form.chain.length; i += 1) {
        const bone = [form.chain[i - 1][side], form.chain[i][side]].sort((a, b) => a - b).join();
        if (psoas.SEVERITY[shown] > psoas.SEVERITY[found.get(bone) ?? 0] || !found.has(bone)) found.set(bone, shown);
      }
    }
    return found;
  }

  psoas.line = (context, from, to, width, colour, dash = []) => {
    context.beginPath();
    context.setLineDash(dash);
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    context.setLineDash([]);
  };

  // Draws the body of a frame; places are in pixels of the canvas, unit is the scale of the lines.
  psoas.drawBody = (context, clip, state, places, unit) => {
    const codes = boneCodes(clip, state);
    const thin = 2.4 * unit;
    const thick = 6 * unit;
    const edge = 3.2 * unit;
    const strokes = [];
    for (const bone of clip.raw.bones) {
      const [from, to] = bone.map((point) => places[point]);
      if (!from || !to) continue;
      const code = codes.get([...bone].sort((a, b) => a - b).join());
      const verdict = code === undefined ? "none" : psoas.VERDICTS[code];
      const sure = bone.every((point) => clip.isSure(state.frame, point));
      const bold = verdict !== "none" && verdict !== "unknown";
      const weight = (bold ? thick : thin) / (sure ? 1 : 2);
      strokes.push({ from, to, verdict, sure, weight, rank: psoas.SEVERITY[code ?? 0] });
    }
    strokes.sort((a, b) => a.rank - b.rank);
    context.lineCap = "round";
    for (const { from, to, sure, weight } of strokes) {
      psoas.line(context, from, to, weight + edge, INK, sure ? [] : [9 * unit, 11 * unit]);
    }
    for (const { from, to, verdict, sure, weight } of strokes) {
      psoas.line(context, from, to, weight, psoas.COLOURS[verdict], sure ? [] : [9 * unit, 11 * unit]);
      if (verdict === "stop") psoas.line(context, from, to, weight / 3, PAPER);
      else if (verdict === "caution" && sure) psoas.line(context, from, to, weight / 3, INK, [11 * unit, 14 * unit]);
    }
    const joints = new Set(strokes.flatMap(({ from, to }) => [from, to]));
    for (const [x, y] of joints) {
      for (const [radius, colour] of [[4.2 * unit, INK], [2.8 * unit, PAPER]]) {
        context.beginPath();
        context.fillStyle = colour;
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
      }
    }
  };
})();
