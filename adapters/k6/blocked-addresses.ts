import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { ProgramFailedError } from '../../core/model/errors.js';

/**
 * k6 knows only lists of what is forbidden. This turns "only these hosts" into one: every address range that holds none of theirs.
 * Hosts are names or addresses, an IPv6 address with or without brackets. Throws ProgramFailedError when a name does not resolve.
 */
export async function blockAllExcept(hosts: string[]): Promise<string[]> {
  const addresses = (await Promise.all(hosts.map(resolveHost))).flat();
  const four = addresses.filter((address) => !isIPv6(address)).map(fromIPv4);
  const six = addresses.filter(isIPv6).map(fromIPv6);
  return [...gaps(four, 32).map(toIPv4), ...gaps(six, 128).map(toIPv6)];
}

async function resolveHost(host: string): Promise<string[]> {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(name) !== 0) return [name];
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch (error) {
    const message = `the target host ${name} has no address: expected a name that resolves where the worker runs; correct the URL in the catalog or the DNS`;
    throw new ProgramFailedError({ program: 'k6', exitCode: null, message, retryable: true }, { cause: error });
  }
}

interface Range {
  /** The address with all bits behind the prefix zero. */
  base: bigint;
  prefix: number;
}

/** The largest ranges of a `bits` wide address space that hold none of `addresses`: at most `bits` of them for each address. */
function gaps(addresses: bigint[], bits: number): Range[] {
  const walk = (base: bigint, prefix: number, inside: bigint[]): Range[] => {
    if (inside.length === 0) return [{ base, prefix }];
    if (prefix === bits) return [];
    const upper = base | (1n << BigInt(bits - prefix - 1));
    return [
      ...walk(
        base,
        prefix + 1,
        inside.filter((address) => address < upper),
      ),
      ...walk(
        upper,
        prefix + 1,
        inside.filter((address) => address >= upper),
      ),
    ];
  };
  return walk(0n, 0, addresses);
}

function fromIPv4(address: string): bigint {
  return address.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function toIPv4({ base, prefix }: Range): string {
  return `${[24n, 16n, 8n, 0n].map((shift) => ((base >> shift) & 255n).toString()).join('.')}/${prefix}`;
}

function fromIPv6(address: string): bigint {
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':').flatMap(dotted));
  const [head = '', tail] = address.replace(/%.*/s, '').split('::');
  const [left, right] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n);
}

/** The last 32 bits may be written as IPv4. */
function dotted(group: string): string[] {
  if (!group.includes('.')) return [group];
  const value = fromIPv4(group);
  return [(value >> 16n).toString(16), (value & 65535n).toString(16)];
}

function toIPv6({ base, prefix }: Range): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((base >> BigInt(112 - 16 * index)) & 65535n).toString(16));
  return `${groups.join(':')}/${prefix}`;
}
