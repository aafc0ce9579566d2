// Puts the checkout's own command where npx looks first. Without it, npx would install the checkout into its cache and
// build it again at every call.
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
await mkdir(bin, { recursive: true });
await chmod(join(root, 'dist', 'cli.js'), 0o755);
if (process.platform === 'win32') {
  await writeFile(join(bin, 'segsync.cmd'), '@node "%~dp0\\..\\..\\dist\\cli.js" %*\r\n');
} else {
  await rm(join(bin, 'segsync'), { force: true });
  await symlink('../../dist/cli.js', join(bin, 'segsync'));
}
