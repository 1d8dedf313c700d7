// The timeline: what was said of each moment, and the handle that moves through it. Its lanes stand in the page already;
// here they become something to click and to steer with the keys.
"use strict";

(() => {
  const STEP_S = 1;
  const PAGE_S = 5;

  // The part of the clip that timeline and plots show.
  psoas.View = class {
    constructor(endS) {
      this.endS = endS;
      this.from = 0;
      this.to = endS;
      this.listeners = [];
    }

    on(listener) {
      this.listeners.push(listener);
    }

    zoom(factor, aroundS) {
      const length = Math.min(Math.max((this.to - this.from) * factor, Math.min(2, this.endS)), this.endS);
      this.set(aroundS - length / 2, length);
    }

    set(from, length) {
      this.from = Math.min(Math.max(from, 0), this.endS - length);
      this.to = this.from + length;
      for (const listener of this.listeners) listener();
    }

    // Turns the page when the moment that is shown has left it.
    follow(timeS) {
      const length = this.to - this.from;
      if (length < this.endS && (timeS < this.from || timeS > this.to)) this.set(timeS - 0.1 * length, length);
    }

    share(timeS) {
      return (timeS - this.from) / (this.to - this.from);
    }

    get whole() {
      return this.to - this.from >= this.endS;
    }
  };

  // Lets a pointer move the time on an element: press, and drag. Pages still scroll up and down under a finger.
  psoas.steer = (element, timeOf, seek) => {
    let held = false;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      held = true;
      element.setPointerCapture(event.pointerId);
      seek(timeOf(event));
    });
    element.addEventListener("pointermove", (event) => held && seek(timeOf(event)));
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (held = false));
  };

  psoas.Timeline = class {
    constructor(root, clip, player, view) {
      [this.clip, this.player, this.view] = [clip, player, view];
      this.slider = root.querySelector("[role=slider]");
      this.tracks = root.querySelectorAll(".track");
      this.marks = root.querySelectorAll(".track-inner");
      this.cursor = root.querySelector(".cursor");
      this.ticks = root.querySelector(".ticks .track-inner");
      const timeOf = (event) => {
        const box = this.slider.getBoundingClientRect();
        return view.from + ((event.clientX - box.left) / box.width) * (view.to - view.from);
      };
      for (const track of this.tracks) psoas.steer(track, timeOf, (timeS) => player.seek(timeS));
      this.slider.addEventListener("keydown", (event) => this.key(event));
      view.on(() => this.place());
      new ResizeObserver(() => this.place()).observe(root);
      this.place();
    }

    key(event) {
      const { player, clip } = this;
      const moves = {
        ArrowLeft: -STEP_S, ArrowDown: -STEP_S, ArrowRight: STEP_S, ArrowUp: STEP_S, PageDown: -PAGE_S, PageUp: PAGE_S,
        Home: -clip.endS, End: clip.endS,
      };
      if (!(event.key in moves) || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      player.skip(moves[event.key]);
    }

    place() {
      const { view } = this;
      const length = view.to - view.from;
      for (const inner of this.marks) {
        inner.style.width = `${(100 * view.endS) / length}%`;
        inner.style.marginLeft = `${(-100 * view.from) / length}%`;
      }
      this.drawTicks(length);
      this.move();
    }

    drawTicks(length) {
      const room = this.ticks.parentElement.clientWidth || 600;
      const wanted = length / Math.max(2, Math.floor(room / 90));
      const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600].find((each) => each >= wanted) ?? 1200;
      const first = Math.ceil(this.view.from / step);
      const found = [];
      for (let i = first; i * step <= this.view.to && found.length < 40; i += 1) {
        const text = step < 1 ? psoas.clock(i * step) : psoas.clock(i * step).slice(0, -2);
        const tick = psoas.make("span", { className: "tick" }, text);
        const share = (100 * i * step) / this.view.endS;
        tick.style.left = `${share}%`;
        // The last one would stick out.
        if ((1 - this.view.share(i * step)) * room < 44) tick.classList.add("tick-last");
        found.push(tick);
      }
      this.ticks.replaceChildren(...found);
    }

    move() {
      const { player, clip, view, slider } = this;
      const share = view.share(player.time);
      this.cursor.style.left = `${slider.offsetLeft + share * slider.offsetWidth}px`;
      this.cursor.hidden = share < 0 || share > 1;
      const state = clip.at(player.frame);
      const said = psoas.saidAt(state);
      const told = psoas.words.verdicts[psoas.VERDICTS[state.code]] ?? "";
      slider.setAttribute("aria-valuenow", player.time.toFixed(1));
      slider.setAttribute("aria-valuetext", `${psoas.clock(player.time)}, ${said ? `${told}: ${said.text}` : told}`);
    }
  };
})();
