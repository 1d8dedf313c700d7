// Numbers and ids in the words of the page, which lie in it as JSON.
"use strict";
globalThis.psoas ??= {};

(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  psoas.words = words;

  const UNITS = [["_deg_s", "°/s"], ["_deg", "°"], ["_s", " s"]];
  psoas.unitOf = (measure) => UNITS.find(([ending]) => measure.endsWith(ending))?.[1] ?? " %";
  // What a value is multiplied with to be told in its unit.
  psoas.factorOf = (measure) => (psoas.unitOf(measure) === " %" ? 100 : 1);

  psoas.decimal = (value, places) => value.toFixed(places).replace("-", "\u2212").replace(".", words.decimal);

  psoas.inUnit = (value, measure) => {
    if (!Number.isFinite(value)) return "?";
    const unit = psoas.unitOf(measure);
    const told = unit === "°/s" ? Math.abs(value) : value * psoas.factorOf(measure);
    const whole = Math.round(told) + 0;
    return psoas.decimal(whole === 0 ? 0 : whole, 0) + unit;
  };

  psoas.clock = (timeS) => {
    const tenths = Math.max(0, Math.round(timeS * 10));
    const minutes = Math.floor(tenths / 600);
    const seconds = psoas.decimal((tenths % 600) / 10, 1).padStart(4, "0");
    return `${minutes}:${seconds}`;
  };

  psoas.fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  psoas.ruleName = (series) => words.rules[series.exercise]?.[series.rule] ?? words.movement[series.rule] ?? series.rule;

  // An element with its properties and children; text is always text.
  psoas.make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element && typeof value !== "string") element[name] = value;
      else element.setAttribute(name === "className" ? "class" : name, value);
    }
    element.append(...children);
    return element;
  };

  psoas.icon = (verdict) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", `icon icon-${verdict}`);
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#icon-${verdict}`);
    svg.append(use);
    return svg;
  };
})();
