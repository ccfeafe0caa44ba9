// The host script: evaluated first in every context. It evaluates the runtime and one bundle, renders,
// settles promises on virtual time, and turns every failure into data. Its value is the object whose
// functions Python calls; nothing of it is reachable from a bundle, but for the globals it sets.
(function (maxOutputLength) {
  "use strict";

  const MAX_TEXT = 4000; // characters of an error's message or stack that leave the context
  const STACK_FRAMES = 30;
  const WRAPPER_LINES = 1; // lines that stand before the bundle's first: see _WRAPPER_HEAD in context.py
  const apply = Reflect.apply;
  const ownKeys = Reflect.ownKeys;
  const getDescriptor = Reflect.getOwnPropertyDescriptor;
  const defineProperty = Reflect.defineProperty;
  const getPrototype = Reflect.getPrototypeOf;
  const hasOwn = Object.hasOwn;
  const keysOf = Object.keys;
  const freeze = Object.freeze;
  const stringify = JSON.stringify;
  const parse = JSON.parse;
  const promiseResolve = Promise.resolve.bind(Promise);
  const promiseThen = (promise, done, failed) => apply(Promise.prototype.then, promise, [done, failed]);
  const toWellFormed = (text) => apply(String.prototype.toWellFormed, text, []);
  const clock = Date.now;

  // Threads and shared memory give a bundle precise clocks and ways round the limits; mini-racer's own
  // timers stand on them, and throw for a delay of 0.
  for (const name of ["WebAssembly", "SharedArrayBuffer", "Atomics"]) delete globalThis[name];
  globalThis.__timer_manager = undefined;

  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  // --- errors as data ---------------------------------------------------------------------------

  const text = (read) => {
    try {
      return toWellFormed(`${read()}`).slice(0, MAX_TEXT);
    } catch {
      return "";
    }
  };

  // The wrapper's line and the host's own frames are nothing that a fragment team can act upon.
  const tidyStack = (stack) => {
    const lines = [];
    for (const line of stack.split("\n")) {
      if (line.includes("tiny:host")) break;
      lines.push(line.replace(/:(\d+):(\d+)(?=\)?$)/, (_, row, column) => `:${row - WRAPPER_LINES}:${column}`));
    }
    return lines.join("\n");
  };

  class MissingDependency extends Error {
    constructor(module, provided) {
      super(`Module "${module}" is not provided (provided: ${provided.join(", ") || "none"})`);
      this.name = "MissingDependency";
      this.module = module;
      this.provided = provided;
    }
  }

  const failure = (kind, error) => {
    const isError = isObject(error);
    const data = {
      kind,
      js_name: text(() => (isError ? (error.name ?? "Error") : typeof error)),
      js_message: text(() => (isError ? (error.message ?? "") : String(error))),
      js_stack: isError ? tidyStack(text(() => error.stack ?? "")) : "",
    };
    if (error instanceof MissingDependency) {
      data.kind = "missing";
      data.module = text(() => error.module);
      data.provided = error.provided.map((name) => text(() => name));
    } else if (data.js_name === "RangeError" && data.js_message === "Array buffer allocation failed") {
      data.kind = "memory";
    }
    return `e${stringify(data)}`;
  };

  // What the host itself finds wrong with a bundle, as opposed to what the bundle throws.
  class Unusable extends Error {}

  const refusal = (kind, message) => `e${stringify({ kind, js_message: text(() => message) })}`;

  // --- globals of a bundle ----------------------------------------------------------------------

  // Timers run in the order of their due times, on a clock that jumps from one to the next: a render
  // never really waits, and comes out the same each time.
  let timers = [];
  let virtualNow = 0;
  let nextTimer = 1;
  let uncaught = "";

  const addTimer = (callback, delay, args, repeat) => {
    if (typeof callback !== "function") throw new TypeError("A timer needs a function");
    const wait = Math.max(Number(delay) || 0, repeat ? 1 : 0);
    const timer = { id: nextTimer++, due: virtualNow + wait, callback, args, every: repeat ? wait : 0 };
    timers.push(timer);
    return timer.id;
  };
  const clearTimer = (id) => {
    timers = timers.filter((timer) => timer.id !== id);
  };
  const guarded = (callback, args) => {
    try {
      apply(callback, undefined, args);
    } catch (error) {
      uncaught = text(() => error?.message ?? error);
    }
  };

  const advance = () => {
    if (timers.length === 0) return false;
    let next = timers[0];
    for (const timer of timers) if (timer.due < next.due) next = timer;
    virtualNow = next.due;
    clearTimer(next.id);
    if (next.every > 0) timers.push({ ...next, due: next.due + next.every });
    guarded(next.callback, next.args);
    return true;
  };

  const silent = {};
  for (const name of [
    "assert", "clear", "count", "countReset", "debug", "dir", "dirxml", "error", "group", "groupCollapsed",
    "groupEnd", "info", "log", "table", "time", "timeEnd", "timeLog", "trace", "warn",
  ]) {
    silent[name] = () => {};
  }

  const started = clock();
  const given = {
    clearInterval: clearTimer,
    clearTimeout: clearTimer,
    performance: { now: () => clock() - started, timeOrigin: started },
    queueMicrotask(callback) {
      if (typeof callback !== "function") throw new TypeError("queueMicrotask needs a function");
      promiseThen(promiseResolve(), () => guarded(callback, []));
    },
    setInterval: (callback, delay, ...args) => addTimer(callback, delay, args, true),
    setTimeout: (callback, delay, ...args) => addTimer(callback, delay, args, false),
  };
  for (const name of keysOf(given)) globalThis[name] = given[name];
  // A bundle may patch its console: nothing here ever uses it.
  defineProperty(globalThis, "console", { value: silent, writable: true, configurable: true, enumerable: false });
  globalThis.self = globalThis;

  const lockedNames = ownKeys(globalThis).filter(
    (name) => !["console", "globalThis", "self", "__timer_manager"].includes(name),
  );

  // --- frozen intrinsics ------------------------------------------------------------------------

  // A frozen prototype would also forbid its heirs to have an own property of that name by assignment
  // (`this.name = "MyError"`). Accessors that define it on the heir keep what ordinary code does. Not
  // on Array, Promise and their like: V8's fast paths for them need these to stay plain properties; nor
  // hasOwnProperty, which costs React a fifth of its speed.
  const assignable = new Set([
    "apply", "bind", "call", "constructor", "message", "name", "toJSON", "toLocaleString", "toString", "valueOf",
  ]);

  const allowAssignment = (prototype) => {
    for (const key of ownKeys(prototype)) {
      const property = getDescriptor(prototype, key);
      if (!assignable.has(key) || !("value" in property) || !property.writable || !property.configurable) continue;
      const { value, enumerable } = property;
      const set = function (own) {
        if (this === prototype) throw new TypeError(`Cannot assign to the shared property '${String(key)}'`);
        defineProperty(this, key, { value: own, writable: true, enumerable: true, configurable: true });
      };
      defineProperty(prototype, key, { get: () => value, set, enumerable, configurable: false });
    }
  };

  const reachable = (roots) => {
    const seen = new Set([globalThis]);
    const queue = [...roots];
    while (queue.length > 0) {
      const value = queue.pop();
      if (!isObject(value) || seen.has(value)) continue;
      seen.add(value);
      queue.push(getPrototype(value));
      for (const key of ownKeys(value)) {
        const property = getDescriptor(value, key);
        for (const part of [property.value, property.get, property.set]) if (isObject(part)) queue.push(part);
      }
    }
    seen.delete(globalThis);
    return seen;
  };

  const lockIntrinsics = () => {
    // Libraries assign to Error.prepareStackTrace and .stackTraceLimit in strict code; the first is
    // ignored, and V8 takes no stack unless the second stays a plain number.
    defineProperty(Error, "prepareStackTrace", { get: () => undefined, set: () => {}, configurable: false });
    const hidden = [
      function* () {}, async function () {}, async function* () {}, (function* () {})(),
      (async function* () {})(), [][Symbol.iterator](), new Map().entries(), new Set().values(),
      ""[Symbol.iterator](), "".matchAll(/./g), Iterator.from({ next() {} }), [].values().map((x) => x),
    ];
    // The generator functions and iterators above are only ways to their prototypes.
    const roots = hidden.map((value) => getPrototype(value));
    for (const name of lockedNames) {
      const property = getDescriptor(globalThis, name);
      if (property && isObject(property.value)) roots.push(property.value);
    }
    const plain = new Set([Array.prototype, Promise.prototype, RegExp.prototype, getPrototype(Int8Array).prototype]);
    const all = reachable(roots);
    for (const value of all) {
      const owner = getDescriptor(value, "constructor")?.value;
      if (typeof owner === "function" && owner.prototype === value && !plain.has(value)) allowAssignment(value);
    }
    for (const value of all) {
      if (value === Error) {
        for (const key of ownKeys(Error)) {
          const property = getDescriptor(Error, key);
          if (key === "stackTraceLimit" || !("value" in property)) continue;
          defineProperty(Error, key, { writable: false, configurable: false });
        }
        Object.preventExtensions(Error);
      } else {
        freeze(value);
      }
    }
    for (const name of lockedNames) {
      const property = getDescriptor(globalThis, name);
      if (property && "value" in property) {
        defineProperty(globalThis, name, { writable: false, configurable: false });
      }
    }
  };

  // --- evaluation: CommonJS, AMD, UMD and global bundles ------------------------------------------

  // Raises MissingDependency for what is not there, so that no bundle gets on with `undefined`.
  const resolver = (modules) => (id) => {
    if (isObject(modules) && hasOwn(modules, id)) return modules[id];
    throw new MissingDependency(String(id), isObject(modules) ? keysOf(modules) : []);
  };

  const dependencyGlobal = (resolve, modules) =>
    new Proxy(Object.create(null), {
      get: (_, key) => (typeof key === "symbol" ? undefined : resolve(key)),
      has: (_, key) => isObject(modules) && hasOwn(modules, key),
      ownKeys: () => [],
      set: () => true, // `tinyFrontendDeps.x = …` of a bundle that brings its own is no error
    });

  const amd = (resolve, module, mainName) => {
    const defined = new Map();
    const state = { used: false, value: undefined, named: false };
    const dependency = (id) => {
      if (id === "require") return (asked) => dependency(asked);
      if (id === "exports") return module.exports;
      if (id === "module") return module;
      return defined.has(id) ? defined.get(id) : resolve(id);
    };
    const define = (...args) => {
      const name = typeof args[0] === "string" ? args.shift() : undefined;
      const dependencies = Array.isArray(args[0]) ? args.shift() : ["require", "exports", "module"];
      let value = args[0];
      if (typeof value === "function") value = apply(value, undefined, dependencies.map(dependency));
      if (value === undefined) value = module.exports;
      if (name !== undefined) defined.set(name, value);
      if (state.named) return;
      state.used = true;
      state.named = name !== undefined && name === mainName;
      state.value = value;
    };
    define.amd = {};
    return { define, state };
  };

  // Evaluates a wrapped source and returns what it exports, in whichever of the shapes it does so.
  const evaluate = (wrapped, modules, mainName) => {
    const module = { exports: {} };
    const initial = module.exports;
    const registered = {};
    const resolve = resolver(modules);
    const dependencies = dependencyGlobal(resolve, modules);
    const { define, state } = amd(resolve, module, mainName);
    globalThis.tinyFrontendExports = registered;
    globalThis.tinyFrontendDeps = dependencies;
    apply(wrapped, globalThis, [
      module, initial, (id) => resolve(id), define, registered, dependencies, globalThis,
    ]);
    if (state.used) return state.value;
    if (module.exports !== initial || keysOf(initial).length > 0) return module.exports;
    const names = [];
    for (const place of [registered, globalThis.tinyFrontendExports]) {
      if (!isObject(place)) continue;
      if (mainName !== null && hasOwn(place, mainName)) return place[mainName];
      for (const name of keysOf(place)) {
        if (mainName === null) return place[name];
        if (!names.includes(name)) names.push(name);
      }
    }
    if (names.length > 0) {
      throw new Unusable(
        `it registers tinyFrontendExports.${names.join(", ")}, not tinyFrontendExports.${mainName}: ` +
          "set the global name of its build to the fragment's name",
      );
    }
    throw new Unusable("it exports nothing: neither by module.exports, nor define(), nor tinyFrontendExports");
  };

  // --- rendering --------------------------------------------------------------------------------

  let runtime;
  let exported;
  let result = "";
  let turn = 0;

  const exportNames = () => (isObject(exported) ? keysOf(exported).filter((name) => name !== "__esModule") : []);

  // Returns [component] or a refusal as a string.
  const select = (name) => {
    const names = exportNames();
    const listed = names.join(", ") || "none";
    let label = name;
    let value;
    if (name !== null) {
      if (!isObject(exported) || !hasOwn(exported, name) || name === "__esModule") {
        return refusal("export", `it has no export '${name}' (its exports: ${listed})`);
      }
      value = exported[name];
    } else if (isObject(exported) && hasOwn(exported, "default")) {
      label = "default";
      value = exported.default;
    } else if (typeof exported === "object" && exported !== null && names.length === 0) {
      return refusal("export", "it exports nothing that could be rendered");
    } else {
      // A default export alone *is* the module, also an object of one key such as Vue's {setup}: only
      // the runtime can tell it from named exports.
      value = exported;
    }
    if (value !== undefined && value !== null) return [value];
    return refusal("export", `its export${label === null ? "" : ` '${label}'`} is ${value} (its exports: ${listed})`);
  };

  const describe = (value) => {
    if (value === null) return "null";
    if (typeof value !== "object") return value === undefined ? "undefined" : `a ${typeof value}`;
    return Array.isArray(value) ? "an array" : "an object";
  };

  const outcome = (output) => {
    if (typeof output !== "string") {
      return refusal("output", `it returned ${describe(output)} where a string of HTML is due`);
    }
    if (output.length > maxOutputLength) {
      return refusal("output", `its HTML has ${output.length} characters; the limit is ${maxOutputLength} bytes`);
    }
    return `h${toWellFormed(output)}`;
  };

  const host = {
    __proto__: null,
    advance,

    loadRuntime(wrapped) {
      try {
        const value = evaluate(wrapped, {}, null);
        if (!isObject(value) || typeof value.render !== "function" || !isObject(value.modules)) {
          return refusal("runtime", "a runtime's server bundle exports `modules` and `render`");
        }
        runtime = { render: value.render, modules: value.modules };
        lockIntrinsics();
        return "";
      } catch (error) {
        return error instanceof Unusable ? refusal("runtime", error.message) : failure("runtime", error);
      }
    },

    loadBundle(wrapped, name) {
      try {
        exported = evaluate(wrapped, runtime.modules, name);
        return "";
      } catch (error) {
        return error instanceof Unusable ? refusal("export", error.message) : failure("bundle", error);
      }
    },

    // `call` is `[export name or null, id prefix]` as JSON, a line feed, and the props as JSON.
    begin(call) {
      const mine = ++turn;
      result = "";
      timers = [];
      uncaught = "";
      Error.stackTraceLimit = STACK_FRAMES;
      const settle = (value) => {
        if (mine === turn && result === "") result = value;
      };
      try {
        const end = call.indexOf("\n");
        const [name, idPrefix] = parse(call.slice(0, end));
        const selected = select(name);
        if (typeof selected === "string") return settle(selected);
        const props = parse(call.slice(end + 1));
        const output = runtime.render(selected[0], props, { idPrefix });
        if (!isObject(output) || typeof output.then !== "function") return settle(outcome(output));
        promiseThen(
          promiseResolve(output),
          (value) => settle(outcome(value)),
          (error) => settle(failure("component", error)),
        );
      } catch (error) {
        settle(failure("component", error));
      }
      return undefined;
    },

    // Why a render that has no timer left will never settle.
    stuck() {
      const cause = uncaught && ` (an uncaught error may be why: ${uncaught})`;
      return refusal("stuck", `its promise never settles: nothing that it waits for can happen${cause}`);
    },

    peek: () => result,
  };
  // Setting and reading properties is fewer steps for the caller than calling functions.
  defineProperty(host, "call", { set: host.begin });
  defineProperty(host, "result", { get: host.peek });
  return host;
})
