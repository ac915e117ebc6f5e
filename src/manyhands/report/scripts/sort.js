// Sorts a table by one of its columns: numbers by their data-value, the largest first, names by their text.
(() => {
  const value = (row, place) => {
    const cell = row.querySelector(`[data-column="${place}"]`);
    return cell && cell.dataset.value ? Number(cell.dataset.value) : -Infinity;
  };

  const sort = (table, head, button) => {
    const body = table.tBodies[0];
    const byName = head.dataset.column === "name";
    const now = head.getAttribute("aria-sort");
    const ascending = now ? now === "descending" : byName;
    const rows = [...body.rows].sort((a, b) =>
      byName
        ? a.cells[0].textContent.trim().localeCompare(b.cells[0].textContent.trim())
        : value(a, head.dataset.column) - value(b, head.dataset.column)
    );
    if (!ascending) rows.reverse();
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
