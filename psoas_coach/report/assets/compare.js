// Two clips that play from the same moment: the beginning of the same repetition, of the same hold, or of the exercise.
"use strict";

(() => {
  const { words } = psoas;
  const { exercise, by } = words.compare;
  const find = (selector) => document.querySelector(selector);
  // Two players drift apart by less than anybody sees; farther, and the second is put right.
  const DRIFT_S = 0.15;

  class Half {
    constructor(raw, number) {
      this.clip = new psoas.Clip(raw);
      const root = find(`#stage-${number}`);
      const video = root.querySelector("video");
      this.player = video ? new psoas.VideoPlayer(this.clip, video) : new psoas.ClockPlayer(this.clip);
      this.stage = new psoas.Stage(root, this.clip);
      this.told = find(`#now-${number}`);
      this.passes = (raw[by] ?? []).filter((one) => one.exercise === exercise);
      this.player.on("broken", () => (video.hidden = true));
      this.player.on("frame", () => this.show());
      this.choose(0);
    }

    // The stretch of time of a pass; without passes, everything from the first frame that shows the exercise.
    choose(number) {
      const pass = this.passes[number];
      const first = () => this.clip.times.findIndex((time, frame) => this.clip.at(frame).who.exercise === exercise);
      this.from = pass ? pass.start_s : this.passes.length ? NaN : this.clip.times[Math.max(first(), 0)];
      this.to = pass ? pass.end_s : this.clip.endS;
      this.missing = Number.isNaN(this.from);
      if (this.missing) [this.from, this.to] = [0, 0];
    }

    get length() {
      return this.to - this.from;
    }

    get time() {
      return this.player.time - this.from;
    }

    seek(time) {
      this.player.seek(this.from + Math.min(Math.max(time, 0), this.length));
    }

    show() {
      this.stage.draw(this.player.frame);
      const state = this.clip.at(this.player.frame);
      const said = psoas.saidAt(state);
      const verdict = psoas.VERDICTS[state.code] ?? "unknown";
      const text = this.missing ? "–" : ` ${psoas.clock(this.player.time)} · ${said ? said.text : words.verdicts[verdict]}`;
      this.told.replaceChildren(...(this.missing ? [] : [psoas.icon(verdict)]), text);
    }

    series(rule) {
      // What is judged of both sides in turn is the same rule: the side that was read in this pass.
      const [first, last] = [this.clip.frameAt(this.from), this.clip.frameAt(this.to)];
      const known = (series) => series.values.subarray(first, last + 1).reduce((sum, value) => sum + Number.isFinite(value), 0);
      const found = this.clip.series.filter((series) => series.exercise === exercise && series.rule === rule);
      return found.sort((a, b) => known(b) - known(a))[0];
    }
  }

  const halves = globalThis.psoasClips.map((raw, index) => new Half(raw, index + 1));
  const longest = () => Math.max(...halves.map((half) => half.length));
  const view = new psoas.View(longest());
  let playing = false;
  let now = 0;

  const figures = [...document.querySelectorAll("figure[data-rule]")];
  const seekAll = (time) => {
    now = Math.min(Math.max(time, 0), longest());
    for (const half of halves) half.seek(now);
    tell();
  };
  const plots = figures.map((figure) => new psoas.Plot(figure, [], {}, "", view, (time) => {
    pause();
    seekAll(time);
  }));

  // Both lines of each plot, counted from the beginning of the pass.
  function load() {
    figures.forEach((figure, index) => {
      const found = halves.map((half) => half.series(figure.dataset.rule));
      const plot = plots[index];
      plot.lines = halves.flatMap((half, side) => (half.missing || !found[side] ? [] : [line(half, found[side], side)]));
      plot.measure = found[0].measure;
      const same = JSON.stringify(found[0].zones) === JSON.stringify(found[1].zones);
      plot.zones = same ? found[0].zones : { target: [null, null], caution: [null, null], stop: [null, null] };
      const told = plot.lines.map(({ name, low, high }) => `${name}: ${extremes(low, high, plot.measure)}`);
      figure.querySelector(".told").textContent = told.join("; ");
      figure.querySelector(".plot").setAttribute("aria-label", `${figure.querySelector("b").textContent}: ${told.join("; ")}`);
    });
    view.endS = longest();
    view.set(0, view.endS);
    find("#scrub").max = String(view.endS);
  }

  // A speed is as fast one way as the other.
  function extremes(low, high, measure) {
    if (measure.endsWith("_deg_s")) return `≤ ${psoas.inUnit(Math.max(Math.abs(low), Math.abs(high)), measure)}`;
    return `${psoas.inUnit(low, measure)} … ${psoas.inUnit(high, measure)}`;
  }

  function line(half, series, side) {
    const [first, last] = [half.clip.frameAt(half.from), half.clip.frameAt(half.to) + 1];
    const values = series.values.subarray(first, last);
    const known = values.filter((value) => !Number.isNaN(value));
    return {
      times: half.clip.times.slice(first, last).map((time) => time - half.from),
      values,
      sigma: series.sigma.subarray(first, last),
      colour: side === 0 ? "first" : "second",
      dash: side === 0 ? "solid" : "dash",
      name: String(side + 1),
      low: Math.min(...known),
      high: Math.max(...known),
    };
  }

  function tell() {
    find("#scrub").value = String(now);
    find("#time").textContent = `${psoas.decimal(now, 1)} / ${psoas.decimal(longest(), 1)} s`;
    find("#play").setAttribute("aria-label", playing ? words.ui.pause : words.ui.play);
    find("#play").classList.toggle("is-playing", playing);
    for (const plot of plots) plot.move(now, "");
  }

  function play() {
    if (now >= longest() - 0.05) seekAll(0);
    playing = true;
    const from = { now, at: performance.now() };
    for (const half of halves) if (!half.missing && now < half.length) half.player.play();
    const tick = (at) => {
      if (!playing) return;
      now = Math.min(from.now + ((at - from.at) / 1000) * halves[0].player.rate, longest());
      for (const half of halves) follow(half);
      if (now >= longest()) pause();
      else requestAnimationFrame(tick);
      tell();
    };
    requestAnimationFrame(tick);
    tell();
  }

  function follow(half) {
    if (half.missing || !half.player.playing) return;
    if (now >= half.length) half.player.pause();
    else if (Math.abs(half.time - now) > DRIFT_S) half.seek(now);
  }

  function pause() {
    playing = false;
    for (const half of halves) half.player.pause();
    tell();
  }

  const toggle = () => (playing ? pause() : play());
  const step = (seconds) => {
    pause();
    seekAll(now + seconds);
  };
  const frame = () => Math.max(...halves.map(({ clip }) => clip.endS / Math.max(clip.count, 1)));

  const choose = find("#pass");
  if (choose) {
    const count = Math.max(...halves.map((half) => half.passes.length));
    for (let number = 1; number <= count; number += 1) choose.append(new Option(String(number), String(number - 1)));
    choose.addEventListener("change", () => {
      pause();
      for (const half of halves) half.choose(Number(choose.value));
      load();
      seekAll(0);
    });
  }
  find("#play").addEventListener("click", toggle);
  find("#back").addEventListener("click", () => step(-frame()));
  find("#forward").addEventListener("click", () => step(frame()));
  find("#scrub").addEventListener("input", (event) => {
    pause();
    seekAll(Number(event.target.value));
  });
  find("#rate").addEventListener("change", (event) => {
    const again = playing;
    pause();
    for (const half of halves) half.player.setRate(Number(event.target.value));
    if (again) play();
  });
  for (const box of document.querySelectorAll("[data-show]")) {
    box.addEventListener("change", () => halves.forEach((half) => half.stage.switch(box.dataset.show, box.checked)));
  }
  for (const tap of document.querySelectorAll(".stage .tap")) tap.addEventListener("click", toggle);
  psoas.keys({
    Space: toggle,
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    j: () => step(-frame()),
    k: () => step(frame()),
    Home: () => seekAll(0),
    End: () => seekAll(longest()),
  });

  const redraw = () => plots.forEach((plot) => plot.drawn && plot.draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => psoas.printPlots(plots));
  addEventListener("afterprint", redraw);

  load();
  seekAll(0);
  psoas.comparison = { halves, plots, seek: seekAll, get time() { return now; } };
})();
