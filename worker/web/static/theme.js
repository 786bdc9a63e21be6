// Runs before anything is painted, so that a chosen theme does not flash.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is off: the system's theme it is.
}
document.documentElement.classList.add("js");
