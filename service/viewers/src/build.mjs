// Bundles src/ into ../dist: `npm ci && npm run build` here. The first line of a bundle says of which
// sources it is made, the SHA-256 of their names and texts; tests compare it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const names = readdirSync(".").filter((name) => /\.m?js$|^package.*\.json$/.test(name)).sort();
const hash = createHash("sha256");
for (const name of names) hash.update(`${name}\n`).update(readFileSync(name));
const sources = hash.digest("hex");

for (const page of ["symmetric", "mesh"])
  await build({
    entryPoints: [`${page}.js`],
    outfile: `../dist/${page}.js`,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    banner: { js: `/* sources ${sources}; licences: LICENSES.txt */` },
  });

const three = readFileSync("node_modules/three/LICENSE", "utf8");
writeFileSync("../dist/LICENSES.txt", `symmetric.js is part of Orbitex, see LICENSE. mesh.js is, too, and contains three.js:\n\n${three}`);
