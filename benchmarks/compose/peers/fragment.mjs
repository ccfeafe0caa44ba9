// One fragment server for Tailor: node fragment.mjs <port> <number of its list>
import http from "node:http";
import { list } from "./list.mjs";
import { control, misbehave } from "./misbehave.mjs";

const [port, number] = process.argv.slice(2).map(Number);
const html = () => list(number);

http
  .createServer((request, response) => {
    if (control(request, response) || misbehave(response, html)) return;
    response.writeHead(200, { "Content-Type": "text/html" });
    response.end(html());
  })
  .listen(port, "127.0.0.1");
