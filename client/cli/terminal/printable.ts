/**
 * Makes a text safe for a terminal. Frame names, statements, labels of alerts and first bytes of files come from outside: an escape sequence in them could
 * hide lines or set the title of the window. Line ends and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
