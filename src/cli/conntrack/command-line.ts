/**
 * argv -> ConntrackCommand, with conntrack's own complaints.
 *
 * Mirrors what conntrack(8) accepts; throws CommandError.
 */
import { NFPROTO_IPV4, NFPROTO_IPV6 } from '../../datapath/packet.ts';
import {
  type Address,
  CommandError,
  type CommandLetter,
  type CommandName,
  type ConntrackCommand,
  type Given,
  type OutputFormat,
  type TableName,
  usageError,
} from './command.ts';
import { Getopt, type OptionSpec } from './getopt.ts';
import { atoi, netmask, parseAddress, strtoul } from './number.ts';
import { COMMAND_NAMES, COMMANDS, checkLegal, OPTIONS } from './options.ts';
import { findProtocol, type ProtocolOption, type ProtocolRow } from './protocols.ts';
import { EVENT_WORDS, OUTPUT_WORDS, parseStatus, parseWords } from './words.ts';

const TABLES: readonly TableName[] = ['expect', 'conntrack', 'dying', 'unconfirmed'];
const WITHOUT_EXPECT: readonly CommandLetter[] = ['U', 'A'];
/** Commands that work on all families unless told; the others on IPv4. */
const ANY_FAMILY: readonly CommandName[] = ['L', 'U', 'D', 'G', 'F', 'E'];

interface Spec extends OptionSpec {
  readonly name: string;
  readonly command?: CommandLetter;
  readonly protocol?: ProtocolOption;
}

const SPECS: readonly Spec[] = [
  ...Object.entries(COMMAND_NAMES).map(
    ([long, letter]): Spec => ({
      name: long,
      letter,
      long: [long],
      argument: 'SVh'.includes(letter) ? 'none' : 'optional',
      command: letter as CommandLetter,
    }),
  ),
  ...OPTIONS,
];

/** Bits of labels by name; undefined: there is no such label. */
export type LabelBit = (name: string) => number | undefined;

class Parser {
  private readonly labels: LabelBit;
  private readonly warn: (text: string) => void;
  private readonly getopt: Getopt<Spec>;
  private readonly options = new Set<string>();
  private readonly protocolOptions = new Set<string>();
  private readonly given: Given = {
    original: {},
    reply: {},
    expected: {},
    mask: {},
    statusMask: 0,
  };
  private letter: CommandLetter | null = null;
  private table: TableName = 'conntrack';
  private family = 0;
  private protocol: ProtocolRow | undefined;
  private readonly outputs = new Set<string>();
  private events: readonly string[] = [];

  constructor(argv: readonly string[], labels: LabelBit, warn: (text: string) => void) {
    this.getopt = new Getopt(argv, SPECS);
    this.labels = labels;
    this.warn = warn;
  }

  parse(): ConntrackCommand {
    for (;;) {
      const read = this.getopt.next();
      if (read.kind === 'end') break;
      if (read.kind === 'missing') throw usageError(`option \`${read.text}' requires an argument`);
      if (read.kind === 'unknown') throw usageError(`unknown option \`${read.text}'`);
      const { option, value, attached } = read;
      if (option.command) this.command(option.command, option.name, attached);
      else if (option.protocol) this.protocolOption(option.protocol, value);
      else this.option(option.name, value, attached);
    }
    const name = this.commandName();
    if (this.family === 0 && name !== null && !ANY_FAMILY.includes(name))
      this.family = NFPROTO_IPV4;
    if (name !== null) this.check(name);
    return {
      letter: this.letter,
      table: this.table,
      options: this.options,
      family: this.family,
      given: this.given,
      output: Object.fromEntries(
        ['xml', 'extended', 'timestamp', 'id', 'ktimestamp', 'labels', 'save'].map((word) => [
          word,
          this.outputs.has(word),
        ]),
      ) as unknown as OutputFormat,
      events: this.events as ConntrackCommand['events'],
    };
  }

  private commandName(): CommandName | null {
    if (this.letter === null) return null;
    const ofExpect = this.table === 'expect' && !'Vh'.includes(this.letter);
    return ofExpect ? `expect ${this.letter}` : this.letter;
  }

  private command(letter: CommandLetter, long: string, attached: boolean): void {
    const name = attached ? undefined : this.getopt.takeArgument();
    if (name !== undefined) {
      const table = TABLES.find((t) => t.startsWith(name));
      if (!table) throw usageError(`unknown type \`${name}'`);
      this.table = table;
    } else {
      this.table = 'conntrack';
    }
    const special = this.table === 'dying' || this.table === 'unconfirmed';
    if (special && letter !== 'L')
      throw usageError("Can't do that command with tables `dying' and `unconfirmed'");
    if (this.table === 'expect' && WITHOUT_EXPECT.includes(letter))
      throw usageError(`Can't do --${long} on expectations`);
    if (this.letter !== null) throw usageError('Invalid commands combination');
    this.letter = letter;
  }

