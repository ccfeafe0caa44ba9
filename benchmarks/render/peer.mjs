// The peer: the real tiny-frontend client and React on Node, the same bundle and props.
// node peer.mjs <registry URL> <props JSON file> <seconds>: prints {"load", "render"} per second.
import { readFileSync } from "node:fs";
import { loadTinyFrontendServer } from "@tiny-frontend/client";
import * as React from "react";
import * as jsxRuntime from "react/jsx-runtime";
import { renderToString } from "react-dom/server";

const [tinyApiEndpoint, propsFile, seconds] = process.argv.slice(2);
const props = JSON.parse(readFileSync(propsFile, "utf8"));

async function load() {
  const loaded = await loadTinyFrontendServer({
    name: "Cart",
    contractVersion: "1.0.0",
    tinyApiEndpoint,
    dependenciesMap: { react: React, "react/jsx-runtime": jsxRuntime },
  });
  return loaded.tinyFrontend;
}

async function rate(work) {
  for (let n = 0; n < 200; n += 1) await work();
  const end = performance.now() + Number(seconds) * 1000;
  const start = performance.now();
  let count = 0;
  while (performance.now() < end) {
    await work();
    count += 1;
  }
  return (count / (performance.now() - start)) * 1000;
}

const Cart = await load();
const result = {
  load: await rate(load),
  render: await rate(async () => renderToString(React.createElement(await load(), props))),
};
console.log(JSON.stringify(result));
