// Keys of the whole page. What has the focus comes first: a button is pressed by the space bar, a field is written into.
"use strict";

(() => {
  const busy = (element) => element?.closest("input, select, textarea, button, summary, a, [role=slider]");

  psoas.keys = (actions) => {
    document.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const action = actions[key === " " ? "Space" : key];
      if (!action) return;
      const focused = busy(document.activeElement);
      // A letter means nothing to a button or a link; the space bar and arrows may.
      if (focused && (event.key.length !== 1 || event.key === " " || focused.matches("input:not([type=checkbox]), select, textarea"))) {
        const isSlider = focused.matches("[role=slider]");
        if (!(isSlider && event.key === " ") && !(focused.matches("a") && event.key === " ")) return;
      }
      event.preventDefault();
      action(event);
    });
  };
})();
