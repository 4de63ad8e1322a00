import { Button } from "antd";
import { useRef, useState } from "react";
import { fileAddress, upload } from "@/api/upload.ts";
import { useTexts } from "@/i18n/index.tsx";
import { asText, type EditorProps, type FieldType, type ViewerProps } from "../contract.ts";
import styles from "./signature.module.css";

/** A pad for finger, pen or mouse; the picture is uploaded when the stroke has rested. */
function Editor({ id, value, onChange, disabled, describedBy }: EditorProps) {
  const { form } = useTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [drawing, setDrawing] = useState(false);

  const at = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const scale = event.currentTarget.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale] as const;
  };
  const start = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const pen = event.currentTarget.getContext("2d");
    if (disabled || !pen) return;
    clearTimeout(timer.current);
    event.currentTarget.setPointerCapture(event.pointerId);
    Object.assign(pen, {
      lineWidth: 4,
      lineCap: "round",
      lineJoin: "round",
      strokeStyle: "#1b2130",
    });
    pen.beginPath();
    pen.moveTo(...at(event));
    setDrawing(true);
  };
  const move = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const pen = event.currentTarget.getContext("2d");
    if (!drawing || !pen) return;
    pen.lineTo(...at(event));
    pen.stroke();
  };
  const end = () => {
    setDrawing(false);
    timer.current = setTimeout(save, 800);
  };
  const save = () =>
    canvas.current?.toBlob(async (blob) => {
      if (blob)
        onChange(
          (await upload(new File([blob], "signature.png", { type: "image/png" }), () => {})).id,
        );
    });
  const clear = () => {
    const pen = canvas.current?.getContext("2d");
    if (canvas.current) pen?.clearRect(0, 0, canvas.current.width, canvas.current.height);
    onChange("");
  };

  return (
    <div className={styles.pad}>
      <canvas
        ref={canvas}
        id={id}
        width={720}
        height={240}
        aria-label={form.sign}
        aria-describedby={describedBy}
        role="img"
        className={styles.canvas}
        onPointerDown={start}
        onPointerMove={move}
        onPointerUp={end}
      />
      <div className={styles.foot}>
        <span className="quiet small">{asText(value) ? form.signed : form.sign}</span>
        <Button size="small" onClick={clear} disabled={disabled}>
          {form.signClear}
        </Button>
      </div>
    </div>
  );
}

function Viewer({ value }: ViewerProps) {
  const { form } = useTexts();
  const id =
    value !== null && typeof value === "object" ? (value as { id: string }).id : asText(value);
  return id ? <img src={fileAddress(id)} alt={form.signed} className={styles.shown} /> : null;
}

export const signatureField: FieldType = {
  type: "signature",
  wide: true,
  Editor,
  Viewer,
  fixtures: [{ field: { id: "sg", label: "Signature" }, values: ["", "fil_1"] }],
};
