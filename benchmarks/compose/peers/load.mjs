// Puts load on a server: node load.mjs <options as JSON>
// {url, connections, seconds, skip, amount?, paths?, whole}: each connection sends its next request as soon
// as the answer to the one before is whole. What was sent in the first `skip` seconds does not count
// for the latencies, and what came in them not for the rate; `slowest` is of all.
// `short` are the pages of fewer bytes than `whole`: a fragment is missing. Prints what it saw as JSON.
import net from "node:net";

const { url, connections, seconds, skip, amount, paths, whole } = JSON.parse(process.argv[2]);
const { hostname, port, pathname, search, host } = new URL(url);
const requests = (paths ?? [pathname + search]).map((path) =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\n\r\n`),
);
const END_OF_HEAD = Buffer.from("\r\n\r\n");
const NO_BYTES = Buffer.alloc(0);

const result = {
  pages: 0,
  refused: 0,
  cut: 0,
  short: 0,
  leastBytes: Infinity,
  mostBytes: 0,
  slowest: 0,
};
const latencies = [];
const open = new Set();
let sent = 0;
let counted = 0;
let last = 0;
let over = false;
const start = performance.now();

/** One connection and the answer that it waits for; `left` is what its body or chunk still has. */
class Connection {
  constructor() {
    open.add(this);
    this.connect();
  }

  connect() {
    this.socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
    this.socket.on("data", (data) => this.take(data));
    this.socket.on("error", () => {});
    this.socket.on("close", () => this.closed());
    this.send();
  }

  send() {
    if (over || (amount && sent >= amount)) {
      open.delete(this);
      this.socket.destroy();
      if (open.size === 0) finish();
      return;
    }
    this.state = "head";
    this.rest = NO_BYTES;
    this.bytes = 0;
    this.began = performance.now();
    this.socket.write(requests[sent % requests.length]);
    sent += 1;
  }

  closed() {
    if (over || !open.has(this)) return;
    if (this.state === "until close") this.whole();
    else {
      if (this.state !== "head") result.cut += 1;
      setTimeout(() => over || this.connect(), this.state === "head" ? 20 : 0);
    }
  }

  take(data) {
    if (over) return;
    let buffer = this.rest.length ? Buffer.concat([this.rest, data]) : data;
    this.rest = NO_BYTES;
    while (buffer.length && open.has(this)) {
      const used = this[this.state === "head" ? "head" : "body"](buffer);
      if (used === 0) {
        this.rest = buffer;
        return;
      }
      buffer = buffer.subarray(used);
    }
  }

  head(buffer) {
    const end = buffer.indexOf(END_OF_HEAD);
    if (end < 0) return 0;
    const head = buffer.latin1Slice(0, end).toLowerCase();
    this.status = Number(head.slice(9, 12));
    this.close = head.includes("\r\nconnection: close");
    const length = /\r\ncontent-length: *(\d+)/.exec(head);
    if (length) {
      this.state = "length";
      this.left = Number(length[1]);
      if (this.left === 0) this.whole();
    } else if (head.includes("\r\ntransfer-encoding: chunked")) this.state = "chunk size";
    else this.state = "until close";
    return end + 4;
  }

  body(buffer) {
    if (this.state === "until close") {
      this.bytes += buffer.length;
      return buffer.length;
    }
    if (this.state === "chunk size") return this.chunkSize(buffer);
    const used = Math.min(this.left, buffer.length);
    this.left -= used;
    this.bytes += used;
    if (this.left > 0) return used;
    if (this.state === "length") this.whole();
    else if (this.state === "chunk") {
      this.state = "chunk end";
      this.left = 2;
    } else {
      this.bytes -= 2;
      this.state = "chunk size";
    }
    return used;
  }

  chunkSize(buffer) {
    const end = buffer.indexOf("\r\n");
    if (end < 0) return 0;
    this.left = Number.parseInt(buffer.latin1Slice(0, end), 16);
    if (this.left > 0) {
      this.state = "chunk";
      return end + 2;
    }
    if (buffer.length < end + 4) return 0;
    this.whole();
    return end + 4;
  }

  whole() {
    const now = performance.now();
    last = (now - start) / 1000;
    result.pages += 1;
    if (this.status !== 200) result.refused += 1;
    if (this.bytes < whole) result.short += 1;
    if (this.bytes < result.leastBytes) result.leastBytes = this.bytes;
    if (this.bytes > result.mostBytes) result.mostBytes = this.bytes;
    if (now - this.began > result.slowest) result.slowest = now - this.began;
    if (last >= skip) counted += 1;
    if ((this.began - start) / 1000 >= skip) latencies.push(now - this.began);
    if (this.close || this.state === "until close") {
      this.socket.removeAllListeners("close").destroy();
      if (!over) this.connect();
    } else this.send();
  }
}

function finish() {
  if (over) return;
  over = true;
  const end = performance.now();
  const waiting = [...open].filter(({ began }) => end - began > 1000).length;
  for (const { socket } of open) socket.destroy();
  const sorted = Float64Array.from(latencies).sort();
  const at = (part) => (sorted.length ? sorted[Math.ceil(sorted.length * part) - 1] : null);
  const rate = counted / ((amount ? last : seconds) - skip);
  if (!result.pages) result.leastBytes = 0;
  const figures = { rate, p50: at(0.5), p99: at(0.99), waiting };
  console.log(JSON.stringify({ ...result, ...figures }));
}

for (let n = 0; n < connections; n += 1) new Connection();
if (!amount) setTimeout(finish, seconds * 1000);
