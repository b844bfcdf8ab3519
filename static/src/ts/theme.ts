// Who leaves the look to the machine gets it also where the browser gave the server no hint, and when it changes at dusk.
export function followMachine(): void {
  const root = document.documentElement;
  if (root.dataset["themeAuto"] === undefined) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    const theme = dark.matches ? "dark" : "light";
    root.dataset["bsTheme"] = theme;
    root.dataset["colorScheme"] = theme;
    document.querySelector('meta[name="color-scheme"]')?.setAttribute("content", theme);
  };
  apply();
  dark.addEventListener("change", apply);
}
