/** Two spellings of a name are one person: case, spaces and forms of Unicode do not count where the approval of somebody else is needed. */
export function isSamePerson(left: string | null | undefined, right: string | null | undefined): boolean {
  if (left == null || right == null) return false;
  return plain(left) === plain(right);
}

function plain(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]+/gu, '')
    .toLowerCase();
}
