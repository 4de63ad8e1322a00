import { reachField } from "../reach.tsx";

export const emailField = reachField({
  type: "email",
  aliases: ["e-mail"],
  input: "email",
  scheme: "mailto",
  fixtures: [{ field: { id: "em", label: "E-mail" }, values: ["", "li.wei@example.com"] }],
});
