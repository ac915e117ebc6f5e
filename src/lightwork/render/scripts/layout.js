// Studies are laid out one after the other once the page is there, so that it opens soon and scrolls evenly.
addEventListener("load", () => {
  const later = window.requestIdleCallback || ((work) => setTimeout(work, 1));
  const waiting = [...document.querySelectorAll(".lazy")];
  const next = () => {
    const study = waiting.shift();
    if (!study) return;
    study.classList.remove("lazy");
    later(next);
  };
  later(next);
});
