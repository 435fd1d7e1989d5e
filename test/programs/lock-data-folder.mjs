/** Takes a data folder when FILE appears, says `won` or `lost`, and keeps it until it is killed: node lock-data-folder.mjs MODULE FOLDER FILE */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [, , module = '', folder = '', start = ''] = process.argv;
const { lockDataFolder } = await import(pathToFileURL(module).href);
process.stdout.write('ready\n');
while (!existsSync(start)) await new Promise((resolve) => setTimeout(resolve, 5));
try {
  await lockDataFolder(folder, () => undefined);
  process.stdout.write('won\n');
  setInterval(() => undefined, 1_000);
} catch (error) {
  process.stdout.write(`lost: ${error.message}\n`);
}
