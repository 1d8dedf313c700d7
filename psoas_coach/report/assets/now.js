// Beside the picture: what is known of the moment that is shown, each value between its limits.
"use strict";

(() => {
  const { make } = psoas;
  // How far a bar reaches beyond its outermost limits.
  const BEYOND = 0.24;
  const AROUND = { "°": 30, " %": 0.3, " s": 20, "°/s": 30 };

  psoas.span = (zones, measure) => {
    const ends = Object.values(zones).flat().filter((end) => end !== null);
    const [low, high] = ends.length ? [Math.min(...ends), Math.max(...ends)] : [0, 0];
    // A share as small as a hundredth would be lost in a tenth.
    const least = measure.endsWith("_deg") ? 8 : Math.min(0.1, 2 * Math.max(-low, high));
    const beyond = low === high ? AROUND[psoas.unitOf(measure)] : Math.max(BEYOND * (high - low), least);
    // Times begin at nought.
    return measure.endsWith("_s") && !measure.endsWith("deg_s") ? [0, high + beyond] : [low - beyond, high + beyond];
  };

  const inside = ([low, high], value) => (low === null || value >= low) && (high === null || value <= high);

  // The parts between two values, each of one kind: target, free, caution or stop.
  psoas.parts = (zones, low, high) => {
    const edges = [...new Set([low, ...Object.values(zones).flat().filter((end) => end !== null && end > low && end < high), high])];
    edges.sort((a, b) => a - b);
    const parts = [];
    for (let i = 1; i < edges.length; i += 1) {
      const middle = (edges[i - 1] + edges[i]) / 2;
      let kind = "target";
      if (!inside(zones.stop, middle)) kind = "stop";
      else if (!inside(zones.caution, middle)) kind = "caution";
      else if (!inside(zones.target, middle)) kind = "free";
      const last = parts.at(-1);
      if (last?.kind === kind) last.high = edges[i];
      else parts.push({ kind, low: edges[i - 1], high: edges[i] });
    }
    return parts;
  };

  function bar(series) {
    const [low, high] = psoas.span(series.zones, series.measure);
    const place = (value) => (100 * (Math.min(Math.max(value, low), high) - low)) / (high - low);
    // The marker stays whole at either end.
    const track = make("div", { className: "bar", "aria-hidden": "true" });
    for (const part of psoas.parts(series.zones, low, high)) {
      const zone = make("i", { className: `zone zone-${part.kind}` });
      zone.style.left = `${place(part.low)}%`;
      zone.style.width = `${place(part.high) - place(part.low)}%`;
      track.append(zone);
    }
    const error = make("i", { className: "error" });
    const marker = make("i", { className: "marker" });
    track.append(error, marker);
    return {
      track,
      set(value, sigma) {
        const known = Number.isFinite(value);
        error.hidden = marker.hidden = !known;
        if (!known) return;
        marker.style.left = `calc(4px + (100% - 8px) * ${place(value) / 100})`;
        error.style.left = `${place(value - sigma)}%`;
        error.style.width = `${place(value + sigma) - place(value - sigma)}%`;
      },
    };
  }

  psoas.Now = class {
    constructor(root, clip) {
      this.clip = clip;
      this.verdict = root.querySelector(".verdict");
      this.line = root.querySelector(".doing");
      this.list = root.querySelector(".readings");
      this.live = root.querySelector("[aria-live]");
      this.rows = new Map();
    }

    show(frame, playing) {
      const state = this.clip.at(frame);
      const verdict = psoas.VERDICTS[state.code] ?? "unknown";
      const said = psoas.saidAt(state);
      const key = `${verdict}:${said?.text}`;
      if (key !== this.lastKey) {
        this.lastKey = key;
        this.verdict.className = `verdict verdict-${verdict}`;
        const text = make("span", {}, make("b", {}, psoas.words.verdicts[verdict]));
        if (said) text.append(make("span", { className: "why" }, said.text));
        this.verdict.replaceChildren(psoas.icon(verdict), text);
        this.announce(said, playing);
      }
      this.line.textContent = this.doing(state);
      this.values(frame);
    }

    // Only what asks for something, and not the same twice in a row: a screen reader has more to say.
    announce(said, playing) {
      if (!playing || !said || said.verdict === "unknown" || said.text === this.announced) return;
      this.announced = said.text;
      this.live.textContent = `${psoas.words.verdicts[said.verdict]}: ${said.text}`;
    }

    doing(state) {
      const { words } = psoas;
      const { exercise, stretched } = state.who;
      if (!exercise) return words.ui.no_exercise;
      const parts = [words.exercises[exercise]];
      if (stretched) parts.push(psoas.fill(words.roles.stretched, { side: words.sides[stretched] }));
      if (state.phase) parts.push(words.phases[state.phase]);
      if (Number.isFinite(state.holdS)) parts.push(`${psoas.decimal(state.holdS, 0)}\u00a0s`);
      else if (state.repetition) parts.push(psoas.fill(words.ui.repetition_n, { n: state.repetition }));
      return parts.join(" · ");
    }

    values(frame) {
      const readings = this.clip.readings(frame).filter(({ series }) => this.isShown(series));
      // Until something is judged, the rows of what comes first.
      const wanted = readings.length || this.shown ? readings.map(({ series }) => series) : this.first();
      const key = wanted.map(({ index }) => index).join();
      if (wanted.length && key !== this.shown) {
        this.shown = key;
        this.list.replaceChildren(...wanted.map((series) => this.row(series).item));
      }
      for (const [index, row] of this.rows) {
        const reading = readings.find(({ series }) => series.index === index);
        row.set(reading);
      }
    }

    first() {
      const [{ exercise, stretched } = {}] = this.clip.series;
      return this.clip.series.filter((series) => series.exercise === exercise && series.stretched === stretched && this.isShown(series));
    }

    // Every limit of range, and of the signs of forcing those that were found in this clip.
    isShown({ exercise, rule }) {
      if (psoas.words.rules[exercise]?.[rule]) return true;
      return this.clip.raw.findings.some((finding) => finding.exercise === exercise && finding.rule === rule);
    }

    row(series) {
      if (this.rows.has(series.index)) return this.rows.get(series.index);
      const mark = make("span", { className: "sign" });
      const value = make("span", { className: "value" });
      const { track, set } = bar(series);
      const head = make("div", { className: "row-head" }, mark, make("span", { className: "label" }, psoas.ruleName(series)), value);
      const row = {
        item: make("li", {}, head, track),
        set(reading) {
          const verdict = reading ? psoas.VERDICTS[reading.code] : "unknown";
          const known = reading && Number.isFinite(reading.value);
          value.textContent = known ? psoas.inUnit(reading.value, series.measure) : "–";
          set(known ? reading.value : NaN, known ? reading.sigma : 0);
          if (verdict === this.verdict) return;
          this.verdict = verdict;
          this.item.className = `reading reading-${verdict}`;
          const name = make("span", { className: "only-read" }, ` (${psoas.words.verdicts[verdict]})`);
          mark.replaceChildren(psoas.icon(verdict), name);
        },
      };
      this.rows.set(series.index, row);
      return row;
    }
  };
})();
