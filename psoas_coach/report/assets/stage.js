// The picture with what is drawn over it: where the content lies in its box, what of it is switched on.
"use strict";

(() => {
  // Beyond this nobody sees a difference, and phones would draw nine times the pixels.
  const MOST_DENSE = 2;

  psoas.Stage = class {
    constructor(root, clip) {
      this.root = root;
      this.clip = clip;
      this.canvas = root.querySelector("canvas");
      this.context = this.canvas.getContext("2d");
      this.cue = root.querySelector(".said");
      this.shows = { body: true, angles: true, cues: true };
      this.frame = 0;
      new ResizeObserver(() => this.draw(this.frame)).observe(root);
    }

    switch(what, on) {
      this.shows[what] = on;
      this.draw(this.frame);
    }

    // Where the picture lies within the stage, in CSS pixels: as large as it fits, in the middle.
    content() {
      const { clientWidth: wide, clientHeight: high } = this.root;
      const scale = Math.min(wide / this.clip.width, high / this.clip.height);
      const [w, h] = [this.clip.width * scale, this.clip.height * scale];
      return { x: (wide - w) / 2, y: (high - h) / 2, w, h, scale };
    }

    draw(frame) {
      this.frame = frame;
      const dense = Math.min(globalThis.devicePixelRatio || 1, MOST_DENSE);
      const { clientWidth: wide, clientHeight: high } = this.root;
      if (!wide || !high || !this.clip.count) return;
      const [w, h] = [Math.round(wide * dense), Math.round(high * dense)];
      if (this.canvas.width !== w || this.canvas.height !== h) [this.canvas.width, this.canvas.height] = [w, h];
      this.context.clearRect(0, 0, w, h);
      const box = this.content();
      const bounds = { x: box.x * dense, y: box.y * dense, w: box.w * dense, h: box.h * dense };
      this.root.style.setProperty("--left", `${box.x}px`);
      this.root.style.setProperty("--top", `${box.y}px`);
      const state = this.clip.at(frame);
      const scale = box.scale * dense;
      const places = this.clip.pointsOf(frame).map((point) => point && [bounds.x + point[0] * scale, bounds.y + point[1] * scale]);
      // Lines of a small picture are thinner, but never too thin to be seen.
      const unit = Math.max(Math.min(bounds.w, bounds.h) / 720, 0.45 * dense);
      this.context.save();
      this.context.beginPath();
      this.context.rect(bounds.x, bounds.y, bounds.w, bounds.h);
      this.context.clip();
      if (this.shows.body) psoas.drawBody(this.context, this.clip, state, places, unit);
      if (this.shows.angles) psoas.drawAngles(this.context, this.clip, state, places, bounds, unit);
      this.context.restore();
      this.say(state);
    }

    say(state) {
      const said = this.shows.cues ? psoas.saidAt(state) : null;
      const key = said ? `${said.verdict}:${said.text}` : "";
      if (key === this.lastSaid) return;
      this.lastSaid = key;
      this.cue.hidden = !said;
      if (!said) return;
      this.cue.className = `said said-${said.verdict}`;
      this.cue.replaceChildren(psoas.icon(said.verdict), psoas.make("span", {}, said.text));
    }
  };

  // What is said of a frame: its cue, or why nothing is judged.
  psoas.saidAt = (state) => {
    if (state.cue) return { verdict: psoas.VERDICTS[state.cue.code], text: psoas.words.cues[state.cue.id] };
    if (state.problem) return { verdict: "unknown", text: psoas.words.problems[state.problem] };
    return null;
  };
})();
