/** The Conditions behind the marks of the charts. */
const ACTIVE = { f: "status", op: "in", v: ["new", "open", "waiting"] };

export const active = () => ACTIVE;
export const status = (value: string) => ({ f: "status", op: "eq", v: value });
export const overdue = () => ({ all: [ACTIVE, { f: "due_at", op: "lt", v: { var: "now" } }] });
export const owner = (id: string, late: boolean) => ({
  all: [
    { f: "owner", op: "eq", v: id },
    ACTIVE,
    ...(late ? [{ f: "due_at", op: "lt", v: { var: "now" } }] : []),
  ],
});
export const createdOn = (day: string) => between("created_at", day);
export const closedOn = (day: string) => between("closed_at", day);

/** The local day as instants: first moment, last millisecond. */
function between(field: string, day: string) {
  const from = new Date(`${day}T00:00:00`);
  const to = new Date(`${day}T23:59:59.999`);
  return {
    all: [
      { f: field, op: "gte", v: from.toISOString() },
      { f: field, op: "lte", v: to.toISOString() },
    ],
  };
}
