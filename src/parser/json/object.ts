/**
 * What stands in tables, out of JSON: chains, sets, flowtables, named objects as the blocks that the
 * text parser makes. Mirrors json_parse_cmd_add_* of nft.
 */
import type {
  ChainBlock,
  DataSpec,
  Expr,
  FlowtableBlock,
  KeySpec,
  ObjectBlock,
  Priority,
  SetBlock,
  SymbolExpr,
  TableBlock,
  Word,
} from '../ast.ts';
import type { Vocabulary } from '../vocabulary.ts';
import type { ObjectForm } from './form.ts';
import { member } from './reader.ts';
import { JsonStatements } from './statement.ts';
import { isArray, isObject, type JsonObject, type JsonValue, quote } from './text.ts';

const NO_WORDS = { expressions: [], statements: [], stateful: [] };
const POLICIES = ['accept', 'drop'];
const TABLE_FLAGS = ['dormant', 'owner', 'persist'];
const SET_FLAGS = ['constant', 'interval', 'timeout', 'dynamic'];
const HOOKS = ['ingress', 'prerouting', 'input', 'forward', 'postrouting', 'output', 'egress'];
/** IFNAMSIZ */
const DEVICE_NAME_SIZE = 16;

/** What reading JSON needs of a vocabulary. */
export type JsonVocabulary = Pick<Vocabulary, 'objects' | 'types' | 'json'>;

export class JsonObjects extends JsonStatements {
  protected readonly objects: JsonVocabulary['objects'];
  private readonly types: ReadonlySet<string>;

  constructor(name: string, text: string, vocabulary: JsonVocabulary) {
    super(name, text, vocabulary.json ?? NO_WORDS);
    this.objects = vocabulary.objects;
    this.types = new Set(vocabulary.types);
  }

  private comment(value: JsonValue): { comment?: Word } {
    const comment = member(value, 'comment', 'string');
    return comment === undefined ? {} : { comment: this.quoted(comment) };
  }

  // ── Tables and chains ──────────────────────────────────────────────────────────────────────

  table(value: JsonObject): TableBlock | undefined {
    const written = member(value, 'flags', 'any');
    const flags = written === undefined ? [] : this.tableFlags(written);
    if (!flags) return undefined;
    return {
      kind: 'table',
      items: [],
      ...this.comment(value),
      ...(flags.length > 0 && { flags: flags.map((flag) => this.word(flag)) }),
      span: this.span,
    };
  }

  private tableFlags(value: JsonValue): readonly string[] | undefined {
    if (typeof value === 'string') {
      if (TABLE_FLAGS.includes(value)) return [value];
      return this.fail(`Invalid table flag '${value}'.`);
    }
    if (!isArray(value)) return this.fail('Unexpected table flags value.');
    const flags: string[] = [];
    for (const [i, flag] of value.entries()) {
      if (typeof flag !== 'string' || !TABLE_FLAGS.includes(flag)) {
        return this.fail(`Invalid table flag at index ${i}.`);
      }
      flags.push(flag);
    }
    return flags;
  }

  chain(value: JsonObject): ChainBlock | undefined {
    const { span } = this;
    const plain: ChainBlock = { kind: 'chain', rules: [], ...this.comment(value), span };
    const type = member(value, 'type', 'string');
    const hook = member(value, 'hook', 'string');
    const priority = member(value, 'prio', 'integer');
    if (type === undefined || hook === undefined || priority === undefined) return plain;
    if (!HOOKS.includes(hook)) return this.fail(`Invalid chain hook '${hook}'.`);
    const devices = this.devices(value, 'chain');
    if (devices === null) return undefined;
    const policy = member(value, 'policy', 'string');
    if (policy !== undefined && !POLICIES.includes(policy)) {
      return this.fail(`Unknown policy '${policy}'.`);
    }
    const base = {
      type: this.word(type),
      hook: this.word(hook),
      priority: this.priority(priority),
      ...(devices && { devices }),
      span,
    };
    return { ...plain, hook: base, ...(policy !== undefined && { policy: this.symbol(policy) }) };
  }

  private priority(value: number | bigint): Priority {
    return { base: { ...this.symbol(String(value)), number: true }, span: this.span };
  }

  /** The devices of a chain or flowtable; null where they cannot be read. */
  devices(value: JsonValue, of: 'chain' | 'flowtable'): readonly Expr[] | undefined | null {
    const written = member(value, 'dev', 'any');
    if (written === undefined) return undefined;
    const names = this.deviceNames(written);
    if (names) return names;
    this.fail(`Invalid ${of} dev.`);
    return null;
  }

  private deviceNames(value: JsonValue): readonly SymbolExpr[] | undefined {
    if (typeof value === 'string') {
      if (value.length < DEVICE_NAME_SIZE) return [this.symbol(value)];
      return this.fail(`Device name ${value} too long`);
    }
    if (!isArray(value)) return undefined;
    const names: SymbolExpr[] = [];
    for (const [i, name] of value.entries()) {
      if (typeof name !== 'string') return this.fail(`Invalid device at index ${i}.`);
      if (name.length >= DEVICE_NAME_SIZE) {
        return this.fail(`Device name ${name} too long at index ${i}`);
      }
      names.push(this.symbol(name));
    }
    return names;
  }

