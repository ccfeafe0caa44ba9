/** A runtime for tests that writes down what it is asked, and bundles as bundlers emit them. */

/** Its components are functions of the props; `log` is on the page, as `calls`. */
export const RUNTIME = `
var tinyFrontendExports; (tinyFrontendExports ||= {}).test = (() => {
  const enter = (how) => (root, component, props, options) => {
    globalThis.calls.push([how, options.idPrefix, JSON.stringify(props)].join(" "));
    globalThis.options = options;
    if (how === "mount") root.innerHTML = "<b>mounted</b>";
    component(props, root, options);
    return () => { globalThis.calls.push("unmount"); root.replaceChildren(); };
  };
  return { modules: { lib: { word: "shared" } }, hydrate: enter("hydrate"), mount: enter("mount") };
})();`;

export const calls: string[] = [];
(globalThis as unknown as Record<string, unknown>)["calls"] = calls;

/** A UMD bundle with one external, as Rollup writes it. */
export const umd = (name: string, factory: string, external = "lib"): string => `
(function (global, factory) {
  typeof exports === "object" && typeof module !== "undefined"
  ? (module.exports = factory(require("${external}")))
  : typeof define === "function" && define.amd ? define(["${external}"], factory)
  : (global = globalThis, global.tinyFrontendExports = global.tinyFrontendExports || {},
     global.tinyFrontendExports.${name} = factory(global.tinyFrontendDeps["${external}"]));
})(this, ${factory});`;
