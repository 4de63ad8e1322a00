import { act, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { FormDocument } from "@/forms/document.ts";
import { FormRenderer } from "@/forms/FormRenderer.tsx";
import { evaluate } from "@/forms/logic.ts";
import { renderPart } from "@/test/render.tsx";
import { serve } from "@/test/server.ts";
import { fieldType, fieldTypes } from "./registry.ts";

const cases = fieldTypes.flatMap((type) =>
  type.fixtures.flatMap(({ field, values }) =>
    values.map((value) => [type.type, field, value] as const),
  ),
);

test.each(cases)(
  "%s shows and edits %j = %j",
  { timeout: 10_000 },
  async (name, fixture, value) => {
    serve();
    const field = { ...fixture, id: fixture.id, type: name };
    const document: FormDocument = { kind: "form", key: "k", title: "T", fields: [field] };
    const type = fieldType(name);
    expect(type).toBeDefined();
    if (!type) return;
    await act(async () => {
      renderPart(
        <>
          <FormRenderer
            document={document}
            state={evaluate(document, { [field.id]: value })}
            onChange={() => {}}
            errors={{ [field.id]: ["wrong"] }}
            prefix="t"
          />
          <type.Viewer field={field} value={value} />
        </>,
      );
    });
    if (type.silent) return;
    await waitFor(() => expect(window.document.getElementById(`t-${field.id}`)).not.toBeNull(), {
      timeout: 9000,
    });
    expect(screen.getByText("wrong")).toBeTruthy();
  },
);

test("names are read with either dash", () => {
  expect(fieldType("multi_select")).toBe(fieldType("multi-select"));
  expect(fieldType("hologram")).toBeUndefined();
});
