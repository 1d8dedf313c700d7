// Joins the parts of a report: one player, and everything that follows it.
"use strict";

(() => {
  const { words } = psoas;
  const clip = new psoas.Clip(globalThis.psoasClips[0]);
  const find = (selector) => document.querySelector(selector);
  const video = find("#stage video");
  const player = video ? new psoas.VideoPlayer(clip, video) : new psoas.ClockPlayer(clip);
  const view = new psoas.View(clip.endS);
  const stage = new psoas.Stage(find("#stage"), clip);
  const now = new psoas.Now(find("#now"), clip);
  const timeline = clip.still ? null : new psoas.Timeline(find("#timeline"), clip, player, view);
  const seek = (timeS) => player.seek(timeS);

  const plots = [...document.querySelectorAll("figure[data-series]")].map((figure) => {
    const series = clip.series[Number(figure.dataset.series)];
    const line = { times: clip.times, values: series.values, sigma: series.sigma, colour: "line" };
    return { series, plot: new psoas.Plot(figure, [line], series.zones, series.measure, view, seek) };
  });

  function show() {
    const { frame, time } = player;
    stage.draw(frame);
    now.show(frame, player.playing);
    find("#time").textContent = psoas.clock(time);
    timeline?.move();
    for (const { series, plot } of plots) plot.move(time, psoas.inUnit(series.values[frame], series.measure).replace("?", "–"));
    if (player.playing) view.follow(time);
  }

  function showState() {
    const button = find("#play");
    if (!button) return;
    const label = player.playing ? words.ui.pause : words.ui.play;
    button.setAttribute("aria-label", label);
    button.title = `${label} (${words.ui.space})`;
    button.classList.toggle("is-playing", player.playing);
  }

  // Links lead to moments: #t=12.3. A second click on one that was followed already counts too.
  function follow(hash) {
    const found = /^#t=(\d+(?:\.\d+)?)$/.exec(hash);
    if (!found) return false;
    player.pause();
    seek(Number(found[1]));
    return true;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#t=']");
    if (!link || !follow(link.hash)) return;
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    if (find("#stage").getBoundingClientRect().bottom < 80) find("#stage").scrollIntoView({ block: "start" });
  });
  addEventListener("hashchange", () => follow(location.hash));

  const toFinding = (way) => {
    const times = clip.raw.findings.map((finding) => finding.start_s).sort((a, b) => a - b);
    const next = way > 0 ? times.find((time) => time > player.time + 0.05) : times.findLast((time) => time < player.time - 0.05);
    if (next === undefined) return;
    player.pause();
    seek(next);
  };
  const toggle = (name) => {
    const box = find(`[data-show=${name}]`);
    box.checked = !box.checked;
    stage.switch(name, box.checked);
  };
  const full = () => (document.fullscreenElement ? document.exitFullscreen() : find("#stage").requestFullscreen?.());

  for (const box of document.querySelectorAll("[data-show]")) {
    box.addEventListener("change", () => stage.switch(box.dataset.show, box.checked));
    if (!box.checked) stage.switch(box.dataset.show, false);
  }
  const on = (selector, event, action) => find(selector)?.addEventListener(event, action);
  on("#play", "click", () => player.toggle());
  on("#back", "click", () => player.step(-1));
  on("#forward", "click", () => player.step(1));
  on("#rate", "change", (event) => player.setRate(Number(event.target.value)));
  on("#full", "click", full);
  on("#sound", "click", (event) => {
    video.muted = !video.muted;
    event.currentTarget.setAttribute("aria-pressed", String(!video.muted));
  });
  on("#nearer", "click", () => view.zoom(0.5, player.time));
  on("#farther", "click", () => view.zoom(2, player.time));
  on("#print", "click", () => print());
  view.on(() => {
    find("#farther").disabled = view.whole;
  });
  if (!clip.still) on("#stage .tap", "click", () => player.toggle());
  on("#language", "click", (event) => {
    event.currentTarget.hash = `t=${player.time.toFixed(2)}`;
  });

  if (!clip.still) {
    psoas.keys({
      Space: () => player.toggle(),
      ArrowLeft: () => player.skip(-1),
      ArrowRight: () => player.skip(1),
      j: () => player.step(-1),
      k: () => player.step(1),
      Home: () => seek(0),
      End: () => seek(clip.endS),
      p: () => toFinding(-1),
      n: () => toFinding(1),
      s: () => toggle("body"),
      a: () => toggle("angles"),
      c: () => toggle("cues"),
      f: full,
      "+": () => view.zoom(0.5, player.time),
      "-": () => view.zoom(2, player.time),
    });
  }

  player.on("frame", show);
  player.on("state", () => {
    showState();
    show();
  });

  player.on("broken", () => {
    find("#unplayable").hidden = false;
    video.hidden = true;
    showState();
  });

  const redraw = () => plots.forEach(({ plot }) => plot.drawn && plot.draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  // Paper shows the whole clip, and what was never scrolled to.
  addEventListener("beforeprint", () => {
    view.set(0, clip.endS);
    psoas.printPlots(plots.map(({ plot }) => plot));
  });
  addEventListener("afterprint", redraw);

  if (!follow(location.hash)) player.show(0);
  showState();
  psoas.page = { clip, player, stage, view, timeline, plots };
})();
