import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { bundleRuntime, contentHash, findRuntimes } from "../../scripts/bundle.mjs";
import { halves } from "./halves.ts";

const folders = await findRuntimes();

test("the three runtimes are found under their agreed names", async () => {
  const found = folders.map(async (folder) => {
    const { name, contractVersion } = (await bundleRuntime(folder)).description;
    return `${name}@${contractVersion}`;
  });
  assert.deepEqual(await Promise.all(found), ["plain@1", "react@19", "vue@3"]);
});

for (const folder of folders) {
  const name = basename(folder);

  test(`${name}: tiny.json names the modules that both halves share`, async () => {
    const { description, server, browser } = await halves(name);
    assert.equal(description.metadata.kind, "runtime");
    const named = description.metadata.modules.toSorted();
    assert.deepEqual(Object.keys(server.modules).sort(), named);
    assert.deepEqual(Object.keys(browser.modules).sort(), named);
  });

  test(`${name}: the halves export the runtime interface and nothing else`, async () => {
    const { server, browser } = await halves(name);
    assert.deepEqual(Object.keys(server).sort(), ["modules", "render"]);
    assert.deepEqual(Object.keys(browser).sort(), ["hydrate", "modules", "mount"]);
  });

  test(`${name}: the same sources give the same bytes`, async () => {
    const [first, second] = await Promise.all([bundleRuntime(folder), bundleRuntime(folder)]);
    assert.equal(contentHash(first.browser), contentHash(second.browser));
    assert.equal(contentHash(first.server), contentHash(second.server));
  });
}
