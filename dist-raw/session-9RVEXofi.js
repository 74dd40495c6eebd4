import { A as eventKind, B as tupleDport, C as findIn, D as formatSave, E as formatXml, F as TCP_STATE_NAMES, G as DCCP_STATE_NAMES, H as tupleIcmpType, I as eventReport, J as IPS_OFFLOAD, K as IPS_FIXED_TIMEOUT, M as formatLine, N as trackerOf, O as expectationLine, P as addSeqAdjust, Q as parseIpv6, R as newTuple, S as enterTable, T as XML_HEADER, U as tupleSport, V as tupleIcmpCode, W as SCTP_STATE_NAMES, X as ip, Y as IPS_UNCHANGEABLE_MASK, Z as sysctl, _ as isObject, a as formatDiagnostics, c as evaluate, d as objectRow, g as isArray, h as dump, i as stdin, j as eventLine, k as expectationXml, l as optimize, n as nftParser, o as quotedLine, q as IPS_HW_OFFLOAD, r as commandLine, s as endProgram, t as Router, v as registerName, w as listedRows, x as clashOf, z as setTuplePorts } from "./router-BXae0Chu.js";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import { createHash } from "node:crypto";

// src/replay/journal.ts
/** Packets as text, for JSON. */
function plainEvent(event) {
	if (event.kind !== "frame" && event.kind !== "send") return event;
	return {
		...event,
		bytes: Buffer.from(event.bytes).toString("base64")
	};
}
function eventOf(plain) {
	if (typeof plain.bytes !== "string") return plain;
	return {
		...plain,
		bytes: Buffer.from(plain.bytes, "base64")
	};
}
/** As it goes into a file. */
const plainJournal = (journal) => ({
	...journal,
	entries: journal.entries.map((e) => e.did === "trace" ? {
		...e,
		events: e.events.map(plainEvent)
	} : e)
});
/** Back from plainJournal's form. */
function journalOf(plain) {
	const journal = plain;
	return {
		...journal,
		entries: journal.entries.map((e) => e.did === "trace" ? {
			...e,
			events: e.events.map(eventOf)
		} : e)
	};
}
/** Passes questions on and remembers the answers in `read`. */
function rememberingReader(reader) {
	const read = {
		files: {},
		globs: {}
	};
	return {
		read,
		reader: {
			read: (path) => read.files[path] ??= reader.read(path),
			glob: (pattern) => read.globs[pattern] ??= reader.glob(pattern)
		}
	};
}
/** Answers as it was answered then. */
const recordedReader = (read) => ({
	read: (path) => read.files[path] ?? { error: "No such file or directory" },
	glob: (pattern) => read.globs[pattern] ?? []
});

// src/state/directory.ts
/**
* The state directory: what a machine was when the last command ended.
*
* Owns the files: `state.json` (format, version, checksum, body), written to a side file and
* renamed, and `lock`, held while a command works on it. A file that is not ours, of another
* version, or torn is refused and never overwritten. What the body holds is the caller's.
*/
const FORMAT = "nftsim-state";
const STATE_VERSION = 1;
/** How long a command waits for another one to end, in milliseconds. */
const LOCK_WAIT_MS = 1e4;
/** The state cannot be used; the message is for people and names the file. */
var StateError = class extends Error {};
/** `--state DIR`, else $NFTSIM_STATE, else `.nftsim` in the current folder. */
function stateDirectory(option, env) {
	return option ?? (env.NFTSIM_STATE || ".nftsim");
}
const checksum = (text) => createHash("sha256").update(text).digest("hex");
function parse$1(file, text) {
	const refuse = (why) => new StateError(`${file}: ${why}; the file is left as it is`);
	const end = text.indexOf("\n");
	let head;
	try {
		head = JSON.parse(end < 0 ? text : text.slice(0, end));
	} catch {
		throw refuse("not a state file of nftsim, or broken");
	}
	if (head?.format !== FORMAT) throw refuse("not a state file of nftsim");
	if (head.version !== 1) throw refuse(`state of version ${String(head.version)}, this nftsim reads ${1}`);
	const body = text.slice(end + 1);
	if (end < 0 || head.sha256 !== checksum(body)) throw refuse("broken: its checksum is wrong");
	return JSON.parse(body);
}
const stateFile = (directory) => path.join(directory, "state.json");
/** The saved body; undefined if nothing was saved there yet. */
function readState(directory) {
	const file = stateFile(directory);
	let text;
	try {
		text = readFileSync(file, "utf8");
	} catch (e) {
		const { code, message } = e;
		if (code === "ENOENT") return void 0;
		throw new StateError(code === "ENOTDIR" ? `${directory}: not a directory` : message);
	}
	return parse$1(file, text);
}
/** Replaces the saved body in one step. */
function writeState(directory, body) {
	const text = JSON.stringify(body);
	const head = JSON.stringify({
		format: FORMAT,
		version: 1,
		sha256: checksum(text)
	});
	const file = stateFile(directory);
	const side = `${file}.${process.pid}.new`;
	try {
		const fd = openSync(side, "w");
		try {
			writeSync(fd, `${head}\n${text}`);
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		renameSync(side, file);
	} catch (e) {
		rmSync(side, { force: true });
		throw new StateError(`${file}: ${e.message}`);
	}
}
function alive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (e) {
		return e.code === "EPERM";
	}
}
/** Takes a lock whose holder is gone out of the way. */
function removeStale(lock) {
	try {
		const pid = Number(readFileSync(lock, "utf8"));
		const fresh = Date.now() - statSync(lock).mtimeMs < 1e3;
		if (pid > 0 ? !alive(pid) : !fresh) rmSync(lock, { force: true });
	} catch {}
}
const sleep = (ms) => {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};
function acquire(directory) {
	try {
		mkdirSync(directory, { recursive: true });
	} catch (e) {
		const { code, message } = e;
		throw new StateError(code === "EEXIST" ? `${directory}: not a directory` : message);
	}
	const lock = path.join(directory, "lock");
	for (const start = Date.now();; sleep(20)) {
		try {
			const fd = openSync(lock, "wx");
			writeSync(fd, String(process.pid));
			closeSync(fd);
			return lock;
		} catch (e) {
			if (e.code !== "EEXIST") throw new StateError(e.message);
		}
		removeStale(lock);
		if (Date.now() - start > LOCK_WAIT_MS) throw new StateError(`${directory}: in use by another nftsim (${lock})`);
	}
}
/**
* Works on the state while nobody else does: `work` gets the saved body and gives the new one, or
* undefined to leave it. If `work` throws, nothing is changed.
*/
function withState(directory, work) {
	const lock = acquire(directory);
	try {
		const { result, save } = work(readState(directory));
		if (save !== void 0) writeState(directory, save);
		return result;
	} finally {
		rmSync(lock, { force: true });
	}
}

// src/replay/play.ts
/**
* Does to a router what a trace's events say.
*
* Owns the order of things within an event: time passes, then it happens. Who wants to know what
* comes of it watches the router.
*/
/** The time after the last event in which what it caused may still happen, in µs. */
const SETTLE_US = 1500;
/** Lets an event happen, `start` µs being time 0 of the trace; why a command was refused. */
function playEvent(router, event, start = 0) {
	const { ns } = router.datapath;
	ns.advance(start + event.time);
	ns.event = event.index;
	switch (event.kind) {
		case "frame":
			ns.receive(ns.devices.named(event.iif).ifindex, event.bytes);
			return;
		case "send":
			ns.sendLocal(event.family === "ip" ? 2 : 10, event.bytes);
			return;
		case "nft": {
			const result = router.nft(event.command);
			return result.ok ? void 0 : result.errors;
		}
		case "conntrack": return router.conntrack(event.command);
		case "ip": return ip(ns, event.command);
		case "link": return ip(ns, `link set ${event.dev} ${event.state}`);
		case "sysctl": return Object.entries(event.values).map(([name, value]) => sysctl(ns, `${name}=${value}`)).find((error) => error !== void 0);
		case "snapshot": return;
	}
}
/** Plays all events from the router's present time on. */
function play(router, events) {
	const { ns } = router.datapath;
	const start = ns.clock.now;
	for (const event of events) playEvent(router, event, start);
	ns.advance(ns.clock.now + SETTLE_US);
}

// src/cli/conntrack/command.ts
const VERSION$1 = "1.4.8";
const PROGRAM = "conntrack";
/** Ends the command with a message: status 2 for wrong usage, 1 for all else. */
var CommandError = class extends Error {
	status;
	constructor(status, message) {
		super(message);
		this.status = status;
	}
};
const usageError = (message) => new CommandError(2, message);

// src/cli/conntrack/getopt.ts
var Getopt = class {
	argv;
	options;
	index = 0;
	/** Letters left of a group such as -LEz. */
	letters = "";
	constructor(argv, options) {
		this.argv = argv;
		this.options = options;
	}
	/** Further options from here on. */
	extend(options) {
		this.options = [...this.options, ...options];
	}
	/** Takes the next argument if it is no option: what an optional argument stands in. */
	takeArgument() {
		const next = this.argv[this.index];
		if (next === void 0 || next.startsWith("-") || next.startsWith("!")) return void 0;
		this.index++;
		return next;
	}
	next() {
		if (this.letters !== "") return this.letter();
		for (;;) {
			const argument = this.argv[this.index];
			if (argument === void 0 || argument === "--") return { kind: "end" };
			this.index++;
			if (argument.startsWith("--")) return this.long(argument);
			if (argument.startsWith("-") && argument !== "-") {
				this.letters = argument.slice(1);
				return this.letter();
			}
		}
	}
	letter() {
		const letter = this.letters[0];
		const rest = this.letters.slice(1);
		this.letters = rest;
		const text = this.argv[this.index - 1];
		const option = this.options.find((o) => o.letter === letter);
		if (!option) return {
			kind: "unknown",
			text
		};
		if (option.argument === "none") return {
			kind: "option",
			option,
			value: "",
			attached: false
		};
		this.letters = "";
		if (rest !== "") return {
			kind: "option",
			option,
			value: rest,
			attached: true
		};
		return this.withArgument(option, text);
	}
	long(argument) {
		const equals = argument.indexOf("=");
		const name = equals < 0 ? argument.slice(2) : argument.slice(2, equals);
		const exact = this.options.find((o) => o.long.includes(name));
		const begun = this.options.filter((o) => o.long.some((l) => l.startsWith(name)));
		const option = exact ?? (begun.length === 1 ? begun[0] : void 0);
		if (!option || equals >= 0 && option.argument === "none") return {
			kind: "unknown",
			text: argument
		};
		if (equals >= 0) return {
			kind: "option",
			option,
			value: argument.slice(equals + 1),
			attached: true
		};
		if (option.argument === "none") return {
			kind: "option",
			option,
			value: "",
			attached: false
		};
		return this.withArgument(option, argument);
	}
	withArgument(option, text) {
		if (option.argument === "optional") return {
			kind: "option",
			option,
			value: "",
			attached: false
		};
		const value = this.argv[this.index];
		if (value === void 0) return {
			kind: "missing",
			text
		};
		this.index++;
		return {
			kind: "option",
			option,
			value,
			attached: false
		};
	}
};

