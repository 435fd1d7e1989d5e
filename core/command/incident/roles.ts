export const roleNames = ['commander', 'communications', 'scribe', 'expert'] as const;
export type RoleName = (typeof roleNames)[number];
export type RoleState = 'assigned' | 'paged' | 'active' | 'standby' | 'released';

export interface RoleHolder {
  role: RoleName;
  person: string;
  state: RoleState;
}

/** Every role but the expert's has one holder: a new one releases the old. */
export function assignRole(roles: readonly RoleHolder[], holder: RoleHolder): RoleHolder[] {
  const isReplaced = (one: RoleHolder): boolean =>
    one.role === holder.role && one.state !== 'released' && (holder.role !== 'expert' || one.person === holder.person);
  return [
    ...roles
      .map((one): RoleHolder => (isReplaced(one) && one.person !== holder.person ? { ...one, state: 'released' } : one))
      .filter((one) => !(one.role === holder.role && one.person === holder.person)),
    holder,
  ];
}

export function holderOf(roles: readonly RoleHolder[], role: RoleName): string | null {
  return roles.findLast((one) => one.role === role && one.state !== 'released')?.person ?? null;
}

/** Whoever answers is active in every role that was given to them. */
export function activate(roles: readonly RoleHolder[], person: string): RoleHolder[] {
  return roles.map((one) => (one.person === person && one.state !== 'released' ? { ...one, state: 'active' } : one));
}
