// Formulas in the browser: the twin of crates/lang/src/formula. Exact decimals on BigInt; undefined is a missing value.

import { add, type Decimal, divide, multiply, round, stored } from "./decimal.ts";
import type { Env, Row, Types } from "./read.ts";
import * as read from "./read.ts";
import { type Token, tokens } from "./token.ts";
import { day, holds, negate, order, show, type Value, wrap } from "./value.ts";

interface Context {
  row: Row;
  outer?: Row | undefined;
  tableRow?: Row | undefined;
  env: Env;
}
type Node = (context: Context) => Value;

/** Prepares a formula. The result is what is stored: decimal text, text, truth value, or null. */
export function compile(
  formula: string,
  types: Types,
  target?: { type: string; scale?: number },
  outer?: Types,
): (row: Row, env: Env, outerRow?: Row) => string | boolean | null {
  const root = new Parser(formula, types, outer).whole();
  const scale =
    target?.type === "number" || target?.type === "money" ? (target.scale ?? 0) : undefined;
  return (row, env, outerRow) => {
    const value = root({ row, env, outer: outerRow });
    if (value === undefined) return null;
    if ("truth" in value) return value.truth;
    if ("units" in value && scale !== undefined) {
      return show(stored(value, scale)) || null;
    }
    return show(value) || null;
  };
}

class Parser {
  private next = 0;
  private depth = 0;
  private readonly list: Token[];
  private readonly types: Types;
  private readonly outer: Types | undefined;
  /** Inside an aggregate: the table whose columns occurred. */
  private table: string | undefined;

  constructor(text: string, types: Types, outer?: Types) {
    this.list = tokens(text);
    this.types = types;
    this.outer = outer;
  }

  whole(): Node {
    const root = this.comparison();
    if (this.list[this.next]) this.fail();
    return root;
  }

  private comparison(): Node {
    this.depth += 1;
    if (this.depth > 32) this.fail();
    let left = this.sum();
    const operator = this.take("=", "≠", "<", "≤", ">", "≥");
    if (operator) {
      const [a, b] = [left, this.sum()];
      left = (context) => ({ truth: holds(operator, order(a(context), b(context))) });
    }
    this.depth -= 1;
    return left;
  }

  private sum(): Node {
    let left = this.product();
    for (let operator = this.take("+", "-"); operator; operator = this.take("+", "-")) {
      left = arithmetic(operator, left, this.product());
    }
    return left;
  }

  private product(): Node {
    let left = this.signed();
    for (let operator = this.take("*", "/"); operator; operator = this.take("*", "/")) {
      left = arithmetic(operator, left, this.signed());
    }
    return left;
  }

  private signed(): Node {
    if (!this.take("-")) return this.primary();
    const inner = this.primary();
    return (context) => negate(inner(context));
  }

  private primary(): Node {
    const token = this.list[this.next];
    if (this.take("(")) {
      const inner = this.comparison();
      if (!this.take(")")) this.fail();
      return inner;
    }
    if (!token || token.kind === "symbol") return this.fail();
    this.next += 1;
    if (token.kind === "name")
      return this.take("(") ? this.call(token.value) : this.field(token.value);
    if (token.kind === "text") return () => (token.value ? { text: token.value } : undefined);
    const scale = token.value.split(".")[1]?.length ?? 0;
    const units = scale <= 12 ? read.scaled(token.value, scale) : undefined;
    if (units === undefined) return this.fail();
    const number = { units: BigInt(units), scale };
    return () => number;
  }

  private call(name: string): Node {
    if (["sum", "avg", "min", "max", "count"].includes(name)) return this.aggregate(name);
    if (name === "text") return this.label();
    const args = this.args(() => this.comparison());
    const [least, most] = ARITY[name] ?? [1, 50];
    if (args.length < least || args.length > most) this.fail();
    const [a = missing, b = missing, c = missing] = args;
    const truth = (node: Node, context: Context) => {
      const value = node(context);
      return value !== undefined && "truth" in value && value.truth;
    };
    switch (name) {
      case "if":
        return (context) => (truth(a, context) ? b(context) : c(context));
      case "and":
        return (context) => ({ truth: args.every((node) => truth(node, context)) });
      case "or":
        return (context) => ({ truth: args.some((node) => truth(node, context)) });
      case "not":
        return (context) => ({ truth: !truth(a, context) });
      case "round":
        return (context) => {
          const [value, scale] = [a(context), b(context)];
          const digits = scale && "units" in scale ? Number(scale.units) : 0;
          return value && "units" in value ? round(value, digits) : undefined;
        };
      case "concat":
        return (context) => ({ text: args.map((node) => show(node(context))).join("") });
      case "days":
        return (context) => {
          const [from, to] = [day(a(context), context.env), day(b(context), context.env)];
          return from === undefined || to === undefined
            ? undefined
            : { units: BigInt(to - from), scale: 0 };
        };
      default:
        return this.fail();
    }
  }