// src/cli/conntrack/number.ts
/** Numbers and addresses as the C library reads them from arguments. */
/** atoi: the decimal digits at the start, else 0. */
const atoi = (text) => Number(/^\s*[+-]?\d+/.exec(text)?.[0] ?? 0);
/** strtoul with base 0: decimal, 0x hexadecimal or 0 octal digits at the start, else 0; as uint32. */
function strtoul(text) {
	const match = /^\s*([+-]?)(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)/i.exec(text);
	if (!match) return 0;
	const digits = match[2];
	const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
	return (match[1] === "-" ? -value : value) >>> 0;
}
/** inet_aton: one to four numbers, the last of which fills what is left. */
function inetAton(text) {
	const parts = text.split(".");
	if (parts.length > 4) return void 0;
	let value = 0;
	for (const [i, part] of parts.entries()) {
		if (!/^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(part)) return void 0;
		const last = i === parts.length - 1;
		const number = /^0[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number(part);
		if (number >= (last ? 2 ** (8 * (4 - i)) : 256)) return void 0;
		value += last ? number : number * 2 ** (8 * (3 - i));
	}
	return value;
}
/** An IPv4 or IPv6 address without a mask. */
function parseAddress(text) {
	const ipv4 = inetAton(text);
	if (ipv4 !== void 0) return {
		family: 2,
		words: Uint32Array.of(ipv4, 0, 0, 0)
	};
	const ipv6 = text.includes(":") ? parseIpv6(text) : void 0;
	return ipv6 && {
		family: 10,
		words: Uint32Array.from(ipv6)
	};
}
/** The netmask of a prefix length, as address words. */
function netmask(bits) {
	return Uint32Array.from({ length: 4 }, (_, i) => {
		const here = Math.min(Math.max(bits - 32 * i, 0), 32);
		return here === 0 ? 0 : -1 << 32 - here;
	});
}

// src/cli/conntrack/options.ts
/** Commands in the order of the digits of `legal`. */
const COMMANDS = [
	"L",
	"I",
	"U",
	"D",
	"G",
	"F",
	"E",
	"V",
	"h",
	"expect L",
	"expect I",
	"expect D",
	"expect G",
	"expect F",
	"expect E",
	"C",
	"expect C",
	"S",
	"expect S",
	"A"
];
const row = (name, letter, argument, legal, ...long) => ({
	name,
	letter: letter || void 0,
	long,
	argument,
	legal
});
/** In the order in which they are checked. */
const OPTIONS = [
	row("src", "s", "required", "23223020001110000003", "orig-src", "src"),
	row("dst", "d", "required", "23223020001110000003", "orig-dst", "dst"),
	row("reply-src", "r", "required", "23223020002220000003", "reply-src"),
	row("reply-dst", "q", "required", "23223020002220000003", "reply-dst"),
	row("protonum", "p", "required", "21221020201110000001", "protonum"),
	row("timeout", "t", "required", "01220000001000000001", "timeout"),
	row("status", "u", "required", "22220000002000000002", "status"),
	row("zero", "z", "none", "20000000000000000000", "zero"),
	row("event-mask", "e", "required", "00000020000000000000", "event-mask"),
	row("tuple-src", "", "required", "00000000001000000000", "tuple-src"),
	row("tuple-dst", "", "required", "00000000001000000000", "tuple-dst"),
	row("mask-src", "", "required", "20220020001000000000", "mask-src"),
	row("mask-dst", "", "required", "20220020001000000000", "mask-dst"),
	row("nat-range", "a", "required", "02000000000000000002", "nat-range"),
	row("mark", "m", "required", "22220020000000000002", "mark"),
	row("id", "i", "required", "00222000000000000000", "id"),
	row("family", "f", "required", "20220220020000000000", "family"),
	row("src-nat", "n", "optional", "22220020000000000002", "src-nat"),
	row("dst-nat", "g", "optional", "22220020000000000002", "dst-nat"),
	row("output", "o", "required", "20222020020000200000", "output"),
	row("secmark", "c", "required", "20000020000000000000", "secmark"),
	row("buffer-size", "b", "required", "00000020000000000000", "buffer-size"),
	row("any-nat", "j", "optional", "20000020000000000000", "any-nat"),
	row("zone", "w", "required", "22020020000000000002", "zone"),
	row("label", "l", "required", "20222020000000000000", "label"),
	row("label-add", "", "required", "02200000000000000002", "label-add"),
	row("label-del", "", "optional", "00200000000000000000", "label-del"),
	row("orig-zone", "", "required", "22020020000000000002", "orig-zone"),
	row("reply-zone", "", "required", "22020020000000000002", "reply-zone")
];
/** Long names of the commands. */
const COMMAND_NAMES = {
	dump: "L",
	create: "I",
	add: "A",
	delete: "D",
	update: "U",
	get: "G",
	flush: "F",
	event: "E",
	counter: "C",
	stats: "S",
	version: "V",
	help: "h"
};
/** Options that compare connections, so that -z cannot be used beside them. */
const COMPARING = [
	"protonum",
	"src",
	"dst",
	"reply-src",
	"reply-dst",
	"mark",
	"secmark",
	"status",
	"id",
	"zone",
	"label",
	"orig-zone",
	"reply-zone"
];
/** generic_opt_check: options against a command's column; `couples` are names that go together. */
function checkLegal(rows, given, column, couples) {
	let special = false;
	for (const { name, legal } of rows) {
		const rule = legal[column];
		if (!given.has(name) && rule === "1") return {
			kind: "missing",
			name
		};
		if (given.has(name) && rule === "0") return {
			kind: "illegal",
			name
		};
		if (rule === "3") special = true;
	}
	if (!special || couples.length === 0) return void 0;
	if (couples.some((couple) => couple.every((name) => given.has(name)))) return void 0;
	return {
		kind: "couple",
		couple: couples.findIndex((c) => c.some((name) => given.has(name)))
	};
}

// src/cli/conntrack/protocols.ts
/**
* What `-p PROTO` adds: options of the protocol, which commands take them, what they set.
*
* One row per protocol; `legal` as in options.ts.
*/
const ANY = "23223020001110000003";
const REPLY = "23223020000110000003";
const OF_EXPECT = "00000000001000000000";
const STATE = "21222020000000000001";
const ICMP_NEEDED = "21221020000000000001";
const ICMP_FREE = "22222020000000000002";
const VTAG = "01202000001000000001";
const ROLE = "01000000001000000001";
const half = (value) => atoi(value) & 65535;
const key = (value) => strtoul(value) & 65535;
/** Source and destination "ports" of both directions, masks and expectations. */
function ends([src, dst], noun, reply, read) {
	const option = (name, legal, set, ...more) => ({
		name,
		long: [...more, name],
		legal,
		set: (given, value) => set(given, read(value))
	});
	return [
		option(src, ANY, (g, v) => g.original.sport = v, `orig-${noun}-src`),
		option(dst, ANY, (g, v) => g.original.dport = v, `orig-${noun}-dst`),
		option(`reply-${noun}-src`, reply, (g, v) => g.reply.sport = v),
		option(`reply-${noun}-dst`, reply, (g, v) => g.reply.dport = v),
		option(`mask-${noun}-src`, OF_EXPECT, (g, v) => g.mask.sport = v),
		option(`mask-${noun}-dst`, OF_EXPECT, (g, v) => g.mask.dport = v)
	];
}
const expected = (noun, read) => [{
	name: `tuple-${noun}-src`,
	long: [`tuple-${noun}-src`],
	legal: OF_EXPECT,
	set: (g, v) => g.expected.sport = read(v)
}, {
	name: `tuple-${noun}-dst`,
	long: [`tuple-${noun}-dst`],
	legal: OF_EXPECT,
	set: (g, v) => g.expected.dport = read(v)
}];
const state = (names, complaint, extra) => ({
	name: "state",
	long: ["state"],
	legal: STATE,
	set(given, value) {
		const index = value === extra ? names.indexOf("SYN_SENT2") : names.indexOf(value);
		if (index < 0) throw usageError(`${complaint} state \`${value}'`);
		given.state = index;
	}
});
const couples = ([src, dst], noun, [replySrc, replyDst]) => [{
	names: [src, dst],
	message: `you have to specify \`--${src}' and \`--${dst}'`
}, {
	names: [`reply-${noun}-src`, `reply-${noun}-dst`],
	message: `you have to specify \`--${replySrc}' and \`--${replyDst}'`
}];
const PORTS = ["sport", "dport"];
const PORT_COUPLES = couples(PORTS, "port", ["reply-src-port", "reply-dst-port"]);
const ports = (...more) => [
	...ends(PORTS, "port", REPLY, half),
	...more,
	...expected("port", half)
];
const udpLike = (name, protonum) => ({
	name,
	protonum,
	options: ports(),
	couples: PORT_COUPLES
});
const number = (name, legal, set, read) => ({
	name,
	long: [name],
	legal,
	set: (g, v) => set(g, read(v))
});
const icmpLike = (name, protonum) => ({
	name,
	protonum,
	options: [
		number(`${name}-type`, ICMP_NEEDED, (g, v) => g.icmpType = v & 255, atoi),
		number(`${name}-code`, ICMP_NEEDED, (g, v) => g.icmpCode = v & 255, atoi),
		number(`${name}-id`, ICMP_FREE, (g, v) => g.icmpId = v, half)
	],
	couples: []
});
const role = {
	name: "role",
	long: ["role"],
	legal: ROLE,
	set(given, value) {
		if (value !== "client" && value !== "server") throw usageError(`Unknown DCCP role \`${value}'`);
		given.role = value === "client" ? 0 : 1;
	}
};
const PROTOCOLS = [
	{
		name: "tcp",
		protonum: 6,
		options: ports(state(TCP_STATE_NAMES, "unknown TCP", "LISTEN")),
		couples: PORT_COUPLES
	},
	udpLike("udp", 17),
	udpLike("udplite", 136),
	{
		name: "sctp",
		protonum: 132,
		options: [
			...ports(state(SCTP_STATE_NAMES.slice(0, -1), "unknown SCTP")),
			number("orig-vtag", VTAG, (g, v) => g.origVtag = v, atoi),
			number("reply-vtag", VTAG, (g, v) => g.replyVtag = v, atoi)
		],
		couples: PORT_COUPLES
	},
	{
		name: "dccp",
		protonum: 33,
		options: [...ports(state(DCCP_STATE_NAMES, "Unknown DCCP")), role],
		couples: couples(PORTS, "port", ["reply-port-src", "report-port-dst"])
	},
	{
		name: "gre",
		protonum: 47,
		options: [...ends(["srckey", "dstkey"], "key", ANY, key), ...expected("key", key)],
		couples: couples(["srckey", "dstkey"], "key", ["reply-src-key", "reply-dst-key"])
	},
	icmpLike("icmp", 1),
	icmpLike("icmpv6", 58)
];
/** /etc/protocols, of those that have no row. */
const OTHER_PROTOCOLS = {
	ip: 0,
	hopopt: 0,
	igmp: 2,
	ggp: 3,
	ipencap: 4,
	st: 5,
	egp: 8,
	igp: 9,
	pup: 12,
	hmp: 20,
	"xns-idp": 22,
	rdp: 27,
	"iso-tp4": 29,
	xtp: 36,
	ddp: 37,
	"idpr-cmtp": 38,
	ipv6: 41,
	"ipv6-route": 43,
	"ipv6-frag": 44,
	idrp: 45,
	rsvp: 46,
	esp: 50,
	ah: 51,
	skip: 57,
	"ipv6-icmp": 58,
	"ipv6-nonxt": 59,
	"ipv6-opts": 60,
	rspf: 73,
	vmtp: 81,
	eigrp: 88,
	ospf: 89,
	"ax.25": 93,
	ipip: 94,
	etherip: 97,
	encap: 98,
	pim: 103,
	ipcomp: 108,
	vrrp: 112,
	l2tp: 115,
	isis: 124,
	fc: 133,
	"mobility-header": 135,
	"mpls-in-ip": 137,
	manet: 138,
	hip: 139,
	shim6: 140,
	wesp: 141,
	rohc: 142,
	ethernet: 143
};
/** `tcp`, `esp` or a number; undefined: no such protocol. */
function findProtocol(text) {
	const known = PROTOCOLS.find((p) => p.name === text.toLowerCase());
	if (known) return known;
	const other = OTHER_PROTOCOLS[text.toLowerCase()];
	const protonum = other ?? (/^(0x[0-9a-f]+|\d+)$/i.test(text) ? strtoul(text) : NaN);
	if (Number.isNaN(protonum) || protonum > 255) return void 0;
	return other === void 0 && PROTOCOLS.find((p) => p.protonum === protonum) || {
		name: "unknown",
		protonum,
		options: [],
		couples: []
	};
}

// src/cli/conntrack/words.ts
/** Lists of words that options take: status bits, events, output formats. Any word may be cut short. */
/** In the order in which they are tried. */
const STATUS = [
	["ASSURED", 4],
	["SEEN_REPLY", 2],
	["UNSET", 0],
	["FIXED_TIMEOUT", IPS_FIXED_TIMEOUT],
	["EXPECTED", 1],
	["OFFLOAD", IPS_OFFLOAD],
	["HW_OFFLOAD", IPS_HW_OFFLOAD]
];
const EVENT_WORDS = [
	"ALL",
	"NEW",
	"UPDATES",
	"DESTROY"
];
const OUTPUT_WORDS = [
	"xml",
	"extended",
	"timestamp",
	"id",
	"ktimestamp",
	"labels",
	"userspace",
	"save"
];
/** Words of old that are passed over, with a warning. */
const IGNORED = [["SRC_NAT", "--src-nat"], ["DST_NAT", "--dst-nat"]];
const begins = (word, text) => word.toLowerCase().startsWith(text.toLowerCase());
/** The word that `text` begins; null: one of old. */
function findWord(words, text, whole, warn) {
	const ignored = IGNORED.find(([word]) => begins(word, text));
	if (text !== "" && ignored) {
		warn(`WARNING: ignoring ${ignored[0]}, use ${ignored[1]} instead\n`);
		return null;
	}
	const found = text === "" ? void 0 : words.find((word) => begins(word, text));
	if (found === void 0) throw usageError(`Bad parameter \`${whole}'`);
	return found;
}
/** The words of a list, in full. */
function parseWords(value, words, warn) {
	const parts = value.split(",");
	return parts.flatMap((part, i) => {
		const word = findWord(words, part, parts.slice(i).join(","), warn);
		return word === null ? [] : [word];
	});
}
/** `ASSURED,!SEEN_REPLY`: bits that must be set, and those that are looked at. */
function parseStatus(value, warn) {
	let status = 0;
	let mask = 0;
	const parts = value.split(",");
	for (const [i, part] of parts.entries()) {
		const negated = part.startsWith("!");
		const text = negated ? part.slice(1) : part;
		if (!negated && text.startsWith("UNREPLIED")) {
			mask |= 2;
			continue;
		}
		const rest = [text, ...parts.slice(i + 1)].join(",");
		const word = findWord(STATUS.map(([w]) => w), text, rest, warn);
		const bits = STATUS.find(([w]) => w === word)?.[1] ?? 0;
		if (negated) mask |= bits;
		else status |= bits;
	}
	return {
		status,
		mask
	};
}

// src/cli/conntrack/command-line.ts
/**
* argv -> ConntrackCommand, with conntrack's own complaints.
*
* Mirrors what conntrack(8) accepts; throws CommandError.
*/
const TABLES = [
	"expect",
	"conntrack",
	"dying",
	"unconfirmed"
];
const WITHOUT_EXPECT = ["U", "A"];
/** Commands that work on all families unless told; the others on IPv4. */
const ANY_FAMILY = [
	"L",
	"U",
	"D",
	"G",
	"F",
	"E"
];
const SPECS = [...Object.entries(COMMAND_NAMES).map(([long, letter]) => ({
	name: long,
	letter,
	long: [long],
	argument: "SVh".includes(letter) ? "none" : "optional",
	command: letter
})), ...OPTIONS];
var Parser = class {
	labels;
	warn;
	getopt;
	options = /* @__PURE__ */ new Set();
	protocolOptions = /* @__PURE__ */ new Set();
	given = {
		original: {},
		reply: {},
		expected: {},
		mask: {},
		statusMask: 0
	};
	letter = null;
	table = "conntrack";
	family = 0;
	protocol;
	outputs = /* @__PURE__ */ new Set();
	events = [];
	constructor(argv, labels, warn) {
		this.getopt = new Getopt(argv, SPECS);
		this.labels = labels;
		this.warn = warn;
	}
	parse() {
		for (;;) {
			const read = this.getopt.next();
			if (read.kind === "end") break;
			if (read.kind === "missing") throw usageError(`option \`${read.text}' requires an argument`);
			if (read.kind === "unknown") throw usageError(`unknown option \`${read.text}'`);
			const { option, value, attached } = read;
			if (option.command) this.command(option.command, option.name, attached);
			else if (option.protocol) this.protocolOption(option.protocol, value);
			else this.option(option.name, value, attached);
		}
		const name = this.commandName();
		if (this.family === 0 && name !== null && !ANY_FAMILY.includes(name)) this.family = 2;
		if (name !== null) this.check(name);
		return {
			letter: this.letter,
			table: this.table,
			options: this.options,
			family: this.family,
			given: this.given,
			output: Object.fromEntries([
				"xml",
				"extended",
				"timestamp",
				"id",
				"ktimestamp",
				"labels",
				"save"
			].map((word) => [word, this.outputs.has(word)])),
			events: this.events
		};
	}
	commandName() {
		if (this.letter === null) return null;
		return this.table === "expect" && !"Vh".includes(this.letter) ? `expect ${this.letter}` : this.letter;
	}
	command(letter, long, attached) {
		const name = attached ? void 0 : this.getopt.takeArgument();
		if (name !== void 0) {
			const table = TABLES.find((t) => t.startsWith(name));
			if (!table) throw usageError(`unknown type \`${name}'`);
			this.table = table;
		} else this.table = "conntrack";
		if ((this.table === "dying" || this.table === "unconfirmed") && letter !== "L") throw usageError("Can't do that command with tables `dying' and `unconfirmed'");
		if (this.table === "expect" && WITHOUT_EXPECT.includes(letter)) throw usageError(`Can't do --${long} on expectations`);
		if (this.letter !== null) throw usageError("Invalid commands combination");
		this.letter = letter;
	}
	protocolOption(option, value) {
		option.set(this.given, value);
		this.protocolOptions.add(option.name);
	}
	/** What each option does; most set one attribute. */
	apply = {
		src: (v) => this.address("src", v, this.given.original, "src", true),
		dst: (v) => this.address("dst", v, this.given.original, "dst", true),
		"reply-src": (v) => this.address("reply-src", v, this.given.reply, "src", false),
		"reply-dst": (v) => this.address("reply-dst", v, this.given.reply, "dst", false),
		"tuple-src": (v) => this.address("tuple-src", v, this.given.expected, "src", true),
		"tuple-dst": (v) => this.address("tuple-dst", v, this.given.expected, "dst", true),
		"mask-src": (v) => this.address("mask-src", v, this.given.mask, "src", false),
		"mask-dst": (v) => this.address("mask-dst", v, this.given.mask, "dst", false),
		"src-nat": (_, attached) => this.nat("src-nat", attached),
		"dst-nat": (_, attached) => this.nat("dst-nat", attached),
		"any-nat": (_, attached) => this.nat("any-nat", attached),
		"nat-range": () => this.warn("WARNING: ignoring -a, deprecated option.\n"),
		label: (v) => this.label("label", v),
		"label-add": (v) => this.label("label-add", v),
		"label-del": (v) => this.label("label-del", v),
		family: (v) => this.familyOption(v),
		protonum: (v) => this.protocolName(v),
		timeout: (v) => this.set({ timeout: atoi(v) >>> 0 }),
		status: (v) => this.status(v),
		mark: (v) => this.mark(v),
		secmark: (v) => this.set({ secmark: strtoul(v) }),
		id: (v) => this.set({ id: strtoul(v) }),
		zone: (v) => this.set({ zone: strtoul(v) & 65535 }),
		"orig-zone": (v) => this.set({ origZone: strtoul(v) & 65535 }),
		"reply-zone": (v) => this.set({ replyZone: strtoul(v) & 65535 }),
		"event-mask": (v) => this.eventMask(v),
		output: (v) => this.output(v)
	};
	option(name, value, attached) {
		if (name !== "nat-range") this.options.add(name);
		this.apply[name]?.(value, attached);
	}
	set(attributes) {
		Object.assign(this.given, attributes);
	}
	status(value) {
		const { status, mask } = parseStatus(value, this.warn);
		const { given } = this;
		this.set({
			status: (given.status ?? 0) | status,
			statusMask: given.statusMask | mask
		});
	}
	mark(value) {
		const [mark, mask] = splitOnce(value, "/");
		const bits = mask === void 0 ? 4294967295 : strtoul(mask);
		this.set({ mark: {
			value: strtoul(mark),
			mask: bits
		} });
	}
	eventMask(value) {
		const all = [
			"NEW",
			"UPDATE",
			"DESTROY"
		];
		this.events = parseWords(value, EVENT_WORDS, this.warn).flatMap((word) => word === "ALL" ? all : [word === "UPDATES" ? "UPDATE" : word]);
	}
	output(value) {
		for (const word of parseWords(value, OUTPUT_WORDS, this.warn)) if (word !== "userspace") this.outputs.add(word);
		if (this.outputs.has("labels")) this.labels("");
		if (this.outputs.has("save") && this.outputs.size > 1) throw new CommandError(1, "cannot combine save output with any other output type, use -o save only");
	}
	protocolName(value) {
		const protocol = findProtocol(value);
		if (!protocol) throw usageError(`\`${value}' unsupported protocol`);
		this.protocol = protocol;
		this.given.protonum = protocol.protonum;
		this.getopt.extend(protocol.options.map((option) => ({
			name: option.name,
			long: option.long,
			argument: "required",
			protocol: option
		})));
	}
	familyOption(value) {
		if (value.startsWith("ipv4")) this.setFamily(2);
		else if (value.startsWith("ipv6")) this.setFamily(10);
		else throw usageError(`\`${value}' unsupported protocol`);
	}
	setFamily(family) {
		if (this.family !== 0 && this.family !== family) throw usageError("mismatched address family");
		this.family = family;
	}
	/** An address; `maskable`: with /bits, which is the same as giving the mask's own option. */
	address(name, value, tuple, end, maskable) {
		const [text = "", bits] = splitOnce(value, "/");
		const address = parseAddress(text);
		if (!address) throw usageError(`Invalid IP address \`${value}'`);
		this.setFamily(address.family);
		if (bits !== void 0 && !maskable) throw usageError(`CIDR notation unavailable for \`--${name}'`);
		const width = address.family === 2 ? 32 : 128;
		const length = bits === void 0 ? width : /^\d+$/.test(bits) ? Number(bits) : -1;
		if (length < 0 || length > width) throw usageError("Invalid netmask");
		tuple[end] = address;
		if (length === width) return;
		this.options.add(`mask-${end}`);
		this.given.mask[end] = {
			family: address.family,
			words: netmask(length)
		};
	}
	nat(name, attached) {
		const value = attached ? void 0 : this.getopt.takeArgument();
		if (value === void 0) return;
		const { text, port } = splitPort(value);
		const [plain = "", bits] = splitOnce(text, "/");
		const address = parseAddress(plain);
		if (!address) throw usageError(`Invalid IP address \`${text}'`);
		this.setFamily(address.family);
		if (bits !== void 0) throw usageError(`CIDR notation unavailable for \`--${name}'`);
		const details = {
			address,
			port
		};
		if (name !== "dst-nat") this.given.snat = details;
		if (name !== "src-nat") this.given.dnat = details;
	}
	label(name, value) {
		this.labels("");
		if (this.options.has("label-add") && this.options.has("label-del")) throw new CommandError(1, "cannot use --label-add and --label-del at the same time");
		const names = name === "label-del" ? this.getopt.takeArgument() : value;
		if (names === void 0) return;
		const bits = names.split(",").map((label) => {
			const bit = this.labels(label);
			if (bit === void 0) throw usageError(`unknown label '${label}'`);
			return bit;
		});
		if (name === "label") this.given.labels = [...this.given.labels ?? [], ...bits];
		else this.given.labelsModified = [...this.given.labelsModified ?? [], ...bits];
	}
	check(name) {
		const { options } = this;
		if (options.has("any-nat") && (options.has("src-nat") || options.has("dst-nat"))) throw usageError("cannot specify `--src-nat' or `--dst-nat' with `--any-nat'");
		const column = COMMANDS.indexOf(name);
		refuse(checkLegal(OPTIONS, options, column, [["src", "dst"], ["reply-src", "reply-dst"]]), ["you have to specify `--src' and `--dst'", "you have to specify `--reply-src' and `--reply-dst'"]);
		if (!this.protocol || name === "h") return;
		const own = this.protocol.couples;
		refuse(checkLegal(this.protocol.options, this.protocolOptions, column, own.map((couple) => couple.names)), own.map((couple) => couple.message));
	}
};
function refuse(illegal, couples) {
	if (!illegal) return;
	if (illegal.kind === "couple") throw usageError(couples[Math.max(illegal.couple, 0)]);
	throw usageError(illegal.kind === "missing" ? `You need to supply the \`--${illegal.name}' option for this command` : `Illegal option \`--${illegal.name}' with this command`);
}
function splitOnce(text, separator) {
	const at = text.indexOf(separator);
	return at < 0 ? [text, void 0] : [text.slice(0, at), text.slice(at + 1)];
}
/** `1.2.3.4:80` or `[2001:db8::1]:80`; without a port the whole is the address. */
function splitPort(value) {
	let text = value;
	let port;
	const open = value.indexOf("[");
	if (open >= 0) {
		const close = value.indexOf("]", open);
		if (close === open + 1) throw usageError("No IPv6 address specified");
		if (close < 0) throw usageError("No closing ']' around IPv6 address");
		const colon = value.indexOf(":", close);
		if (colon >= 0) {
			text = value.slice(open + 1, close);
			port = value.slice(colon + 1);
		}
	} else if (value.split(":").length === 2) [text, port] = splitOnce(value, ":");
	if (port === void 0) return { text };
	if (port === "") throw usageError("No port specified after `:'");
	if (!/^\d+$/.test(port) || Number(port) > 65535) throw usageError(`Invalid port \`${port}'`);
	return {
		text,
		port: Number(port)
	};
}
/** Reads a command line (without the program's name); `warn` hears of what is ignored. */
function parseCommandLine(argv, labels, warn) {
	return new Parser(argv, labels, warn).parse();
}

// src/cli/conntrack/filter.ts
/**
* Which connections a command means.
*
* Mirrors nfct_filter of conntrack and nfct_cmp of libnetfilter_conntrack: what was given must be
* equal; what the kernel does not tell of a connection is not.
*/
const baseOf = (row, direction) => (row * 2 + direction) * 10;
/** Whether an address of a tuple is the given one, under a mask. */
function sameAddress(ct, row, at, address, mask) {
	if (ct.l3num(row) !== address.family) return false;
	const { tuples } = ct.table;
	const words = address.family === 2 ? 1 : 4;
	for (let i = 0; i < words; i++) if ((tuples[at + i] ^ address.words[i]) & (mask?.words[i] ?? 4294967295)) return false;
	return true;
}
/** Addresses and ports of a direction; ports are only told of protocols that have some. */
function sameTuple(ct, row, direction, given, masks = {}) {
	const { tuples } = ct.table;
	const base = baseOf(row, direction);
	const { src, dst, sport, dport } = given;
	if (src && !sameAddress(ct, row, base + 0, src, masks.src)) return false;
	if (dst && !sameAddress(ct, row, base + 4, dst, masks.dst)) return false;
	if (sport === void 0 && dport === void 0) return true;
	const { ports } = trackerOf(ct.protonum(row));
	if (ports !== "ports" && ports !== "gre") return false;
	if (sport !== void 0 && tupleSport(tuples, base) !== sport) return false;
	return dport === void 0 || tupleDport(tuples, base) === dport;
}
function sameIcmp(ct, row, { given }) {
	const { tuples } = ct.table;
	const base = baseOf(row, 0);
	const { icmpType, icmpCode, icmpId } = given;
	if (icmpType !== void 0 && tupleIcmpType(tuples, base) !== icmpType) return false;
	if (icmpCode !== void 0 && tupleIcmpCode(tuples, base) !== icmpCode) return false;
	return icmpId === void 0 || tupleSport(tuples, base) === icmpId;
}
/** The original tuple and the protocol. */
const sameOriginal = (ct, row, command) => (command.given.protonum === void 0 || ct.protonum(row) === command.given.protonum) && sameTuple(ct, row, 0, command.given.original, command.given.mask) && sameIcmp(ct, row, command);
const sameReply = (ct, row, { given }) => sameTuple(ct, row, 1, given.reply);
/** A zone of these directions, 0 where the connection has none. */
function zoneOf$1(ct, row, zoneDir) {
	return ct.table.zoneDir[row] === zoneDir ? ct.table.zone[row] : 0;
}
function sameMeta(ct, row, { given }) {
	const { table } = ct;
	const { timeout, status, state, id, zone, origZone, replyZone } = given;
	const secondsLeft = Math.floor(ct.expires(row) / 250);
	const offloaded = (table.status[row] & IPS_OFFLOAD) !== 0;
	if (timeout !== void 0 && (offloaded || secondsLeft !== timeout)) return false;
	if (status !== void 0 && (table.status[row] & status) !== status) return false;
	if (state !== void 0 && (offloaded || table.state[row] !== state)) return false;
	if (id !== void 0 && ct.id(row) !== id) return false;
	if (zone !== void 0 && zoneOf$1(ct, row, 3) !== zone) return false;
	if (origZone !== void 0 && zoneOf$1(ct, row, 1) !== origZone) return false;
	return replyZone === void 0 || zoneOf$1(ct, row, 2) === replyZone;
}
/** Whether one end was translated: as asked for, or at all. */
function translated(ct, row, done, before, after, portsOf, given) {
	const { tuples, status } = ct.table;
	if (!(status[row] & done)) return false;
	let moved = false;
	for (let i = 0; i < 4; i++) moved ||= tuples[before + i] !== tuples[after + i];
	const portMoved = portsOf[0] !== portsOf[1];
	const address = given?.address?.family === 2 ? given.address : void 0;
	if (!address && given?.port === void 0) return moved || portMoved;
	if (address && !(moved && tuples[after] === address.words[0])) return false;
	return given?.port === void 0 || portMoved && portsOf[1] === given.port;
}
function sourceTranslated(ct, row, given) {
	const { tuples } = ct.table;
	const [original, reply] = [baseOf(row, 0), baseOf(row, 1)];
	const ports = [tupleSport(tuples, original), tupleDport(tuples, reply)];
	return translated(ct, row, 128, original + 0, reply + 4, ports, given);
}
function destinationTranslated(ct, row, given) {
	const { tuples } = ct.table;
	const [original, reply] = [baseOf(row, 0), baseOf(row, 1)];
	const ports = [tupleDport(tuples, original), tupleSport(tuples, reply)];
	return translated(ct, row, 256, original + 4, reply + 0, ports, given);
}
/** filter_nat */
function natMatches(ct, row, command) {
	const { options, given } = command;
	const source = () => sourceTranslated(ct, row, given.snat);
	const destination = () => destinationTranslated(ct, row, given.dnat);
	if (options.has("any-nat")) return source() || destination();
	if (options.has("src-nat") && !source()) return false;
	return !options.has("dst-nat") || destination();
}
/** filter_label: all the given ones are set. */
function labelsMatch(ct, row, { given }) {
	if (!given.labels) return true;
	const bits = ct.labels.get(row);
	return given.labels.every((bit) => bits && bits[bit >> 5] >>> (bit & 31) & 1);
}
/** filter_network: addresses under a mask, where one was given. */
function networkMatches(ct, row, command) {
	const { mask, original } = command.given;
	const base = baseOf(row, 0);
	if (mask.src && original.src) {
		if (!sameAddress(ct, row, base + 0, original.src, mask.src)) return false;
	}
	if (!mask.dst || !original.dst) return true;
	return sameAddress(ct, row, base + 4, original.dst, mask.dst);
}
/** nfct_filter */
function matches(ct, row, command) {
	const { options, given } = command;
	const { mark } = given;
	if (!natMatches(ct, row, command)) return false;
	if (mark && (ct.table.mark[row] & mark.mask) >>> 0 !== mark.value) return false;
	if (!labelsMatch(ct, row, command) || !networkMatches(ct, row, command)) return false;
	if (!COMPARING.some((name) => options.has(name))) return true;
	return sameOriginal(ct, row, command) && sameReply(ct, row, command) && sameMeta(ct, row, command);
}

// src/cli/conntrack/output.ts
/** `Sat Nov 21 05:37:26 2026`, of µs since the start of the run taken as the epoch. */
function asctime(us) {
	const date = new Date(Math.floor(us / 1e3));
	const [weekday, day, month, year] = date.toUTCString().replace(",", "").split(" ");
	const time = date.toISOString().slice(11, 19);
	return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}
/** `whole`: the tool shows an entry, not one that it has deleted. */
const lineOptions = (output, labels, whole) => ({
	extended: output.extended,
	id: output.id,
	ktimestamp: output.ktimestamp && whole ? asctime : void 0,
	labels
});

// src/cli/conntrack/events.ts
/**
* `conntrack -E`: connections as they come, change and go.
*
* Mirrors event_cb of conntrack: which events it shows, and how.
*/
const SAVED = {
	NEW: "-A",
	UPDATE: "-U",
	DESTROY: "-D"
};
/** `[00000012.345678]\t`, of µs since the start of the run taken as the epoch. */
function timestamp(us) {
	return `[${String(Math.floor(us / 1e6)).padStart(8, "0")}.${String(Math.floor(us % 1e6)).padStart(6, "0")}]\t`;
}
var Events = class {
	command;
	io;
	shown = 0;
	constructor(command, io) {
		if (command.output.xml) throw new CommandError(1, "-E -o xml: not supported");
		this.command = command;
		this.io = io;
	}
	listen = (router, process) => this.watch(router.datapath, process);
	/** `process`: the number of the one that makes what is not a packet's doing. */
	watch({ conntrack: ct, labels }, process) {
		const { events: kinds, family, output } = this.command;
		const options = lineOptions(output, output.labels ? labels : void 0, true);
		ct.listener = (events, row, user) => {
			const kind = eventKind(events);
			if (kinds.length > 0 && !kinds.includes(kind)) return;
			if (family !== 0 && ct.l3num(row) !== family) return;
			if (!matches(ct, row, this.command)) return;
			this.shown++;
			if (output.save) {
				this.io.out(`${formatSave(ct, row, SAVED[kind])}\n`);
				return;
			}
			const when = output.timestamp ? timestamp(ct.netns.clock.now) : "";
			const sender = user ? process() : void 0;
			this.io.out(`${when}${eventLine(ct, row, events, sender, options)}\n`);
		};
	}
	/** What the tool says when it is interrupted. */
	end() {
		const { shown } = this;
		this.io.err(`${PROGRAM} v${VERSION$1} (conntrack-tools): ${shown} flow events have been shown.\n`);
	}
};

// src/datapath/conntrack/ctnetlink.ts
/**
* What user space may do to connections: create, change, delete.
*
* Mirrors nf_conntrack_netlink.c (ctnetlink), without the netlink encoding.
*/
const CHANGED = 1 << 3 | 1 << 4 | 1 << 6 | 1 << 5 | 1 << 8 | 1 << 7 | 1 << 11;
const INT_MAX = 2 ** 31 - 1;
/** ctnetlink_create_conntrack: the new row, or why not. */
function createEntry(ct, entry) {
	const { table } = ct;
	if (entry.original[9] !== entry.reply[9]) return "EINVAL";
	if (findIn(ct, entry.original, entry.zone, entry.zoneDir) !== -1) return "EEXIST";
	if (entry.timeout === void 0) return "EINVAL";
	const row = ct.alloc(entry.original, entry.reply, entry.zone, entry.zoneDir);
	if (row === -1) return "ENOMEM";
	table.use[row] = 1;
	if (entry.nat) {
		table.status[row] = entry.nat | 384;
		addSeqAdjust(ct, row);
	}
	table.status[row] |= 8;
	table.timeout[row] = deadline(ct, entry.timeout);
	const error = changeStatus(ct, row, entry.status) ?? changeProtocol(ct, row, entry);
	const clash = clashOf(ct, row, 0) !== -1 || clashOf(ct, row, 1) !== -1;
	if (error !== void 0 || clash) {
		ct.release(row);
		return error ?? "EEXIST";
	}
	table.mark[row] = entry.mark ?? 0;
	enterTable(ct, row, false);
	ct.stats.insert++;
	if (entry.labels) changeLabels(ct, row, entry.labels);
	const event = table.status[row] & 1 ? 0 : 1 << 0;
	eventReport(ct, row, CHANGED | event | (entry.labels ? 1 << 10 : 0), true);
	ct.release(row);
	return row;
}
/** ctnetlink_change_conntrack */
function changeEntry(ct, row, change) {
	const error = changeTimeout(ct, row, change.timeout) ?? changeStatus(ct, row, change.status) ?? changeProtocol(ct, row, change);
	if (error !== void 0) return error;
	if (change.mark !== void 0) ct.table.mark[row] = change.mark;
	if (change.labels && !changeLabels(ct, row, change.labels)) return "ENOSPC";
	eventReport(ct, row, CHANGED | 1 << 10, true);
}
/** __nf_ct_set_timeout, of a confirmed entry. */
const deadline = (ct, seconds) => ct.jiffies + Math.min(seconds * 250, INT_MAX);
/** __nf_ct_change_timeout */
function changeTimeout(ct, row, seconds) {
	if (seconds === void 0) return void 0;
	if (ct.table.status[row] & 1024) return "EPERM";
	ct.table.timeout[row] = deadline(ct, seconds);
	return ct.isDying(row) ? "ETIME" : void 0;
}
/** nf_ct_change_status_common: some bits can only be set, some not even that. */
function changeStatus(ct, row, wanted) {
	if (wanted === void 0) return void 0;
	const { status } = ct.table;
	const bits = wanted | 8;
	const differs = status[row] ^ bits;
	if (differs & (1 | 8 | 512)) return "EBUSY";
	if (differs & (2 | 4) & ~bits) return "EBUSY";
	status[row] |= bits & ~IPS_UNCHANGEABLE_MASK;
}
/** ctnetlink_change_protoinfo */
function changeProtocol(ct, row, change) {
	const { table } = ct;
	const protonum = ct.protonum(row);
	if (protonum === 6) {
		if (change.state !== void 0) table.state[row] = change.state;
		for (const side of [row * 2, row * 2 + 1]) table.tcpFlags[side] |= change.tcpFlags ?? 0;
	}
	if (protonum === 132 && change.state !== void 0) {
		if (!change.vtags) return "EINVAL";
		table.state[row] = change.state;
		table.vtag.set(change.vtags, row * 2);
	}
	if (protonum === 33 && change.state !== void 0) {
		if (change.role === void 0) return "EINVAL";
		table.state[row] = change.state;
		table.role[row * 2] = change.role;
		table.role[row * 2 + 1] = 1 - change.role;
	}
}
/** ctnetlink_attach_labels: false if the connection has no room for labels. */
function changeLabels(ct, row, { bits, mask }) {
	const labels = ct.labels.get(row);
	if (!labels) return false;
	for (let i = 0; i < 4; i++) labels[i] = labels[i] & ~mask[i] ^ bits[i];
	return true;
}
/** ctnetlink_flush_conntrack */
function flushEntries(ct) {
	ct.each((row) => ct.kill(row, true));
}
/** IPCTNL_MSG_CT_GET_CTRZERO: reads and zeroes the counters of a connection. */
function zeroCounters(ct, row) {
	const { packets, bytes } = ct.table;
	packets.fill(0, row * 2, row * 2 + 2);
	bytes.fill(0, row * 2, row * 2 + 2);
}

// src/cli/conntrack/create.ts
/** ICMP is of one family, whatever the addresses say. */
const FAMILY_OF_ICMP = /* @__PURE__ */ new Map([[1, 2], [58, 10]]);
function tupleOf(command, given) {
	const { family } = command;
	const { protonum = 0, icmpType, icmpCode = 0, icmpId = 0 } = command.given;
	const tuple = newTuple();
	if (given.src) tuple.set(given.src.words, 0);
	if (given.dst) tuple.set(given.dst.words, 4);
	tuple[9] = family << 8 | protonum;
	if (icmpType === void 0) setTuplePorts(tuple, given.sport ?? 0, given.dport ?? 0);
	else setTuplePorts(tuple, icmpId, icmpType << 8 | icmpCode);
	return tuple;
}
/** Both tuples: where one direction was given, the other is its inverse. */
function tuplesOf(ct, command) {
	const { original, reply } = command.given;
	const { family, given } = command;
	const icmpFamily = FAMILY_OF_ICMP.get(given.protonum);
	if (icmpFamily !== void 0 && icmpFamily !== family) return void 0;
	const first = tupleOf(command, original);
	const second = tupleOf(command, reply);
	const hasOriginal = original.src !== void 0 || original.dst !== void 0;
	const hasReply = reply.src !== void 0 || reply.dst !== void 0;
	if (!hasOriginal && reply.sport === void 0 && reply.dport === void 0) {
		second[9] = family << 8;
		setTuplePorts(second, 0, 0);
	}
	if (!hasOriginal && hasReply) return ct.invert(first, second) ? [first, second] : void 0;
	const inverse = newTuple();
	if (!ct.invert(inverse, first)) return void 0;
	if (!hasReply) return [first, inverse];
	if (command.given.icmpType !== void 0) second[8] = inverse[8];
	return [first, second];
}
/** -n and -g change the reply. Returns IPS_SRC_NAT, IPS_DST_NAT. */
function translate(reply, { snat, dnat }) {
	let bits = 0;
	if (snat?.address) {
		reply.set(snat.address.words, 4);
		setTuplePorts(reply, tupleSport(reply), snat.port ?? tupleDport(reply));
		bits |= 16;
	}
	if (dnat?.address) {
		reply.set(dnat.address.words, 0);
		setTuplePorts(reply, dnat.port ?? tupleSport(reply), tupleDport(reply));
		bits |= 32;
	}
	return bits;
}
function zoneOf({ zone, origZone, replyZone }) {
	if (zone !== void 0) return {
		zone,
		zoneDir: 3
	};
	if (origZone !== void 0) return {
		zone: origZone,
		zoneDir: 1
	};
	if (replyZone !== void 0) return {
		zone: replyZone,
		zoneDir: 2
	};
	return {
		zone: 0,
		zoneDir: 3
	};
}
/** What was made by hand is not checked against windows. */
function tcpFlags({ protonum, state = 0 }) {
	if (protonum !== 6) return void 0;
	const closing = state >= 7 ? 4 : 0;
	return 8 | 2 | closing;
}
const wordsOf = (bits) => {
	const words = /* @__PURE__ */ new Uint32Array(4);
	for (const bit of bits) words[bit >> 5] |= 1 << (bit & 31);
	return words;
};
/** undefined: the protocol knows no reply (EINVAL). */
function newEntry(ct, command) {
	const { given } = command;
	const tuples = tuplesOf(ct, command);
	if (!tuples) return void 0;
	const [original, reply] = tuples;
	const nat = translate(reply, given);
	const { labelsModified: bits, origVtag, replyVtag } = given;
	return {
		original,
		reply,
		nat,
		...zoneOf(given),
		timeout: given.timeout,
		status: given.status,
		mark: given.mark?.value,
		state: given.state,
		tcpFlags: tcpFlags(given),
		vtags: origVtag === void 0 ? void 0 : [origVtag, replyVtag ?? 0],
		role: given.role,
		labels: bits && {
			bits: wordsOf(bits),
			mask: wordsOf(bits)
		}
	};
}
/** Labels after --label-add or --label-del; undefined: they stay. */
function labelChange(ct, row, command) {
	const { options, given } = command;
	const now = ct.labels.get(row);
	const bits = wordsOf(given.labelsModified ?? []);
	const all = Uint32Array.of(4294967295, 4294967295, 4294967295, 4294967295);
	if (options.has("label-add")) return {
		bits,
		mask: bits
	};
	if (!options.has("label-del") || !now) return void 0;
	if (!given.labelsModified) return {
		bits: /* @__PURE__ */ new Uint32Array(4),
		mask: all
	};
	return {
		bits: /* @__PURE__ */ new Uint32Array(4),
		mask: bits
	};
}
/** What -U changes of a connection; undefined: nothing would change, so nothing is sent. */
function changeOf(ct, row, command) {
	const { given } = command;
	const { table } = ct;
	const old = table.mark[row];
	const mark = given.mark && (old & ~given.mark.mask ^ given.mark.value) >>> 0;
	const status = given.status === void 0 ? void 0 : table.status[row] | given.status;
	const labels = labelChange(ct, row, command);
	const secondsLeft = Math.floor(ct.expires(row) / 250);
	if (!(mark !== void 0 && mark !== old || status !== void 0 && status !== table.status[row] || given.timeout !== void 0 && given.timeout !== secondsLeft || given.state !== void 0 && given.state !== table.state[row] || labels !== void 0 && labelsDiffer(ct.labels.get(row), labels))) return void 0;
	const { origVtag, replyVtag } = given;
	return {
		timeout: given.timeout,
		status,
		mark,
		state: given.state,
		tcpFlags: tcpFlags(given),
		vtags: origVtag === void 0 ? void 0 : [origVtag, replyVtag ?? 0],
		labels
	};
}
function labelsDiffer(now, { bits, mask }) {
	return bits.some((word, i) => ((now?.[i] ?? 0) & ~mask[i] ^ word) >>> 0 !== (now?.[i] ?? 0));
}

// src/cli/conntrack/usage.ts
/** `conntrack -h`: what the command takes, from the tables of its options. */
const ABOUT = {
	L: "list a table",
	I: "create an entry",
	A: "create an entry, or change it",
	D: "delete entries",
	U: "change entries",
	G: "show one entry",
	F: "empty a table",
	E: "show events",
	C: "count entries",
	S: "show statistics",
	V: "show the version",
	h: "show this help"
};
const commands = Object.entries(COMMAND_NAMES).map(([long, letter]) => `  -${letter}, --${long.padEnd(8)} ${ABOUT[letter]}`);
const options = OPTIONS.map(({ letter, long, argument }) => {
	const short = letter ? `-${letter}, ` : "    ";
	const value = {
		none: "",
		required: " VALUE",
		optional: " [VALUE]"
	}[argument];
	return `  ${short}${long.map((name) => `--${name}`).join(", ")}${value}`;
});
const USAGE = [
	`conntrack ${VERSION$1}: connections that the machine tracks`,
	"Usage: conntrack COMMAND [conntrack|expect|dying|unconfirmed] [OPTIONS]",
	"",
	"Commands:",
	...commands,
	"",
	"Options:",
	...options,
	""
].join("\n");
/** With a protocol, its options follow. */
function usage$1(protonum) {
	const protocol = PROTOCOLS.find((p) => p.protonum === protonum);
	if (!protocol) return USAGE;
	const own = protocol.options.map(({ long }) => `  --${long.join(", --")} VALUE\n`);
	return `${USAGE}\nOptions of ${protocol.name}:\n${own.join("")}`;
}

// src/cli/conntrack/run.ts
/**
* The conntrack command on a machine: one function per command.
*
* Data goes to `out`, counts and complaints to `err`, as conntrack-tools 1.4.8 writes them.
*/
/** What the tool says of errno, by command. */
const MESSAGES = {
	EINVAL: "invalid parameters",
	EEXIST: "Such conntrack exists, try -U to update",
	ENOENT: "such conntrack doesn't exist",
	ENOMEM: "not enough memory",
	ETIME: "conntrack has expired",
	EPERM: "sorry, you must be root or get CAP_NET_ADMIN capability to do this",
	EBUSY: "Device or resource busy",
	EOPNOTSUPP: "Operation not supported",
	ENOSPC: "No space left on device"
};
const failed = (error) => new CommandError(1, `Operation failed: ${MESSAGES[error]}`);
var Run = class {
	command;
	io;
	machine;
	ct;
	counter = 0;
	constructor(command, io, machine) {
		this.command = command;
		this.io = io;
		this.machine = machine;
		this.ct = machine.conntrack;
	}
	/** Does it; false: conntrack exits with 1. */
	run() {
		const { letter, table } = this.command;
		if (table === "expect" && letter !== null && !"Vh".includes(letter)) return this.expect(letter);
		switch (letter) {
			case "L": return this.list();
			case "G": return this.get();
			case "D": return this.delete();
			case "U": return this.update();
			case "I": return this.create(false, "created");
			case "A": return this.create(true, "added");
			case "F":
				flushEntries(this.ct);
				this.say("connection tracking table has been emptied.");
				return true;
			case "C":
				this.io.out(`${this.ct.table.count}\n`);
				return true;
			case "S":
				this.stats();
				return true;
			case "E": return this.shown("flow events have been shown.", true);
			case "V":
				this.io.out(`${PROGRAM} v${VERSION$1} (conntrack-tools)\n`);
				return true;
			default:
				this.io.out(usage$1(this.command.given.protonum));
				return true;
		}
	}
	say(text) {
		this.io.err(`${PROGRAM} v${VERSION$1} (conntrack-tools): ${text}\n`);
	}
	shown(text, mayBeNone) {
		this.say(`${this.counter} ${text}`);
		return mayBeNone || this.counter > 0;
	}
	/** nfct_filter_init */
	checkMasks() {
		const { mask, original } = this.command.given;
		for (const end of ["src", "dst"]) if (mask[end] && !original[end]) throw usageError(`Can't use --mask-${end} without --${end}`);
	}
	format(row, command, whole) {
		const { output } = this.command;
		const labels = output.labels && whole ? this.machine.labels : void 0;
		if (output.save) return formatSave(this.ct, row, command);
		if (output.xml) return formatXml(this.ct, row, {
			ktimestamp: output.ktimestamp,
			labels
		});
		return formatLine(this.ct, row, lineOptions(output, labels, whole));
	}
	/** Lines, with XML's frame around them where there are any. */
	print(lines, frame) {
		const xml = this.command.output.xml && lines.length > 0;
		if (xml) this.io.out(`${XML_HEADER}<${frame}>\n`);
		for (const line of lines) this.io.out(`${line}\n`);
		if (xml) this.io.out(`</${frame}>\n`);
		this.counter += lines.length;
	}
	list() {
		const { options, family, table, given } = this.command;
		const { ct } = this;
		if (table === "conntrack") {
			if (options.has("zero") && COMPARING.some((name) => options.has(name))) throw usageError("Can't use -z with filtering parameters");
			this.checkMasks();
		}
		const wanted = given.status ?? 0;
		const statusMask = given.statusMask || wanted;
		const kernelLooks = ct.netns.profile.conntrackListsAll && table === "conntrack";
		if (options.has("status") && statusMask === 0 && kernelLooks) throw failed("EINVAL");
		const lines = (table === "conntrack" ? listedRows(ct, family) : []).filter((row) => (ct.table.status[row] & statusMask) === wanted || !options.has("status")).filter((row) => matches(ct, row, this.command)).map((row) => {
			const line = this.format(row, "-A", true);
			if (options.has("zero")) zeroCounters(ct, row);
			return line;
		});
		this.print(lines, "conntrack");
		return this.shown("flow entries have been shown.", true);
	}
	get() {
		const { ct, command } = this;
		const { src, dst } = command.given.original;
		const tuples = src || dst ? tuplesOf(ct, command) : void 0;
		if (!tuples) throw failed("EINVAL");
		const h = ct.lookup(tuples[0], 0);
		if (h === -1) throw failed("ENOENT");
		if (matches(ct, h >> 1, command)) {
			if (command.output.xml) this.io.out(`${XML_HEADER}<conntrack>\n`);
			this.io.out(`${this.held(h >> 1)}\n`);
			this.counter++;
		}
		return this.shown("flow entries have been shown.", false);
	}
	/** The line of an entry that the kernel looked up: it holds a reference meanwhile. */
	held(row) {
		this.ct.hold(row);
		const line = this.format(row, "-A", true);
		this.ct.release(row);
		return line;
	}
	delete() {
		const { ct, command } = this;
		this.checkMasks();
		for (const row of listedRows(ct, command.family)) {
			if (!matches(ct, row, command)) continue;
			const line = this.format(row, "-D", false);
			if (ct.kill(row, true)) this.io.out(`${line}\n`);
			this.counter++;
		}
		return this.shown("flow entries have been deleted.", false);
	}
	update() {
		const { ct, command } = this;
		this.checkMasks();
		const { options, given } = command;
		const tuples = [
			"src",
			"dst",
			"protonum"
		].some((name) => options.has(name));
		const reply = [
			"reply-src",
			"reply-dst",
			"protonum"
		].some((name) => options.has(name));
		for (const row of listedRows(ct, command.family)) {
			if (!natMatches(ct, row, command) || !labelsMatch(ct, row, command)) continue;
			if (!networkMatches(ct, row, command)) continue;
			if (given.id !== void 0 && ct.id(row) !== given.id) continue;
			if (tuples && !sameOriginal(ct, row, command)) continue;
			if (reply && !sameReply(ct, row, command)) continue;
			const change = changeOf(ct, row, command);
			if (!change || ct.table.zone[row] !== 0) continue;
			if (command.family === 0 && ct.netns.profile.conntrackUpdatesWithoutFamily) {
				this.io.err("Operation failed: Operation not supported\n");
				throw failed("EOPNOTSUPP");
			}
			const error = changeEntry(ct, row, change);
			if (error) throw failed(error);
			this.io.out(`${this.held(row)}\n`);
			this.counter++;
		}
		return this.shown("flow entries have been updated.", false);
	}
	create(orChange, done) {
		const { ct, command } = this;
		const entry = newEntry(ct, command);
		if (!entry) throw failed("EINVAL");
		const h = orChange ? ct.lookup(entry.original, entry.zone) : -1;
		if (h !== -1 && ct.netns.profile.conntrackUpdatesWithoutFamily) {
			this.shown("flow entries have been added.", true);
			return true;
		}
		const result = h === -1 ? createEntry(ct, entry) : changeEntry(ct, h >> 1, entry);
		if (typeof result === "string") throw failed(result);
		this.counter++;
		return this.shown(`flow entries have been ${done}.`, false);
	}
	stats() {
		const { stats } = this.ct;
		const names = {
			found: stats.found,
			invalid: stats.invalid,
			insert: stats.insert,
			insert_failed: stats.insertFailed,
			drop: stats.drop,
			early_drop: stats.earlyDrop,
			error: stats.error,
			search_restart: stats.searchRestart,
			clash_resolve: stats.clashResolve,
			chaintoolong: stats.chainTooLong
		};
		this.cpuLine(names);
	}
	cpuLine(values) {
		const text = Object.entries(values).map(([name, value]) => `${name}=${value} `);
		this.io.out(`cpu=0   \t${text.join("")}\n`);
	}
	expect(letter) {
		const { ct, command } = this;
		const { expectations, stats } = ct;
		switch (letter) {
			case "L": {
				const format = command.output.xml ? expectationXml : expectationLine;
				const lines = expectations.list().map((exp) => format(ct, exp));
				this.print(lines, "expect");
				return this.shown("expectations have been shown.", true);
			}
			case "F":
				for (const exp of expectations.list()) expectations.unlink(exp);
				this.say("expectation table has been emptied.");
				return true;
			case "C":
				this.io.out(`${expectations.list().length}\n`);
				return true;
			case "S":
				this.cpuLine({
					expect_new: stats.expectNew,
					expect_create: stats.expectCreate,
					expect_delete: stats.expectDelete
				});
				return true;
			default: throw new CommandError(1, `-${letter} expect: not supported`);
		}
	}
};
/** Runs one command; false: the exit status is 1. Throws CommandError. */
const runCommand = (command, io, machine) => new Run(command, io, machine).run();

// src/cli/conntrack.ts
/**
* The `conntrack` command line of conntrack-tools 1.4.8, on a simulated machine.
*
* Owns the entry points: argv as a program gets it, and a line as a trace's event has it.
*/
/** Commands that a file of commands (-R) may have. */
const IN_FILES = "IAUDF";
/** The labels' file is read at the first option that needs it, and missed once. */
function labelReader(io, { labels }) {
	let complained = false;
	const bits = new Map([...labels ?? []].map(([bit, name]) => [name, bit]));
	return (name) => {
		if (!labels && !complained) {
			complained = true;
			io.err("nfct_labelmap_new: No such file or directory\n");
		}
		return bits.get(name);
	};
}
/** Words of a line; double quotes hold words together. */
function splitLine(line) {
	return (line.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? []).map((word) => word.replace(/"((?:\\.|[^"\\])*)"/g, "$1").replace(/\\(.)/g, "$1"));
}
function readFile(name, io) {
	if (name === "-") return io.stdin();
	try {
		return readFileSync(name, "utf8");
	} catch {
		throw new CommandError(2, `Failed to open file ${name} for reading`);
	}
}
/** -R FILE: all lines are read before the first is run. */
function runFile(name, io, machine) {
	const labels = labelReader(io, machine);
	const commands = [];
	for (const line of readFile(name, io).split("\n")) {
		const words = splitLine(line);
		if (words.length === 0 || words[0].startsWith("#")) continue;
		commands.push(parseCommandLine(words, labels, io.err));
	}
	for (const { letter, table } of commands) {
		if (letter !== null && IN_FILES.includes(letter) && table === "conntrack") continue;
		const named = letter === null ? "unknown" : `-${letter}${table === "expect" ? " expect" : ""}`;
		throw new CommandError(2, `Cannot use command \`${named}' with --load-file`);
	}
	const silent = {
		...io,
		err: () => {}
	};
	for (const command of commands) runCommand(command, silent, machine);
	return true;
}
/**
* Runs the command line `argv` (without the program's name); the exit status. `follow` is told of
* events that are to be shown from then on; without it none come.
*/
function runConntrack(argv, io, machine, follow) {
	try {
		if ((argv[0] === "-R" || argv[0] === "--load-file") && argv[1] !== void 0) return runFile(argv[1], io, machine) ? 0 : 1;
		const command = parseCommandLine(argv, labelReader(io, machine), io.err);
		if (follow && command.letter === "E" && command.table === "conntrack") {
			follow(new Events(command, io));
			return 0;
		}
		return runCommand(command, io, machine) ? 0 : 1;
	} catch (error) {
		if (!(error instanceof CommandError)) throw error;
		io.err(`${PROGRAM} v${VERSION$1} (conntrack-tools): ${error.message}\n`);
		if (error.status === 2) io.err(`Try \`${PROGRAM} -h' or '${PROGRAM} --help' for more information.\n`);
		return error.status;
	}
}
/** Runs a line as a trace's `conntrack` event has it; with or without the program's name. */
function runConntrackLine(line, machine) {
	let [out, err] = ["", ""];
	const io = {
		out(text) {
			out += text;
		},
		err(text) {
			err += text;
		},
		stdin: () => ""
	};
	const words = splitLine(line);
	return {
		status: runConntrack(words[0] === "conntrack" ? words.slice(1) : words, io, machine),
		out,
		err
	};
}

