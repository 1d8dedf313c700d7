// The judged angles on the body, as large as the number beside them says: a knee's flexion is the arc between the shank
// and the prolonged thigh, which closes when the leg is straight.
"use strict";

(() => {
  const { INK, PAPER } = psoas.PAINT;
  const MOST = 4;

  const between = (from, to) => Math.atan2(to[1] - from[1], to[0] - from[0]);
  const along = (from, angle, length) => [from[0] + length * Math.cos(angle), from[1] + length * Math.sin(angle)];

  // The shorter way round from one direction to another.
  const turnFrom = (start, end) => {
    const turn = (end - start + Math.PI) % (2 * Math.PI);
    return (turn < 0 ? turn + 2 * Math.PI : turn) - Math.PI;
  };

  function arc(context, vertex, start, end, length, colour, unit, level) {
    const turn = turnFrom(start, end);
    const radius = Math.min(Math.max(0.4 * length, 16 * unit), 46 * unit) + level * 20 * unit;
    psoas.line(context, vertex, along(vertex, start, radius + 26 * unit), 4 * unit, INK);
    psoas.line(context, vertex, along(vertex, start, radius + 26 * unit), 1.8 * unit, colour, [6 * unit, 6 * unit]);
    context.beginPath();
    context.moveTo(...vertex);
    context.arc(...vertex, radius, start, start + turn, turn < 0);
    context.closePath();
    context.globalAlpha = 0.35;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
    for (const [width, stroke] of [[5.4 * unit, INK], [3 * unit, colour]]) {
      context.beginPath();
      context.lineWidth = width;
      context.strokeStyle = stroke;
      context.arc(...vertex, radius, start, start + turn, turn < 0);
      context.stroke();
    }
    // Beside a narrow arc, off the segment; beyond a wide one.
    const narrow = Math.abs(turn) < (50 * Math.PI) / 180;
    const middle = narrow ? start : start + turn / 2;
    return { at: along(vertex, middle, radius), away: narrow ? start - Math.sign(turn || 1) * 1.1 : middle };
  }

  function distance(context, where, colour, unit) {
    const [start, at, end] = where;
    let foot = [start[0], at[1]];
    let away = Math.atan2(-0.6, Math.sign(at[0] - start[0]) || 1);
    if (end) {
      const line = [end[0] - start[0], end[1] - start[1]];
      const share = ((at[0] - start[0]) * line[0] + (at[1] - start[1]) * line[1]) / Math.max(line[0] ** 2 + line[1] ** 2, 1e-9);
      foot = [start[0] + share * line[0], start[1] + share * line[1]];
      away = -Math.PI / 2;
    }
    psoas.line(context, start, end ?? foot, 4 * unit, INK);
    psoas.line(context, start, end ?? foot, 1.8 * unit, colour, [6 * unit, 6 * unit]);
    psoas.line(context, at, foot, 5.4 * unit, INK);
    psoas.line(context, at, foot, 3 * unit, colour);
    return { at, away };
  }

  function sketch(context, form, side, places, colour, unit, level) {
    const where = form.points.map((pair) => places[pair[side]]);
    if (where.some((point) => !point)) return null;
    if (form.kind === "ahead" || form.kind === "off_line") return distance(context, where, colour, unit);
    const joint = form.kind === "joint";
    const [vertex, end] = joint ? [where[1], where[2]] : [where[0], where[1]];
    let start = -Math.PI / 2;
    if (joint) start = between(where[0], where[1]);
    else if (form.kind === "level") start = end[0] < vertex[0] ? Math.PI : 0;
    return arc(context, vertex, start, between(vertex, end), Math.hypot(end[0] - vertex[0], end[1] - vertex[1]), colour, unit, level);
  }

  function overlap(one, other) {
    const wide = Math.min(one.x + one.w, other.x + other.w) - Math.max(one.x, other.x);
    const high = Math.min(one.y + one.h, other.y + other.h) - Math.max(one.y, other.y);
    return Math.max(wide, 0) * Math.max(high, 0);
  }

  // The place nearest the wanted direction where a value overlaps nothing, or else where it overlaps least.
  function free(tag, w, h, bounds, taken, gap) {
    let best = null;
    for (const reach of [1, 2.2, 3.6]) {
      for (const turn of [0, 25, -25, 50, -50, 80, -80, 115, -115, 150, -150, 180]) {
        const angle = tag.away + (turn * Math.PI) / 180;
        const [across, down] = [Math.cos(angle), Math.sin(angle)];
        const away = reach * (gap + (Math.abs(across) * w) / 2 + (Math.abs(down) * h) / 2);
        const wanted = [tag.at[0] + across * away - w / 2, tag.at[1] + down * away - h / 2];
        const x = Math.min(Math.max(wanted[0], bounds.x), bounds.x + bounds.w - w);
        const y = Math.min(Math.max(wanted[1], bounds.y), bounds.y + bounds.h - h);
        const box = { x, y, w, h };
        const cost = Math.abs(x - wanted[0]) + Math.abs(y - wanted[1]) + taken.reduce((sum, other) => sum + overlap(box, other), 0);
        if (cost === 0) return box;
        if (!best || cost < best.cost) best = { cost, box };
      }
    }
    return best.box;
  }

  function write(context, box, text, verdict, unit) {
    const size = psoas.letters(unit);
    context.fillStyle = INK;
    context.beginPath();
    context.roundRect(box.x, box.y, box.w, box.h, box.h / 2);
    context.fill();
    const flagged = verdict === "caution" || verdict === "stop";
    if (flagged) psoas.drawMark(context, verdict, box.x + size, box.y + box.h / 2, size * 0.5);
    context.fillStyle = PAPER;
    context.textBaseline = "middle";
    context.fillText(text, box.x + size * 0.5 + (flagged ? size * 1.3 : 0), box.y + box.h / 2 + size * 0.06);
  }

  psoas.letters = (unit) => Math.max(12 * (globalThis.devicePixelRatio || 1), 23 * unit);

  psoas.drawMark = (context, verdict, x, y, radius) => {
    context.beginPath();
    const corners = verdict === "stop" ? 8 : 3;
    const first = verdict === "stop" ? Math.PI / 8 : -Math.PI / 2;
    for (let i = 0; i < corners; i += 1) context.lineTo(...along([x, y], first + (i * 2 * Math.PI) / corners, radius * 1.06));
    context.closePath();
    context.fillStyle = psoas.COLOURS[verdict];
    context.fill();
    context.fillStyle = verdict === "caution" ? INK : PAPER;
    context.fillRect(x - radius * 0.13, y - radius * 0.5, radius * 0.26, radius * 0.62);
    context.fillRect(x - radius * 0.13, y + radius * 0.28, radius * 0.26, radius * 0.26);
  };

  // Draws what matters most: what is amiss, or without that the first rule.
  psoas.drawAngles = (context, clip, state, places, bounds, unit) => {
    const known = clip
      .readings(state.frame)
      .filter(({ series, code, value }) => clip.raw.sketches[series.measure]?.points.length && code !== 1 && Number.isFinite(value));
    const bad = known.filter(({ code }) => code === 3 || code === 4).sort((a, b) => b.code - a.code);
    const levels = new Map();
    const tags = [];
    for (const { series, code, value } of (bad.length ? bad : known.slice(0, 1)).slice(0, MOST)) {
      const form = clip.raw.sketches[series.measure];
      const side = series.side === "left" ? 0 : 1;
      const vertex = form.points[form.kind === "joint" ? 1 : 0][side];
      const level = levels.get(vertex) ?? 0;
      levels.set(vertex, level + 1);
      const verdict = psoas.VERDICTS[code];
      const colour = verdict === "ok" ? PAPER : psoas.COLOURS[verdict];
      const tag = sketch(context, form, side, places, colour, unit, level);
      if (tag) tags.push({ ...tag, verdict, text: psoas.inUnit(value, series.measure) });
    }
    context.font = `700 ${psoas.letters(unit)}px system-ui, sans-serif`;
    const taken = [];
    for (const tag of tags) {
      const size = psoas.letters(unit);
      const flagged = tag.verdict === "caution" || tag.verdict === "stop";
      const w = context.measureText(tag.text).width + size * (flagged ? 2.3 : 1);
      const box = free(tag, w, size * 1.42, bounds, taken, 7 * unit);
      taken.push(box);
      write(context, box, tag.text, tag.verdict, unit);
    }
  };
})();
