/** `nft -o`: what nft 1.1.3 merges, what it says of it, and the rules that come of it. */
import { describe, expect, test } from 'vitest';
import { type Run, command as session } from './session.ts';

const ruleset = (rules: string, family = 'ip'): string => `define p = 80
define c = a
define d = b
table ${family} x {
	chain a { }
	chain b { }
	chain y {
${rules}
	}
}
`;

/** What `-o` printed of rules, and how the chain lists then. */
function optimized(rules: string, family?: string): { out: string; rules: string; run: Run } {
  const command = session({ f: ruleset(rules, family) });
  const run = command('-o', '-f', 'f');
  const listed = command('list', 'chain', family ?? 'ip', 'x', 'y').out;
  return { out: run.out, rules: listed.replace(/^.*{\n.*{\n|\t}\n}\n/g, ''), run };
}

describe('merges', () => {
  test.each([
    ['tcp dport 22 accept\ntcp dport 80-90 accept', 'tcp dport { 22, 80-90 } accept'],
    ['iifname "eth0" accept\nmeta iifname "eth*" accept', 'iifname { eth0, eth* } accept'],
    ['ip saddr 1.1.1.1\nip saddr 1.1.1.2', 'ip saddr { 1.1.1.1, 1.1.1.2 }'],
    ['meta mark 0x10 accept\nmark 0x20 accept', 'meta mark { 16, 32 } accept'],
    [
      'ip protocol icmp accept\nip protocol icmpv6 accept\nip protocol 50 accept',
      'ip protocol { icmp, ipv6-icmp, 50 } accept',
    ],
    [
      'tcp dport { 1, 2 } accept\ntcp dport 3 accept',
      'tcp dport { { 1,\n\t\t\t     2 }, 3 } accept',
    ],
    ['tcp flags syn,ack drop\ntcp flags fin drop', 'tcp flags { syn,ack, fin } drop'],
    [
      'tcp flags & (syn|ack) == syn drop\ntcp flags & (syn|ack) == ack drop',
      'tcp flags & (syn | ack) == { syn, ack } drop',
    ],
    [
      'tcp flags syn / syn,ack drop\ntcp flags ack / syn,ack drop',
      'tcp flags & (syn | ack) { syn, ack } drop',
    ],
  ])('values into a set: %s', (rules, into) => {
    expect(optimized(rules).out).toBe(into);
  });

  test.each([
    ['tcp dport 1 accept\ntcp dport 2 jump a', 'tcp dport vmap { 1 : accept, 2 : jump a }'],
    [
      'ct state new,established accept\nct state invalid drop',
      'ct state vmap { new : accept, established : accept, invalid : drop }',
    ],
    [
      'tcp dport 1 counter log prefix "a" accept\ntcp dport { 2, 3 } counter log prefix "a" drop',
      'tcp dport vmap { 1 counter : accept, 2 counter : drop, 3 counter : drop } log prefix "a"',
    ],
    [
      'tcp dport vmap { 1 : accept, 2 : drop }\ntcp dport vmap { 3 : jump a }',
      'tcp dport vmap { 1 : accept,\n\t\t\t     2 : drop,\n\t\t\t     3 : jump a }',
    ],
  ])('verdicts into a verdict map: %s', (rules, into) => {
    expect(optimized(rules).out).toBe(into);
  });

  test.each([
    [
      'iifname eth* ip saddr 1.1.1.1-1.1.1.5 accept\niifname lo ip saddr 1.1.1.9 accept',
      'iifname . ip saddr { eth* . 1.1.1.1-1.1.1.5, lo . 1.1.1.9 } accept',
    ],
    [
      'tcp dport { 1, 2-3 } ip saddr { 1.1.1.1, 10.0.0.0/8 } accept\ntcp dport { 5 } ip saddr 2.2.2.2 drop',
      'tcp dport . ip saddr vmap { 1 . 1.1.1.1 : accept, 1 . 10.0.0.0/8 : accept, ' +
        '2-3 . 1.1.1.1 : accept, 2-3 . 10.0.0.0/8 : accept, 5 . 2.2.2.2 : drop }',
    ],
  ])('selectors into a concatenation: %s', (rules, into) => {
    expect(optimized(rules).out).toBe(into);
  });

  test.each([
    [
      'ip saddr 1.1.1.1 snat to 2.2.2.2\nip saddr 1.1.1.2 snat to 2.2.2.3-2.2.2.6',
      'snat ip to ip saddr map { 1.1.1.1 : 2.2.2.2, 1.1.1.2 : 2.2.2.3-2.2.2.6 }',
    ],
    [
      'ip saddr 1.1.1.1 tcp dport 1 counter dnat to 2.2.2.2\nip saddr 1.1.1.2 tcp dport 2 counter dnat to 2.2.2.3',
      'dnat ip to ip saddr . tcp dport map { 1.1.1.1 . 1 : 2.2.2.2, 1.1.1.2 . 2 : 2.2.2.3 }',
    ],
    [
      'tcp dport 1 dnat to 2.2.2.2:80\ntcp dport 2 dnat to 2.2.2.3:81',
      'dnat to tcp dport map { 1 : 2.2.2.2 . 80, 2 : 2.2.2.3 . 81 }',
    ],
    [
      'tcp dport 3 redirect to :22 random\ntcp dport 4 redirect to :23 random',
      'redirect to :tcp dport map { 3 : 22, 4 : 23 } random',
    ],
    ['tcp dport 1 redirect\ntcp dport 2 redirect', 'tcp dport { 1, 2 } redirect'],
    [
      'tcp dport 1 ip saddr 1.1.1.1 counter masquerade\ntcp dport 2 ip saddr 1.1.1.1 counter masquerade',
      'tcp dport . ip saddr { 1 . 1.1.1.1, 2 . 1.1.1.1 } counter masquerade',
    ],
  ])('targets into a map: %s', (rules, into) => {
    expect(optimized(rules).out).toBe(into);
  });

  test.each([
    ['notrack'],
    ['log prefix "a" group 1 snaplen 33 accept'],
    ['log flags tcp sequence,options flags skuid drop'],
    ['reject'],
    ['reject with icmp port-unreachable'],
    ['reject with tcp reset'],
  ])('rules that end alike: %s', (end) => {
    const rules = `ip saddr 1.1.1.1 ${end}\nip saddr 1.1.1.2 ${end}`;
    expect(optimized(rules).out).toBe(`ip saddr { 1.1.1.1, 1.1.1.2 } ${end}`);
  });

  test('more than one stretch of a chain', () => {
    const { out } = optimized(
      'tcp dport 1 tcp sport 3 accept\ntcp dport 1 tcp sport 4 drop\ntcp dport 1 accept\ntcp sport 1 accept\ntcp sport 3 accept',
    );
    expect(out).toBe(
      'tcp dport . tcp sport vmap { 1 . 3 : accept, 1 . 4 : drop }tcp sport { 1, 3 } accept',
    );
  });
});

