// Conditions in the browser: the twin of crates/lang/src/condition, kept equal by shared vectors and a random test.
// A comparison with a missing, empty or wrongly typed side is false; negative operators are exact opposites.

import type { Env, FieldType, Row, Types } from "./read.ts";
import * as read from "./read.ts";

export type Condition = Record<string, unknown>;

export interface Rows {
  row: Row;
  /** The row before the change, for `changed`. */
  old?: Row | undefined;
  /** The surrounding row, addressed as `form.…`. */
  outer?: Row | undefined;
}
export type Test = (rows: Rows, env: Env) => boolean;

type Scalar = string | number | bigint | undefined;
type Operand = (rows: Rows, env: Env) => Scalar;

interface Field {
  path: string[];
  type: FieldType;
  value: (rows: Rows) => unknown;
  scalar: (value: unknown) => Scalar;
}

const NEGATIVE: Record<string, string> = {
  ne: "eq",
  nin: "in",
  not_contains: "contains",
  not_empty: "empty",
  has_none: "has_any",
};

/** Prepares a condition that the server has checked; throws on one it would have refused for its names. */
export function compile(condition: Condition, types: Types, outer?: Types): Test {
  if (Array.isArray(condition.all)) {
    const tests = condition.all.map((inner: Condition) => compile(inner, types, outer));
    return (rows, env) => tests.every((test) => test(rows, env));
  }
  if (Array.isArray(condition.any)) {
    const tests = condition.any.map((inner: Condition) => compile(inner, types, outer));
    return (rows, env) => tests.some((test) => test(rows, env));
  }
  if (condition.not !== undefined) {
    const inner = compile(condition.not as Condition, types, outer);
    return (rows, env) => !inner(rows, env);
  }
  if (condition.f !== undefined) return predicate(condition, types, outer);
  return tableTest(condition, types, outer);
}

/** Evaluates once; use `compile` for many rows. */
export function evaluate(condition: Condition, types: Types, rows: Rows, env: Env): boolean {
  return compile(condition, types)(rows, env);
}

function tableTest(condition: Condition, types: Types, outer?: Types): Test {
  const key = ["some", "every", "none", "count"].find((name) => condition[name] !== undefined);
  if (!key) throw new Error("not a condition");
  const table = field(String(condition[key]), types, outer);
  const inner = compile(
    (condition.where ?? { all: [] }) as Condition,
    table.type.fields ?? {},
    types,
  );
  const matching = (rows: Rows, env: Env) => {
    const all = read.rows(table.value(rows));
    return { all, found: all.filter((row) => inner({ row, outer: rows.row }, env)) };
  };
  if (key === "some") return (rows, env) => matching(rows, env).found.length > 0;
  if (key === "none") return (rows, env) => matching(rows, env).found.length === 0;
  if (key === "every") {
    return (rows, env) => {
      const { all, found } = matching(rows, env);
      return all.length === found.length;
    };
  }
  const [low, high] = [condition.v].flat().map((value) => read.scaled(value, 0));
  return (rows, env) => {
    const count = matching(rows, env).found.length;
    if (low === undefined) return false;
    switch (condition.op) {
      case "eq":
        return count === low;
      case "ne":
        return count !== low;
      case "between":
        return high !== undefined && low <= count && count <= high;
      default:
        return ordered(String(condition.op), compare(count, low));
    }
  };
}

function predicate(condition: Condition, types: Types, outer?: Types): Test {
  const written = String(condition.op);
  const left = field(String(condition.f), types, outer);
  const positive = test(NEGATIVE[written] ?? written, left, condition.v, types, outer);
  return NEGATIVE[written] ? (rows, env) => !positive(rows, env) : positive;
}

function test(operator: string, left: Field, value: unknown, types: Types, outer?: Types): Test {
  switch (operator) {
    case "empty":
      return (rows) => read.isEmpty(left.value(rows));
    case "changed":
      return (rows) => changed(left, left.value(rows), read.lookup(rows.old, left.path));
    case "in": {
      const has = list(left, value);
      return (rows, env) => {
        const scalar = left.scalar(left.value(rows));
        return scalar !== undefined && has(env).has(scalar);
      };
    }
    case "has_any": {
      const has = list(left, value);
      return (rows, env) => read.texts(left.value(rows)).some((item) => has(env).has(item));
    }
    case "has_all": {
      const has = list(left, value);
      return (rows, env) => {
        const present = new Set<Scalar>(read.texts(left.value(rows)));
        const wanted = has(env);
        return wanted.size > 0 && [...wanted].every((item) => present.has(item));
      };
    }
    case "between": {
      const [low, high] = [value].flat().map((bound) => operand(left, bound, types, outer));
      return (rows, env) => {
        const scalar = left.scalar(left.value(rows));
        const [from, to] = [low?.(rows, env), high?.(rows, env)];
        return ordered("gte", compare(scalar, from)) && ordered("lte", compare(scalar, to));
      };
    }
    default: {
      const right = operand(left, value, types, outer);
      const holds = RELATIONS[operator] ?? ((a, b) => ordered(operator, compare(a, b)));
      return (rows, env) => {
        const [a, b] = [left.scalar(left.value(rows)), right(rows, env)];
        return a !== undefined && b !== undefined && holds(a, b, env);
      };
    }
  }
}

