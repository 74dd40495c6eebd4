/**
 * Commands out of JSON. Mirrors json_parse_cmd of nft: which verb takes which nouns, and how each names
 * what it is about.
 */
import type { Command, Family, Handle, Verb } from '../ast.ts';
import { JsonObjects } from './object.ts';
import { member } from './reader.ts';
import { isArray, isObject, type JsonObject, type JsonValue, typeName } from './text.ts';

const FAMILIES: readonly string[] = ['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev'];
const SCHEMA_VERSION = 1;

/** How a noun's object says which one: by name, by its place in a chain, or all of a kind. */
type Reading = 'table' | 'chain' | 'rule' | 'set' | 'element' | 'flowtable' | 'object' | 'all';

const ADDED: Readonly<Record<string, Reading>> = {
  table: 'table',
  chain: 'chain',
  rule: 'rule',
  set: 'set',
  map: 'set',
  element: 'element',
  flowtable: 'flowtable',
};

const NOUNS: Readonly<Partial<Record<Verb, Readonly<Record<string, Reading>>>>> = {
  add: ADDED,
  create: ADDED,
  delete: ADDED,
  destroy: ADDED,
  list: {
    table: 'table',
    tables: 'all',
    chain: 'chain',
    chains: 'all',
    set: 'set',
    sets: 'all',
    map: 'set',
    maps: 'all',
    ruleset: 'all',
    meter: 'set',
    meters: 'all',
    flowtables: 'all',
  },
  reset: {
    rule: 'rule',
    rules: 'all',
    set: 'set',
    map: 'set',
    element: 'element',
  },
  flush: {
    table: 'table',
    chain: 'chain',
    set: 'set',
    map: 'set',
    meter: 'set',
    ruleset: 'all',
  },
};

const removes = (verb: Verb): boolean => verb === 'delete' || verb === 'destroy';

/** What messages call the verbs; those that share a reader share a name. */
const CALLED: Readonly<Partial<Record<Verb, string>>> = {
  add: 'add',
  create: 'add',
  delete: 'add',
  destroy: 'add',
  list: 'list',
  reset: 'reset',
  flush: 'flush',
};

/** Plurals that may be those of one table. */
const OF_TABLE = ['sets', 'counters', 'ct helpers', 'rules'];

/** Nouns whose absent member messages call by their article. */
const ARTICLES: Readonly<Partial<Record<Reading, string>>> = {
  table: 'a table',
  chain: 'a chain',
  set: 'a set',
  flowtable: 'a flowtable',
  object: 'an object',
};

type Draft = Omit<Command, 'kind' | 'verb' | 'span'>;

export class JsonCommands extends JsonObjects {
  /** What could be read, also after an error. */
  readonly commands: Command[] = [];

  /** Reads a whole document; undefined after an error. */
  document(root: JsonValue): true | undefined {
    const of = this.unpack(root, { nftables: 'any' });
    if (!of) return undefined;
    if (!isArray(of.nftables)) {
      return this.fail('Value of property "nftables" must be an array.');
    }
    for (const [i, item] of of.nftables.entries()) {
      if (!isObject(item)) {
        const type = typeName(item);
        return this.fail(`Unexpected command array element of type ${type}, expected object.`);
      }
      const head = item.get('metainfo');
      if (head !== undefined) {
        if (!this.isKnownSchema(head)) return this.fail('Metainfo verification failed.');
        continue;
      }
      const command = this.command(item);
      if (!command) return this.fail(`Parsing command array at index ${i} failed.`);
      this.commands.push(command);
    }
    return true;
  }

  private isKnownSchema(head: JsonValue): boolean {
    const version = member(head, 'json_schema_version', 'integer');
    if (version === undefined || version <= SCHEMA_VERSION) return true;
    const most = `maximum supported version is ${SCHEMA_VERSION}\n`;
    this.fail(`Schema version ${version} not supported, ${most}`);
    return false;
  }

  private command(item: JsonObject): Command | undefined {
    const verb = VERBS.find((verb) => item.has(verb));
    // What `list ruleset` prints has no verbs.
    const read = verb === undefined ? this.ofNoun('add', item) : this.ofVerb(verb, item.get(verb)!);
    return read && { kind: 'command', verb: verb ?? 'add', ...read, span: this.span };
  }

