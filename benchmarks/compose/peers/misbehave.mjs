// How a fragment server of the peers misbehaves; `PUT /fault/<name>` says which way from then on.

let fault = "none";

const MEGABYTE = Buffer.alloc(1024 * 1024, "x");

function drip(response) {
  response.writeHead(200, { "Content-Type": "text/html" });
  let left = 150; // one byte each 200 ms for 30 s
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) response.write("x");
    else response.end();
  }, 200);
  response.on("close", () => clearInterval(timer));
}

function tenMegabytes(response) {
  response.writeHead(200, { "Content-Type": "text/html", "Content-Length": 10 * MEGABYTE.length });
  for (let n = 0; n < 10; n += 1) response.write(MEGABYTE);
  response.end();
}

function die(response) {
  response.writeHead(200, { "Content-Type": "text/html", "Content-Length": 4000 });
  response.write("<ul>", () => response.destroy());
}

const FAULTS = {
  hang: () => {},
  silence: (response) => {
    response.writeHead(200, { "Content-Type": "text/html" });
    response.flushHeaders();
  },
  drip,
  500: (response) => response.writeHead(500).end("broken"),
  dies: die,
  "10MB": tenMegabytes,
  "1s": (response, html) => setTimeout(() => response.end(html()), 1000),
};

/** Takes a request for itself where it sets the fault; returns whether it did. */
export function control(request, response) {
  if (request.method !== "PUT" || !request.url.startsWith("/fault/")) return false;
  fault = request.url.slice("/fault/".length);
  response.end(fault);
  return true;
}

/** Answers with the fault that is set; returns false where there is none. */
export function misbehave(response, html) {
  FAULTS[fault]?.(response, html);
  return fault in FAULTS;
}
