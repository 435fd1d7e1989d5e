/** An older change has mostly shown its faults already, so it is not suspected. */
export const changeWindowMs = 60 * 60_000;

/** Synchronised clocks differ by less than this, and the first instance of a roll-out may start this long after its record. */
export const clockDoubtMs = 2 * 60_000;
