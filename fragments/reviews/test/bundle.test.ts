// @vitest-environment node
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as Vue from "vue";
import { renderToString } from "vue/server-renderer";
import { name } from "../tiny.json";

let script = "";
let files: string[] = [];

beforeAll(async () => {
  vi.stubEnv("NODE_ENV", "production");
  const outputs = (await build({ logLevel: "error", build: { write: false } })) as
    | Rolldown.RolldownOutput
    | Rolldown.RolldownOutput[];
  const output = [outputs].flat().flatMap((part) => part.output);
  files = output.map(({ fileName }) => fileName);
  script = output.find((file) => file.type === "chunk")?.code ?? "";
});

afterAll(() => vi.unstubAllEnvs());

test("there is one script and one stylesheet", () => {
  expect(files.sort()).toEqual([`${name}.css`, `${name}.umd.js`]);
});

test("as a plain script it registers under its name, with the page's Vue", async () => {
  const page: Record<string, unknown> = { tinyFrontendDeps: { vue: Vue } };
  new Function("globalThis", "self", "define", "exports", "module", "require", script).call(
    page,
    page,
    page,
  );
  const registered = page["tinyFrontendExports"] as Record<string, Vue.Component>;
  const component = registered[name];
  if (!component) throw new Error(`registered: ${Object.keys(registered)}`);
  expect(await renderToString(Vue.createSSRApp(component))).toContain("No reviews yet.");
});

test("nothing of a development build is left in it", () => {
  expect(script).not.toMatch(/process\.env|__file|import\.meta/);
});
