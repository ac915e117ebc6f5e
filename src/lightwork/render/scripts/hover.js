// Shows a chart's tooltips in words at once, under the pointer and to the keyboard: one tab stop a chart, then arrows.
(() => {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  document.body.append(tip);

  const NEAR = 5, TOLD = 4; // pixels; tooltips that lie on one another are told together

  const show = (tooltip, others = []) => {
    tip.textContent = [tooltip, ...others].map((one) => one.getAttribute("aria-label")).join("\n");
    tip.hidden = false;
    const box = tooltip.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left + box.width / 2 - own.width / 2), innerWidth - own.width - 8);
    const above = box.top - own.height - 8;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${above < 8 ? box.bottom + 8 : above}px`;
  };
  const hide = () => (tip.hidden = true);

  document.querySelectorAll("svg .tooltips").forEach((group) => {
    const tooltips = [...group.children];
    group.ownerSVGElement.setAttribute("role", "group");
    tooltips.forEach((tooltip, place) => {
      const title = tooltip.querySelector("title");
      tooltip.setAttribute("aria-label", title.textContent);
      tooltip.setAttribute("role", "img");
      tooltip.setAttribute("tabindex", place ? "-1" : "0");
      title.remove();
    });
    const shown = () => tooltips.filter((tooltip) => !tooltip.classList.contains("filtered"));
    const stopAt = (one) => tooltips.forEach((tooltip) => tooltip.setAttribute("tabindex", tooltip === one ? "0" : "-1"));
    const reach = (from, step) => {
      const left = shown(), next = left[(left.indexOf(from) + step + left.length) % left.length];
      if (!next) return;
      stopAt(next);
      next.focus();
    };
    document.addEventListener("filtered", () => stopAt(shown()[0]));
    const outside = (low, at, high) => Math.max(low - at, 0, at - high);
    const distance = (tooltip, x, y) => {
      const box = tooltip.getBoundingClientRect();
      return tooltip.tagName === "rect"
        ? Math.hypot(outside(box.left, x, box.right), outside(box.top, y, box.bottom))
        : Math.hypot(box.left + box.width / 2 - x, box.top + box.height / 2 - y);
    };
    group.addEventListener("pointermove", ({ clientX, clientY }) => {
      const far = shown().map((tooltip) => [distance(tooltip, clientX, clientY), tooltip]).sort((a, b) => a[0] - b[0]);
      const near = far.filter(([pixels]) => pixels <= far[0][0] + NEAR && far[0][1].tagName === "circle");
      show(far[0][1], near.slice(1, TOLD).map(([, tooltip]) => tooltip));
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
    const tooltip = document.activeElement;
    if (tooltip && tooltip.matches(".tooltips > *")) show(tooltip); // the browser itself scrolls to what gets the focus
    else hide();
  }, { passive: true });
  addEventListener("keydown", (event) => event.key === "Escape" && hide());
})();
