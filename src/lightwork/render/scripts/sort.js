// Sorts a table by one of its columns: numbers by their data-value, the largest first and those unknown always last;
// names by their text, in which numbers count as such.
(() => {
  const name = (row) => row.cells[0].textContent.trim();
  const value = (row, place) => {
    const cell = row.querySelector(`[data-column="${place}"]`);
    const number = Number((cell && cell.dataset.value) || NaN);
    return Number.isFinite(number) ? number : null;
  };
  const byValue = (place, sign) => (one, other) => {
    const [a, b] = [value(one, place), value(other, place)];
    return a === null || b === null ? (a === null) - (b === null) : sign * (a - b);
  };
  const byText = (sign) => (one, other) => sign * name(one).localeCompare(name(other), "en", { numeric: true });

  const sort = (table, head, button) => {
    const body = table.tBodies[0];
    const byName = head.dataset.column === "name";
    const now = head.getAttribute("aria-sort");
    const ascending = now ? now === "descending" : byName;
    const sign = ascending ? 1 : -1;
    const rows = [...body.rows].sort(byName ? byText(sign) : byValue(head.dataset.column, sign));
    table.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    body.append(...rows);
    button.focus();
  };

  document.querySelectorAll("table.sortable").forEach((table) =>
    table.querySelectorAll("thead th[data-column]").forEach((head) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head, button));
    })
  );
})();
