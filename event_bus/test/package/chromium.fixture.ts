/** The browser of the tests: the machine's, else the one that Playwright has. */

import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const names = ["chromium", "chromium-browser", "google-chrome"];
const askPlaywright = `
from playwright.sync_api import sync_playwright
with sync_playwright() as tool:
    print(tool.chromium.executable_path)
`;

/** Rejects where there is none: `scripts/chromium.sh` gets one. */
export async function chromium(): Promise<string> {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
  const { stdout } = await promisify(execFile)("python", ["-c", askPlaywright]);
  const path = stdout.trim();
  if (await isExecutable(path)) return path;
  throw new Error("There is no Chromium: run scripts/chromium.sh.");
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
