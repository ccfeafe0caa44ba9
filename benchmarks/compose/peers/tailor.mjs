// Tailor: node tailor.mjs <port> <template file> <fragment URL>...
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { dirname, join } from "node:path";
import Tailor from "node-tailor";

const [port, template, ...urls] = process.argv.slice(2);
const tags = urls.map((url) => `<fragment src="${url}/"></fragment>`).join("");
const html = readFileSync(template, "utf8").replace("<!--fragments-->", tags);
writeFileSync(join(dirname(template), "index.html"), html);

const tailor = new Tailor({ templatesPath: dirname(template) });
tailor.on("error", () => {});
http
  .createServer((request, response) => {
    request.url = "/index";
    tailor.requestHandler(request, response);
  })
  .listen(Number(port), "127.0.0.1");
