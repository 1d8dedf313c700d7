// Weeks as bars, limits as points with the bars within which no difference can be told. No line leads from one to the
// next: what lies between two weeks was not measured, and a slope would look like a promise.
"use strict";

(() => {
  const { weeks, labels, done, calm, limits, names, half_deg: halfDeg } = psoas.words;
  const SIDES = ["left", "right", "both"];
  const DAY_MS = 86400000;
  const MARGIN = { l: 48, r: 8, t: 8, b: 34 };
  const CONFIG = { displayModeBar: false, staticPlot: true, responsive: false };
  // More weeks than this have no room for bars beside each other.
  const MOST_BESIDE = 40;
  const ON_PAPER = [325, 150];
  const WHOLE_ON_PAPER = [690, 150];
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const LOOKS = {
    left: { colour: "--first", symbol: "circle" },
    right: { colour: "--second", symbol: "diamond-open", pattern: "/" },
    both: { colour: "--unknown" },
    stop: { colour: "--stop" },
    caution: { colour: "--caution", pattern: "/" },
  };

  const bars = (name, values) => ({
    type: "bar", name: names[name], x: weeks, y: values, hoverinfo: "skip",
    marker: {
      color: css(LOOKS[name].colour), line: { width: 0 },
      pattern: { shape: LOOKS[name].pattern ?? "", size: 6, solidity: 0.45, fillmode: "overlay", fgcolor: css("--card") },
    },
  });

  const first = Date.parse(weeks[0]);
  const last = Date.parse(weeks.at(-1)) + 7 * DAY_MS;
  const day = (ms) => new Date(ms).toISOString().slice(0, 16);

  // The two sides a little apart, or one would cover the other.
  const beside = (name, on) => day(Date.parse(on) + (name === "left" ? -1 : 1) * ((last - first) / 260));

  const points = (name, ends) => ({
    type: "scatter", mode: "markers", name: names[name], hoverinfo: "skip",
    x: ends.map(([on]) => beside(name, on)), y: ends.map(([, deg]) => deg),
    marker: { color: css(LOOKS[name].colour), symbol: LOOKS[name].symbol, size: 9, line: { width: 2, color: css(LOOKS[name].colour) } },
    error_y: { type: "constant", value: halfDeg, color: css(LOOKS[name].colour), thickness: 1.4, width: 5 },
  });

  // Every so many weeks, so that the names of days do not meet.
  const ticks = (wide) => {
    const every = Math.ceil(weeks.length / Math.max(2, Math.floor(wide / 95)));
    const shown = weeks.map((_, i) => i).filter((i) => i % every === 0);
    return { tickvals: shown.map((i) => weeks[i]), ticktext: shown.map((i) => labels[i]) };
  };

  const layout = ([wide, tall], more) => {
    const axis = { fixedrange: true, color: css("--muted"), gridcolor: css("--grid"), zeroline: false, tickfont: { size: 11 } };
    return {
      margin: MARGIN, showlegend: false, dragmode: false, hovermode: false, width: wide, height: tall,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: "system-ui, sans-serif" },
      separators: `${psoas.words.decimal} `,
      bargap: 0.25,
      ...more,
      xaxis: { ...axis, type: "date", range: [day(first - 4 * DAY_MS), day(last - 3 * DAY_MS)], showgrid: false, ticklabelstandoff: 6, ...ticks(wide), ...more.xaxis },
      yaxis: { ...axis, rangemode: "tozero", nticks: 6, ...more.yaxis },
    };
  };

  const limitsRange = () => {
    const days = Object.values(limits).flat().map(([on]) => Date.parse(on));
    return [day(Math.min(first, ...days) - 4 * DAY_MS), day(last)];
  };

  const plots = {
    "plot-done": (size) => [
      SIDES.filter((name) => done[name].some((value) => value > 0)).map((name) => bars(name, done[name])),
      layout(size, { barmode: weeks.length > MOST_BESIDE ? "stack" : "group", yaxis: { ticksuffix: " min" } }),
    ],
    "plot-calm": (size) => [["stop", "caution"].map((name) => bars(name, calm[name])), layout(size, { barmode: "stack" })],
    "plot-limits": (size) => [
      SIDES.filter((name) => limits[name]).map((name) => points(name, limits[name])),
      // What was measured before the first of these weeks holds in it too.
      layout(size, { xaxis: { range: limitsRange() }, yaxis: { ticksuffix: "°", rangemode: "normal", zeroline: true, zerolinecolor: css("--grid") } }),
    ],
  };

  const shown = Object.entries(plots).map(([id, make]) => [document.getElementById(id), make]).filter(([target]) => target);
  const draw = ([target, make], size) => {
    const [traces, looks] = make(size ?? [target.clientWidth, target.clientHeight]);
    if (looks.width) Plotly.react(target, traces, looks, CONFIG);
  };
  const drawAll = () => shown.forEach((one) => draw(one));
  const drawOnPaper = () => shown.forEach((one) => draw(one, one[0].closest(".beside") ? ON_PAPER : WHOLE_ON_PAPER));

  const begin = () => {
    for (const one of shown) new ResizeObserver(() => draw(one)).observe(one[0]);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
    addEventListener("beforeprint", drawOnPaper);
    addEventListener("afterprint", drawAll);
    drawAll();
    psoas.history = { drawn: shown.length };
  };

  // After the first picture of the page, which has every number as text.
  const script = document.createElement("script");
  script.src = document.currentScript.dataset.plotly;
  script.addEventListener("load", begin);
  if (shown.length) requestAnimationFrame(() => setTimeout(() => document.body.append(script)));
})();
