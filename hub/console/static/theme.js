// Runs before the first paint: the reader's choice, else the system's.
(() => {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => localStorage.getItem("theme") ?? (system.matches ? "dark" : "light");
  const apply = () => document.documentElement.classList.toggle("dark", chosen() === "dark");
  apply();
  system.addEventListener("change", apply);

  const name = (button) => {
    const dark = document.documentElement.classList.contains("dark");
    button.setAttribute("aria-pressed", String(dark));
  };
  document.addEventListener("DOMContentLoaded", () => {
    const buttons = document.querySelectorAll("[data-theme-toggle]");
    buttons.forEach(name);
    buttons.forEach((button) => button.addEventListener("click", () => {
      localStorage.setItem("theme", chosen() === "dark" ? "light" : "dark");
      apply();
      buttons.forEach(name);
      document.dispatchEvent(new CustomEvent("themechange"));
    }));
  });
})();
