// Colours come from the style sheet; charts are drawn again when they change.

const themeListeners = [];
const printing = window.matchMedia("print");

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
}

function tellTheme() {
  for (const listener of themeListeners) listener();
}

function themeButton() {
  const button = el("button", { type: "button", class: "quiet", id: "theme" });
  const label = () => {
    button.textContent = say(isDark() ? "theme.to_light" : "theme.to_dark");
  };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    tellTheme();
  });
  themeListeners.push(label);
  label();
  return button;
}

window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tellTheme);
printing.addEventListener("change", tellTheme);
