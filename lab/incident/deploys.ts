/** How the demo's shop is deployed: a script asks for a release, and whoever runs the shop brings it up. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Releasers } from '../stack/releasers.js';
import type { ShopLab } from '../shop-lab.js';

export const goodRelease = 'v41';
export const badRelease = 'v42';

const script = `#!/bin/sh
# ./deploy.sh RELEASE | --rollback: asks for a release of the shop and waits until it runs.
set -eu
cd "$(dirname "$0")"
wanted="$1"
if [ "$wanted" = --rollback ]; then wanted="$(cat previous)"; fi
echo "$wanted" > wanted
tries=0
until [ "$(cat running)" = "$wanted" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 150 ]; then echo "the shop still runs $(cat running)" >&2; exit 1; fi
  sleep 0.2
done
echo "the shop runs $wanted"
`;

export interface Deploys {
  /** What the catalog names as the way back. */
  rollbackCommand: string[];
  /** Brings the bad release up, as a deploy of a bad afternoon. */
  deployBad: () => Promise<void>;
}

/** Follows what the script asks for until it is released. */
export function followDeploys(folder: string, shop: ShopLab, releasers: Releasers): Deploys {
  const place = (name: string): string => join(folder, name);
  writeFileSync(place('deploy.sh'), script);
  chmodSync(place('deploy.sh'), 0o755);
  writeFileSync(place('previous'), goodRelease);
  writeFileSync(place('running'), goodRelease);
  const run = async (release: string): Promise<void> => {
    await (release === badRelease ? shop.breakIt() : shop.repair());
    writeFileSync(place('running'), release);
  };
  const stop = new AbortController();
  const following = (async () => {
    while (!stop.signal.aborted) {
      const wanted = existsSync(place('wanted')) ? readFileSync(place('wanted'), 'utf8').trim() : '';
      if (wanted !== '' && wanted !== readFileSync(place('running'), 'utf8').trim()) await run(wanted);
      await sleep(100, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  releasers.add('deploys', async () => {
    stop.abort();
    await following;
  });
  return { rollbackCommand: ['./deploy.sh', '--rollback'], deployBad: () => run(badRelease) };
}
