// One podlet for Podium: node podlet.mjs <port> <number of its list>
import Podlet from "@podium/podlet";
import express from "express";
import { list } from "./list.mjs";
import { control, misbehave } from "./misbehave.mjs";

const [port, number] = process.argv.slice(2).map(Number);
const podlet = new Podlet({
  name: `list${number}`,
  version: "1.0.0",
  pathname: "/",
  content: "/",
  fallback: "/fallback",
});
const html = () => list(number);

const app = express();
app.use((request, response, next) => {
  if (!control(request, response)) next();
});
app.use(podlet.middleware());
app.get(podlet.manifest(), (request, response) => response.status(200).send(podlet));
app.get(podlet.content(), (request, response) => {
  if (!misbehave(response, html)) response.status(200).podiumSend(html());
});
app.get(podlet.fallback(), (request, response) => response.status(200).podiumSend("<p>Later</p>"));
app.listen(port, "127.0.0.1");
