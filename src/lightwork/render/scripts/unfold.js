// Opens what is folded: where a link or the address leads, for print, and all of it by a button.
(() => {
  const folds = [...document.querySelectorAll("details")];
  const target = (hash) => document.getElementById(decodeURIComponent(hash.slice(1)));
  const reveal = (place) => {
    for (let fold = place?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  };
  const arrive = () => {
    const place = target(location.hash);
    reveal(place);
    place?.scrollIntoView();
  };
  addEventListener("hashchange", arrive);
  addEventListener("click", (event) => reveal(target(event.target.closest?.('a[href^="#"]')?.hash || "")));
  arrive();

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = folds.filter((fold) => !fold.open);
    folded.forEach((fold) => (fold.open = true));
  });
  addEventListener("afterprint", () => folded.forEach((fold) => (fold.open = false)));

  // A wide table on a narrow screen shows the cell that matters, not its first columns.
  const showBest = (fold) =>
    fold.querySelectorAll(".scroll:has(td.best)").forEach((scroll) => {
      const best = scroll.querySelector("td.best"), head = scroll.querySelector("th").offsetWidth;
      if (best.offsetLeft + best.offsetWidth > scroll.clientWidth) scroll.scrollLeft = best.offsetLeft - head;
    });
  document.addEventListener("toggle", (event) => event.target.open && showBest(event.target), true);
  showBest(document);

  const studies = folds.filter((fold) => fold.matches(".study")), button = document.querySelector("button.unfold");
  if (!button || studies.length < 2) return;
  const all = () => studies.every((fold) => fold.open);
  const label = () => (button.textContent = all() ? "Close all details" : "Open all details");
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = !all();
    studies.forEach((fold) => (fold.open = open));
  });
  document.addEventListener("toggle", label, true);
  label();
})();