  private ofVerb(verb: Verb, value: JsonValue): Draft | undefined {
    switch (verb) {
      case 'insert':
      case 'replace':
        return this.placedRule(verb, value);
      case 'rename':
        return this.renamed(value);
      default:
        return this.ofNoun(verb, value);
    }
  }

  private ofNoun(verb: Verb, value: JsonValue): Draft | undefined {
    const called = CALLED[verb];
    if (!isObject(value)) {
      const type = typeName(value);
      return this.fail(`Value of ${called} command must be object (got ${type} instead).`);
    }
    const nouns = { ...NOUNS[verb], ...this.objectNouns(verb) };
    const noun = Object.keys(nouns).find((name) => value.has(name));
    if (noun === undefined) return this.fail(`Unknown object passed to ${called} command.`);
    if (verb === 'create' && noun === 'rule') {
      return this.fail('Create command not available for rules.');
    }
    return this.read(nouns[noun]!, verb, noun, value.get(noun)!);
  }

  /** The nouns of named objects that a verb takes. */
  private objectNouns(verb: Verb): Readonly<Record<string, Reading>> {
    const nouns: Record<string, Reading> = {};
    for (const { name, plural, fromJson } of this.objects) {
      if (!fromJson || verb === 'flush' || (verb === 'reset' && !fromJson.reset)) continue;
      const listed = verb === 'list' ? fromJson.list : ['name', 'plural'];
      if (listed.includes('name')) nouns[name] = 'object';
      if (listed.includes('plural') && CALLED[verb] !== 'add') nouns[plural] = 'all';
    }
    return nouns;
  }

  private read(reading: Reading, verb: Verb, noun: string, value: JsonValue): Draft | undefined {
    switch (reading) {
      case 'all':
        return this.all(noun, value);
      case 'rule':
        return this.ofRule(verb, value);
      case 'element':
        return this.elementsOf(value);
      default: {
        const handle = this.named(reading, verb, value);
        if (!handle || !isObject(value)) return undefined;
        if (verb !== 'add' && verb !== 'create') return { object: noun, handle };
        const block = this.blockOf(reading, noun, value);
        return block && { object: noun, handle, block };
      }
    }
  }

  private blockOf(reading: Reading, noun: string, value: JsonObject): Command['block'] {
    switch (reading) {
      case 'table':
        return this.table(value);
      case 'chain':
        return this.chain(value);
      case 'set':
        return this.setBlock(value);
      case 'flowtable':
        return this.flowtable(value);
      default: {
        const form = this.objects.find(({ name }) => name === noun)?.fromJson;
        return form && this.object(form, value);
      }
    }
  }

  // ── Which one ──────────────────────────────────────────────────────────────────────────────

  private family(name: string): Handle['family'] {
    if (!FAMILIES.includes(name)) return this.fail(`Unknown family '${name}'.`);
    return { name: name as Family, span: this.span };
  }

  /** By name; what is to go also by handle. */
  private named(reading: Reading, verb: Verb, value: JsonValue): Handle | undefined {
    const inTable = reading !== 'table';
    const of = inTable
      ? this.unpack(value, { family: 'string', table: 'string' })
      : this.unpack(value, { family: 'string' });
    if (!of) return undefined;
    const name = member(value, 'name', 'string');
    const number = removes(verb) ? member(value, 'handle', 'integer') : undefined;
    if (!removes(verb) && !this.unpack(value, { name: 'string' })) return undefined;
    if (name === undefined && number === undefined) {
      return this.fail(`Either name or handle required to delete ${ARTICLES[reading]}.`);
    }
    const family = this.family(of.family);
    if (!family) return undefined;
    const { span } = this;
    const byHandle = name === undefined && number !== undefined;
    const word = name === undefined ? undefined : this.word(name);
    const within = 'table' in of ? { table: this.word(of.table as string) } : {};
    const own = reading === 'table' ? 'table' : reading === 'chain' ? 'chain' : 'name';
    return {
      family,
      ...within,
      ...(word && { [own]: word }),
      ...(byHandle && { handle: this.number(number) }),
      span,
    };
  }

