/** What `-d netlink` shows of a batch beside the ops of its rules. */
import { describe, expect, it } from 'vitest';
import { requests } from './language.ts';

describe('what a batch asks for', () => {
  it('is shown in the order of the statements: sets, chains of jump { … }, rules', () => {
    const text = requests(`table ip t {
      chain c {
        ip protocol { tcp, udp } jump { tcp dport { 1, 2 } drop; }
        ip ttl { 1, 2 } meter m { ip saddr counter }
      }
    }`);
    expect(text.split('\n').filter((l) => /^\S/.test(l))).toEqual([
      'ip t c use 0',
      '__set%d t 3',
      '__set%d t 0',
      'ip t (null) use 0',
      '__set%d t 3',
      '__set%d t 0',
      'ip t',
      'ip t c',
      '__set%d t 3',
      '__set%d t 0',
      'm t 20',
      'ip t c',
    ]);
  });

  it('keys of ranges are as long as the field that is shifted down to them, but for verdicts', () => {
    const elements = (rule: string) =>
      [...requests(`table ip6 t {\nchain c {\n${rule}\n}\n}`).matchAll(/element (.*?) {2}:/g)]
        .map((found) => found[1])
        .join(', ');
    expect(elements('ip6 dscp { 1, 3-5 }')).toBe(
      '00000000, 00000100, 00000200, 00000300, 00000600',
    );
    expect(elements('ip6 dscp vmap { 1 : accept, 3-5 : drop }')).toBe(
      '00000000, 00000001, 00000002, 00000003, 00000006',
    );
    expect(elements('ip6 dscp . ip6 hoplimit { 1 . 2-3 }')).toBe(
      '00000100 00000002  - 00000100 00000003',
    );
  });

  it('has what the kernel refuses, too', () => {
    const text = requests(`table netdev t {
      chain c { type filter hook ingress device "absent" priority 0; accept; }
    }`);
    expect(text).toBe('netdev t c use 0\nnetdev t c\n  [ immediate reg 0 accept ]\n');
  });

  it('comments of rules and elements are userdata', () => {
    const text = requests(`table ip t {
      set s { type ipv4_addr; elements = { 1.1.1.1 comment "eins" }; }
      chain c { accept comment "zwölf"; }
    }`);
    expect(text).toContain('element 01010101  : 0 [end]  userdata = { \\x00\\x05eins\\x00 }');
    expect(text).toContain('\n  userdata = { \\x00\\x07zw\\xc3\\xb6lf\\x00 }\n');
  });

  it('one `add element` after another for a set is one request', () => {
    const text = requests(`add table t
      add set t s { type mark; }
      add element t s { 1 }
      add element t s { 2 }
      create element t s { 3 }
      delete element t s { 2 }
      flush set t s`);
    expect(text).toBe(
      's t 0\n' +
        's t 0\n\telement 00000001  : 0 [end]\telement 00000002  : 0 [end]\n' +
        's t 0\n\telement 00000003  : 0 [end]\n' +
        's t 0\n\telement 00000002  : 0 [end]\n' +
        's t 0\n',
    );
  });

  it('flags of sets and flowtables; a size that rules give a set is not asked for', () => {
    const text = requests(`table ip t {
      flowtable f { hook ingress priority 0; devices = { lo }; flags offload; counter; }
      set a { type mark; flags dynamic, timeout; timeout 1m; gc-interval 2s; }
      set b { type mark . mark; flags interval; size 9; counter; limit rate 1/second; }
      chain c { add @a { meta mark }; }
    }`);
    expect(text).toContain('a t 30 timeout 60000ms gc_interval 2000ms\nb t 184 size 9\n');
    expect(text).toContain('flow table (null) (null) use 0 size 0 flags 3\n');
  });

  it('objects name the family of the packets only where it is written', () => {
    const text = requests(`table inet t {
      ct helper a { type "ftp" protocol tcp; }
      ct helper b { type "ftp" protocol tcp; l3proto ip; }
      ct timeout d { protocol udp; l3proto ip6; policy = { unreplied: 3s }; }
      ct timeout e { protocol udp; policy = { replied: 3s }; }
      ct expectation g { protocol tcp; dport 9; timeout 2m; size 12; l3proto ip; }
    }`);
    expect(text.replaceAll('table (null) name (null) use 0 ', '')).toBe(
      '[ ct_helper name ftp family 0 protocol 6 ]\n' +
        '[ ct_helper name ftp family 2 protocol 6 ]\n' +
        '[ ct_timeout family 10 protocol 17 policy = {UNREPLIED = 3,}]\n' +
        '[ ct_timeout protocol 17 policy = {REPLIED = 3,}]\n' +
        '[ ct_expect family 2 protocol 6 dport 9 timeout 120000 size 12 ]\n',
    );
  });
});
