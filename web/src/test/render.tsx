import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactElement } from "react";
import { type Language, SpeechProvider } from "@/i18n/index.tsx";

/** Renders a part of the page with a language and an empty cache. */
export function renderPart(part: ReactElement, language: Language = "zh") {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <SpeechProvider language={language}>
      <QueryClientProvider client={client}>{part}</QueryClientProvider>
    </SpeechProvider>,
  );
}
