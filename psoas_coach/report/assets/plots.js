// Each measure over time between its limits. Plots are drawn when they come into view, of no more points than there
// are pixels: of each few frames the lowest and the highest value, so that no peak is lost.
"use strict";

(() => {
  const MARGIN = { l: 46, r: 12, t: 8, b: 22 };
  const PATTERNS = { caution: { shape: "/", size: 7, solidity: 0.28 }, stop: { shape: "x", size: 7, solidity: 0.3 } };
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Frames of a view, thinned out to about so many, always with the lowest and the highest of those left out.
  psoas.thin = (times, values, from, to, most) => {
    let first = 0;
    while (first < times.length - 1 && times[first + 1] < from) first += 1;
    let last = times.length - 1;
    while (last > first && times[last - 1] > to) last -= 1;
    const every = Math.max(1, Math.ceil((2 * (last - first + 1)) / most));
    const kept = [];
    for (let start = first; start <= last; start += every) {
      const end = Math.min(start + every, last + 1);
      let [low, high, gap] = [-1, -1, -1];
      for (let i = start; i < end; i += 1) {
        if (Number.isNaN(values[i])) gap = i;
        else {
          if (low < 0 || values[i] < values[low]) low = i;
          if (high < 0 || values[i] > values[high]) high = i;
        }
      }
      kept.push(...[...new Set([low, high, gap])].filter((i) => i >= 0).sort((a, b) => a - b));
    }
    return kept;
  };

  // The band of the error as closed outlines, one for each stretch without a gap.
  function band(times, kept, values, sigma, factor) {
    const [x, y] = [[], []];
    let run = [];
    const close = () => {
      if (run.length > 1) {
        x.push(...run.map((i) => times[i]), ...run.toReversed().map((i) => times[i]), null);
        y.push(...run.map((i) => factor * (values[i] + sigma[i])), ...run.toReversed().map((i) => factor * (values[i] - sigma[i])), null);
      }
      run = [];
    };
    for (const i of kept) {
      if (Number.isNaN(values[i])) close();
      else run.push(i);
    }
    close();
    return { x, y };
  }

  function zoneTraces(zones, measure, from, to, low, high) {
    const factor = psoas.factorOf(measure);
    return psoas.parts(zones, low, high)
      .filter(({ kind }) => kind !== "free")
      .map(({ kind, low: bottom, high: top }) => ({
        x: [from, to, to, from],
        y: [bottom, bottom, top, top].map((value) => factor * value),
        mode: "lines",
        line: { width: 0 },
        fill: "toself",
        hoverinfo: "skip",
        fillcolor: css(`--zone-${kind}`),
        ...(PATTERNS[kind] && {
          fillpattern: { ...PATTERNS[kind], fgcolor: css(`--zone-${kind}-line`), bgcolor: css(`--zone-${kind}`), fillmode: "replace" },
        }),
      }));
  }

  // Names the zones at their edges, so that nobody has to know the colours.
  function labels(zones, measure, low, high, tall) {
    const factor = psoas.factorOf(measure);
    const room = (part) => ((part.high - part.low) / (high - low)) * (tall - MARGIN.t - MARGIN.b);
    return psoas.parts(zones, low, high)
      .filter((part) => (part.kind === "caution" || part.kind === "stop") && room(part) > 13)
      .map(({ kind, low: bottom, high: top }) => ({
        xref: "paper", x: 1, xanchor: "right", yref: "y", showarrow: false, borderpad: 2,
        y: factor * (bottom > low ? bottom : top),
        yanchor: bottom > low ? "bottom" : "top",
        text: psoas.words.verdicts[kind],
        font: { size: 11, color: css(`--${kind}-ink`) },
        bgcolor: css("--plot-label"),
      }));
  }

  const extremes = (values, sigma) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < values.length; i += 1) {
      const spread = Number.isFinite(sigma[i]) ? sigma[i] : 0;
      if (values[i] - spread < low) low = values[i] - spread;
      if (values[i] + spread > high) high = values[i] + spread;
    }
    return [low, high];
  };

  // Both ends of the value axis: all values, and all limits that lie near them.
  psoas.reach = (lines, zones, measure) => {
    const found = lines.map(({ values, sigma }) => extremes(values, sigma));
    let low = Math.min(...found.map(([least]) => least));
    let high = Math.max(...found.map(([, most]) => most));
    const [barLow, barHigh] = psoas.span(zones, measure);
    const room = Math.max(high - low, (barHigh - barLow) / 2);
    for (const end of Object.values(zones).flat()) {
      if (end !== null && end > low - room && end < high + room) [low, high] = [Math.min(low, end), Math.max(high, end)];
    }
    const edge = 0.08 * (high - low || 1);
    return [low - edge, high + edge];
  };

  // Everything Plotly needs for one plot; lines are {times, values, sigma, colour, dash, name}.
  psoas.figure = (lines, zones, measure, from, to, [wide, tall]) => {
    const factor = psoas.factorOf(measure);
    const [low, high] = psoas.reach(lines, zones, measure);
    const traces = zoneTraces(zones, measure, from, to, low, high);
    for (const { times, values, sigma, colour, dash = "solid", name = "" } of lines) {
      const kept = psoas.thin(times, values, from, to, 2 * wide);
      const shade = { ...band(times, kept, values, sigma, factor), mode: "lines", line: { width: 0 }, fill: "toself" };
      traces.push({ ...shade, hoverinfo: "skip", fillcolor: css(`--${colour}-band`) });
      traces.push({
        x: kept.map((i) => times[i]),
        y: kept.map((i) => (Number.isNaN(values[i]) ? null : factor * values[i])),
        mode: "lines", line: { width: 2, color: css(`--${colour}`), dash, shape: "linear" }, hoverinfo: "skip", name, connectgaps: false,
      });
    }
    const axis = { fixedrange: true, color: css("--muted"), gridcolor: css("--grid"), zeroline: false, tickfont: { size: 11 } };
    const layout = {
      margin: MARGIN, showlegend: false, dragmode: false, hovermode: false,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: "system-ui, sans-serif" },
      xaxis: { ...axis, range: [from, to], showgrid: false, ...psoas.timeTicks(from, to) },
      yaxis: { ...axis, range: [factor * low, factor * high], nticks: 6, ticksuffix: psoas.unitOf(measure).replace("°/s", "") },
      annotations: labels(zones, measure, low, high, tall), width: wide, height: tall,
    };
    return { traces, layout };
  };

  psoas.timeTicks = (from, to) => {
    const step = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300].find((each) => each >= (to - from) / 7) ?? 600;
    const tickvals = [];
    for (let i = Math.ceil(from / step); i * step <= to + 1e-6; i += 1) tickvals.push(i * step);
    return { tickvals, ticktext: tickvals.map((value) => (step < 1 ? psoas.clock(value) : psoas.clock(value).slice(0, -2))) };
  };

  // On paper of A4, where the page's own measures are not known beforehand.
  const ON_PAPER = [335, 112];
  const FIRST_ON_PAPER = [690, 152];
  psoas.printPlots = (plots) => {
    for (const plot of plots) plot.draw(plot.target.closest(".plot-first") ? FIRST_ON_PAPER : ON_PAPER);
  };

  const CONFIG = { displayModeBar: false, staticPlot: true, responsive: false };

  psoas.Plot = class {
    constructor(figure, lines, zones, measure, view, seek) {
      this.area = figure.querySelector(".plot-area");
      this.target = figure.querySelector(".plot");
      this.cursor = figure.querySelector(".cursor");
      this.readout = figure.querySelector(".readout");
      Object.assign(this, { lines, zones, measure, view });
      const timeOf = (event) => {
        const box = this.area.getBoundingClientRect();
        const share = (event.clientX - box.left - MARGIN.l) / (box.width - MARGIN.l - MARGIN.r);
        return Math.min(Math.max(view.from + share * (view.to - view.from), 0), view.endS);
      };
      psoas.steer(this.area, timeOf, seek);
      view.on(() => this.drawn && this.draw());
      new ResizeObserver(() => this.drawn && this.draw()).observe(this.area);
      // Drawn a little before it comes into view.
      const near = new IntersectionObserver((entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        near.disconnect();
        this.draw();
      }, { rootMargin: "400px" });
      near.observe(figure);
    }

    draw(size = [this.area.clientWidth, this.area.clientHeight]) {
      if (!size[0]) return;
      this.drawn = true;
      const { traces, layout } = psoas.figure(this.lines, this.zones, this.measure, this.view.from, this.view.to, size);
      Plotly.react(this.target, traces, layout, CONFIG);
      this.move(this.lastTime ?? 0, this.lastText ?? "");
    }

    move(timeS, text) {
      [this.lastTime, this.lastText] = [timeS, text];
      const share = this.view.share(timeS);
      const wide = this.area.clientWidth - MARGIN.l - MARGIN.r;
      this.cursor.hidden = share < 0 || share > 1;
      this.cursor.style.transform = `translateX(${MARGIN.l + share * wide}px)`;
      this.readout.textContent = text;
    }
  };
})();