describe('leaves alone', () => {
  test.each([
    ['limits', 'tcp dport 1 limit rate 1/second accept\ntcp dport 2 limit rate 1/second accept'],
    ['other operators', 'tcp dport != 1 accept\ntcp dport != 2 accept'],
    ['an operator in one of them', 'tcp dport == 1 drop\ntcp dport 2 drop'],
    ['named sets and variables', 'tcp dport $p accept\ntcp dport 2 accept'],
    ['the same value twice', 'tcp dport 22 accept\ntcp dport 22 drop'],
    ['rules with others between', 'tcp dport 1 accept\nudp dport 1 accept\ntcp dport 2 accept'],
    [
      'keys of several parts',
      'ip saddr . tcp dport { 1.1.1.1 . 1 } drop\nip saddr . tcp dport { 2.1.1.1 . 1 } drop',
    ],
    ['other prefixes', 'tcp dport 1 log prefix "a" drop\ntcp dport 2 log prefix "b" drop'],
    ['other answers', 'tcp dport 1 reject\ntcp dport 2 reject with tcp reset'],
    ['flags of NAT', 'tcp dport 1 redirect to :1\ntcp dport 2 redirect to :2 random'],
  ])('%s', (_what, rules) => {
    const { out, run } = optimized(rules);
    expect({ ...run, out }).toEqual({ status: 0, out: '', err: '' });
  });

  test('chains that hardware runs, and rules that are commands of their own', () => {
    const rules = 'tcp dport 1 drop\ntcp dport 2 drop\n';
    const offload = `table netdev x {\n\tchain y {\n type filter hook ingress device eth0 priority 0; flags offload;\n${rules}}\n}\n`;
    const commands =
      'add table x\nadd chain x y\nadd rule x y tcp dport 1 drop\nadd rule x y tcp dport 2 drop\n';
    const run = session({ offload, commands });
    expect(run('-o', '-f', 'offload')).toEqual({ status: 0, out: '', err: '' });
    expect(run('-o', '-f', 'commands')).toEqual({ status: 0, out: '', err: '' });
  });

  test('command lines', () => {
    const run = session({});
    const { out } = run('-o', 'table x { chain y { tcp dport 1 drop; tcp dport 2 drop; }; }');
    expect(out).toBe('');
    expect(run('list', 'ruleset').out).toContain('tcp dport 2 drop');
  });
});