// src/eval/bytecode/word.ts
/** The words that the texts of ops and of sets have in common. */
/** 32-bit words as a little-endian machine reads them; the last one is padded with zeros. */
function words(bytes, prefix = "0x") {
	const result = [];
	for (let i = 0; i < bytes.length; i += 4) {
		const at = (n) => bytes[i + n] ?? 0;
		const word = (at(0) | at(1) << 8 | at(2) << 16 | at(3) << 24) >>> 0;
		result.push(prefix + word.toString(16).padStart(8, "0"));
	}
	return result;
}
/** The kernel numbers anonymous sets itself. */
const setName = (name) => name.replace(/^(__(?:set|map|objmap))\d*$/, "$1%d");
/** Chains of a rule's own, `jump { … }`, go by a number that is not shown. */
const verdictText = (code, chain) => chain === void 0 || /^__chain\d+$/.test(chain) ? code : `${code} -> ${chain}`;

// src/eval/bytecode.ts
/**
* Ops and rules as `-d netlink` shows them.
*
* The layout is nft's and libnftnl's; the text of an op that a row owns is the row's.
*/
const data = (bytes) => words(bytes).join(" ");
const reg = (register) => `reg ${registerName(register)}`;
const hex = (value) => `0x${value.toString(16).padStart(8, "0")}`;
const SHIFTS = {
	lshift: "<<",
	rshift: ">>"
};
const OPERATORS = {
	and: "&",
	or: "|",
	xor: "^"
};
function bitwise(op) {
	const head = `bitwise ${reg(op.dreg)} =`;
	switch (op.kind) {
		case "mask": return `${head} ( ${reg(op.sreg)} & ${data(op.mask)} ) ^ ${data(op.xor)}`;
		case "lshift":
		case "rshift": return `${head} ( ${reg(op.sreg)} ${SHIFTS[op.kind]} ${hex(op.bits)} )`;
		default: return `${head} ( ${reg(op.sreg)} ${OPERATORS[op.kind]} ${reg(op.sreg2)} )`;
	}
}
function lookup(op) {
	const dreg = op.verdict ? " dreg 0" : op.dreg === void 0 ? "" : ` d${reg(op.dreg)}`;
	return `lookup ${reg(op.sreg)} set ${setName(op.set)}${dreg}${op.invert ? " 0x1" : ""}`;
}
function dynset(op) {
	const parts = [`dynset ${op.action} reg_key ${registerName(op.sregKey)} set ${setName(op.set)}`];
	if (op.sregData !== void 0) parts.push(`sreg_data ${registerName(op.sregData)}`);
	if (op.timeout !== void 0) parts.push(`timeout ${op.timeout}ms`);
	for (const expr of op.exprs) parts.push(`expr [ ${opText(expr)} ]`);
	return parts.join(" ");
}
function objref(op) {
	if ("name" in op) return `objref type ${objectRow(op.object)?.id} name ${op.name}`;
	return `objref s${reg(op.sreg)} set ${setName(op.set)}`;
}
/** An op without its brackets. */
function opText(op) {
	switch (op.op) {
		case "load":
		case "store": return op.row.bytecode(op);
		case "immediate": return `immediate ${reg(op.dreg)} ${data(op.data)}`;
		case "verdict": return `immediate reg 0 ${verdictText(op.code, op.chain)}`;
		case "cmp": return `cmp ${op.rel} ${reg(op.sreg)} ${data(op.data)}`;
		case "range": return `range ${op.rel} ${reg(op.sreg)} ${data(op.low)} ${data(op.high)}`;
		case "bitwise": return bitwise(op);
		case "byteorder": return `byteorder ${reg(op.dreg)} = ${op.kind}(${reg(op.sreg)}, ${op.size}, ${op.len})`;
		case "lookup": return lookup(op);
		case "dynset": return dynset(op);
		case "objref": return objref(op);
		case "effect": return op.row.bytecode?.(op.args) ?? op.row.name;
	}
}
function ruleText({ family, table, chain }, ops) {
	return [
		chain === void 0 ? `${family} ${table}` : `${family} ${table} ${chain}`,
		...ops.map((op) => `  [ ${opText(op)} ]`),
		""
	].join("\n");
}

