/** Style and script of the pages. The policy of the pages allows files of this origin only, nothing inline. */

export const css = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #57606a; --line: #8c959f; --bad: #a40e26; --box: #f2f4f7; --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #a8b1bb; --line: #6e7681; --bad: #ff9492; --box: #1b222b; --link: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
header, main { max-width: 60rem; margin: 0 auto; padding: .5rem 1rem; }
a { color: var(--link); }
nav a { display: inline-block; padding: .5rem .5rem .5rem 0; min-height: 44px; }
h1 { font-size: 1.4rem; margin: .3rem 0; } dl { padding-top: .6rem; } h2 { font-size: 1.1rem; margin: 1.4rem 0 .4rem; }
.now { border: 2px solid var(--line); background: var(--box); padding: .6rem .8rem; }
.alarm { border-color: var(--bad); } .alarm strong { color: var(--bad); }
.badge { display: inline-block; border: 1px solid var(--line); padding: 0 .4rem; margin-right: .3rem; font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .2rem .8rem; margin: 0; } dt { color: var(--soft); } dd { margin: 0; min-width: 0; }
ul, ol { padding-left: 1.2rem; margin: .3rem 0; } li { margin: .2rem 0; }
.timeline { list-style: none; padding: 0; } .timeline li { border-top: 1px solid var(--line); padding: .35rem 0; } .said { white-space: pre-line; } .timeline .meta { color: var(--soft); font-size: .875rem; }
form { margin: .5rem 0; } label { display: block; margin: .3rem 0 .1rem; }
input, select, textarea, button { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); padding: .5rem .6rem; min-height: 44px; max-width: 100%; width: 100%; }
button { background: var(--box); font-weight: 600; } #pause { width: auto; } button:focus-visible, a:focus-visible, input:focus-visible, select:focus-visible, textarea:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
summary { min-height: 44px; padding: .5rem 0; cursor: pointer; font-weight: 600; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .4rem .5rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top; }
@media (max-width: 40rem) { table, tbody, tr, td { display: block; } thead { position: absolute; left: -9999px; } tr { border-top: 1px solid var(--line); padding: .4rem 0; } td { border: 0; padding: .1rem 0; } }
`;

/** Live updates: when the server says that something changed, the affected parts are read again. Forms and the focus stay as they are. */
export const js = `
(() => {
  const live = document.getElementById('live-now');
  const state = document.getElementById('connection');
  const pause = document.getElementById('pause');
  if (!live || !state || !pause || !window.EventSource) return;
  let paused = false, busy = false, again = false, connected = false;
  pause.hidden = false;
  pause.addEventListener('click', () => { paused = !paused; pause.textContent = paused ? 'Go on' : 'Pause'; pause.setAttribute('aria-pressed', String(paused)); if (!paused) refresh(); });
  const show = () => { const text = paused ? 'paused' : connected ? 'live' : 'offline, trying again'; if (state.textContent !== text) state.textContent = text; };
  async function refresh() {
    if (paused) return;
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' }, credentials: 'same-origin' });
      if (answer.ok) {
        const whole = new DOMParser().parseFromString(await answer.text(), 'text/html');
        for (const id of ['live-now', 'live']) {
          const now = document.getElementById(id), next = whole.getElementById(id);
          if (now && next && !now.contains(document.activeElement)) now.replaceChildren(...next.childNodes);
        }
      }
    } catch { connected = false; }
    busy = false; show();
    if (again) { again = false; setTimeout(refresh, 1000); }
  }
  const source = new EventSource(live.dataset.events);
  source.addEventListener('open', () => { connected = true; show(); });
  source.addEventListener('error', () => { connected = false; show(); });
  source.addEventListener('changed', refresh);
  show();
})();
`;
