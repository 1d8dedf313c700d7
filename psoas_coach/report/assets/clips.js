// Shows some of the clips, in another order. Without it the page shows all of them by name.
"use strict";
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const table = document.getElementById("clips");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const [tools, only, search, order, shown] = ["tools", "only", "search", "order", "shown"].map((id) =>
    document.getElementById(id));
  const heads = [...table.tHead.rows[0].cells];
  const letters = new Intl.Collator(document.documentElement.lang, { numeric: true });

  function at(row, column, kind) {
    const told = row.cells[column].dataset.at;
    return kind === "number" ? Number(told) : told;
  }

  function arrange(column, kind, up) {
    const sign = up ? 1 : -1;
    const sorted = [...rows].sort((first, second) => {
      const [a, b] = [at(first, column, kind), at(second, column, kind)];
      return sign * (kind === "number" ? a - b : letters.compare(a, b)) || rows.indexOf(first) - rows.indexOf(second);
    });
    body.append(...sorted);
    heads.forEach((head, number) => {
      if (number === column) head.setAttribute("aria-sort", up ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    order.value = `${column} ${up ? "up" : "down"}`;
  }

  function choose() {
    const [tag, text] = [only.value, search.value.trim().toLocaleLowerCase()];
    let count = 0;
    for (const row of rows) {
      const fits = (!tag || row.dataset.tags.split(" ").includes(tag))
        && row.cells[0].dataset.at.toLocaleLowerCase().includes(text);
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = (count === rows.length ? words.all_shown : words.shown)
      .replace("{count}", count).replace("{all}", rows.length);
  }

  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    const kind = button.dataset.kind;
    // Numbers begin with the largest: that is what somebody looks for who asks for their order.
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      arrange(column, kind, now ? now === "descending" : kind === "text");
    });
    for (const way of ["up", "down"]) {
      order.add(new Option(`${button.textContent.trim()} ${way === "up" ? "↑" : "↓"}`, `${column} ${way}`));
    }
  });
  order.addEventListener("change", () => {
    const [column, way] = order.value.split(" ");
    arrange(Number(column), heads[column].querySelector("button").dataset.kind, way === "up");
  });
  tools.addEventListener("submit", (event) => event.preventDefault());
  only.addEventListener("change", choose);
  search.addEventListener("input", choose);
  tools.hidden = false;
  heads[0].setAttribute("aria-sort", "ascending");
  choose();
})();