// src/eval/bytecode/userdata.ts
/** What nft keeps with rules and elements for itself, byte by byte. Mirrors nftnl_udata. */
/** An attribute: its type, its length, its bytes. */
const attribute = (type, bytes) => {
	const value = [...bytes];
	return [
		type,
		value.length,
		...value
	];
};
const text = new TextEncoder();
/** NFTNL_UDATA_RULE_COMMENT, NFTNL_UDATA_SET_ELEM_COMMENT: both are the first of their kind. */
const commentAttribute = (comment) => attribute(0, [...text.encode(comment), 0]);
function shown(byte) {
	const character = String.fromCharCode(byte);
	return /[\x20-\x7e]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, "0")}`;
}
const userdataText = (bytes) => bytes.length === 0 ? "" : `  userdata = { ${bytes.map(shown).join("")} }`;

// src/eval/bytecode/element.ts
function elementsText({ set, elements, first }) {
	const texts = sent(set, elements, first).map((e) => `\t${elementText(e)}`);
	const head = `${setName(set.name)} ${set.table.name} 0\n`;
	return texts.length === 0 ? head : `${head}${texts.join("")}\n`;
}
function sent(set, elements, first) {
	const listed = elements.flatMap((e) => e.key ? [{
		...e,
		key: e.key
	}] : []);
	const kept = !set.flags.interval ? listed.map((element) => ({
		key: element.key,
		element,
		flags: 0
	})) : set.key.parts ? listed.map((e) => ({
		key: e.key,
		keyEnd: e.keyEnd ?? e.key,
		element: e,
		flags: 0
	})) : intervals(set, listed, first);
	const rest = elements.filter((e) => !e.key);
	return [...kept, ...rest.map((element) => ({
		element,
		flags: 2
	}))];
}
function intervals(set, elements, first) {
	const sorted = [...elements].sort((a, b) => Buffer.compare(a.key, b.key));
	const result = [];
	sorted.forEach((element, i) => {
		const { key, keyEnd = key } = element;
		if (i === 0 && first && key.some((byte) => byte !== 0)) result.push({
			key: new Uint8Array(key.length),
			flags: 1
		});
		const end = next(keyEnd, set.keyBits);
		result.push(end ? {
			key,
			element,
			flags: 0
		} : {
			key,
			element,
			flags: 0,
			open: true
		});
		const follower = sorted[i + 1];
		const meets = set.flags.anonymous && follower && end && same(follower.key, end);
		if (end && !meets) result.push({
			key: end,
			flags: 1
		});
	});
	return result;
}
const same = (a, b) => Buffer.compare(a, b) === 0;
/** The key of so many bits that follows; undefined behind the last one. */
function next(key, bits) {
	const free = key.length * 8 - bits;
	const bytes = Uint8Array.from(key);
	for (let i = bytes.length - 1; i >= 0; i--) {
		bytes[i] = bytes[i] + 1 & 255;
		if (bytes[i] !== 0) return bytes[0] >> 8 - free ? void 0 : bytes;
	}
}
const keyWords = (bytes) => words(bytes, "").map((word) => `${word} `).join("");
const verdictWords = ({ code, chain }) => `${verdictText(code, chain)} `;
function dataWords(element) {
	if (element?.verdict) return verdictWords(element.verdict);
	return element?.data ? keyWords(element.data) : "";
}
/** NFTNL_UDATA_SET_ELEM_FLAGS: SET_ELEM_F_INTERVAL_OPEN */
const OPEN = attribute(1, [
	1,
	0,
	0,
	0
]);
const userdata = ({ element, open }) => userdataText([...element?.comment === void 0 ? [] : commentAttribute(element.comment), ...open ? OPEN : []]);
function elementText(e) {
	return `element ${e.key ? keyWords(e.key) : ""}${e.keyEnd ? ` - ${keyWords(e.keyEnd)}` : ""} : ${dataWords(e.element)}${e.flags} [end]${userdata(e)}`;
}

// src/eval/bytecode/request.ts
/**
* What a batch sends to the kernel, as `nft -d netlink` shows it.
*
* Mirrors the debug output of mnl.c and libnftnl's snprintf of chains, sets, objects and rules.
*/
const sentText = (requests) => requests.map(requestText).join("");
function requestText(request) {
	switch (request.what) {
		case "chain": {
			const { family, table, chain = "(null)" } = request;
			return `${family} ${table} ${chain} use 0\n`;
		}
		case "set": return setText(request);
		case "element": return elementsText(request);
		case "object": {
			const { row, args } = request.spec;
			const text = row.bytecode(args);
			return `table (null) name (null) use 0 [ ${text}${text.endsWith("}") ? "" : " "}]\n`;
		}
		case "flowtable": return flowtableText(request);
		case "rule": {
			const { ops, comment } = request;
			const text = ruleText(request, ops);
			return comment === void 0 ? text : `${text}${userdataText(commentAttribute(comment))}\n`;
		}
	}
}
/** NFT_FLOWTABLE_* */
function flowtableText({ spec: { offload, counter } }) {
	return `flow table (null) (null) use 0 size 0 flags ${(offload ? 1 : 0) | (counter ? 2 : 0)}\n`;
}
/** NFT_SET_*; only sets of intervals need to know that their keys are concatenations. */
function flagsOf({ spec, set }) {
	const { anonymous, constant, interval, timeout, dynamic } = set?.flags ?? spec.flags;
	return (anonymous ? 1 : 0) | (constant ? 2 : 0) | (interval ? 4 : 0) | (spec.data ? 8 : 0) | (timeout ? 16 : 0) | (dynamic ? 32 : 0) | (spec.object === void 0 ? 0 : 64) | (interval && spec.key.parts ? 128 : 0) | (spec.exprs.length > 1 ? 256 : 0);
}
function setText(request) {
	const { name, table, timeout, gcInterval, size, flags } = request.spec;
	const parts = [
		setName(name),
		table,
		flagsOf(request).toString(16)
	];
	if (timeout !== void 0) parts.push(`timeout ${timeout}ms`);
	if (gcInterval !== void 0) parts.push(`gc_interval ${gcInterval}ms`);
	if (size !== void 0 && !flags.anonymous) parts.push(`size ${size}`);
	return `${parts.join(" ")}\n`;
}

// src/cli/nft/json-echo.ts
function madeBy(change) {
	if (change.change === "del") return [];
	const { what } = change;
	switch (what) {
		case "table": {
			const { family, name, handle } = change.table;
			return [{
				what,
				name: [family, name].join(" "),
				handle
			}];
		}
		case "rule": {
			const { chain, handle } = change.rule;
			const { family, name } = chain.table;
			return [{
				what,
				name: [
					family,
					name,
					chain.name
				].join(" "),
				handle
			}];
		}
		case "element": return [];
		default: {
			const { table, name, handle } = what === "chain" ? change.chain : what === "set" ? change.set : what === "object" ? change.object : change.flowtable;
			return [{
				what,
				name: [
					table.family,
					table.name,
					name
				].join(" "),
				handle
			}];
		}
	}
}
const KINDS = {
	table: "table",
	chain: "chain",
	rule: "rule",
	set: "set",
	map: "set",
	flowtable: "flowtable"
};
const nameOf = ({ handle }) => [
	handle.family?.name,
	handle.table?.text,
	handle.chain?.text,
	handle.name?.text
].filter((part) => part !== void 0).join(" ");
function jsonEcho(root, commands, changes) {
	const made = changes.flatMap(madeBy);
	const taken = /* @__PURE__ */ new Set();
	const handleOf = (command) => {
		const what = KINDS[command.object] ?? "object";
		const name = nameOf(command);
		const found = made.find((m) => m.what === what && m.name === name && !taken.has(m));
		if (found) taken.add(found);
		return found?.handle;
	};
	const list = isObject(root) ? root.get("nftables") : void 0;
	if (!isObject(root) || !isArray(list)) return dump(root);
	let next = 0;
	const items = list.map((item) => {
		if (!isObject(item) || item.has("metainfo")) return item;
		const command = commands[next++];
		return command ? withHandle(item, command, handleOf(command)) : item;
	});
	return dump(new Map([...root, ["nftables", items]]));
}
/** The object of a command with the handle that it got; one that it was given is no longer said. */
function withHandle(item, command, handle) {
	const verb = ["add", "insert"].find((v) => item.has(v));
	const outer = verb === void 0 ? item : item.get(verb);
	const [noun, of] = isObject(outer) ? [...outer][0] : [];
	if (noun === void 0 || !isObject(of)) return item;
	const kept = command.verb === "add" ? without(of, "handle") : of;
	const named = handle === void 0 ? kept : new Map([...without(kept, "handle"), ["handle", handle]]);
	const inner = new Map([...outer, [noun, named]]);
	return verb === void 0 ? inner : new Map([...item, [verb, inner]]);
}
const without = (object, name) => new Map([...object].filter(([member]) => member !== name));

// src/cli/nft/optimize.ts
/**
* `nft -o`: says which rules were merged, and goes on with the rules that they became.
*
* What was merged goes to stderr, the rule that came of it to stdout, as nft has it. Mirrors
* merge_rules and rule_optimize_print of nft.
*/
function optimized(parsed, options, io, target) {
	const { sources } = parsed;
	const internal = {
		id: sources.length,
		name: "internal",
		text: "",
		internal: true
	};
	const { commands, merges, diagnostics } = optimize(parsed.ruleset.commands, {
		ruleset: target.ruleset,
		names: target.machine,
		print: options.print,
		nowhere: {
			source: internal.id,
			start: 0,
			end: 0
		}
	});
	const found = {
		sources: [...sources, internal],
		diagnostics: [...parsed.diagnostics, ...diagnostics]
	};
	if (diagnostics.length > 0) return {
		...parsed,
		...found
	};
	for (const { rules, into } of merges) {
		io.err(`Merging:\n${rules.map((span) => quotedLine(span, sources)).join("")}into:\n\t`);
		io.out(into);
		io.err("\n");
	}
	return {
		...parsed,
		...found,
		ruleset: { commands }
	};
}

// src/cli/nft/options.ts
const print = (draft, more) => {
	draft.print = {
		...draft.print,
		...more
	};
};
const does = (set) => (draft, argument) => {
	set(draft, argument);
};
const DEBUG_LEVELS = [
	"scanner",
	"parser",
	"eval",
	"netlink",
	"mnl",
	"proto-ctx",
	"segtree",
	"all"
];
const NUMERIC = {
	numericPriority: true,
	numericProtocol: true,
	numericSymbols: true,
	numericTime: true
};
const ROWS = [
	{
		long: "help",
		short: "h",
		group: "general",
		help: "Show this help",
		set: does((d) => {
			d.show = "help";
		})
	},
	{
		long: "version",
		short: "v",
		group: "general",
		help: "Show version information",
		set: does((d) => {
			d.show = "version";
		})
	},
	{
		long: "",
		short: "V",
		group: "general",
		help: "Show extended version information",
		set: does((d) => {
			d.show = "extended version";
		})
	},
	{
		long: "file",
		short: "f",
		argument: "<filename>",
		group: "input",
		help: "Read input from <filename>",
		set: does((d, file) => d.files.push(file))
	},
	{
		long: "define",
		short: "D",
		argument: "<name=value>",
		group: "input",
		help: "Define variable, e.g. --define foo=1.2.3.4",
		set: (d, text) => {
			const at = text.indexOf("=");
			if (at < 0) return `Error: Failed to define variable '${text}'`;
			d.defines[text.slice(0, at)] = text.slice(at + 1);
		}
	},
	{
		long: "interactive",
		short: "i",
		group: "input",
		help: "Read input from interactive CLI",
		set: does((d) => {
			d.interactive = true;
		})
	},
	{
		long: "includepath",
		short: "I",
		argument: "<directory>",
		group: "input",
		help: "Add <directory> to the paths searched for include files. Default is: /etc",
		set: does((d, path) => d.includePaths.push(path))
	},
	{
		long: "check",
		short: "c",
		group: "input",
		help: "Check commands validity without actually applying the changes.",
		set: does((d) => {
			d.checkOnly = true;
		})
	},
	{
		long: "optimize",
		short: "o",
		group: "input",
		help: "Optimize ruleset",
		set: does((d) => {
			d.optimize = true;
		})
	},
	{
		long: "handle",
		short: "a",
		group: "listing",
		help: "Output rule handle.",
		set: (d) => print(d, { handles: true })
	},
	{
		long: "stateless",
		short: "s",
		group: "listing",
		help: "Omit stateful information of ruleset.",
		set: (d) => print(d, { stateless: true })
	},
	{
		long: "terse",
		short: "t",
		group: "listing",
		help: "Omit contents of sets.",
		set: (d) => print(d, { terse: true })
	},
	{
		long: "service",
		short: "S",
		group: "listing",
		help: "Translate ports to service names as described in /etc/services.",
		set: (d) => print(d, { service: true })
	},
	{
		long: "reversedns",
		short: "N",
		group: "listing",
		help: "Translate IP addresses to names.",
		set: (d) => print(d, { reverseDns: true })
	},
	{
		long: "guid",
		short: "u",
		group: "listing",
		help: "Print UID/GID as defined in /etc/passwd and /etc/group.",
		set: (d) => print(d, { guid: true })
	},
	{
		long: "numeric",
		short: "n",
		group: "listing",
		help: "Print fully numerical output.",
		set: (d) => print(d, NUMERIC)
	},
	{
		long: "numeric-priority",
		short: "y",
		group: "listing",
		help: "Print chain priority numerically.",
		set: (d) => print(d, { numericPriority: true })
	},
	{
		long: "numeric-protocol",
		short: "p",
		group: "listing",
		help: "Print layer 4 protocols numerically.",
		set: (d) => print(d, { numericProtocol: true })
	},
	{
		long: "numeric-time",
		short: "T",
		group: "listing",
		help: "Print time values numerically.",
		set: (d) => print(d, { numericTime: true })
	},
	{
		long: "echo",
		short: "e",
		group: "output",
		help: "Echo what has been added, inserted or replaced.",
		set: does((d) => {
			d.echo = true;
		})
	},
	{
		long: "json",
		short: "j",
		group: "output",
		help: "Format output in JSON",
		set: does((d) => {
			d.json = true;
		})
	},
	{
		long: "debug",
		short: "d",
		argument: "<level [,level...]>",
		group: "output",
		help: "Specify debugging level (scanner, parser, eval, netlink, mnl, proto-ctx, segtree, all)",
		set: (d, levels) => {
			for (const level of levels.split(",")) {
				if (!DEBUG_LEVELS.includes(level)) return `Error: invalid debug parameter \`${level}'`;
				d.debug.push(level);
			}
		}
	}
];
const GROUPS = [
	["general", "Options (general):"],
	["input", "Options (ruleset input handling):"],
	["listing", "Options (ruleset list formatting):"],
	["output", "Options (command output formatting):"]
];
const HELP_COLUMN = 34;
function usage() {
	const lines = ["Usage: nft [ options ] [ cmds... ]", ""];
	for (const [group, title] of GROUPS) {
		lines.push(title);
		for (const row of ROWS.filter((r) => r.group === group)) {
			const long = row.long && `, --${row.long}`;
			const argument = row.argument ? ` ${row.argument}` : "";
			lines.push(`  -${row.short}${long}${argument}`.padEnd(HELP_COLUMN) + row.help);
		}
		lines.push("");
	}
	return `${lines.join("\n")}\n`;
}
function readOptions(argv) {
	const draft = {
		print: {},
		files: [],
		interactive: false,
		checkOnly: false,
		json: false,
		echo: false,
		optimize: false,
		debug: [],
		includePaths: [],
		defines: {},
		words: []
	};
	for (let i = 0; i < argv.length; i++) {
		const word = argv[i];
		if (word === "--") {
			draft.words.push(...argv.slice(i + 1));
			break;
		}
		if (!word.startsWith("-") || word === "-") {
			const late = argv.slice(i).find((w) => isOption(w));
			if (late !== void 0) return lateOption(argv, i, late);
			draft.words.push(...argv.slice(i));
			break;
		}
		const taken = word.startsWith("--") ? readLong(word, argv[i + 1], draft) : readShort(word, argv[i + 1], draft);
		if (typeof taken === "string") return { err: taken };
		i += taken;
	}
	if (Object.keys(draft.defines).length > 0 && draft.files.length === 0) return { err: "Error: -D/--define can only be used with -f/--filename\n" };
	return draft;
}
function readLong(word, next, draft) {
	const at = word.indexOf("=");
	const name = word.slice(2, at < 0 ? void 0 : at);
	const rows = ROWS.filter((r) => r.long !== "" && r.long.startsWith(name));
	const row = rows.find((r) => r.long === name) ?? (rows.length === 1 ? rows[0] : void 0);
	if (!row) return `nft: unrecognized option '${word}'\n`;
	const given = at < 0 ? void 0 : word.slice(at + 1);
	if (!row.argument) return apply(row, draft, "", 0);
	const argument = given ?? next;
	if (argument === void 0) return `nft: option '${word}' requires an argument\n`;
	return apply(row, draft, argument, given === void 0 ? 1 : 0);
}
function readShort(word, next, draft) {
	for (let at = 1; at < word.length; at++) {
		const row = ROWS.find((r) => r.short === word[at]);
		if (!row) return `nft: invalid option -- '${word[at]}'\n`;
		if (!row.argument) {
			const wrong = row.set(draft, "");
			if (wrong !== void 0) return `${wrong}\n`;
			continue;
		}
		const rest = word.slice(at + 1);
		const argument = rest || next;
		if (argument === void 0) return `nft: option requires an argument -- '${word[at]}'\n`;
		return apply(row, draft, argument, rest ? 0 : 1);
	}
	return 0;
}
function apply(row, draft, argument, taken) {
	const wrong = row.set(draft, argument);
	return wrong === void 0 ? taken : `${wrong}\n`;
}
/** A word that is an option of nft's, not a negative number. */
const isOption = (word) => ROWS.some((r) => word === `-${r.short}` || r.long !== "" && word === `--${r.long}`);
/** The marks go to stdout, as nft has it. */
function lateOption(argv, from, late) {
	const line = `nft ${argv.join(" ")} `;
	const at = 4 + argv.slice(0, argv.indexOf(late, from)).join(" ").length + 1;
	const command = 4 + argv.slice(0, from).join(" ").length;
	const under = `${" ".repeat(Math.max(0, command - 1))}^`.padEnd(at) + "~".repeat(late.length);
	return {
		err: `Error: syntax error, options must be specified before commands\n${line}`,
		out: `\n${under}\n`
	};
}

