// Shows a chart's spots in words at once, under the pointer and to the keyboard: one tab stop a chart, then arrows.
(() => {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  document.body.append(tip);

  const NEAR = 5, TOLD = 4; // pixels; spots that lie on one another are told together

  const show = (spot, others = []) => {
    tip.textContent = [spot, ...others].map((one) => one.getAttribute("aria-label")).join("\n");
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
    const outside = (low, at, high) => Math.max(low - at, 0, at - high);
    const distance = (spot, x, y) => {
      const box = spot.getBoundingClientRect();
      return spot.tagName === "rect"
        ? Math.hypot(outside(box.left, x, box.right), outside(box.top, y, box.bottom))
        : Math.hypot(box.left + box.width / 2 - x, box.top + box.height / 2 - y);
    };
    group.addEventListener("pointermove", ({ clientX, clientY }) => {
      const far = shown().map((spot) => [distance(spot, clientX, clientY), spot]).sort((a, b) => a[0] - b[0]);
      const near = far.filter(([pixels]) => pixels <= far[0][0] + NEAR && far[0][1].tagName === "circle");
      show(far[0][1], near.slice(1, TOLD).map(([, spot]) => spot));
    });
    group.addEventListener("pointerleave", hide);
    group.addEventListener("focusin", (event) => show(event.target));
    group.addEventListener("focusout", hide);
    group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      reach(event.target, step);
    });
  });
  addEventListener("scroll", () => {
    const spot = document.activeElement;
    if (spot && spot.matches(".spots > *")) show(spot); // the browser itself scrolls to what gets the focus
    else hide();
  }, { passive: true });
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
})();
