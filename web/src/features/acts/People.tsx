import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { peopleQuery } from "@/data/directory.ts";
import { useTexts } from "@/i18n/index.tsx";
import { useDebounced } from "@/lib/hooks.ts";

/** Several colleagues. */
export function People({
  id,
  value,
  onChange,
}: {
  id: string;
  value: string[];
  onChange: (ids: string[]) => void;
}) {
  const { form } = useTexts();
  const [text, setText] = useState("");
  const found = useQuery(peopleQuery(useDebounced(text, 150)));
  return (
    <Select
      id={id}
      mode="multiple"
      style={{ width: "100%" }}
      showSearch={{ filterOption: false, onSearch: setText }}
      placeholder={form.typeToSearch}
      options={(found.data ?? []).map((person) => ({ value: person.id, label: person.name }))}
      value={value}
      onChange={onChange}
    />
  );
}
