import { safeHtml, type Html } from './html-text.js';

/** The name of an artifact. Where the hook serves the page, it makes a link of it (`client/hook/artifact-links.ts`); in a file nothing could follow one. */
export function artifactName(name: string): Html {
  return safeHtml`<span class="artifact" data-artifact="${encodeURIComponent(name)}"><code>${name}</code></span>`;
}
