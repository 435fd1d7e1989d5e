/** Every way in which a program may write a secret that it was given: as it is, encoded, line by line. */

/** Shorter ones are in every other word; masking them would hide the output and tell the secret. */
const shortestSecret = 6;
/** Text of an encoding that is too short to be anything of its own. */
const shortestForm = 6;

/** Base64 of the secret within a longer text: three alignments, less the characters that its neighbours decide. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/={1,2}$/, '');
    const first = offset === 0 ? 0 : offset + 1;
    const isWhole = (offset + bytes.length) % 3 === 0;
    const inner = encoded.slice(first, isWhole ? undefined : -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function urlForms(secret: string): string[] {
  const encoded = encodeURIComponent(secret);
  const strict = encoded.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = [encoded, strict, encodeURI(secret), strict.replaceAll('%20', '+')];
  return [...forms, ...forms.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))];
}

function jsonForms(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  const ascii = escaped.replaceAll(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const html = escaped.replaceAll(/[<>&]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [escaped, ascii, html, escaped.replaceAll('/', '\\/'), JSON.stringify(escaped).slice(1, -1)];
}

function hexForms(secret: string): string[] {
  const hex = Buffer.from(secret, 'utf8').toString('hex');
  return [hex, hex.toUpperCase()];
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function textForms(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  return [secret, secret.trim(), ...lines, secret.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign)].filter(
    (form) => form.length >= shortestSecret,
  );
}

/** Encoders of HTML differ in what they leave alone: text needs two signs encoded, an attribute its own quote as well. */
function htmlForms(secret: string): string[] {
  const signs = [/[&<]/g, /[&<>]/g, /[&<"]/g, /[&<>"]/g];
  return signs.map((pattern) => secret.replaceAll(pattern, (sign) => entities[sign] ?? sign));
}

/** Longest first, so that a form inside a longer one does not leave the rest of it. */
export function secretForms(secrets: readonly string[]): string[] {
  const forms = secrets
    .filter((secret) => secret.trim().length >= shortestSecret)
    .flatMap((secret) => textForms(secret))
    .flatMap((text) => [text, ...base64Forms(text), ...urlForms(text), ...jsonForms(text), ...hexForms(text), ...htmlForms(text)]);
  return [...new Set(forms.filter((form) => form.length >= shortestForm))].sort((left, right) => right.length - left.length);
}
