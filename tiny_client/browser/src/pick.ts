/** Which of a bundle's exports is the component. */

/**
 * The one that `name` asks for; else the default; else the only one; else the module itself, as a
 * UMD bundle with nothing but a default export registers it. Raises Error for an unknown name.
 */
export function pick(module: unknown, name: string | null): unknown {
  const exported = Object(module) as Record<string, unknown>;
  const keys = Object.keys(exported).filter((key) => key !== "__esModule");
  if (name) {
    if (name in exported) return exported[name];
    throw new Error(`The bundle does not export ${name}; it exports ${keys.join(", ")}.`);
  }
  if ("default" in exported) return exported["default"];
  const [only, ...others] = keys;
  return typeof module === "object" && only && !others[0] ? exported[only] : module;
}
