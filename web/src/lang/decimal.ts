// Exact decimals on BigInt: the twin of crates/lang/src/decimal.rs. Too large a number is undefined.

export interface Decimal {
  units: bigint;
  scale: number;
}
const WORK_SCALE = 12;
const WORK_LIMIT = 10n ** 38n;
const MAX_STORED = 999_999_999_999_999n;

const abs = (units: bigint): bigint => (units < 0n ? -units : units);
const limited = (units: bigint, scale: number): Decimal | undefined =>
  abs(units) < WORK_LIMIT ? { units, scale } : undefined;

export function multiply(a: Decimal, b: Decimal): Decimal | undefined {
  const exact = limited(a.units * b.units, a.scale + b.scale);
  return exact && exact.scale > WORK_SCALE ? round(exact, WORK_SCALE) : exact;
}

export function compare(a: Decimal, b: Decimal): number | undefined {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [round(a, scale), round(b, scale)];
  return left && right && (left.units < right.units ? -1 : left.units > right.units ? 1 : 0);
}

/** The number as a field stores it: at `scale`, of at most 15 digits. */
export function stored(value: Decimal, scale: number): Decimal | undefined {
  const rounded = round(value, scale);
  return rounded && abs(rounded.units) <= MAX_STORED ? rounded : undefined;
}

export function add(a: Decimal, b: Decimal): Decimal | undefined {
  const scale = Math.max(a.scale, b.scale);
  const [left, right] = [round(a, scale), round(b, scale)];
  return left && right && limited(left.units + right.units, scale);
}

export function divide(a: Decimal, b: Decimal): Decimal | undefined {
  const numerator = limited(a.units * 10n ** BigInt(WORK_SCALE + b.scale - a.scale), 0);
  return b.units === 0n || !numerator
    ? undefined
    : limited(quotient(numerator.units, b.units), WORK_SCALE);
}

export function round(value: Decimal, scale: number): Decimal | undefined {
  const factor = 10n ** BigInt(Math.abs(scale - value.scale));
  return limited(
    scale >= value.scale ? value.units * factor : quotient(value.units, factor),
    scale,
  );
}

/** Division with halves away from zero. */
function quotient(a: bigint, b: bigint): bigint {
  const [whole, rest] = [a / b, abs(a % b)];
  if (rest * 2n < abs(b)) return whole;
  return a < 0n === b < 0n ? whole + 1n : whole - 1n;
}
