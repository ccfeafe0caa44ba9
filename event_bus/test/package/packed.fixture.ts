/** Packs the package as `npm publish` would, from a copy, and puts it into projects. */

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
const run = promisify(execFile);

/** npm, kept off the network. */
const quiet = {
  ...process.env,
  npm_config_offline: "true",
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
  npm_config_loglevel: "error",
};

export interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { types: string; default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { optional: boolean }>>;
  readonly [field: string]: unknown;
}

export interface Packed {
  readonly tarball: string;
  /** Paths of what it contains. */
  readonly files: readonly string[];
  /** The copy of event_bus/ that was packed. */
  readonly source: string;
  /** The package as it is installed in `project`. */
  readonly installed: string;
  /** A project outside the repository that has the package. */
  readonly project: string;
  readonly manifest: Manifest;
  remove(): Promise<void>;
}

/** `linked`: what else the project finds, from the repository's node_modules. */
export async function pack(linked: readonly string[] = []): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), "bus-package-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const source = await copySource(join(folder, "repository"));
    const { stdout } = await npm(source, "pack", "--json", "--pack-destination", folder);
    const [report] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [Report];
    const tarball = join(folder, report.filename);
    const project = join(folder, "project");
    await mkdir(project);
    await write(project, "package.json", '{ "private": true, "type": "module" }');
    await npm(project, "install", tarball, "--ignore-scripts");
    for (const name of linked) await link(project, name);
    const manifest = JSON.parse(await readFile(join(source, "package.json"), "utf8")) as Manifest;
    const files = report.files.map(({ path }) => path);
    const installed = join(project, "node_modules", manifest.name);
    return { tarball, source, project, manifest, files, installed, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Packing builds: the repository stays as it is, and tests that run at once have each their own.
 */
async function copySource(folder: string): Promise<string> {
  const source = join(folder, "event_bus");
  await cp(join(root, "event_bus"), source, {
    recursive: true,
    filter: (path) => !/[\\/](dist|node_modules|test)$|\.test\.ts$/.test(path),
  });
  for (const file of ["LICENSE", "tsconfig.json"]) await cp(join(root, file), join(folder, file));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  return source;
}

const npm = (cwd: string, ...args: string[]): Promise<{ stdout: string }> =>
  run("npm", args, { cwd, env: quiet, maxBuffer: 1e7 });

interface Report {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

async function link(project: string, name: string): Promise<void> {
  const path = join(project, "node_modules", name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(join(root, "node_modules", name), path);
}

export const write = (folder: string, file: string, text: string): Promise<void> =>
  writeFile(join(folder, file), text);

/** The package's name with each subpath that a module may import. */
export function specifiers({ name, exports }: Manifest): string[] {
  return Object.keys(exports)
    .filter((subpath) => subpath !== "./package.json" && subpath !== "./page")
    .map((subpath) => name + subpath.slice(1));
}

export interface Outcome {
  readonly status: number;
  readonly output: string;
}

/** Runs this Node with these arguments; never rejects. */
export async function node(args: readonly string[], cwd: string): Promise<Outcome> {
  try {
    const { stdout, stderr } = await run(process.execPath, args, { cwd, maxBuffer: 1e7 });
    return { status: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code: number } & Record<string, string>;
    return { status: code, output: stdout + stderr };
  }
}
