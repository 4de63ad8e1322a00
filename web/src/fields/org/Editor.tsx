import { useQuery } from "@tanstack/react-query";
import { TreeSelect } from "antd";
import type { Org } from "@/api/types.ts";
import { orgsQuery } from "@/data/directory.ts";
import { useTexts } from "@/i18n/index.tsx";
import { asText, controlProps, type EditorProps } from "../contract.ts";

interface Node {
  value: string;
  title: string;
  children: Node[];
}

function tree(orgs: Org[], parent: string | null): Node[] {
  const known = new Set(orgs.map((org) => org.id));
  const isChild = (org: Org) =>
    parent === null ? !org.parent || !known.has(org.parent) : org.parent === parent;
  return orgs
    .filter(isChild)
    .map((org) => ({ value: org.id, title: org.name, children: tree(orgs, org.id) }));
}

export function Editor(props: EditorProps) {
  const { form } = useTexts();
  const orgs = useQuery(orgsQuery).data ?? [];
  return (
    <TreeSelect
      {...controlProps(props)}
      style={{ width: "100%" }}
      treeData={tree(orgs, null)}
      showSearch={{ treeNodeFilterProp: "title" }}
      treeDefaultExpandAll
      allowClear
      placeholder={form.pick}
      value={asText(props.value) || undefined}
      onChange={(next) => props.onChange(next ?? "")}
    />
  );
}
