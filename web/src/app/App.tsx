import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useState } from "react";
import { whenSignedOut } from "@/api/client.ts";
import { ApiError } from "@/api/errors.ts";
import { dictionaries, SpeechProvider } from "@/i18n/index.tsx";
import { createAppRouter } from "@/routes/router.tsx";
import { antdTheme } from "@/ui/theme.ts";
import { Toasts } from "@/ui/toast.tsx";
import { PreferencesProvider, usePreferences } from "./preferences.tsx";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;

/** Menus and lists open here: outside the panes that would cut them off, inside a landmark. */
const FLOATING = "floating";

export function App() {
  return (
    <PreferencesProvider>
      <Dressed />
    </PreferencesProvider>
  );
}

function Dressed() {
  const { mode, language } = usePreferences();
  const [client] = useState(createClient);
  const [router] = useState(() => {
    const made = createAppRouter(client);
    whenSignedOut(() => {
      client.setQueryData(["session"], null);
      void made.navigate({
        to: "/sign-in",
        search: { next: window.location.pathname + window.location.search },
      });
    });
    return made;
  });
  return (
    <SpeechProvider language={language}>
      <ConfigProvider
        theme={antdTheme(mode)}
        locale={language === "zh" ? zhCN : enUS}
        button={{ autoInsertSpace: false }}
        getPopupContainer={() => document.getElementById(FLOATING) ?? document.body}
        {...(nonce ? { csp: { nonce } } : {})}
      >
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
          <Toasts />
          <aside id={FLOATING} aria-label={dictionaries[language].common.floating} />
        </QueryClientProvider>
      </ConfigProvider>
    </SpeechProvider>
  );
}

function createClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache(),
    mutationCache: new MutationCache(),
    defaultOptions: {
      queries: {
        // A refusal stays a refusal; only an unreachable or overloaded server is asked again.
        retry: (count, error) =>
          count < 2 && error instanceof ApiError && [0, 503].includes(error.problem.status),
        refetchOnWindowFocus: "always",
      },
    },
  });
}
