import { addressField } from "./address/field.tsx";
import { boolField } from "./bool/field.tsx";
import { cascadeField } from "./cascade/field.tsx";
import type { FieldType } from "./contract.ts";
import { dateField } from "./date/field.tsx";
import { dateRangeField } from "./date-range/field.tsx";
import { datetimeField } from "./datetime/field.tsx";
import { emailField } from "./email/field.tsx";
import { fileField } from "./file/field.tsx";
import { infoField } from "./info/field.tsx";
import { locationField } from "./location/field.tsx";
import { moneyField } from "./money/field.tsx";
import { multiSelectField } from "./multi-select/field.tsx";
import { numberField } from "./number/field.tsx";
import { orgField } from "./org/field.tsx";
import { personField } from "./person/field.tsx";
import { phoneField } from "./phone/field.tsx";
import { ratingField } from "./rating/field.tsx";
import { refField } from "./ref/field.tsx";
import { richtextField } from "./richtext/field.tsx";
import { selectField } from "./select/field.tsx";
import { serialField } from "./serial/field.tsx";
import { signatureField } from "./signature/field.tsx";
import { tableField } from "./table/field.tsx";
import { textField } from "./text/field.tsx";

/** Every field type of the form definition. */
export const fieldTypes: FieldType[] = [
  textField,
  richtextField,
  numberField,
  moneyField,
  dateField,
  datetimeField,
  dateRangeField,
  boolField,
  selectField,
  multiSelectField,
  cascadeField,
  personField,
  orgField,
  refField,
  tableField,
  fileField,
  signatureField,
  phoneField,
  emailField,
  addressField,
  locationField,
  serialField,
  ratingField,
  infoField,
];

const plain = (type: string) => type.toLowerCase().replace(/[^a-z]/g, "");
const byName = new Map<string, FieldType>();
for (const type of fieldTypes)
  for (const name of [type.type, ...(type.aliases ?? [])]) byName.set(plain(name), type);

/** The type of that name; `date-range` and `date_range` are one. */
export function fieldType(name: string): FieldType | undefined {
  return byName.get(plain(name));
}
