// Runs the browser's evaluators over JSON lines from standard input, one line of answers for each question.
// The TypeScript sources are stripped of their types by the compiler that the web project uses anyway.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const web = process.argv[2];
const ts = createRequire(join(web, "package.json"))("typescript");
const folder = mkdtempSync(join(tmpdir(), "gongdan-lang-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "package.json"), '{"type":"module"}');
for (const name of ["read", "condition", "decimal", "token", "value", "formula"]) {
  const source = readFileSync(join(web, "src/lang", `${name}.ts`), "utf8");
  const compilerOptions = { module: "ESNext", target: "ES2022", rewriteRelativeImportExtensions: true };
  writeFileSync(join(folder, `${name}.js`), ts.transpileModule(source, { compilerOptions }).outputText);
}
const load = (name) => import(pathToFileURL(join(folder, `${name}.js`)).href);
const conditions = await load("condition");
const formulas = await load("formula");

let world = { types: {}, env: {}, rows: [] };
const answers = [];
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const question = JSON.parse(line);
  if (question.world) {
    world = question.world;
  } else if (question.when) {
    const test = conditions.compile(question.when, world.types);
    const { rows, env } = world;
    answers.push(rows.map((row, at) => (test({ row, old: rows[(at + 1) % rows.length] }, env) ? "1" : "0")).join(""));
  } else {
    const run = formulas.compile(question.formula, world.types, question.target ?? undefined);
    answers.push(JSON.stringify(world.rows.map((row) => run(row, world.env))));
  }
}
process.stdout.write(`${answers.join("\n")}\n`);
