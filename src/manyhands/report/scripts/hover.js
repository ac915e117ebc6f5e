// Shows a chart's spots in words at once, under the pointer and to the keyboard: one tab stop a chart, then arrows.
(() => {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  document.body.append(tip);

  const show = (spot) => {
    tip.textContent = spot.getAttribute("aria-label");
    tip.hidden = false;
    const box = spot.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left + box.width / 2 - own.width / 2), innerWidth - own.width - 8);
    const above = box.top - own.height - 8;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${above < 8 ? box.bottom + 8 : above}px`;
  };
  const hide = () => (tip.hidden = true);

  document.querySelectorAll("svg .spots").forEach((group) => {
    const spots = [...group.children];
    group.ownerSVGElement.setAttribute("role", "group");
    spots.forEach((spot, place) => {
      const title = spot.querySelector("title");
      spot.setAttribute("aria-label", title.textContent);
      spot.setAttribute("role", "img");
      spot.setAttribute("tabindex", place ? "-1" : "0");
      title.remove();
    });
    const shown = () => spots.filter((spot) => !spot.classList.contains("filtered"));
    const stopAt = (one) => spots.forEach((spot) => spot.setAttribute("tabindex", spot === one ? "0" : "-1"));
    const reach = (from, step) => {
      const left = shown(), next = left[(left.indexOf(from) + step + left.length) % left.length];
      if (!next) return;
      stopAt(next);
      next.focus();
    };
    document.addEventListener("filtered", () => stopAt(shown()[0]));
    group.addEventListener("pointerover", (event) => event.target.matches(".spots > *") && show(event.target));
    group.addEventListener("pointerout", hide);
    group.addEventListener("focusin", (event) => show(event.target));
    group.addEventListener("focusout", hide);
    group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") hide();
      if (!step) return;
      event.preventDefault();
      reach(event.target, step);
    });
  });
  addEventListener("scroll", hide, { passive: true });
})();
