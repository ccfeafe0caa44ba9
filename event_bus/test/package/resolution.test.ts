import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { build as bundle } from "esbuild";
import { build as viteBuild } from "vite";
import { chromium } from "./chromium.fixture.ts";
import { node, pack, specifiers, write } from "./packed.fixture.ts";
import type { Packed } from "./packed.fixture.ts";

const frameworks = ["react", "vue", "svelte", "rxjs", "tslib", "@angular/core"];

let packed: Packed;
before(async () => {
  packed = await pack(frameworks);
});
after(() => packed.remove());

/** Leaves what was delivered in `heard`. */
const talk = `
  import { createBus, createEvent } from "@tiny-mosaic/event-bus";
  const bus = createBus({ appId: "shop", allowUnregisteredMessageNames: true, dispatch: "sync" });
  const heard = [];
  bus.subscribe("cart:*", ({ payload }) => heard.push(payload.count));
  bus.publish(createEvent("cart:changed", { count: 3 }, { source: "shop" }));
`;

test("every subpath is imported by Node", async () => {
  const program = specifiers(packed.manifest)
    .map((name) => `console.log(Object.keys(await import("${name}")).length > 0, "${name}");`)
    .join("\n");
  await write(packed.project, "all.js", program);
  const { status, output } = await node(["all.js"], packed.project);
  assert.equal(status, 0, output);
  assert.doesNotMatch(output, /^false/m);
});

test("a bus made by Node delivers", async () => {
  await write(packed.project, "talk.js", `${talk}\nconsole.log(JSON.stringify(heard));`);
  const { output } = await node(["talk.js"], packed.project);
  assert.equal(output.trim(), "[3]");
});

test("the core needs no framework, and an adapter only its own", async () => {
  const bare = await pack();
  try {
    const program = ["", "/core", "/contracts", "/inspector", "/min"]
      .map((subpath) => `await import("${bare.manifest.name}${subpath}");`)
      .join("\n");
    await write(bare.project, "bare.js", program);
    const { status, output } = await node(["bare.js"], bare.project);
    assert.equal(status, 0, output);
    await write(bare.project, "react.js", `await import("${bare.manifest.name}/react");`);
    assert.match((await node(["react.js"], bare.project)).output, /Cannot find package 'react'/);
  } finally {
    await bare.remove();
  }
});

test("every subpath is bundled by Vite, what they share once", async () => {
  const names = specifiers(packed.manifest).filter((name) => !name.endsWith("/min"));
  await write(
    packed.project,
    "main.js",
    names.map((name, index) => `import * as m${index} from "${name}";`).join("\n") +
      `\nwindow.all = [${names.map((_, index) => `m${index}`).join(", ")}];`,
  );
  await write(packed.project, "index.html", '<script type="module" src="/main.js"></script>');
  const result = await viteBuild({
    root: packed.project,
    configFile: false,
    logLevel: "error",
    build: { write: false, minify: false, target: "es2022" },
  });
  const { output } = result as { output: { type: string; code?: string }[] };
  const code = output.map((file) => file.code ?? "").join("\n");
  assert.ok(code.includes("useSyncExternalStore"), "the React adapter is missing");
  assert.equal(code.match(/function createBus(\$\d+)?\(/g)?.length, 1);
});

describe("in Chromium, by a plain import map", () => {
  let server: Server;
  let origin: string;
  const pages = new Map<string, { type: string; body: string }>();
  const script = (body: string) => ({ type: "text/javascript", body });

  before(async () => {
    server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://localhost").pathname;
      void answer(path).then(({ status, type, body }) => {
        response.writeHead(status, { "content-type": `${type}; charset=utf-8` }).end(body);
      });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const name of frameworks) {
      const body = await framework(name);
      pages.set(`/frameworks/${name}.js`, script(body));
    }
  });
  after(() => server.close());

  async function answer(path: string): Promise<{ status: number; type: string; body: string }> {
    const page = pages.get(path);
    if (page) return { status: 200, ...page };
    const file = normalize(path).replace("/package/", "");
    const body = await readFile(join(packed.installed, file), "utf8").catch(() => undefined);
    return body === undefined
      ? { status: 404, type: "text/plain", body: path }
      : { status: 200, ...script(body) };
  }

  /** What `document.title` is once the page's scripts have run. */
  async function titleOf(html: string): Promise<string> {
    const imports = Object.fromEntries([
      ...frameworks.map((name) => [name, `/frameworks/${name}.js`]),
      ...specifiers(packed.manifest).map((name) => {
        const subpath = `.${name.slice(packed.manifest.name.length)}`;
        const entry = packed.manifest.exports[subpath] as { default: string };
        return [name, entry.default.replace("./", "/package/")];
      }),
    ]);
    const head = `<!doctype html><title>none</title>
      <script>addEventListener("error", (event) => (document.title = event.message))</script>
      <script type="importmap">${JSON.stringify({ imports })}</script>`;
    pages.set("/", { type: "text/html", body: head + html });
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=10000"];
    const { stdout } = await promisify(execFile)(
      await chromium(),
      [...flags, "--dump-dom", `${origin}/`],
      { timeout: 60_000 },
    );
    return /<title>([^<]*)/.exec(stdout)?.[1] ?? stdout;
  }

  test("every subpath is imported", async () => {
    const names = specifiers(packed.manifest);
    const imports = names.map((name, index) => `import * as m${index} from "${name}";`).join("\n");
    const all = `[${names.map((_, index) => `m${index}`).join(", ")}]`;
    const title = await titleOf(
      `<script type="module">${imports}
       document.title = ${all}.filter((it) => Object.keys(it).length > 0).length;</script>`,
    );
    assert.equal(title, String(names.length));
  });

  test("a bus delivers, from the modules and from the single file", async () => {
    const single = talk.replace('event-bus"', 'event-bus/min"');
    for (const program of [talk, single]) {
      const title = await titleOf(
        `<script type="module">${program}\ndocument.title = heard.join();</script>`,
      );
      assert.equal(title, "3");
    }
  });

  test("the page script makes the bridge", async () => {
    const title = await titleOf(
      `<script defer data-app-id="shop" src="/package/dist/page.js"></script>
       <script type="module">document.title = window.__MFE_BRIDGE__.appId;</script>`,
    );
    assert.equal(title, "shop");
  });
});

/** A framework as one module for browsers. */
async function framework(name: string): Promise<string> {
  // React is CommonJS, of which a bundler knows no names.
  const names = name === "react" ? Object.keys((await import("react")).default) : [];
  const contents =
    names.length > 0
      ? `import it from "react"; export const { ${names.join()} } = it;`
      : `export * from "${name}";`;
  const { outputFiles } = await bundle({
    stdin: { contents, resolveDir: packed.project },
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    write: false,
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
