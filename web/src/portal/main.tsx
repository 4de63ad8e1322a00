import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "@/ui/tokens.css";
import "@/ui/base.css";
import { Portal } from "./Portal.tsx";

// theme.js chose before the first paint; this follows the system while the page is open.
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
  document.documentElement.dataset.theme = matches ? "dark" : "light";
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Portal />
    </StrictMode>,
  );
}
