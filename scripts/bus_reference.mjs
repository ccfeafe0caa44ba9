// Writes docs/reference/bus.md from the types and comments of the bus: `npm run docs`.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "@babel/parser";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "event_bus", "src");
const target = join(root, "docs", "reference", "bus.md");

/** The entries, and the words over their sections; what index.ts exports is grouped by folder. */
const ENTRIES = [
  ["index.ts", "@tiny-mosaic/event-bus"],
  ["react/index.ts", "@tiny-mosaic/event-bus/react"],
  ["vue/index.ts", "@tiny-mosaic/event-bus/vue"],
  ["svelte/index.ts", "@tiny-mosaic/event-bus/svelte"],
  ["angular/index.ts", "@tiny-mosaic/event-bus/angular"],
  ["inspector/index.ts", "@tiny-mosaic/event-bus/inspector"],
];

const INTRO = `# The bus: reference

Every name that the package exports, made from its types and their comments by \`npm run docs\`; a test holds that this page is what they say. What the names are for: [which way to talk](../explanation/which-way-to-talk.md); a first walk: [two fragments talk](../tutorial/two-fragments-talk.md).
`;

const modules = new Map();

async function moduleAt(path) {
  if (!modules.has(path)) {
    const code = await readFile(path, "utf8");
    const ast = parse(code, { sourceType: "module", plugins: ["typescript"] });
    modules.set(path, { path, code, body: ast.program.body });
  }
  return modules.get(path);
}

/** Every exported name of a module with the module and the statement that declare it. */
async function exportsOf(path) {
  const found = [];
  for (const statement of (await moduleAt(path)).body) {
    const from = statement.source && resolve(dirname(path), statement.source.value);
    if (statement.type === "ExportAllDeclaration") found.push(...(await exportsOf(from)));
    if (statement.type !== "ExportNamedDeclaration") continue;
    for (const name of statement.declaration ? namesOf(statement.declaration) : []) {
      found.push({ name, ...(await declarationOf(path, name)) });
    }
    for (const { local, exported } of statement.specifiers) {
      found.push({ name: exported.name, ...(await declarationOf(from ?? path, local.name)) });
    }
  }
  return found;
}

function namesOf(declaration) {
  if (declaration.id) return [declaration.id.name];
  return (declaration.declarations ?? []).map(({ id }) => id.name);
}

/** Follows a name through imports and exports to the statement that declares it. */
async function declarationOf(path, name) {
  const module = await moduleAt(path);
  for (const statement of module.body) {
    const declaration = statement.declaration ?? statement;
    if (namesOf(declaration).includes(name)) return { module, statement, declaration };
    if (!statement.source) continue;
    const from = resolve(dirname(path), statement.source.value);
    const passedOn = statement.specifiers?.find((each) =>
      statement.type === "ImportDeclaration" ? each.local.name === name : each.exported.name === name,
    );
    if (passedOn) return declarationOf(from, (passedOn.imported ?? passedOn.local).name);
    if (statement.type === "ExportAllDeclaration") {
      const found = await declarationOf(from, name).catch(() => undefined);
      if (found) return found;
    }
  }
  throw new Error(`${relative(root, path)} does not declare ${name}`);
}

/** The JSDoc before a node as plain sentences. */
function comment(node) {
  const last = node.leadingComments?.at(-1);
  if (last?.type !== "CommentBlock" || !last.value.startsWith("*")) return "";
  return last.value
    .slice(1)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}

const oneLine = (text) => text.replace(/\s+/g, " ").trim();
const inTable = (text) => oneLine(text).replaceAll("|", "\\|");

/** A declaration without what it does: no bodies, no comments. */
function signature({ module: { code }, declaration }) {
  const text = (from, to) => code.slice(from, to);
  if (declaration.type === "FunctionDeclaration") {
    return text(declaration.start, declaration.body.start);
  }
  if (declaration.type === "TSDeclareFunction") return text(declaration.start, declaration.end);
  if (declaration.type === "VariableDeclaration") {
    const [{ id, init }] = declaration.declarations;
    const type = id.typeAnnotation ? text(id.typeAnnotation.start, id.typeAnnotation.end) : "";
    const value = !type && /Literal$/.test(init?.type) ? ` = ${text(init.start, init.end)}` : "";
    return `const ${id.name}${type}${value}`;
  }
  if (declaration.type === "TSTypeAliasDeclaration") return text(declaration.start, declaration.end);
  const { body } = declaration;
  return text(declaration.start, body.start);
}

const stripComments = (text) => text.replace(/\/\*\*[\s\S]*?\*\/\s*/g, "");

/** Rows of [signature, comment] of an interface's or a class's public members. */
function members({ module: { code }, declaration }) {
  const nodes = declaration.body?.body;
  if (!Array.isArray(nodes) || declaration.type === "FunctionDeclaration") return [];
  return nodes
    .filter((node) => node.accessibility !== "private" && node.key?.type !== "PrivateName")
    .map((node) => {
      const end = node.type === "ClassMethod" ? node.body.start : node.end;
      const whole = stripComments(code.slice(node.start, end));
      const text = node.type === "ClassProperty" ? whole.replace(/\s*=\s[\s\S]*$/, "") : whole;
      return [oneLine(text).replace(/^override /, "").replace(/;$/, ""), comment(node)];
    });
}

function entry(exported) {
  const { name, statement } = exported;
  const lines = [`### ${name}`, ""];
  const said = comment(statement);
  if (said) lines.push(said, "");
  lines.push("```ts", stripComments(signature(exported)).replace(/^export /, "").trim().replace(/\s*\{$/, ""), "```", "");
  const rows = members(exported);
  if (rows.length > 0) {
    lines.push("| member | |", "|---|---|");
    for (const [text, about] of rows) lines.push(`| \`${inTable(text)}\` | ${inTable(about)} |`);
    lines.push("");
  }
  return lines.join("\n");
}

const folderOf = ({ path }) => {
  const folder = dirname(relative(source, path));
  return folder === "." ? "errors" : folder;
};

export async function busReference() {
  const parts = [INTRO];
  const shown = new Set();
  for (const [file, title] of ENTRIES) {
    const exported = await exportsOf(join(source, file));
    const fresh = exported.filter(({ name, module }) => !shown.has(`${module.path} ${name}`));
    for (const { name, module } of exported) shown.add(`${module.path} ${name}`);
    const groups = Map.groupBy(fresh, ({ module }) =>
      file === "index.ts" ? `${title}: ${folderOf(module)}` : title,
    );
    for (const [heading, names] of groups) {
      parts.push(`## ${heading}\n`);
      for (const each of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) parts.push(entry(each));
    }
  }
  return `${parts.join("\n").trim()}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(target, await busReference());
  console.log(`Wrote ${relative(process.cwd(), target)}`);
}
