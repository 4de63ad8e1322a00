// Prints the gzip size of the JavaScript and CSS that each entry loads before it shows anything.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGETS = { "index.html": 400, "portal.html": 120 };
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, "utf8"));

function files(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return [];
  seen.add(key);
  return [
    chunk.file,
    ...(chunk.css ?? []),
    ...(chunk.imports ?? []).flatMap((each) => files(each, seen)),
  ];
}

const kilobytes = (list) =>
  list.reduce((sum, file) => sum + gzipSync(readFileSync(dist + file)).length, 0) / 1024;

let over = false;
const line = (name, keys, budget) => {
  const seen = new Set();
  const loaded = [...new Set(keys.flatMap((key) => files(key, seen)))];
  const js = kilobytes(loaded.filter((file) => file.endsWith(".js")));
  const css = kilobytes(loaded.filter((file) => file.endsWith(".css")));
  if (budget && js > budget) over = true;
  const limit = budget ? ` of ${budget}` : "";
  console.log(
    `${name}: ${js.toFixed(1)}${limit} KB JavaScript, ${css.toFixed(1)} KB CSS (gzip, ${loaded.length} files)`,
  );
};

for (const [entry, budget] of Object.entries(BUDGETS)) line(entry, [entry], budget);
for (const [name, page] of [
  ["queue", "src/routes/queue/QueuePage.tsx"],
  ["new ticket", "src/routes/create/NewTicketPage.tsx"],
  ["start", "src/routes/start/StartPage.tsx"],
  ["definition", "src/routes/design/DefinitionPage.tsx"],
]) {
  line(`  index.html with ${name}`, ["index.html", page], name === "queue" ? 400 : undefined);
}
process.exit(over ? 1 : 0);