describe('says', () => {
  test('which rules it merges, without their comments', () => {
    const rules = '\t\ttcp dport 22 accept comment "ssh"\n\t\ttcp dport 80 accept';
    const { run } = optimized(rules);
    expect(run.err).toBe(
      `Merging:
f:8:3-21: 		tcp dport 22 accept comment "ssh"
f:9:3-21: 		tcp dport 80 accept
into:
	
`,
    );
    expect(optimized(rules).rules).toBe('\t\ttcp dport { 22, 80 } accept\n');
  });

  test('the same of standard input', () => {
    const run = session({}, ruleset('tcp dport 1 drop\ntcp dport 2 drop'));
    expect(run('-o', '-f', '-').err).toContain('/dev/stdin:8:1-16: tcp dport 1 drop\n');
  });

  test('with -c, and changes nothing', () => {
    const run = session({ f: ruleset('tcp dport 1 drop\ntcp dport 2 drop') });
    expect(run('-c', '-o', '-f', 'f').out).toBe('tcp dport { 1, 2 } drop');
    expect(run('list', 'ruleset').out).toBe('');
  });

  test('numbers and handles as asked', () => {
    const run = session({ f: ruleset('ip protocol tcp accept\nip protocol udp accept') });
    expect(run('-a', '-nn', '-c', '-o', '-f', 'f').out).toBe(
      'ip protocol { 6, 17 } accept # handle 0',
    );
  });
});

