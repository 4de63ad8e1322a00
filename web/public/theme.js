// Runs before the first paint so that the page never flashes in the wrong theme.
// A file of its own because the content security policy forbids inline scripts.
(() => {
  var root = document.documentElement;
  var choice = "auto";
  var language = "zh";
  try {
    choice = localStorage.getItem("gongdan.theme") || "auto";
    language = localStorage.getItem("gongdan.language") || "zh";
  } catch (_) {
    // Storage can be blocked; the defaults serve.
  }
  var dark =
    choice === "dark" || (choice === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.lang = language === "en" ? "en" : "zh-CN";
})();
