/** Build both pages into the Python package, ready to be served: hashed, gzipped, no source maps. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const OUT = join(import.meta.dirname, "../app/static");

/** Keep only the gzipped form of what compresses; `app/http/pages.py` unpacks it for who can't. */
function storeGzipped(): Plugin {
  return {
    name: "store-gzipped",
    apply: "build",
    closeBundle() {
      const assets = join(OUT, "assets");
      for (const name of readdirSync(assets)) {
        if (!/\.(js|css|svg|ttf|txt)$/.test(name)) continue;
        const path = join(assets, name);
        const packed = gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION });
        packed[9] = 255; // the system that packed it: unknown, so that all write the same
        writeFileSync(`${path}.gz`, packed);
        rmSync(path);
      }
    },
  };
}

export default defineConfig({
  base: "./", // also works below a path of a proxy
  appType: "mpa",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [storeGzipped()],
  worker: { format: "es" },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // they know light-dark()
    sourcemap: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4_000,
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      input: ["index.html", "graphiql.html"],
      onLog(level, log, handle) {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") handle(level, log); // "use client"
      },
    },
  },
});
