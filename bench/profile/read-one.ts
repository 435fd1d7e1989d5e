/** Reads one profile as `analyze profile` does, or nothing: what starting Node and loading the readers takes. */
import { compileLittle } from '../../adapters/artifacts/compile-little.js';
import { readProfileFile } from '../../adapters/artifacts/profile-file.js';

const [file] = process.argv.slice(2);
if (file !== undefined) {
  compileLittle();
  const profile = await readProfileFile(file);
  process.stdout.write(`${profile.format} ${profile.total} ${profile.unit} in ${profile.parents.length} nodes\n`);
}