// src/cli/nft.ts
/**
* `nftsim nft ARGS...`: the `nft` command line on a ruleset of ours. Mirrors main.c and cli.c of nft.
*/
const VERSION = "nftables v1.1.3 (Commodore Bullmoose #4)\n";
const EXTENDED = `${VERSION}  cli:\t\teditline\n  json:\t\tyes\n  minigmp:\tno\n  libxtables:\tyes\n`;
/** Runs one invocation of nft; the exit status: 0, or 1 where anything was wrong. */
function runNft(argv, io, target, monitor = () => {}) {
	const options = readOptions(argv);
	if ("err" in options) {
		io.err(options.err);
		if (options.out !== void 0) io.out(options.out);
		return 1;
	}
	switch (options.show) {
		case "help":
			io.out(usage());
			return 0;
		case "version":
			io.out(VERSION);
			return 0;
		case "extended version":
			io.out(EXTENDED);
			return 0;
		default: return start({
			options,
			parsing: parsingOf(options, io),
			io,
			target,
			monitor
		});
	}
}
const parsingOf = (options, io) => ({
	reader: io.files,
	includePaths: [...options.includePaths, "/etc"],
	defines: options.defines
});
function start(run) {
	const { options, io } = run;
	for (const path of options.includePaths) if (io.files.glob(path).length === 0) io.err(`Warning: Cannot include path '${path}'\n`);
	if (options.words.length > 0) return enter(commandLine(`${options.words.join(" ")}\n`), run);
	if (options.files.length > 0) {
		for (const file of options.files) {
			const entry = entryOf(file, io);
			const status = options.optimize ? enterOptimized(entry, run) : enter(entry, run);
			if (status !== 0) return status;
		}
		return 0;
	}
	if (options.interactive) return session(run);
	io.err("nft: no command specified\n");
	return 1;
}
const entryOf = (file, io) => file === "-" || file === "/dev/stdin" ? stdin(io.stdin()) : {
	kind: "file",
	path: file
};
const enter = (entry, run) => report(parse(entry, run), run);
function parse(entry, { options, parsing, io }) {
	return (options.json ? readAsJson(entry, io) : void 0) ?? nftParser().parse(entry, parsing);
}
/** Only files are optimized, and only after they were found to be right as they are. */
function enterOptimized(entry, run) {
	const { options, io, target } = run;
	const parsed = parse(entry, run);
	const checked = report(parsed, {
		...run,
		options: {
			...options,
			checkOnly: true
		}
	});
	if (checked !== 0) return checked;
	return report("root" in parsed ? parsed : optimized(parsed, options, io, target), run);
}
/** With `-j` a text that is JSON is commands in JSON. */
function readAsJson(entry, io) {
	const got = entry.kind === "text" ? entry : io.files.read(entry.path);
	const name = entry.kind === "file" ? entry.path : "<cmdline>";
	return "text" in got ? nftParser().json(name, got.text) : void 0;
}
/** Evaluates what was parsed and prints what comes of it. */
function report(parsed, { options, io, target, monitor }) {
	const { commands } = parsed.ruleset;
	const broken = parsed.broken ?? parsed.diagnostics.some((d) => d.severity === "error");
	const json = "root" in parsed ? parsed : void 0;
	const result = evaluate(commands, target, {
		...options,
		...showingSent(options, io),
		...json && { echo: false },
		...io.pid !== void 0 && { pid: io.pid },
		broken
	});
	if (result.output !== "") io.out(result.output);
	if (json && options.echo && result.ok) io.out(jsonEcho(json.root, commands, result.changes));
	const diagnostics = [...parsed.diagnostics, ...result.diagnostics];
	if (diagnostics.length > 0) io.err(formatDiagnostics(diagnostics, parsed.sources));
	if (result.monitor) monitor({
		request: result.monitor,
		print: options.print
	});
	return result.ok ? 0 : 1;
}
/** `-d netlink`: prints what is sent to the kernel. */
function showingSent({ debug }, io) {
	return debug.includes("netlink") || debug.includes("all") ? { sent: (requests) => io.out(sentText(requests)) } : {};
}
/** `nft -i`: every line is a batch of its own; a backslash at its end joins the next. */
function session(run) {
	const { options, parsing, io, target } = run;
	const reader = nftParser().interactive(parsing);
	const program = {
		...target,
		owner: target.ruleset.nextOwner++
	};
	const monitor = () => io.err("Error: nftsim does not support `monitor` in a session\n");
	let pending = "";
	for (const line of io.stdin().split("\n")) {
		if (line.endsWith("\\")) {
			pending += line.slice(0, -1);
			continue;
		}
		const text = pending + line;
		pending = "";
		if (text.trim() === "quit") break;
		if (text.trim() === "") continue;
		const entry = commandLine(`${text}\n`);
		report((options.json ? readAsJson(entry, io) : void 0) ?? reader.line(`${text}\n`), {
			...run,
			target: program,
			monitor
		});
	}
	endProgram(program);
	return 0;
}

