// Generates what the server defines: types of the API and the sentences of problem codes.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const contract = at("../../openapi.json");
const codes = at("../../crates/domain/src/problem.rs");

if (existsSync(contract)) {
  execFileSync(
    at("../node_modules/.bin/openapi-typescript"),
    [contract, "-o", at("../src/api/schema.d.ts")],
    {
      stdio: "inherit",
    },
  );
}

const entry = /^\s*"([a-z_.]+)" \d{3} ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*");/gm;
const lines = [...readFileSync(codes, "utf8").matchAll(entry)].map(
  ([, code, zh, en]) => `  "${code}": { zh: ${zh}, en: ${en} },`,
);
if (lines.length < 50) throw new Error("the list of problem codes could not be read");
writeFileSync(
  at("../src/api/problems.gen.ts"),
  `// Generated from crates/domain/src/problem.rs by \`npm run codegen\`.\nexport const sentences: Record<string, { zh: string; en: string }> = {\n${lines.join("\n")}\n};\n`,
);

const events = readFileSync(at("../../crates/domain/src/event.rs"), "utf8");
const kinds = [...events.matchAll(/^\s*\w+ = "([a-z_.]+)",$/gm)].map(([, kind]) => `  "${kind}",`);
if (kinds.length < 20) throw new Error("the list of event kinds could not be read");
writeFileSync(
  at("../src/api/events.gen.ts"),
  `// Generated from crates/domain/src/event.rs by \`npm run codegen\`.\nexport const eventKinds = [\n${kinds.join("\n")}\n] as const;\n`,
);
console.log(`${lines.length} problem codes, ${kinds.length} event kinds`);
