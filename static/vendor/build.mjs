// Bundles writing.mjs into writing-libraries.js, and the licences of all that is in it into licenses.txt.
import { build } from "esbuild";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

// turndown tries at load whether DOMParser reads HTML, which every browser of the last ten years does. Under Trusted Types the
// attempt is refused and leaves a line in the console.
const withoutProbe = {
  name: "without-probe",
  setup: ({ onLoad }) =>
    onLoad({ filter: /turndown\/lib\/turndown\.browser.*\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const probe = "canParseHTMLNatively() ?";
      if (!source.includes(probe)) throw new Error(`${path} has no ${probe}`);
      return { contents: source.replace(probe, "true ?"), loader: "js" };
    }),
};

const result = await build({
  entryPoints: ["writing.mjs"],
  outfile: "writing-libraries.js",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
  metafile: true,
  plugins: [withoutProbe],
});

const folders = new Set();
for (const path of Object.keys(result.metafile.inputs)) {
  const found = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
  if (found) folders.add(found[1]);
}
const parts = [];
for (const folder of [...folders].sort()) {
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name));
  if (!file) throw new Error(`${folder} has no licence`);
  const text = await readFile(join(folder, file), "utf8");
  parts.push(`${about.name} ${about.version} (${about.license})\n\n${text.trim()}\n`);
}
await writeFile("licenses.txt", parts.join(`\n${"-".repeat(79)}\n\n`));
