import { useQuery } from "@tanstack/react-query";
import { orgsQuery } from "@/data/directory.ts";
import { asText, type FieldType, type ViewerProps } from "../contract.ts";
import { lazyEditor } from "../lazyEditor.tsx";

function Viewer({ value }: ViewerProps) {
  const orgs = useQuery(orgsQuery).data ?? [];
  return <span>{orgs.find((org) => org.id === value)?.name || asText(value)}</span>;
}

export const orgField: FieldType = {
  type: "org",
  aliases: ["department"],
  Editor: lazyEditor(() => import("./Editor.tsx").then((module) => module.Editor)),
  Viewer,
  fixtures: [{ field: { id: "o", label: "Unit" }, values: ["", "org_1"] }],
};
