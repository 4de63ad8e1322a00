import { Input } from "antd";
import { useTexts } from "@/i18n/index.tsx";
import {
  asText,
  controlProps,
  type EditorProps,
  type FieldType,
  type ViewerProps,
} from "../contract.ts";

interface Address {
  region?: string;
  street?: string;
}

const read = (value: unknown): Address => {
  if (typeof value === "string") return { street: value };
  return value !== null && typeof value === "object" ? (value as Address) : {};
};

function Editor(props: EditorProps) {
  const { form } = useTexts();
  const address = read(props.value);
  const { id, ...rest } = controlProps(props);
  return (
    <div style={{ display: "grid", gap: 8 }}>
      <Input
        {...rest}
        id={id}
        autoComplete="address-level2"
        placeholder={form.province}
        value={asText(address.region)}
        onChange={(event) => props.onChange({ ...address, region: event.target.value })}
      />
      <Input
        {...rest}
        aria-label={form.street}
        autoComplete="street-address"
        placeholder={form.street}
        value={asText(address.street)}
        onChange={(event) => props.onChange({ ...address, street: event.target.value })}
      />
    </div>
  );
}

function Viewer({ value }: ViewerProps) {
  const { region, street } = read(value);
  return <span>{[region, street].filter(Boolean).join(" ")}</span>;
}

export const addressField: FieldType = {
  type: "address",
  Editor,
  Viewer,
  fixtures: [
    {
      field: { id: "ad", label: "Address" },
      values: [null, "人民路 1 号", { region: "上海市", street: "人民路" }],
    },
  ],
};
