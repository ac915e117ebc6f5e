// Light, dark, or what the system says: a button that goes round the three.
(() => {
  const button = document.querySelector("button.theme");
  if (!button) return;
  const schemes = ["light dark", "light", "dark"];
  const words = { "light dark": "Colors: system", light: "Colors: light", dark: "Colors: dark" };
  let place = 0;
  const show = () => {
    document.documentElement.style.colorScheme = schemes[place];
    button.textContent = words[schemes[place]];
    document.dispatchEvent(new CustomEvent("recoloured"));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    place = (place + 1) % schemes.length;
    show();
  });
  show();
})();
