// What plays a clip: a video, or a clock where there is none. Both count media time from the first analysed frame.
"use strict";

(() => {
  // Tells its listeners which frame is shown, and whether it plays.
  class Player {
    constructor(clip) {
      this.clip = clip;
      this.frame = 0;
      this.rate = 1;
      this.listeners = { frame: [], state: [], broken: [] };
    }

    on(what, listener) {
      this.listeners[what].push(listener);
      // A video may have been found broken before anybody listened.
      if (what === "broken" && this.clock) listener(this);
    }

    tell(what) {
      for (const listener of this.listeners[what]) listener(this);
    }

    get time() {
      return this.clip.times[this.frame] ?? 0;
    }

    show(frame) {
      if (frame === this.frame && this.shownOnce) return;
      this.shownOnce = true;
      this.frame = frame;
      this.tell("frame");
    }

    toggle() {
      if (this.playing) this.pause();
      else this.play();
    }

    step(frames) {
      this.pause();
      const frame = Math.min(Math.max(this.frame + frames, 0), this.clip.count - 1);
      this.seek(this.clip.times[frame]);
    }

    skip(seconds) {
      this.seek(this.time + seconds);
    }
  }

  psoas.VideoPlayer = class extends Player {
    constructor(clip, video) {
      super(clip);
      this.video = video;
      this.startS = clip.raw.media.start_s;
      for (const event of ["play", "pause", "ended", "ratechange"]) {
        video.addEventListener(event, () => this.tell("state"));
      }
      for (const event of ["loadeddata", "seeked", "timeupdate", "pause"]) {
        video.addEventListener(event, () => this.showAt(video.currentTime));
      }
      video.addEventListener("error", () => this.goOnWithout());
      if (video.error) this.goOnWithout();
      else this.follow();
    }

    // A video that this browser cannot play: the skeleton moves by the clock.
    goOnWithout() {
      if (this.clock) return;
      this.clock = new psoas.ClockPlayer(this.clip);
      this.clock.on("frame", ({ frame }) => this.show(frame));
      this.clock.on("state", () => this.tell("state"));
      this.tell("broken");
    }

    // The picture's own time where the browser tells it; else that of the player's clock.
    follow() {
      if ("requestVideoFrameCallback" in HTMLVideoElement.prototype) {
        const shown = (now, { mediaTime }) => {
          this.mediaTime = mediaTime;
          this.showAt(mediaTime);
          this.video.requestVideoFrameCallback(shown);
        };
        this.video.requestVideoFrameCallback(shown);
      } else {
        const look = () => {
          if (this.playing) this.showAt(this.video.currentTime);
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }
    }

    showAt(videoTime) {
      // What comes while it is on its way belongs to an earlier wish.
      if (this.video.seeking) return;
      this.show(this.clip.frameAt(videoTime - this.startS));
    }

    get playing() {
      return this.clock ? this.clock.playing : !this.video.paused && !this.video.ended;
    }

    play() {
      if (this.clock) this.clock.play();
      else this.video.play().catch(() => this.tell("state"));
    }

    pause() {
      if (this.clock) this.clock.pause();
      else this.video.pause();
    }

    // A little into the frame: at its very edge browsers may show the one before it.
    seek(timeS) {
      if (this.clock) {
        this.clock.seek(timeS);
        return;
      }
      const frame = this.clip.frameAt(timeS);
      const gap = (this.clip.times[frame + 1] ?? this.clip.endS) - this.clip.times[frame];
      this.video.currentTime = this.startS + this.clip.times[frame] + Math.min(0.3 * gap, 0.01);
      this.show(frame);
    }

    setRate(rate) {
      this.rate = rate;
      this.clock?.setRate(rate);
      this.video.playbackRate = rate;
    }
  };

  psoas.ClockPlayer = class extends Player {
    constructor(clip) {
      super(clip);
      this.playing = false;
    }

    play() {
      if (this.playing || this.clip.count < 2) return;
      if (this.frame === this.clip.count - 1) this.seek(0);
      this.playing = true;
      this.from = { time: this.time, now: performance.now() };
      const tick = (now) => {
        if (!this.playing) return;
        const time = this.from.time + ((now - this.from.now) / 1000) * this.rate;
        this.show(this.clip.frameAt(time));
        if (time >= this.clip.endS) this.pause();
        else requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
      this.tell("state");
    }

    pause() {
      this.playing = false;
      this.tell("state");
    }

    seek(timeS) {
      this.show(this.clip.frameAt(timeS));
      this.from = { time: this.time, now: performance.now() };
    }

    setRate(rate) {
      this.from = { time: this.time, now: performance.now() };
      this.rate = rate;
    }
  };
})();
