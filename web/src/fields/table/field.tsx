import { Button } from "antd";
import { usePick, useTexts } from "@/i18n/index.tsx";
import { Icon } from "@/ui/Icon.tsx";
import type { EditorProps, FieldType, ViewerProps } from "../contract.ts";
import { fieldType } from "../registry.ts";
import styles from "./table.module.css";

type Row = Record<string, unknown>;

const read = (value: unknown): Row[] => (Array.isArray(value) ? (value as Row[]) : []);
const defaults = (fields: EditorProps["field"]["fields"] = []): Row =>
  Object.fromEntries(fields.filter((f) => f.default !== undefined).map((f) => [f.id, f.default]));

/** A table on a desk, a stack of cards on a phone. */
function Editor(props: EditorProps) {
  const { field, id, value, onChange, disabled, errorsBelow } = props;
  const { form } = useTexts();
  const pick = usePick();
  const rows = read(value);
  const columns = field.fields ?? [];
  const full = field.max !== undefined && rows.length >= Number(field.max);
  const change = (at: number, column: string, next: unknown) =>
    onChange(rows.map((row, i) => (i === at ? { ...row, [column]: next } : row)));

  return (
    <div className={styles.wrap} id={id} tabIndex={-1}>
      {rows.length === 0 && <p className="quiet small">{form.rowsEmpty}</p>}
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity until they are saved
        <fieldset key={at} className={styles.row}>
          <legend className="hidden-visually">{form.row(at + 1)}</legend>
          {columns.map((column) => {
            const Cell = fieldType(column.type)?.Editor;
            const cellId = `${id}-${at}-${column.id}`;
            const errors = errorsBelow(`${at}/${column.id}`);
            return (
              <div key={column.id} className={styles.cell}>
                <label htmlFor={cellId} id={`${cellId}-label`} className={styles.label}>
                  {pick(column.label) || column.id}
                  {column.required && <span className={styles.star}> *</span>}
                </label>
                {Cell && (
                  <Cell
                    {...props}
                    field={column}
                    place={`${props.place}.${column.id}`}
                    id={cellId}
                    value={row[column.id]}
                    onChange={(next) => change(at, column.id, next)}
                    onChangeOther={(other, next) => change(at, other, next)}
                    disabled={disabled || Boolean(column.calc) || Boolean(column.readonly)}
                    invalid={errors.length > 0}
                    describedBy={errors.length > 0 ? `${cellId}-error` : undefined}
                  />
                )}
                {errors.length > 0 && (
                  <span id={`${cellId}-error`} className={styles.error}>
                    {errors.join(" ")}
                  </span>
                )}
              </div>
            );
          })}
          <button
            type="button"
            className={styles.remove}
            aria-label={form.removeRow(at + 1)}
            disabled={disabled}
            onClick={() => onChange(rows.filter((_, i) => i !== at))}
          >
            <Icon name="close" size={16} />
          </button>
        </fieldset>
      ))}
      <Button
        size="small"
        disabled={disabled || full}
        onClick={() => onChange([...rows, defaults(columns)])}
      >
        {form.addRow}
      </Button>
    </div>
  );
}

function Viewer({ field, value }: ViewerProps) {
  const pick = usePick();
  const rows = read(value);
  const columns = field.fields ?? [];
  if (rows.length === 0) return null;
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col">
                {pick(column.label) || column.id}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity
            <tr key={i}>
              {columns.map((column) => {
                const Cell = fieldType(column.type)?.Viewer;
                return (
                  <td key={column.id}>
                    {Cell && <Cell field={column} value={row[column.id] ?? ""} />}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export const tableField: FieldType = {
  type: "table",
  aliases: ["subtable", "sub_table"],
  wide: true,
  Editor,
  Viewer,
  fixtures: [
    {
      field: { id: "tb", label: "Parts", fields: [{ id: "sku", type: "text", label: "SKU" }] },
      values: [[], [{ sku: "A-1" }]],
    },
  ],
};
