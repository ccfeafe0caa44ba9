/** Which of a bundle's exports is the component. */

/**
 * The one that `name` asks for; else the default; else the module itself, as a UMD bundle with
 * nothing but a default export registers it. Raises Error for an unknown name.
 */
export function pick(module: unknown, name: string | null): unknown {
  const exported = Object(module) as Record<string, unknown>;
  if (name && !(name in exported)) {
    const keys = Object.keys(exported).join(", ");
    throw new Error(`The bundle does not export ${name}; it exports ${keys}.`);
  }
  if (name) return exported[name];
  return "default" in exported ? exported["default"] : module;
}