  private all(noun: string, value: JsonValue): Draft | undefined {
    const said = member(value, 'family', 'string');
    const family = said === undefined ? undefined : this.family(said);
    if (said !== undefined && !family) return undefined;
    const table = OF_TABLE.includes(noun) ? member(value, 'table', 'string') : undefined;
    const chain = noun === 'rules' ? member(value, 'chain', 'string') : undefined;
    if (noun === 'ct helpers' && table === undefined) {
      return this.fail('Listing ct helpers requires table reference.');
    }
    const handle: Handle = {
      ...(family && { family }),
      ...(table !== undefined && { table: this.word(table) }),
      ...(chain !== undefined && { chain: this.word(chain) }),
      span: this.span,
    };
    return { object: noun, handle };
  }

  private elementsOf(value: JsonValue): Draft | undefined {
    const of = this.unpack(value, {
      family: 'string',
      table: 'string',
      name: 'string',
      elem: 'any',
    });
    const family = of && this.family(of.family);
    if (!of || !family) return undefined;
    const elements = this.set(of.elem);
    if (!elements) return this.fail('Invalid set.');
    const { span } = this;
    const handle = { family, table: this.word(of.table), name: this.word(of.name), span };
    return { object: 'element', handle, elements };
  }

  // ── Rules ──────────────────────────────────────────────────────────────────────────────────

  private inChain(value: JsonValue) {
    const of = this.unpack(value, { family: 'string', table: 'string', chain: 'string' });
    const family = of && this.family(of.family);
    return (
      family && {
        family,
        table: this.word(of.table),
        chain: this.word(of.chain),
        span: this.span,
      }
    );
  }

  private ofRule(verb: Verb, value: JsonValue): Draft | undefined {
    const inChain = this.inChain(value);
    if (!inChain) return undefined;
    if (verb !== 'add') {
      const of = this.unpack(value, { handle: 'integer' });
      return of && { object: 'rule', handle: { ...inChain, handle: this.number(of.handle) } };
    }
    const of = this.unpack(value, { expr: 'any' });
    const rule = of && this.rule(of.expr, member(value, 'comment', 'string'));
    return rule && { object: 'rule', handle: { ...inChain, ...this.indexed(value) }, rule };
  }

  private indexed(value: JsonValue): Pick<Handle, 'index'> {
    const index = member(value, 'index', 'integer');
    return index === undefined ? {} : { index: this.number(index) };
  }

  /** `insert` and `replace`: of rules only. */
  private placedRule(verb: Verb, value: JsonValue): Draft | undefined {
    const root = this.unpack(value, { rule: 'any' });
    if (!root) return undefined;
    const of = this.unpack(root.rule, {
      family: 'string',
      table: 'string',
      chain: 'string',
      expr: 'any',
    });
    if (!of) return undefined;
    const number = member(root.rule, 'handle', 'integer');
    if (verb === 'replace' && !number) {
      return this.fail('Handle is required when replacing a rule.');
    }
    const inChain = this.inChain(root.rule);
    const rule = inChain && this.rule(of.expr, member(root.rule, 'comment', 'string'));
    if (!rule) return undefined;
    const at = verb === 'replace' ? 'handle' : 'position';
    const handle: Handle = {
      ...inChain,
      ...(number && { [at]: this.number(number) }),
      ...this.indexed(root.rule),
    };
    return { object: 'rule', handle, rule };
  }

  private renamed(value: JsonValue): Draft | undefined {
    const root = this.unpack(value, { chain: 'any' });
    const of =
      root &&
      this.unpack(root.chain, {
        family: 'string',
        table: 'string',
        name: 'string',
        newname: 'string',
      });
    const family = of && this.family(of.family);
    if (!of || !family) return undefined;
    const { span } = this;
    const handle = { family, table: this.word(of.table), chain: this.word(of.name), span };
    return { object: 'chain', handle, newName: this.word(of.newname) };
  }
}

/** In the order in which they are looked for. */
const VERBS: readonly Verb[] = [
  'add',
  'replace',
  'create',
  'insert',
  'delete',
  'list',
  'reset',
  'flush',
  'rename',
  'destroy',
];
