import { flameScript } from './flame-script.js';

/** What every page can do: copy a command, and open a folded part when a link leads into it. Without the script, commands are plain text. */
const readerScript = String.raw`
(() => {
  'use strict';
  async function copy(code) {
    try { await navigator.clipboard.writeText(code.textContent); return true; } catch { /* not on a secure page: the old way below */ }
    const range = document.createRange();
    range.selectNodeContents(code);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand('copy');
  }
  for (const command of document.querySelectorAll('.command')) {
    const code = command.querySelector('code');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', 'Copy: ' + code.textContent);
    button.addEventListener('click', async () => {
      button.textContent = (await copy(code)) ? 'Copied' : 'Select it';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
    command.append(' ', button);
  }
  // Where the hook serves the page it serves the artifacts, too, for the same signature; a saved page has none beside it.
  if (/^https?:$/.test(location.protocol) && /\/report(\.html)?$/.test(location.pathname)) {
    for (const name of document.querySelectorAll('[data-artifact]')) {
      const link = document.createElement('a');
      link.href = 'artifacts/' + encodeURIComponent(name.dataset.artifact) + location.search;
      link.download = name.dataset.artifact;
      name.replaceWith(link);
      link.append(name);
    }
  }
  function openTarget() {
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    let isFolded = false;
    for (let fold = target?.closest('details'); fold; fold = fold.parentElement.closest('details')) { isFolded = isFolded || !fold.open; fold.open = true; }
    if (isFolded) target.scrollIntoView();
  }
  addEventListener('hashchange', openTarget);
  openTarget();
})();
`;

export const pageScript = readerScript + flameScript;