  private protocolOption(option: ProtocolOption, value: string): void {
    option.set(this.given, value);
    this.protocolOptions.add(option.name);
  }

  /** What each option does; most set one attribute. */
  private readonly apply: Readonly<Record<string, (value: string, attached: boolean) => void>> = {
    src: (v) => this.address('src', v, this.given.original, 'src', true),
    dst: (v) => this.address('dst', v, this.given.original, 'dst', true),
    'reply-src': (v) => this.address('reply-src', v, this.given.reply, 'src', false),
    'reply-dst': (v) => this.address('reply-dst', v, this.given.reply, 'dst', false),
    'tuple-src': (v) => this.address('tuple-src', v, this.given.expected, 'src', true),
    'tuple-dst': (v) => this.address('tuple-dst', v, this.given.expected, 'dst', true),
    'mask-src': (v) => this.address('mask-src', v, this.given.mask, 'src', false),
    'mask-dst': (v) => this.address('mask-dst', v, this.given.mask, 'dst', false),
    'src-nat': (_, attached) => this.nat('src-nat', attached),
    'dst-nat': (_, attached) => this.nat('dst-nat', attached),
    'any-nat': (_, attached) => this.nat('any-nat', attached),
    'nat-range': () => this.warn('WARNING: ignoring -a, deprecated option.\n'),
    label: (v) => this.label('label', v),
    'label-add': (v) => this.label('label-add', v),
    'label-del': (v) => this.label('label-del', v),
    family: (v) => this.familyOption(v),
    protonum: (v) => this.protocolName(v),
    timeout: (v) => this.set({ timeout: atoi(v) >>> 0 }),
    status: (v) => this.status(v),
    mark: (v) => this.mark(v),
    secmark: (v) => this.set({ secmark: strtoul(v) }),
    id: (v) => this.set({ id: strtoul(v) }),
    zone: (v) => this.set({ zone: strtoul(v) & 0xffff }),
    'orig-zone': (v) => this.set({ origZone: strtoul(v) & 0xffff }),
    'reply-zone': (v) => this.set({ replyZone: strtoul(v) & 0xffff }),
    'event-mask': (v) => this.eventMask(v),
    output: (v) => this.output(v),
  };

  private option(name: string, value: string, attached: boolean): void {
    if (name !== 'nat-range') this.options.add(name);
    this.apply[name]?.(value, attached);
  }

  private set(attributes: Partial<Given>): void {
    Object.assign(this.given, attributes);
  }

  private status(value: string): void {
    const { status, mask } = parseStatus(value, this.warn);
    const { given } = this;
    this.set({ status: (given.status ?? 0) | status, statusMask: given.statusMask | mask });
  }

  private mark(value: string): void {
    const [mark, mask] = splitOnce(value, '/');
    const bits = mask === undefined ? 0xffffffff : strtoul(mask);
    this.set({ mark: { value: strtoul(mark), mask: bits } });
  }

  private eventMask(value: string): void {
    const all = ['NEW', 'UPDATE', 'DESTROY'];
    this.events = parseWords(value, EVENT_WORDS, this.warn).flatMap((word) =>
      word === 'ALL' ? all : [word === 'UPDATES' ? 'UPDATE' : word],
    );
  }

  private output(value: string): void {
    for (const word of parseWords(value, OUTPUT_WORDS, this.warn))
      if (word !== 'userspace') this.outputs.add(word);
    if (this.outputs.has('labels')) this.labels('');
    if (this.outputs.has('save') && this.outputs.size > 1)
      throw new CommandError(
        1,
        'cannot combine save output with any other output type, use -o save only',
      );
  }

  private protocolName(value: string): void {
    const protocol = findProtocol(value);
    if (!protocol) throw usageError(`\`${value}' unsupported protocol`);
    this.protocol = protocol;
    this.given.protonum = protocol.protonum;
    this.getopt.extend(
      protocol.options.map(
        (option): Spec => ({
          name: option.name,
          long: option.long,
          argument: 'required',
          protocol: option,
        }),
      ),
    );
  }

  private familyOption(value: string): void {
    if (value.startsWith('ipv4')) this.setFamily(NFPROTO_IPV4);
    else if (value.startsWith('ipv6')) this.setFamily(NFPROTO_IPV6);
    else throw usageError(`\`${value}' unsupported protocol`);
  }

  private setFamily(family: number): void {
    if (this.family !== 0 && this.family !== family) throw usageError('mismatched address family');
    this.family = family;
  }