  // ── Sets and maps ──────────────────────────────────────────────────────────────────────────

  setBlock(value: JsonObject): SetBlock | undefined {
    const type = member(value, 'type', 'any');
    const key = type === undefined ? undefined : this.keySpec(type);
    if (!key) return this.fail('Invalid set type.');
    const mapped = member(value, 'map', 'any');
    const data = mapped === undefined ? undefined : this.dataSpec(mapped);
    if (mapped !== undefined && !data) return this.fail(`Invalid map type '${quote(mapped)}'.`);
    const policy = member(value, 'policy', 'string');
    if (policy !== undefined && policy !== 'performance' && policy !== 'memory') {
      return this.fail(`Unknown set policy '${policy}'.`);
    }
    const flags = this.setFlags(value);
    if (!flags) return undefined;
    const listed = member(value, 'elem', 'any');
    const elements = listed === undefined ? undefined : this.set(listed);
    if (listed !== undefined && !elements) return this.fail('Invalid set elem expression.');
    const written = member(value, 'stmt', 'any');
    const statements = written === undefined ? [] : this.statefulStatements(written);
    if (!statements) return undefined;
    // Only of sets nft keeps the example: a map needs one for its data too, which JSON does not say.
    const byType = key.by === 'typeof' && data?.by === 'type';
    return {
      kind: 'set',
      map: data !== undefined,
      key: byType ? { ...key, unsaid: true } : key,
      // JSON has no word for `interval` data.
      ...(data && { data }),
      ...(policy !== undefined && { policy: this.word(policy) }),
      ...(flags.length > 0 && { flags: flags.map((flag) => this.word(flag)) }),
      ...(elements && { elements }),
      ...(statements.length > 0 && { statements }),
      ...this.setNumbers(value),
      span: this.span,
    };
  }

  private setNumbers(value: JsonObject): Partial<SetBlock> {
    const timeout = member(value, 'timeout', 'integer');
    const gcInterval = member(value, 'gc-interval', 'integer');
    const size = member(value, 'size', 'integer');
    return {
      ...(timeout !== undefined && { timeout: this.number(Number(timeout) * 1000) }),
      ...(gcInterval !== undefined && { gcInterval: this.number(Number(gcInterval) * 1000) }),
      ...(size !== undefined && { size: this.number(size) }),
      ...(member(value, 'auto-merge', 'boolean') && { autoMerge: true }),
    };
  }

  private setFlags(value: JsonObject): readonly string[] | undefined {
    const written = member(value, 'flags', 'any');
    if (typeof written === 'string') {
      if (SET_FLAGS.includes(written)) return [written];
      return this.fail(`Invalid set flag '${written}'.`);
    }
    const flags: string[] = [];
    for (const [i, flag] of (isArray(written) ? written : []).entries()) {
      if (typeof flag !== 'string' || !SET_FLAGS.includes(flag)) {
        return this.fail(`Invalid set flag at index ${i}.`);
      }
      flags.push(flag);
    }
    return flags;
  }

  private keySpec(value: JsonValue): KeySpec | undefined {
    const { span } = this;
    if (typeof value === 'string') {
      const word = this.typeWord(value);
      return word && { by: 'type', types: [word], span };
    }
    if (isArray(value)) return this.typeList(value);
    if (isObject(value) && value.size === 1) {
      const example = value.get('typeof');
      if (example !== undefined) {
        const expr = this.expression(example);
        return expr && { by: 'typeof', expr, span };
      }
    }
    return this.fail('Invalid set datatype.');
  }

  private typeList(values: readonly JsonValue[]): KeySpec | undefined {
    const types: Word[] = [];
    for (const [i, value] of values.entries()) {
      const word = typeof value === 'string' ? this.typeWord(value) : undefined;
      if (!word) return this.fail(`Invalid datatype at index ${i}.`);
      types.push(word);
    }
    if (types.length < 2) {
      return this.fail(`Concatenation with ${types.length} elements is illegal`);
    }
    return { by: 'type', types, span: this.span };
  }

  private typeWord(name: string): Word | undefined {
    return this.types.has(name) ? this.word(name) : this.fail(`Invalid datatype '${name}'.`);
  }

  private dataSpec(value: JsonValue): DataSpec | undefined {
    if (typeof value === 'string' && this.objects.some(({ name }) => name === value)) {
      return { by: 'object', object: this.word(value), span: this.span };
    }
    return this.keySpec(value);
  }

  // ── Flowtables and named objects ───────────────────────────────────────────────────────────

  flowtable(value: JsonObject): FlowtableBlock | undefined {
    const { span } = this;
    const of = this.unpack(value, { hook: 'string', prio: 'integer' });
    if (!of) return undefined;
    if (!HOOKS.includes(of.hook)) return this.fail(`Invalid flowtable hook '${of.hook}'.`);
    const devices = this.devices(value, 'flowtable');
    if (devices === null) return undefined;
    return {
      kind: 'flowtable',
      hook: { hook: this.word(of.hook), priority: this.priority(of.prio), span },
      ...(devices && { devices }),
      span,
    };
  }

  object(form: ObjectForm, value: JsonObject): ObjectBlock | undefined {
    const args = form.read(value, this);
    return args && { kind: 'object', args, ...this.comment(value), span: this.span };
  }
}
