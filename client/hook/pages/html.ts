/** Markup in which every value is escaped unless it is markup itself. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | null | undefined | Html | readonly Value[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function render(value: Value): string {
  if (value instanceof Html) return value.text;
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return value.map(render).join('');
  return String(value).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(strings.reduce((text, part, index) => `${text}${render(values[index - 1])}${part}`));
}

/** Time for people and for programs. */
export function time(iso: string | null): Html {
  if (iso === null) return html`–`;
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;
}

export function page(title: string, main: Html, more: { refreshS?: number; script?: boolean } = {}): string {
  const refresh =
    more.refreshS === undefined ? html`` : html`<noscript><meta http-equiv="refresh" content="${more.refreshS}" /></noscript>`;
  const script = more.script === true ? html`<script src="/incidents/assets/live.js" defer></script>` : html``;
  const head = html`<meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" /><title>${title}</title
    >${refresh}<link rel="stylesheet" href="/incidents/assets/page.css" />${script}`;
  const nav = html`<nav aria-label="Pages"><a href="/incidents">Incidents</a> <a href="/oncall">On call</a></nav>`;
  return `<!doctype html>${
    html`<html lang="en">
      <head>
        ${head}
      </head>
      <body>
        <header>${nav}</header>
        <main>${main}</main>
      </body>
    </html>`.text
  }`;
}
