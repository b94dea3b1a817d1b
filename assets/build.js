// Writes the one stylesheet and the one script of the site. Both are committed, so Node is needed only to change them.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "drive", "components", "static", "components");

const css = compile(join(here, "src", "styles", "drive.scss"), {
  loadPaths: [join(here, "node_modules")],
  quietDeps: true,
  style: "expanded",
  charset: false,
}).css;

const banner = `/*
 * Built from assets/src/styles: change it there.
 * Holds parts of GOV.UK Frontend, Copyright (C) 2017 Crown Copyright (Government Digital Service), MIT licence.
 */`;

mkdirSync(out, { recursive: true });
writeFileSync(join(out, "drive.css"), `${banner}\n${css}\n`);
copyFileSync(join(here, "src", "drive.js"), join(out, "drive.js"));
