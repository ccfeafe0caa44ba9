// Podium's layout: node podium.mjs <port> <template file> <podlet URL>...
import { readFileSync } from "node:fs";
import Layout from "@podium/layout";
import express from "express";

const [port, template, ...urls] = process.argv.slice(2);
const [before, after] = readFileSync(template, "utf8").split("<!--fragments-->");

const layout = new Layout({ name: "lists", pathname: "/" });
const podlets = urls.map((url, n) =>
  layout.client.register({ name: `list${n + 1}`, uri: `${url}/manifest.json` }),
);
layout.view((incoming, body) => `${before}${body}${after}`);

const app = express();
app.use(layout.middleware());
app.get("/", async (request, response) => {
  const incoming = response.locals.podium;
  const parts = await Promise.all(podlets.map((podlet) => podlet.fetch(incoming)));
  incoming.podlets = parts;
  response.podiumSend(parts.map((part) => part.content).join(""));
});
app.listen(Number(port), "127.0.0.1");