const RELATIONS: Record<string, (a: Scalar, b: Scalar, env: Env) => boolean> = {
  contains: (a, b) => fold(a).includes(fold(b)),
  starts: (a, b) => fold(a).startsWith(fold(b)),
  under: (a, b, env) => {
    const paths = env.org_paths ?? {};
    const [path, root] = [a, b].map((id) =>
      Object.hasOwn(paths, String(id)) ? paths[String(id)] : undefined,
    );
    return path !== undefined && root !== undefined && path.startsWith(root);
  },
};

const fold = (value: Scalar): string =>
  String(value).replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function compare(a: Scalar, b: Scalar): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a < b ? -1 : a > b ? 1 : 0;
}

function ordered(operator: string, order: number | undefined): boolean {
  if (order === undefined) return false;
  switch (operator) {
    case "eq":
      return order === 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
    default:
      throw new Error(`unknown operator ${operator}`);
  }
}

function field(written: string, types: Types, outer?: Types): Field {
  const found = read.resolve(written, types, outer);
  if (!found) throw new Error(`unknown field ${written}`);
  const value = (rows: Rows) => read.lookup(found.outer ? rows.outer : rows.row, found.path);
  return { path: found.path, type: found.type, value, scalar: reader(found.type) };
}

/** How a value of a type becomes comparable. */
function reader(type: FieldType): (value: unknown) => Scalar {
  switch (type.type) {
    case "number":
    case "money":
      return (value) => read.scaled(value, type.scale ?? 0);
    case "date":
      return read.date;
    case "datetime":
      return read.instant;
    case "bool":
      return (value) => (typeof value === "boolean" ? Number(value) : undefined);
    case "multi_choice":
    case "table":
    case "files":
    case "opaque":
      return () => undefined;
    default:
      return read.text;
  }
}

function literal(left: Field, value: unknown): Scalar {
  const scalar = left.type.type === "multi_choice" ? read.text(value) : left.scalar(value);
  return typeof scalar === "string" ? scalar.normalize("NFC") : scalar;
}

function operand(left: Field, value: unknown, types: Types, outer?: Types): Operand {
  if (!read.isRow(value)) {
    const constant = literal(left, value);
    return () => constant;
  }
  if (value.f !== undefined) {
    const right = field(String(value.f), types, outer);
    align(left, right);
    return (rows) => right.scalar(right.value(rows));
  }
  if (value.var !== undefined) return variable(String(value.var), left);
  const by = read.duration(String(value.ago ?? value.in));
  const sign = value.ago === undefined ? 1 : -1;
  if (!by) return () => undefined;
  return left.type.type === "date"
    ? (_, env) => read.shiftDate(read.localDay(env.now_ms, env.offset_minutes), by, sign)
    : (_, env) => read.shiftInstant(env.now_ms, env.offset_minutes, by, sign);
}

/** Brings two numbers of different scales to the larger one; the product may need more than 53 bits. */
function align(left: Field, right: Field): void {
  const [own, other] = [left.type.scale ?? 0, right.type.scale ?? 0];
  const scale = Math.max(own, other);
  if (own === other || left.type.scale === undefined || right.type.scale === undefined) return;
  for (const side of [left, right]) {
    const { scalar } = side;
    const factor = 10n ** BigInt(scale - (side.type.scale ?? 0));
    side.scalar = (value) => {
      const units = scalar(value);
      return typeof units === "number" ? BigInt(units) * factor : undefined;
    };
  }
}

function variable(name: string, left: Field): Operand {
  switch (name) {
    case "me":
      return (_, env) => env.me ?? undefined;
    case "actor":
      return (_, env) => env.actor ?? undefined;
    case "me.org":
      return (_, env) => env.org ?? undefined;
    case "now":
      return (_, env) => env.now_ms;
    case "today":
      return (_, env) => {
        const today = read.localDay(env.now_ms, env.offset_minutes);
        return left.type.type === "date" ? today : read.dayStart(today, env.offset_minutes);
      };
    default:
      throw new Error(`unknown variable ${name}`);
  }
}

function list(left: Field, value: unknown): (env: Env) => Set<Scalar> {
  if (Array.isArray(value)) {
    const items = new Set(value.map((item) => literal(left, item)));
    return () => items;
  }
  const name = read.isRow(value) ? value.var : undefined;
  return (env) => new Set((name === "me.roles" ? env.roles : env.orgs_below) ?? []);
}

function changed(left: Field, now: unknown, before: unknown): boolean {
  switch (left.type.type) {
    case "multi_choice":
      return !read.same(read.texts(now), read.texts(before));
    case "table":
    case "files":
    case "opaque":
      return read.isEmpty(now) || read.isEmpty(before)
        ? read.isEmpty(now) !== read.isEmpty(before)
        : !read.same(now, before);
    default:
      return left.scalar(now) !== left.scalar(before);
  }
}
