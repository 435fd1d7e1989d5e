/** Eight forms in which a secret may come out: as it is, base64 at each of its three alignments, hexadecimal, URL, JSON, HTML. */
export function eightFormsOf(text: string): string[] {
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.from(`${'x'.repeat(shift)}${text}`)
      .toString('base64')
      .slice(4, 28),
  );
  const asHtml = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  return [text, ...base64, Buffer.from(text).toString('hex'), encodeURIComponent(text), JSON.stringify(text).slice(1, -1), asHtml];
}
