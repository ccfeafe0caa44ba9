/** Runs the one case that is named on the command line and prints its figure; `--list` names all. */

import { cases } from "./cases.ts";

const [name = "--list"] = process.argv.slice(2);
const run = cases[name];
if (name === "--list") console.log(Object.keys(cases).join("\n"));
else if (run) console.log(await run());
else throw new Error(`There is no case "${name}". See --list.`);
