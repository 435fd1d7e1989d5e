/**
 * Text from alerts, services and databases as it may stand in the Web UI, which renders Markdown: one line, no escape sequences of terminals, nothing
 * that becomes a link, an image, code or HTML. A label could otherwise show a false button to whoever is on call.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g, '')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ')
    .replace(/[\\`[\]<>]/g, '\\$&')
    .trim();
}
