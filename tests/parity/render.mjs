// Renders a fragment's built bundle in Node with the framework's own server renderer.
// node render.mjs <react|vue|plain> <bundle file> <props JSON>
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [runtime, file, propsJson] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const module = { exports: {} };
new Function("module", "exports", "require", readFileSync(file, "utf8"))(
  module,
  module.exports,
  require,
);
const component = module.exports.default ?? module.exports;
const props = JSON.parse(propsJson);

const renderers = {
  react: () => require("react-dom/server").renderToString(require("react").createElement(component, props)),
  vue: () => require("vue/server-renderer").renderToString(require("vue").createSSRApp(component, props)),
  plain: () => component.render(props),
};
process.stdout.write(await renderers[runtime]());
