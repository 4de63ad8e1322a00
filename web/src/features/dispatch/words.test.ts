import { expect, test } from "vitest";
import { reasonLine } from "./words.ts";

const reasons = [
  {
    code: "speed",
    params: { usual_hours: null, hours: null, n: 0 },
    value: 0.5,
    weight: 0.3,
    points: 0.15,
  },
  { code: "load", params: { capacity: 5, load: 0 }, value: 1, weight: 0.2, points: 0.2 },
  {
    code: "skill_missing",
    params: { need: 1, skill: "hvac" },
    value: null,
    weight: null,
    points: null,
  },
  { code: "brand_new", params: {}, value: null, weight: null, points: null },
];

test("says what has facts behind it, in the reader's words", () => {
  expect(reasonLine(reasons, "en", { hvac: "Air conditioning" })).toBe(
    "0 of 5 open · Lacks the skill: Air conditioning · brand new",
  );
  expect(reasonLine(reasons, "zh", {}).replaceAll("\u2009", " ")).toContain("在手 0 张，可接 5 张");
});
