import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import { blockAllExcept } from '../../../adapters/k6/blocked-addresses.js';

async function blockList(hosts: string[]): Promise<(address: string) => boolean> {
  // Two lists: Node's holds IPv4 to be part of `::/0`, k6 does not.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const range of await blockAllExcept(hosts)) {
    const [base = '', prefix] = range.split('/');
    lists[familyOf(base)].addSubnet(base, Number(prefix), familyOf(base));
  }
  return (address) => lists[familyOf(address)].check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

describe('blockAllExcept', () => {
  it('leaves exactly the allowed addresses open', async () => {
    const isBlocked = await blockList(['10.1.2.3', '192.0.2.255', '[2001:db8::1]']);
    for (const open of ['10.1.2.3', '192.0.2.255', '2001:db8::1']) expect(isBlocked(open), open).toBe(false);
    for (const closed of ['10.1.2.2', '10.1.2.4', '127.0.0.1', '0.0.0.0', '255.255.255.255', '2001:db8::', '2001:db8::2', '::1', '::']) {
      expect(isBlocked(closed), closed).toBe(true);
    }
  });

  it('blocks all of IPv6 when no such address is allowed', async () => {
    expect(await blockAllExcept(['127.0.0.1'])).toContain('0:0:0:0:0:0:0:0/0');
  });

  it('says which name has no address', async () => {
    await expect(blockAllExcept(['no-such-host.invalid'])).rejects.toThrow(/no-such-host\.invalid has no address/);
  });
});