describe('comes to', () => {
  test('sets in order, maps with counters', () => {
    expect(optimized('tcp dport 80 accept\ntcp dport 22 accept').rules).toBe(
      '\t\ttcp dport { 22, 80 } accept\n',
    );
    expect(optimized('tcp dport 80 counter accept\ntcp dport 22 counter drop').rules).toBe(
      '\t\ttcp dport vmap { 22 counter packets 0 bytes 0 : drop, 80 counter packets 0 bytes 0 : accept }\n',
    );
  });

  test('what is asked of the first rule, for presence', () => {
    expect(optimized('fib saddr . iif oif missing drop\nfib saddr . iif oif 9 drop').rules).toBe(
      '\t\tfib saddr . iif oif { missing, exists } drop\n',
    );
    expect(optimized('fib saddr . iif oif 9 drop\nfib saddr . iif oif missing drop').rules).toBe(
      '\t\tfib saddr . iif oif { 0, 9 } drop\n',
    );
  });

  test('a map that does not go into a redirect', () => {
    const rules =
      'tcp dport 1 ip saddr 1.1.1.1 redirect to :22\ntcp dport 2 ip saddr 1.1.1.1 redirect to :23';
    const found = optimized(rules);
    expect(found.out).toBe(
      'redirect ip to tcp dport . ip saddr map { 1 . 1.1.1.1 : 22, 2 . 1.1.1.1 : 23 }',
    );
    expect(found.rules).toBe('\t\tmeta l4proto tcp redirect\n');
  });

  test('maps whose keys stood in a set', () => {
    const listed = (rules: string) => optimized(rules).rules;
    expect(listed('tcp dport { 7-9, 11 } snat to 2.2.2.2\ntcp dport 1 snat to 1.1.1.1')).toBe(
      '\t\tsnat to tcp dport map { 1 : 1.1.1.1, 7-9 : 2.2.2.2, 11 : 2.2.2.2 }\n',
    );
    const last = optimized(
      'tcp dport 1 snat to 1.1.1.1\ntcp dport { 7-9, 11 } snat to 2.2.2.2',
    ).run;
    expect(last.err).toContain('internal:0:0-0: Error: Could not process rule: Invalid argument\n');
  });

  test('flags in the order of the first of them, then as inserted', () => {
    expect(
      optimized('tcp flags syn,ack drop\ntcp flags syn drop\ntcp flags fin,rst drop').rules,
    ).toBe('\t\ttcp flags { fin | rst, syn | ack, syn } drop\n');
  });

  test('ranges that are the same, which the kernel refuses', () => {
    const { run } = optimized(
      'tcp dport 2-5 tcp sport 1 drop\nmeta mark 2-5 accept\nmeta mark 2-5 drop',
    );
    expect(run.err).toContain('internal:0:0-0: Error: Could not process rule: File exists\n');
  });

  test('chains named by variables, which are not told apart', () => {
    expect(optimized('tcp dport 1 jump $c\ntcp dport 2 jump $d').rules).toBe(
      '\t\ttcp dport { 1, 2 } jump a\n',
    );
  });

  test('errors at no place, where nobody wrote what is wrong', () => {
    const { run } = optimized('tcp dport 1-10 accept\ntcp dport 5-20 drop');
    expect(run.status).toBe(1);
    expect(run.err).toMatch(/\n\t\ninternal:0:0-0: Error: conflicting intervals specified\n\n$/);
  });

  test('nothing where the rules are wrong to begin with', () => {
    const { run } = optimized('tcp dport 1 drop\ntcp dport 2 drop\nip6 saddr ::1 drop\nfoo');
    expect(run.status).toBe(1);
    expect(run.err).not.toContain('Merging');
  });
});

describe('refuses what nft 1.1.3 does not survive', () => {
  test.each([
    ['tcp flags syn | rst drop\ntcp flags fin accept'],
    ['ip saddr 1.1.1.1 snat prefix to 2.2.2.0/24'],
    ['tcp dport 1 jump a\ntcp dport 2 jump $c'],
    ['tcp dport 3 accept\nmasquerade\nmasquerade'],
    [
      'tcp dport 1 dnat to 1.1.1.1 random\ntcp dport 2 dnat to 1.1.1.1\ntcp dport 3 dnat to 1.1.1.2',
    ],
    ['ip saddr 1.1.1.1 tcp dport vmap { 1 : drop }\nip saddr 1.1.1.2 tcp dport vmap { 3 : drop }'],
  ])('%s', (rules) => {
    const { run } = optimized(rules);
    expect(run.status).toBe(1);
    expect(run.out).toBe('');
    expect(run.err).toContain('nftsim does not support --optimize of this rule');
  });
});
