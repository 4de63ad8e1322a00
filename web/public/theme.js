// Runs before the first paint so that the page never flashes in the wrong theme or language.
// The language is what the person chose, else the first of the browser's languages that we speak, else English.
// A file of its own because the content security policy forbids inline scripts.
(() => {
  var root = document.documentElement;
  var choice = "auto";
  var language = null;
  try {
    choice = localStorage.getItem("gongdan.theme") || "auto";
    language = localStorage.getItem("gongdan.language");
  } catch (_) {
    // Storage can be blocked; the defaults serve.
  }
  var dark =
    choice === "dark" || (choice === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  var wanted = [language]
    .concat(navigator.languages || [])
    .map((tag) => String(tag).slice(0, 2).toLowerCase());
  root.lang = wanted.find((tag) => tag === "zh" || tag === "en") === "zh" ? "zh-CN" : "en";
})();
