// Bundles echarts.js into the package's one third-party asset and lays its licences beside it.
import { build } from "esbuild";
import { readFileSync, writeFileSync } from "node:fs";

const assets = new URL("../src/gigawatt/report/assets/", import.meta.url).pathname;
const at = (file) => new URL(`node_modules/${file}`, import.meta.url);
const version = JSON.parse(readFileSync(at("echarts/package.json"), "utf8")).version;

await build({
  entryPoints: ["echarts.js"],
  outfile: `${assets}echarts.min.js`,
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "echarts",
  target: "es2020",
  legalComments: "none",
  charset: "ascii",
  define: { "process.env.NODE_ENV": '"production"' },
  banner: { js: `/*! Apache ECharts ${version}, tree-shaken. Apache-2.0. Licence and notice: echarts.LICENSE.txt */` },
});

// Apache-2.0 asks that the licence and the NOTICE travel with the work; zrender is BSD-3-Clause, tslib 0BSD.
const parts = [
  [`Apache ECharts ${version}: NOTICE`, "echarts/NOTICE"],
  [`Apache ECharts ${version}: LICENSE`, "echarts/LICENSE"],
  ["zrender: LICENSE", "zrender/LICENSE"],
  ["tslib: LICENSE", "tslib/LICENSE.txt"],
];
const text = parts.map(([head, file]) => `${head}\n${"=".repeat(head.length)}\n\n${readFileSync(at(file), "utf8").trim()}\n`);
writeFileSync(`${assets}echarts.LICENSE.txt`, text.join("\n\n"));
