/** Compare the build with what is committed: by name, and by content once unpacked, since the gzip
 * of one Node release may differ from that of another. */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const root = join(import.meta.dirname, "..");
const folder = "app/static/";
const git = (...args) => execFileSync("git", args, { cwd: root, maxBuffer: 1 << 28 });
const unpack = (name, bytes) => (name.endsWith(".gz") ? gunzipSync(bytes) : bytes);

const committed = git("ls-tree", "-r", "--name-only", "HEAD", folder).toString().split("\n").filter(Boolean);
const built = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));

const differing = [...new Set([...committed, ...built])].filter((name) => {
  if (!committed.includes(name) || !built.includes(name)) return true;
  const before = unpack(name, git("show", `HEAD:${name}`));
  return !before.equals(unpack(name, readFileSync(join(root, name))));
});

if (differing.length > 0) {
  console.error(`app/static is not what web/ builds; run scripts/web and commit:\n${differing.join("\n")}`);
  process.exit(1);
}
console.log(`app/static: ${built.length} files, as web/ builds them`);
