import { reachField } from "../reach.tsx";

export const phoneField = reachField({
  type: "phone",
  aliases: ["telephone"],
  input: "tel",
  scheme: "tel",
  fixtures: [{ field: { id: "ph", label: "Phone" }, values: ["", "138****0000", "13800000000"] }],
});
