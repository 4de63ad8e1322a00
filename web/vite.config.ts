import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { mockServer } from "./dev/mock/plugin.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [react(), mockServer()],
  resolve: { alias: { "@": at("./src") } },
  // GONGDAN_URL sends API calls of the dev server to a real server instead of the mock.
  server: {
    port: 5199,
    proxy: process.env.GONGDAN_URL ? { "/api": { target: process.env.GONGDAN_URL } } : {},
  },
  build: {
    manifest: true,
    target: "es2022",
    chunkSizeWarningLimit: 900,
    // Inline data: URLs would need a wider content security policy.
    assetsInlineLimit: 0,
    rollupOptions: { input: { index: at("./index.html"), portal: at("./portal.html") } },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["./src/test/setup.ts"],
  },
});
