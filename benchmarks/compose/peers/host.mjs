// A bare Node host with the real tiny-frontend client and React:
// node host.mjs <port> <template file> <registry URL> [<script of the browser>]
// `/` renders one fragment, `/three` three with the script that hydrates them, `/empty` none: there
// the same script makes the page in the browser.
import { readFileSync } from "node:fs";
import http from "node:http";
import { loadTinyFrontendServer } from "@tiny-frontend/client";
import * as React from "react";
import { renderToString } from "react-dom/server";

const [port, template, tinyApiEndpoint, scriptFile] = process.argv.slice(2);
const [before, after] = readFileSync(template, "utf8").split("<!--fragments-->");
const [head, body] = before.split("<!--head-->");
const script = scriptFile ? readFileSync(scriptFile) : "";

const load = (name) =>
  loadTinyFrontendServer({
    name,
    contractVersion: "1.0.0",
    tinyApiEndpoint,
    dependenciesMap: { react: React },
  });

async function page(names, rendered) {
  let tags = "";
  let html = "";
  for (const [n, name] of names.entries()) {
    const { tinyFrontend, tinyFrontendStringToAddToSsrResult } = await load(name);
    const element = React.createElement(tinyFrontend, { list: n + 1 });
    if (rendered) tags += tinyFrontendStringToAddToSsrResult;
    html += `<div data-live="${name}">${rendered ? renderToString(element) : ""}</div>`;
  }
  if (script) tags += '<script type="module" src="/app.js"></script>';
  return `${head}${tags}${body}${html}${after}`;
}

const LIVE = ["Live1", "Live2", "Live3"];
const PAGES = {
  "/": () => page(["ReactAnew"], true),
  "/three": () => page(LIVE, true),
  "/empty": () => page(LIVE, false),
};

http
  .createServer(async (request, response) => {
    if (request.url === "/app.js") {
      response.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
      return;
    }
    const make = PAGES[request.url];
    if (make === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
    response.end(await make());
  })
  .listen(Number(port), "127.0.0.1");
