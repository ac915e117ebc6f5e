// Hides what carries an unticked strategy, worker count or start method. It hides, and changes no verdict.
(() => {
  const form = document.querySelector("form.filter");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const marked = [...document.querySelectorAll("main :is([data-strategy], [data-workers], [data-start])")];
  const told = form.querySelector("output");
  const off = (facet) => new Set(boxes.filter((box) => box.name === facet && !box.checked).map((box) => box.value));

  const apply = () => {
    const hidden = { strategy: off("strategy"), workers: off("workers"), start: off("start") };
    marked.forEach((one) => {
      const filtered = Object.entries(hidden).some(([facet, values]) => values.has(one.dataset[facet]));
      one.classList.toggle("filtered", filtered);
    });
    const count = Object.values(hidden).reduce((sum, values) => sum + values.size, 0);
    form.classList.toggle("filtering", count > 0);
    document.documentElement.classList.toggle("some-workers", hidden.workers.size > 0);
    told.textContent = count ? `${count} of ${boxes.length} unticked: what belongs to them is hidden` : "everything is shown";
    document.dispatchEvent(new CustomEvent("filtered"));
  };

  form.hidden = false;
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  form.querySelectorAll("button[data-only]").forEach((button) =>
    button.addEventListener("click", () => {
      const own = boxes.filter((box) => box.name === button.dataset.only);
      const all = own.every((box) => box.checked);
      own.forEach((box) => (box.checked = !all));
      apply();
    })
  );
  apply();
})();
