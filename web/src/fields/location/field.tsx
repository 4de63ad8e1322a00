import { Button, Input } from "antd";
import { useState } from "react";
import { useTexts } from "@/i18n/index.tsx";
import { controlProps, type EditorProps, type FieldType, type ViewerProps } from "../contract.ts";

interface Place {
  lat?: number;
  lng?: number;
}

const read = (value: unknown): Place =>
  value !== null && typeof value === "object" ? (value as Place) : {};
const shown = (n: number | undefined) => (n === undefined ? "" : String(n));

/** Asks the device only when told to; typing always works. */
function Editor(props: EditorProps) {
  const { form } = useTexts();
  const [failed, setFailed] = useState(false);
  const place = read(props.value);
  const { id, ...rest } = controlProps(props);
  const change = (part: keyof Place, text: string) =>
    props.onChange({ ...place, [part]: text === "" ? undefined : Number(text) });
  const locate = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        props.onChange({
          lat: Number(coords.latitude.toFixed(6)),
          lng: Number(coords.longitude.toFixed(6)),
        }),
      () => setFailed(true),
    );
  return (
    <div>
      <div style={{ display: "flex", gap: 8 }}>
        <Input
          {...rest}
          id={id}
          aria-label={form.latitude}
          inputMode="decimal"
          placeholder={form.latitude}
          value={shown(place.lat)}
          onChange={(event) => change("lat", event.target.value)}
        />
        <Input
          {...rest}
          aria-label={form.longitude}
          inputMode="decimal"
          placeholder={form.longitude}
          value={shown(place.lng)}
          onChange={(event) => change("lng", event.target.value)}
        />
        <Button onClick={locate} disabled={props.disabled}>
          {form.locate}
        </Button>
      </div>
      {failed && (
        <p role="status" className="quiet small">
          {form.locateFailed}
        </p>
      )}
    </div>
  );
}

function Viewer({ value }: ViewerProps) {
  const { lat, lng } = read(value);
  return (
    <span className="num">{lat === undefined || lng === undefined ? "" : `${lat}, ${lng}`}</span>
  );
}

export const locationField: FieldType = {
  type: "location",
  wide: true,
  Editor,
  Viewer,
  fixtures: [
    { field: { id: "lo", label: "Location" }, values: [null, { lat: 31.2304, lng: 121.4737 }] },
  ],
};