  /** An address; `maskable`: with /bits, which is the same as giving the mask's own option. */
  private address(
    name: string,
    value: string,
    tuple: { src?: Address; dst?: Address },
    end: 'src' | 'dst',
    maskable: boolean,
  ): void {
    const [text = '', bits] = splitOnce(value, '/');
    const address = parseAddress(text);
    if (!address) throw usageError(`Invalid IP address \`${value}'`);
    this.setFamily(address.family);
    if (bits !== undefined && !maskable)
      throw usageError(`CIDR notation unavailable for \`--${name}'`);
    const width = address.family === NFPROTO_IPV4 ? 32 : 128;
    const length = bits === undefined ? width : /^\d+$/.test(bits) ? Number(bits) : -1;
    if (length < 0 || length > width) throw usageError('Invalid netmask');
    tuple[end] = address;
    if (length === width) return;
    this.options.add(`mask-${end}`);
    this.given.mask[end] = { family: address.family, words: netmask(length) };
  }

  private nat(name: 'src-nat' | 'dst-nat' | 'any-nat', attached: boolean): void {
    const value = attached ? undefined : this.getopt.takeArgument();
    if (value === undefined) return;
    const { text, port } = splitPort(value);
    const [plain = '', bits] = splitOnce(text, '/');
    const address = parseAddress(plain);
    if (!address) throw usageError(`Invalid IP address \`${text}'`);
    this.setFamily(address.family);
    if (bits !== undefined) throw usageError(`CIDR notation unavailable for \`--${name}'`);
    const details = { address, port };
    if (name !== 'dst-nat') this.given.snat = details;
    if (name !== 'src-nat') this.given.dnat = details;
  }

  private label(name: 'label' | 'label-add' | 'label-del', value: string): void {
    this.labels('');
    if (this.options.has('label-add') && this.options.has('label-del'))
      throw new CommandError(1, 'cannot use --label-add and --label-del at the same time');
    const names = name === 'label-del' ? this.getopt.takeArgument() : value;
    if (names === undefined) return;
    const bits = names.split(',').map((label) => {
      const bit = this.labels(label);
      if (bit === undefined) throw usageError(`unknown label '${label}'`);
      return bit;
    });
    if (name === 'label') this.given.labels = [...(this.given.labels ?? []), ...bits];
    else this.given.labelsModified = [...(this.given.labelsModified ?? []), ...bits];
  }

  private check(name: CommandName): void {
    const { options } = this;
    if (options.has('any-nat') && (options.has('src-nat') || options.has('dst-nat')))
      throw usageError("cannot specify `--src-nat' or `--dst-nat' with `--any-nat'");
    const column = COMMANDS.indexOf(name);
    const couples = [
      ['src', 'dst'],
      ['reply-src', 'reply-dst'],
    ];
    refuse(checkLegal(OPTIONS, options, column, couples), [
      "you have to specify `--src' and `--dst'",
      "you have to specify `--reply-src' and `--reply-dst'",
    ]);
    if (!this.protocol || name === 'h') return;
    const own = this.protocol.couples;
    refuse(
      checkLegal(
        this.protocol.options,
        this.protocolOptions,
        column,
        own.map((couple) => couple.names),
      ),
      own.map((couple) => couple.message),
    );
  }
}

function refuse(illegal: ReturnType<typeof checkLegal>, couples: readonly string[]): void {
  if (!illegal) return;
  if (illegal.kind === 'couple') throw usageError(couples[Math.max(illegal.couple, 0)]!);
  throw usageError(
    illegal.kind === 'missing'
      ? `You need to supply the \`--${illegal.name}' option for this command`
      : `Illegal option \`--${illegal.name}' with this command`,
  );
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** `1.2.3.4:80` or `[2001:db8::1]:80`; without a port the whole is the address. */
function splitPort(value: string): { text: string; port?: number } {
  let text = value;
  let port: string | undefined;
  const open = value.indexOf('[');
  if (open >= 0) {
    const close = value.indexOf(']', open);
    if (close === open + 1) throw usageError('No IPv6 address specified');
    if (close < 0) throw usageError("No closing ']' around IPv6 address");
    const colon = value.indexOf(':', close);
    if (colon >= 0) {
      text = value.slice(open + 1, close);
      port = value.slice(colon + 1);
    }
  } else if (value.split(':').length === 2) {
    [text, port] = splitOnce(value, ':');
  }
  if (port === undefined) return { text };
  if (port === '') throw usageError("No port specified after `:'");
  if (!/^\d+$/.test(port) || Number(port) > 65535) throw usageError(`Invalid port \`${port}'`);
  return { text, port: Number(port) };
}

/** Reads a command line (without the program's name); `warn` hears of what is ignored. */
export function parseCommandLine(
  argv: readonly string[],
  labels: LabelBit,
  warn: (text: string) => void,
): ConntrackCommand {
  return new Parser(argv, labels, warn).parse();
}