  private aggregate(name: string): Node {
    const parts = this.args(() => this.part(name));
    return (context) => {
      let [count, best]: [number, Decimal | undefined] = [0, undefined];
      let sum: Decimal | undefined = { units: 0n, scale: 0 };
      for (const value of parts.flatMap((part) => part(context))) {
        if (value === undefined) continue;
        count += 1;
        if (!("units" in value)) continue;
        sum = sum && add(sum, value);
        const side = best && order(value, best);
        if (best === undefined || (name === "min" && side === -1) || (name === "max" && side === 1))
          best = value;
      }
      if (name === "count") return { units: BigInt(count), scale: 0 };
      if (name === "sum") return sum;
      return name === "avg" ? sum && divide(sum, { units: BigInt(count), scale: 0 }) : best;
    };
  }

  /** One argument of an aggregate: an expression, one for each row of a table, or the items of a field. */
  private part(name: string): (context: Context) => Value[] {
    const token = this.list[this.next];
    const follows = this.list[this.next + 1]?.value ?? "";
    if (name === "count" && token?.kind === "name" && [",", ")"].includes(follows)) {
      const found = read.resolve(token.value, this.types, this.outer);
      if (found && ["table", "files", "multi_choice"].includes(found.type.type)) {
        this.next += 1;
        return ({ row }) => {
          const items = read.lookup(row, found.path);
          return [...read.rows(items), ...read.texts(items)].map(() => ({ truth: true }));
        };
      }
    }
    const around = this.table;
    this.table = undefined;
    const node = this.comparison();
    const table: string | undefined = this.table;
    this.table = around;
    if (table === undefined) return (context) => [node(context)];
    return (context) =>
      read.rows(context.row[table]).map((tableRow) => node({ ...context, tableRow }));
  }

  private args<T>(one: () => T): T[] {
    const found = [one()];
    while (this.take(",")) found.push(one());
    if (!this.take(")")) this.fail();
    return found;
  }

  private field(name: string): Node {
    const { json, type } = this.source(name);
    const scale = type.scale ?? 0;
    return (context) => {
      const value = json(context);
      switch (type.type) {
        case "number":
        case "money": {
          const units = read.scaled(value, scale);
          return units === undefined ? undefined : { units: BigInt(units), scale };
        }
        case "bool":
          return typeof value === "boolean" ? { truth: value } : undefined;
        case "date":
          return wrap("date", read.date(value));
        case "datetime":
          return wrap("instant", read.instant(value));
        default:
          return read.text(value) === undefined ? undefined : { text: String(value) };
      }
    };
  }

  private label(): Node {
    const name = this.list[this.next]?.value ?? "";
    this.next += 1;
    if (!this.take(")")) this.fail();
    const { json, type } = this.source(name);
    const word = (code: string): string => {
      const option = type.options?.find((one) => typeof one !== "string" && one.value === code);
      return option && typeof option !== "string" ? option.label : code;
    };
    return (context) => {
      const value = json(context);
      if (type.type === "multi_choice") return { text: read.texts(value).map(word).join("、") };
      const code = read.text(value);
      return code === undefined ? undefined : { text: word(code) };
    };
  }

  private source(name: string): { json: (context: Context) => unknown; type: read.FieldType } {
    const found = read.resolve(name, this.types, this.outer);
    if (found) {
      return {
        type: found.type,
        json: ({ row, outer }) => read.lookup(found.outer ? outer : row, found.path),
      };
    }
    const [table = "", ...rest] = name.replace(/^form\./, "").split(".");
    const column = rest.join(".");
    const type = this.types[table]?.fields?.[column];
    if (!type) throw new Error(`unknown field ${name}`);
    this.table = table;
    return { type, json: ({ tableRow }) => read.lookup(tableRow, rest) };
  }

  private take(...symbols: string[]): string | undefined {
    const token = this.list[this.next];
    if (token?.kind !== "symbol" || !symbols.includes(token.value)) return undefined;
    this.next += 1;
    return token.value;
  }

  private fail(): never {
    throw new SyntaxError(`formula stops making sense at ${this.list[this.next]?.at ?? "its end"}`);
  }
}

const ARITY: Record<string, [number, number]> = {
  if: [3, 3],
  not: [1, 1],
  days: [2, 2],
  round: [1, 2],
};

const missing: Node = () => undefined;
function arithmetic(operator: string, left: Node, right: Node): Node {
  return (context) => {
    const [a, b] = [left(context), right(context)];
    if (!a || !b || !("units" in a) || !("units" in b)) return undefined;
    if (operator === "+") return add(a, b);
    if (operator === "-") return add(a, { units: -b.units, scale: b.scale });
    if (operator === "/") return divide(a, b);
    return multiply(a, b);
  };
}
