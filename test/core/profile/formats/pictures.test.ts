import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { leavesOf, profileOf } from '../profiles.js';

/** One box as async-profiler 1.x draws it: no mark but the group around all of them, no comment, places of one digit. */
const box = (name: string, samples: number, level: number, before: number): string =>
  `<g>\n<title>${name} (${samples} samples, ${samples.toFixed(2)}%)</title><rect x="${(10 + before * 11.8).toFixed(1)}" y="${915 - 16 * level}.0" width="${(samples * 11.8).toFixed(1)}" height="15" fill="#fa7b7b" rx="2" ry="2"/>\n<text x="13.0" y="926.0">x</text>\n</g>\n`;

it("reads the pictures of async-profiler 1.x, with the kernel's part of them", async () => {
  const boxes = [
    box('all', 100, 0, 0),
    box('java/lang/Thread.run', 100, 1, 0),
    box('shop/Cart.total', 90, 2, 0),
    box('shop/Cart.lambda$total$0&lt;T&gt;', 30, 3, 0),
    box('JVM_Wait', 10, 2, 90),
    box('entry_SYSCALL_64_after_hwframe', 10, 3, 90),
    box('try_charge', 10, 4, 90),
  ];
  const svg = `<?xml version="1.0" standalone="no"?>\n<svg version="1.1" width="1200" height="966" xmlns="http://www.w3.org/2000/svg">\n<text id="title" x="600" y="24">Flame Graph</text>\n<g id="frames">\n${boxes.join('')}</g>\n</svg>\n`;
  const profile = await profileOf(svg);
  expect(profile).toMatchObject({ format: 'flame-graph-svg', total: 100, unit: 'samples' });
  expect(leavesOf(profile)).toEqual(['shop/Cart.total 60', 'shop/Cart.lambda$total$0<T> 30', 'try_charge 10']);
  expect(summarizeProfile(profile).leaves.at(-1)?.category).toBe('kernel');
});

it('names the picture of flameprof, whose boxes hold no counts', async () => {
  const svg =
    '<?xml version="1.0" standalone="no"?>\n<svg version="1.1" width="1200" height="312" xmlns="http://www.w3.org/2000/svg">\n<style type="text/css">\n    .func_g:hover { stroke:black; }\n</style>\n<svg class="func_g" x="0.0" y="120" width="1198.9" height="23"><g>\n    <title>shop.py:6:total 100.00% (1 1 6.8e-05 0.75)</title>\n</g></svg>\n</svg>\n';
  await expect(profileOf(svg)).rejects.toThrow(/picture of flameprof.*give the statistics \(\.prof\) themselves/);
});

it('refuses a picture whose titles never end, without reading to its end from each of them', async () => {
  const svg = `<?xml version="1.0"?>\n<svg version="1.1" xmlns="http://www.w3.org/2000/svg">\n<text id="title" x="600" y="24">Flame Graph</text>\n<g id="frames">\n${box('all', 100, 0, 0)}${box('main', 100, 1, 0)}${'<g><title>all'.repeat(200_000)}</g>\n</svg>\n`;
  await expect(profileOf(svg)).rejects.toThrow(/expected a whole SVG .*, got 2 of them and no end/);
});

it("reads a page of async-profiler with a heading that never ends, without reading to the page's end from each of its beginnings", async () => {
  const page = readFileSync('fixtures/profiles/async-profiler-html/4.5-cpu.html', 'utf8');
  const endless = page.replace('<h1', `${'<h1'.repeat(300_000)}><b>\n<h1`);
  expect(leavesOf(await profileOf(endless, { format: 'async-profiler-html' }))).toEqual(leavesOf(await profileOf(page)));
});
