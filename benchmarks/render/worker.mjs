// The peers of one engine worker: React on Node, with the same bundle and props.
// node worker.mjs pipe <bundle>: a line of JSON props in, `<bytes>\n<HTML>` out, until stdin ends.
// node worker.mjs alone <bundle> <props JSON file> <seconds>: prints renders a second, in process.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as React from "react";
import * as jsxRuntime from "react/jsx-runtime";
import { renderToString } from "react-dom/server";

const [mode, bundle, propsFile, seconds] = process.argv.slice(2);
const modules = { react: React, "react/jsx-runtime": jsxRuntime };
const module = { exports: {} };
new Function("module", "exports", "require", readFileSync(bundle, "utf8"))(
  module,
  module.exports,
  (id) => modules[id],
);
const component = module.exports.default ?? module.exports;
const render = (props) => renderToString(React.createElement(component, props));

if (mode === "pipe") {
  for await (const line of createInterface({ input: process.stdin })) {
    const html = render(JSON.parse(line));
    process.stdout.write(`${Buffer.byteLength(html)}\n${html}`);
  }
} else {
  const props = JSON.parse(readFileSync(propsFile, "utf8"));
  for (let n = 0; n < 500; n += 1) render(props);
  const start = performance.now();
  let count = 0;
  while (performance.now() < start + Number(seconds) * 1000) {
    render(props);
    count += 1;
  }
  console.log((count / (performance.now() - start)) * 1000);
}