// src/cli/session.ts
/**
* A router out of the state directory, and back into it.
*
* Owns what the saved body is (a journal, see replay/journal.ts), how a router is made from it, and
* that nothing is saved where a command fails before it did anything.
*/
/** A `conntrack` event of a trace; why it was refused. */
function conntrackLine({ datapath }, line) {
	const { status, err } = runConntrackLine(line, datapath);
	return status === 0 ? void 0 : err;
}
const routerOptions = (journal, engine) => ({
	conntrack: conntrackLine,
	...engine !== void 0 && { engine },
	...journal.env ? { env: journal.env } : { assumeDevices: true },
	...journal.kernel !== void 0 && { kernel: journal.kernel },
	...journal.timeZone !== void 0 && { timeZone: journal.timeZone },
	seed: journal.seed
});
const newJournal = (options, io) => ({
	...options.kernel !== void 0 && { kernel: options.kernel },
	...io.env.TZ !== void 0 && { timeZone: io.env.TZ },
	seed: 0,
	entries: []
});
/** An Io that is heard by nobody and answers as it was answered then. */
function silentIo(entry) {
	return {
		out() {},
		err() {},
		stdin: () => entry.stdin,
		files: recordedReader(entry.read),
		async *versions() {},
		env: {}
	};
}
function redo(router, entry) {
	switch (entry.did) {
		case "load":
			router.load({
				kind: "file",
				path: entry.path
			}, {
				reader: recordedReader(entry.read),
				includePaths: entry.includePaths,
				defines: entry.defines
			});
			break;
		case "nft":
			runNft(entry.argv, silentIo(entry), router.target);
			break;
		case "conntrack":
			runConntrack(entry.argv, silentIo(entry), router.datapath);
			break;
		case "trace": play(router, entry.events);
	}
}
/** The router that a journal tells of. */
function routerOf(journal, engine) {
	const router = new Router(routerOptions(journal, engine));
	for (const entry of journal.entries) redo(router, entry);
	return router;
}
/** Adds what this process did. */
function keep(journal, entry, { pid }) {
	journal.entries.push({
		...entry,
		...pid !== void 0 && { pid }
	});
}
/** Does the same with an Io that remembers what it was asked. */
function remembering(io) {
	const { reader, read } = rememberingReader(io.files);
	let text;
	const stdin = () => text ??= io.stdin();
	return {
		io: {
			...io,
			stdin,
			files: reader
		},
		stdin: () => text ?? "",
		read
	};
}
/**
* Runs `work` on the saved router. What it gives as `entry` is added to the journal and saved; a new
* `journal` takes the place of the old one.
*/
function onState(options, io, work) {
	if (options.state === false) return work(void 0).status;
	const directory = stateDirectory(options.state, io.env);
	try {
		return withState(directory, (saved) => {
			const { status, journal } = work(saved === void 0 ? void 0 : journalOf(saved));
			return {
				result: status,
				...journal && { save: plainJournal(journal) }
			};
		});
	} catch (e) {
		if (!(e instanceof StateError)) throw e;
		io.err(`error: ${e.message}\n`);
		return 3;
	}
}

export { remembering as a, runConntrack as c, StateError as d, readState as f, journalOf as h, redo as i, SETTLE_US as l, stateFile as m, newJournal as n, routerOf as o, stateDirectory as p, onState as r, runNft as s, keep as t, playEvent as u };