import { r as __commonJSMin } from "./nftsim.js";
import { L as checksum, b as describe, u as printJson, y as FlowLog } from "./router-BXae0Chu.js";
import { a as remembering, l as SETTLE_US, n as newJournal, o as routerOf, r as onState, t as keep, u as playEvent } from "./session-9RVEXofi.js";
import { i as problemText, n as parseOptions, r as FieldError } from "./machine-C8iFoEF6.js";
import { a as eventSchema, c as jsonProblem, i as endExpectSchema, l as report, o as packetExpectSchema, r as caseSchema, s as failure, t as envOf } from "./env-DSf1PEKd.js";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import os from "node:os";
import tty from "node:tty";

// src/trace/wire.ts
/** The loopback and what is built on other devices (vlan, bridge, vrf, …) have no wire. */
const hasWire = (link) => link.linkinfo?.info_kind === void 0 && link.ifname !== "lo";
const numbered = (prefix, n) => `${prefix}:00:00:00:${n.toString(16).padStart(2, "0")}`;
const defaultAddress = (position) => numbered("02:00", position + 1);
const stationAddress = (position) => numbered("02:ff", position + 1);
function wiresOf(env) {
	const wires = /* @__PURE__ */ new Map();
	env.link.forEach((link, position) => {
		if (!hasWire(link)) return;
		const address = link.address ?? defaultAddress(position);
		wires.set(link.ifname, {
			address,
			station: stationAddress(position)
		});
	});
	return wires;
}

// src/replay/expect.ts
const list = (values) => values.length ? values.join(", ") : "none";
function packetFailures(expect, answer) {
	const failures = [];
	const check = (what, expected, actual) => {
		if (expected !== void 0 && expected !== actual) failures.push({
			event: answer.event,
			what,
			expected,
			actual
		});
	};
	const oifs = answer.egress.map((f) => f.oif);
	const wanted = typeof expect.oif === "string" ? [expect.oif] : expect.oif;
	check("verdict", expect.verdict, answer.verdict ?? "none");
	check("oif", wanted && list(wanted), list(oifs));
	check("path", expect.path, answer.path ?? "none");
	if (expect.rule !== void 0 && !answer.rule?.includes(expect.rule)) check("rule", expect.rule, answer.rule ?? "none");
	if (expect.frame !== void 0) check("frame", expect.frame, list(answer.egress.map((f) => f.frame)));
	return failures;
}
/** Whether the words of `part` stand in the line in this order; seconds and counts aside. */
function holds(line, part) {
	const words = line.split(/\s+/);
	let at = 0;
	for (const word of part.trim().split(/\s+/)) {
		at = words.indexOf(word, at) + 1;
		if (at === 0) return false;
	}
	return true;
}
const OFFLOADED = /\[(HW_)?OFFLOAD\]/;
function counterFailures(expect, seen, place) {
	return Object.entries(expect.counters ?? {}).flatMap(([name, want]) => {
		const what = `counter of ${name}`;
		const have = seen.counters.get(name);
		const wanted = typeof want === "number" ? { packets: want } : want;
		const show = (c) => [wanted.packets !== void 0 && `packets ${c.packets}`, wanted.bytes !== void 0 && `bytes ${c.bytes}`].filter(Boolean).join(" ");
		const actual = have ? show(have) : "no such rule or counter";
		const expected = show(wanted);
		return actual === expected ? [] : [{
			...place,
			what,
			expected,
			actual
		}];
	});
}
/** What a snapshot, or the end, was expected to show and did not. */
function endFailures(expect, seen, snapshot) {
	const place = snapshot === void 0 ? {} : { snapshot };
	const failures = counterFailures(expect, seen, place);
	const found = (part) => seen.conntrack.filter((line) => holds(line, part));
	const lines = (l) => l.length ? l.join("\n") : "no such line";
	for (const part of expect.conntrack ?? []) if (!found(part).length) {
		const actual = lines(seen.conntrack);
		failures.push({
			...place,
			what: "conntrack line",
			expected: part,
			actual
		});
	}
	if (expect.entries !== void 0 && expect.entries !== seen.conntrack.length) {
		const [expected, actual] = [expect.entries, seen.conntrack.length].map(String);
		failures.push({
			...place,
			what: "conntrack entries",
			expected,
			actual
		});
	}
	const offload = (parts, want) => {
		for (const part of parts ?? []) {
			const all = found(part);
			if (all.length && all.every((line) => OFFLOADED.test(line) === want)) continue;
			const expected = want ? "offloaded" : "not offloaded";
			failures.push({
				...place,
				what: `flow ${part}`,
				expected,
				actual: lines(all)
			});
		}
	};
	offload(expect.offloaded, true);
	offload(expect.notOffloaded, false);
	return failures;
}

// src/replay/observe.ts
/** What a rule's `counter` says; every rule's own count where it has none. */
function countOf(rule) {
	for (const instance of rule.state) {
		const { packets, bytes } = instance.dump();
		if (packets !== void 0 && bytes !== void 0) return {
			packets: Number(packets),
			bytes: Number(bytes)
		};
	}
	return {
		packets: rule.packets,
		bytes: rule.bytes
	};
}
function counters(ruleset) {
	const all = /* @__PURE__ */ new Map();
	for (const table of ruleset.tables.values()) {
		const at = `${table.family} ${table.name}`;
		for (const chain of table.chains.values()) for (const rule of chain.rules) {
			const count = countOf(rule);
			all.set(`${at} ${chain.name} handle ${rule.handle}`, count);
			const { comment } = rule.checked;
			if (comment !== void 0) all.set(`${at} ${chain.name} "${comment}"`, count);
		}
		for (const object of table.objects.values()) {
			const { packets, bytes } = object.state?.dump() ?? {};
			if (packets === void 0) continue;
			all.set(`${at} ${object.kind} ${object.name}`, {
				packets: Number(packets),
				bytes: Number(bytes)
			});
		}
	}
	return all;
}
function observe(router) {
	return {
		counters: counters(router.ruleset),
		conntrack: router.conntrackLines(false)
	};
}

// src/replay/outcome.ts
/** Frames of one moment as a listener on all wires takes them: one from each wire in turn. */
function inTurn(frames, wires) {
	const queues = wires.map((w) => frames.filter((f) => f.oif === w));
	const out = [];
	while (out.length < frames.length) for (const q of queues) if (q.length) out.push(q.shift());
	return out;
}
var Outcome = class {
	frames = [];
	drop;
	delivered = false;
	path = "slow";
	rule;
	egress(oif, bytes, own, at) {
		this.frames.push({
			oif,
			frame: Buffer.from(bytes).toString("hex"),
			own,
			at
		});
	}
	/** Of several drops (copies, errors about errors) the first one of a received packet counts. */
	dropped(reason, own) {
		if (!this.drop || this.drop.own && !own) this.drop = {
			reason,
			own
		};
	}
	local() {
		this.delivered = true;
	}
	fate(sent) {
		const passed = this.frames.some((f) => !f.own);
		if (sent) return this.drop ? "dropped" : this.frames.length || this.delivered ? "sent" : "dropped";
		if (passed) return "forwarded";
		const answered = this.frames.some((f) => f.own);
		if (this.drop && !this.delivered) return answered ? "refused" : "dropped";
		if (answered) return "answered";
		return this.delivered ? "delivered" : "dropped";
	}
	/** Frames in the order in which they would be seen on the wires. */
	seen(wires) {
		const moments = /* @__PURE__ */ new Map();
		for (const f of this.frames) moments.set(f.at, [...moments.get(f.at) ?? [], f]);
		return [...moments.values()].flatMap((frames) => inTurn(frames, wires)).map(({ oif, frame }) => ({
			oif,
			frame
		}));
	}
	packet(sent) {
		const verdict = this.fate(sent);
		const stopped = verdict === "dropped" || verdict === "refused";
		return {
			verdict,
			path: this.path,
			...stopped && this.drop && { reason: this.drop.reason },
			...this.rule !== void 0 && { rule: this.rule }
		};
	}
};

// src/replay/summary.ts
function summarize(packets) {
	const verdicts = {};
	const paths = {};
	const drops = {};
	const count = (into, key) => {
		if (key !== void 0) into[key] = (into[key] ?? 0) + 1;
	};
	for (const p of packets) {
		count(verdicts, p.verdict);
		count(paths, p.path);
		count(drops, p.reason);
	}
	return {
		packets: packets.filter((p) => p.verdict !== void 0).length,
		verdicts,
		paths,
		drops
	};
}

// src/replay/replay.ts
/**
* Plays a trace on a router and gathers the answer.
*/
const isPacket = (event) => event.kind === "frame" || event.kind === "send";
const asksForRule = (event) => (event.kind === "frame" || event.kind === "send") && event.expect?.rule !== void 0;
var Recording = class {
	router;
	outcomes = [];
	/** What happened to each flow, if it is asked for. */
	log;
	/** The event that what happens now belongs to. */
	current = 0;
	constructor(router, explain) {
		this.router = router;
		const { ns, conntrack } = router.datapath;
		this.log = explain ? new FlowLog(ns.clock, conntrack) : null;
	}
	of(event) {
		return this.outcomes[event] ??= new Outcome();
	}
	get now() {
		return this.of(this.current);
	}
	events() {
		const { ns } = this.router.datapath;
		const own = (p) => (p.m[24] & 2) !== 0;
		return {
			egress: (ifindex, p) => {
				const bytes = p.b.subarray(p.m[3], p.m[4]);
				this.now.egress(ns.devices.get(ifindex).name, bytes, own(p), ns.clock.now);
				if (!own(p)) this.log?.forwarded(p);
			},
			drop: (p, reason) => {
				this.now.dropped(reason, own(p));
				if (!own(p)) this.log?.dropped(p);
			},
			local: () => this.now.local()
		};
	}
	flows() {
		const { log } = this;
		return {
			fast: (p, flowtable, tuple, hardware) => {
				this.now.path = hardware ? "hardware" : "fast";
				log?.fast(p, flowtable, tuple, hardware);
			},
			offloaded: (p, flowtable, flow) => log?.offloaded(p, flowtable, flow),
			skipped: (p, flowtable, reason) => log?.skipped(p, flowtable, reason),
			missed: (p, flowtable, reason, tuple) => log?.missed(p, flowtable, reason, tuple),
			tornDown: (flowtable, flow, reason, p) => log?.tornDown(flowtable, flow, reason, p),
			collected: (flowtable, flow) => log?.collected(flowtable, flow)
		};
	}
	/** Times count from `start`, in µs. */
	flowNotes(start) {
		return this.log?.entries.map((entry) => ({
			...entry,
			time: (entry.time - start) / 1e6,
			text: describe(entry)
		}));
	}
};
/** nft lists the ruleset first: 60 ms of a recorded machine pass before conntrack is asked, here 52. */
const LOOK_JIFFIES = 13;
function look(router, end) {
	const conntrack = (extended) => router.conntrackLines(extended, LOOK_JIFFIES);
	return {
		nft_json: router.listJson(),
		conntrack: conntrack(true),
		proc: router.procLines(LOOK_JIFFIES),
		...end && {
			nft: router.listText(),
			conntrack_plain: conntrack(false)
		}
	};
}
/**
* Plays a trace on a router that has its ruleset (or not: `loadError`), from the router's present
* time on.
*/
function replay$1(router, trace, { loadError, explain = false } = {}) {
	const recording = new Recording(router, explain);
	router.watch(recording.events(), recording.flows());
	if (trace.events.some(asksForRule)) router.decisions((by) => {
		recording.now.rule = by;
	});
	const traced = [];
	const endMonitor = trace.monitor ? router.monitorTrace((line) => traced.push(line)) : void 0;
	const { ns } = router.datapath;
	const start = ns.clock.now;
	const snapshots = {};
	const failures = [];
	const errors = /* @__PURE__ */ new Map();
	for (const event of trace.events) {
		ns.advance(start + event.time);
		recording.current = event.index;
		const error = playEvent(router, event, start);
		if (error !== void 0) errors.set(event.index, error);
		if (event.kind !== "snapshot") continue;
		snapshots[event.name] = look(router, event.name === "end");
		if (event.expect) failures.push(...endFailures(event.expect, observe(router), event.name));
	}
	ns.advance(ns.clock.now + SETTLE_US);
	snapshots.end ??= look(router, true);
	if (trace.expect) failures.push(...endFailures(trace.expect, observe(router)));
	const wires = [...wiresOf(trace.env).keys()];
	const packets = trace.events.filter((event) => event.kind !== "snapshot").map((event) => answerOf(event, recording.of(event.index), errors.get(event.index), wires));
	for (const p of packets) {
		const event = trace.events[p.event];
		if ((event.kind === "frame" || event.kind === "send") && event.expect) failures.push(...packetFailures(event.expect, p));
	}
	endMonitor?.();
	router.watch({}, null);
	const flows = recording.flowNotes(start);
	return {
		case: trace.name,
		loaded: loadError === void 0,
		...loadError !== void 0 && { load_error: loadError },
		packets,
		snapshots,
		...trace.monitor && { monitor: traced },
		...flows && { flows },
		summary: summarize(packets),
		failures: failures.sort((a, b) => order(a) - order(b))
	};
}
/** Events first, in their order, then snapshots and the end. */
const order = (failure) => failure.event ?? Number.MAX_SAFE_INTEGER;
function answerOf(event, outcome, error, wires) {
	return {
		event: event.index,
		time: event.time / 1e6,
		...event.kind === "frame" && { iif: event.iif },
		egress: outcome.seen(wires),
		...isPacket(event) && outcome.packet(event.kind === "send"),
		...error !== void 0 && {
			failed: true,
			error
		}
	};
}

// src/report/replay.ts
const totals = (counts) => Object.entries(counts).sort(([, a], [, b]) => b - a).map(([name, n]) => `${n} ${name}`).join(", ");
/** `packets: 15 (15 forwarded; 8 slow, 7 fast)` and the drops by reason. */
function summaryLines({ summary }) {
	const { packets, verdicts, paths, drops } = summary;
	const lines = [`packets: ${packets}${packets ? ` (${totals(verdicts)}; ${totals(paths)})` : ""}`];
	if (Object.keys(drops).length) lines.push(`drops: ${totals(drops)}`);
	return lines;
}
const indent = (text) => text.split("\n").join("\n    ");
/** One expectation that failed, with what happened instead. */
function failureLines(failure) {
	const { event, snapshot, what, expected, actual } = failure;
	return [
		`${event !== void 0 ? `event ${event}` : snapshot ? `snapshot ${snapshot}` : "at the end"}: ${what}`,
		`  expected: ${indent(expected)}`,
		`  actual:   ${indent(actual)}`
	];
}
/** Commands of the trace that were refused. */
const refusedLines = (answer) => answer.packets.filter((p) => p.failed).flatMap((p) => [`event ${p.event}: the command was refused:`, `  ${indent(p.error ?? "")}`]);
/** The connection that a note is about: its own, or that of another note of the same event. */
function connections(flows) {
	const byEvent = /* @__PURE__ */ new Map();
	for (const { event, connection } of flows) if (event !== null && connection !== null && !byEvent.has(event)) byEvent.set(event, connection);
	const of = ({ event, connection }) => connection ?? (event === null ? void 0 : byEvent.get(event)) ?? "no connection";
	return new Map(flows.map((note) => [note, of(note)]));
}
const SIDES = ["original", "reply"];
function flowLine({ event, time, direction, text }) {
	const side = direction === null ? "" : ` (${SIDES[direction]})`;
	const who = event === null ? "" : `packet ${event}${side}: `;
	return `${time.toFixed(2).padStart(9)}  ${who}${text}`;
}
/** By connection, in the order in which they came: its head, and what happened to its packets. */
function flowLines({ flows = [] }) {
	const lines = /* @__PURE__ */ new Map();
	for (const [note, connection] of connections(flows)) {
		const of = lines.get(connection) ?? [];
		of.push(flowLine(note));
		lines.set(connection, of);
	}
	return [...lines].flatMap(([connection, of]) => [connection, ...of]);
}

// node_modules/ip-num/dist/src/BinaryUtils.js
var require_BinaryUtils = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.matchingBitCount = exports.intLog2 = exports.cidrPrefixToMaskBinaryString = exports.leftPadWithZeroBit = exports.dottedDecimalNotationToBinaryString = exports.parseBinaryStringToBigInt = exports.decimalNumberToOctetString = exports.numberToBinaryString = void 0;
	/**
	* Converts a decimal number to binary string
	*
	* @param num number to parse
	* @returns {string} the binary string representation of number
	*/
	let numberToBinaryString = (num) => {
		return num.toString(2);
	};
	exports.numberToBinaryString = numberToBinaryString;
	/**
	* Converts a decimal number to binary octet (8 bit) string. If needed the octet will be padded with zeros
	* to make it up to 8 bits
	*
	* @param {number} num to convert to octet string
	* @returns {string} the octet string representation of given number
	*/
	let decimalNumberToOctetString = (num) => {
		let binaryString = (0, exports.numberToBinaryString)(num);
		if (binaryString.length > 8) throw new Error("Given decimal in binary contains digits greater than an octet");
		return (0, exports.leftPadWithZeroBit)(binaryString, 8);
	};
	exports.decimalNumberToOctetString = decimalNumberToOctetString;
	/**
	* Parses number in binary to number in BigInt
	*
	* @param num binary number in string to parse
	* @returns {number} binary number in BigInt
	*/
	let parseBinaryStringToBigInt = (num) => {
		return BigInt(`0b${num}`);
	};
	exports.parseBinaryStringToBigInt = parseBinaryStringToBigInt;
	/**
	* Given an IPv4 number in dot-decimal notated string, e.g 192.168.0.1 converts it to
	* binary string, e.g. '11000000101010000000000000000001'
	*
	* @param dottedDecimal IPv4 string in dot-decimal notation
	* @returns {string} the binary value of the given ipv4 number in string
	*/
	let dottedDecimalNotationToBinaryString = (dottedDecimal) => {
		return dottedDecimal.split(".").reduce((binaryAsString, octet) => {
			return binaryAsString.concat((0, exports.decimalNumberToOctetString)(parseInt(octet)));
		}, "");
	};
	exports.dottedDecimalNotationToBinaryString = dottedDecimalNotationToBinaryString;
	/**
	* Given a binary string, adds a number of zero to the left until string is as long as the given string length
	* @param {string} binaryString the string to pad
	* @param {number} finalStringLength the final length of string after padding
	* @returns {string}
	*/
	let leftPadWithZeroBit = (binaryString, finalStringLength) => {
		if (binaryString.length > finalStringLength) throw new Error(`Given string is already longer than given final length after padding: ${finalStringLength}`);
		return "0".repeat(finalStringLength - binaryString.length).concat(binaryString);
	};
	exports.leftPadWithZeroBit = leftPadWithZeroBit;
	/**
	* Given the prefix portion of a cidr notation and the type of IP number, returns the mask in binary string
	*
	* @param {number} cidrPrefix the prefix part of a cidr notation
	* @param {IPNumType.IPv4 | IPNumType.IPv6} ipType the type of the ip number in the range the cidr represents
	*/
	let cidrPrefixToMaskBinaryString = (cidrPrefix, ipType) => {
		let cidrUpperValue;
		if (ipType == "IPv4") cidrUpperValue = 32;
		else cidrUpperValue = 128;
		if (cidrPrefix > cidrUpperValue) throw Error(`Value is greater than ${cidrUpperValue}`);
		return `${"1".repeat(cidrPrefix)}${"0".repeat(cidrUpperValue - cidrPrefix)}`;
	};
	exports.cidrPrefixToMaskBinaryString = cidrPrefixToMaskBinaryString;
	/**
	* Calculates the log, to base 2 of given number.
	*
	* @throws Error if number cannot be converted to log base 2
	* @param givenNumber the number to calculate log base 2
	* @return the log base 2 of given number
	*/
	let intLog2 = (givenNumber) => {
		let result = 0;
		if (givenNumber <= 0n) throw new Error(`The value of log2 for ${givenNumber.toString()} is not an integer`);
		if (givenNumber === 1n) return 0;
		while (givenNumber % 2n === 0n) {
			if (givenNumber === 2n) {
				result++;
				break;
			}
			givenNumber = givenNumber >> 1n;
			if (givenNumber % 2n !== 0n) {
				result = 0;
				break;
			}
			result++;
		}
		if (result == 0) throw new Error(`The value of log2 for ${givenNumber.toString()} is not an integer`);
		return result;
	};
	exports.intLog2 = intLog2;
	/**
	* Starting from the most significant bit (from left) returns the number of first bits from both string that are equal
	* @param firstBinaryString first binary string
	* @param secondBinaryString second binary string
	*/
	let matchingBitCount = (firstBinaryString, secondBinaryString) => {
		let longerString;
		let otherString;
		if (firstBinaryString.length >= secondBinaryString.length) {
			longerString = firstBinaryString;
			otherString = secondBinaryString;
		} else {
			longerString = secondBinaryString;
			otherString = firstBinaryString;
		}
		let count = 0;
		for (; count < longerString.length; count++) {
			if (longerString.charAt(count) === otherString.charAt(count)) continue;
			break;
		}
		return count;
	};
	exports.matchingBitCount = matchingBitCount;
}));

// node_modules/ip-num/dist/src/IPv6Utils.js
var require_IPv6Utils = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.collapseIPv6Number = exports.expandIPv6Number = void 0;
	const BinaryUtils_1 = require_BinaryUtils();
	const Validator_1 = require_Validator();
	let extractPrefix = (ipv6String) => {
		return ipv6String.includes("/") ? `/${ipv6String.split("/")[1]}` : "";
	};
	let expandIPv6Number = (ipv6String) => {
		let expandWithZero = (hexadecimalArray) => {
			let paddedArray = [];
			hexadecimalArray.forEach((hexadecimal) => {
				if (hexadecimal.includes(".")) {
					const [v4part1, v4part2] = (0, BinaryUtils_1.dottedDecimalNotationToBinaryString)(hexadecimal).match(/.{1,16}/g).map((bin) => (0, BinaryUtils_1.parseBinaryStringToBigInt)(bin).toString(16));
					paddedArray.push((0, BinaryUtils_1.leftPadWithZeroBit)(v4part1, 4));
					paddedArray.push((0, BinaryUtils_1.leftPadWithZeroBit)(v4part2, 4));
				} else paddedArray.push((0, BinaryUtils_1.leftPadWithZeroBit)(hexadecimal, 4));
			});
			return paddedArray.join(":");
		};
		let expandDoubleColon = (gapCount) => {
			let pads = [];
			for (let count = 0; count < gapCount; count++) pads.push("0000");
			return pads.join(":");
		};
		if (/(:){3,}/.test(ipv6String)) throw "given IPv6 contains consecutive : more than two";
		const prefix = extractPrefix(ipv6String);
		if (ipv6String.includes("/")) ipv6String = ipv6String.split("/")[0];
		if (!Validator_1.Validator.IPV6_PATTERN.test(ipv6String)) throw Error(Validator_1.Validator.invalidIPv6PatternMessage);
		if (ipv6String.includes("::")) {
			let split = ipv6String.split("::");
			let leftPortion = split[0];
			let rightPortion = split[1];
			let leftPortionSplit = leftPortion.split(":").filter((hexadecimal) => {
				return hexadecimal !== "";
			});
			let rightPortionSplit = rightPortion.split(":").filter((hexadecimal) => {
				return hexadecimal !== "";
			});
			let extra = leftPortionSplit.concat(rightPortionSplit).filter((part) => part.includes(".")).length;
			let doublePortion = expandDoubleColon(8 - (leftPortionSplit.length + rightPortionSplit.length + extra));
			let leftString = expandWithZero(leftPortionSplit);
			if (leftString !== "") leftString += ":";
			let rightString = expandWithZero(rightPortionSplit);
			if (rightString !== "") rightString = ":" + rightString;
			return `${leftString}${doublePortion}${rightString}${prefix}`;
		} else return `${expandWithZero(ipv6String.split(":"))}${prefix}`;
	};
	exports.expandIPv6Number = expandIPv6Number;
	const shortenHexadecatet = (hex) => {
		const withoutLeadingZero = hex.replace(/^0+/, "");
		return withoutLeadingZero === "" ? "0" : withoutLeadingZero;
	};
	let collapseIPv6Number = (ipv6String) => {
		const originalPrefix = extractPrefix(ipv6String);
		const processedIPv6String = ipv6String.includes("/") ? ipv6String.split("/")[0] : ipv6String;
		let expandedIPv6 = "";
		try {
			let tempExpanded = (0, exports.expandIPv6Number)(processedIPv6String);
			if (tempExpanded.includes("/")) expandedIPv6 = tempExpanded.split("/")[0];
			else expandedIPv6 = tempExpanded;
		} catch (e) {
			throw e;
		}
		let hexadecatets = expandedIPv6.split(":");
		if (hexadecatets.length !== 8) throw new Error(`Invalid IPv6 structure after expansion: ${expandedIPv6}. Expected 8 segments.`);
		let zeroSequences = [];
		let currentSequenceStart = -1;
		let currentSequenceLength = 0;
		for (let i = 0; i < 8; i++) if (hexadecatets[i] === "0000") {
			if (currentSequenceStart === -1) currentSequenceStart = i;
			currentSequenceLength++;
		} else {
			if (currentSequenceLength > 0) zeroSequences.push({
				start: currentSequenceStart,
				length: currentSequenceLength
			});
			currentSequenceStart = -1;
			currentSequenceLength = 0;
		}
		if (currentSequenceLength > 0) zeroSequences.push({
			start: currentSequenceStart,
			length: currentSequenceLength
		});
		if (zeroSequences.length === 0) return hexadecatets.map(shortenHexadecatet).join(":") + originalPrefix;
		zeroSequences.sort((a, b) => {
			if (b.length !== a.length) return b.length - a.length;
			return a.start - b.start;
		});
		const bestSequence = zeroSequences[0];
		if (bestSequence.length === 8) return "::" + originalPrefix;
		if (bestSequence.length < 2) return hexadecatets.map(shortenHexadecatet).join(":") + originalPrefix;
		let leftPartSegments = hexadecatets.slice(0, bestSequence.start);
		let rightPartSegments = hexadecatets.slice(bestSequence.start + bestSequence.length);
		let leftString = leftPartSegments.map(shortenHexadecatet).join(":");
		let rightString = rightPartSegments.map(shortenHexadecatet).join(":");
		let finalStr = "";
		if (bestSequence.start === 0) finalStr = "::" + rightString;
		else if (bestSequence.start + bestSequence.length === 8) finalStr = leftString + "::";
		else finalStr = leftString + "::" + rightString;
		return finalStr + originalPrefix;
	};
	exports.collapseIPv6Number = collapseIPv6Number;
}));

// node_modules/ip-num/dist/src/HexadecimalUtils.js
var require_HexadecimalUtils = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.hexadectetNotationToBinaryString = exports.binaryStringToHexadecimalString = exports.colonHexadecimalNotationToBinaryString = exports.hexadecimalStringToHexadecatetString = exports.hexadecimalStringToBinaryString = exports.bigIntToHexadecimalString = void 0;
	const IPv6Utils_1 = require_IPv6Utils();
	const BinaryUtils_1 = require_BinaryUtils();
	/**
	* Converts a given bigint number to a hexadecimal string
	* @param num the bigint number
	* @returns {string} the hexadeciaml string
	*/
	let bigIntToHexadecimalString = (num) => {
		return num.toString(16);
	};
	exports.bigIntToHexadecimalString = bigIntToHexadecimalString;
	/**
	* Converts a number in hexadecimal (base 16) to binary string
	* @param {string} hexadecimalString the number in base 16
	* @returns {string} the number converted to base 2
	*/
	let hexadecimalStringToBinaryString = (hexadecimalString) => {
		return BigInt(`0x${hexadecimalString}`).toString(2);
	};
	exports.hexadecimalStringToBinaryString = hexadecimalStringToBinaryString;
	/**
	* Converts a number in hexadecimal (base 16) to binary hexadecatet string.
	* This means the bits in the output cannot be more than 16
	*
	* @param hexadecimalString {string} the number converted to binary hexadecatet string
	*/
	let hexadecimalStringToHexadecatetString = (hexadecimalString) => {
		let binaryString = (0, exports.hexadecimalStringToBinaryString)(hexadecimalString);
		if (binaryString.length > 16) throw new Error("Given decimal in binary contains digits greater than an Hexadecatet");
		return (0, BinaryUtils_1.leftPadWithZeroBit)(binaryString, 16);
	};
	exports.hexadecimalStringToHexadecatetString = hexadecimalStringToHexadecatetString;
	/**
	* Given an IPv6 number in hexadecimal notated string, e.g 2001:0db8:0000:0000:0000:0000:0000:0000 converts it to
	* binary string
	*
	* @param hexadecimalString IPv6 string
	* @returns {string} the binary value of the given ipv6 number in string
	*/
	let colonHexadecimalNotationToBinaryString = (hexadecimalString) => {
		return (0, IPv6Utils_1.expandIPv6Number)(hexadecimalString).split(":").reduce((binaryAsString, hexidecimal) => {
			return binaryAsString.concat((0, exports.hexadecimalStringToHexadecatetString)(hexidecimal));
		}, "");
	};
	exports.colonHexadecimalNotationToBinaryString = colonHexadecimalNotationToBinaryString;
	/**
	* Converts number in binary string to hexadecimal string
	* @param {string} num in binary string
	* @returns {string} num in hexadecimal string
	*/
	let binaryStringToHexadecimalString = (num) => {
		return BigInt(`0b${num}`).toString(16);
	};
	exports.binaryStringToHexadecimalString = binaryStringToHexadecimalString;
	/**
	* Converts a given IPv6 number expressed in the hexadecimal string notation into a 16 bit binary number in string
	* @param {string} hexadectetString the IPv6 number
	* @returns {string} the IPv6 number converted to binary string
	*/
	let hexadectetNotationToBinaryString = (hexadectetString) => {
		return (0, IPv6Utils_1.expandIPv6Number)(hexadectetString).split(":").reduce((hexadecimalAsString, hexavalue) => {
			return hexadecimalAsString.concat((0, BinaryUtils_1.leftPadWithZeroBit)((0, exports.hexadecimalStringToBinaryString)(hexavalue), 16));
		}, "");
	};
	exports.hexadectetNotationToBinaryString = hexadectetNotationToBinaryString;
}));

// node_modules/ip-num/dist/src/Validator.js
var require_Validator = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.Validator = void 0;
	const BinaryUtils_1 = require_BinaryUtils();
	const BinaryUtils_2 = require_BinaryUtils();
	const IPv6Utils_1 = require_IPv6Utils();
	const HexadecimalUtils_1 = require_HexadecimalUtils();
	const HexadecimalUtils_2 = require_HexadecimalUtils();
	var Validator = class Validator {
		/**
		* Checks if given ipNumber is in between the given lower and upper bound
		*
		* @param ipNumber ipNumber to check
		* @param lowerBound lower bound
		* @param upperBound upper bound
		* @returns {boolean} true if ipNumber is between lower and upper bound
		*/
		static isWithinRange(ipNumber, lowerBound, upperBound) {
			return ipNumber >= lowerBound && ipNumber <= upperBound;
		}
		/**
		* Checks if the number given is within the value considered valid for an ASN number
		*
		* @param asnNumber the asn number to validate
		* @returns {[boolean , string]} first value is true if valid ASN, false otherwise. Second value contains
		* "valid" or an error message when value is invalid
		*/
		static isValidAsnNumber(asnNumber) {
			let isValid = this.isWithinRange(asnNumber, 0n, this.THIRTY_TWO_BIT_SIZE);
			return [isValid, isValid ? [] : [Validator.invalidAsnRangeMessage]];
		}
		/**
		* Checks if the given ASN number is a 16bit ASN number
		*
		* @param {bigint} asnNumber to check if 16bit or not
		* @returns {[boolean , string]} first value is true if valid 16bit ASN, false otherwise. Second value contains
		* "valid" or an error message when value is invalid
		*/
		static isValid16BitAsnNumber(asnNumber) {
			let isValid = Validator.isWithinRange(asnNumber, 0n, Validator.SIXTEEN_BIT_SIZE);
			return [isValid, isValid ? [] : [Validator.invalid16BitAsnRangeMessage]];
		}
		/**
		* Checks if the number given is within the value considered valid for an IPv4 number
		*
		* @param ipv4Number the asn number to validate
		* @returns {[boolean , string]} first value is true if valid IPv4 number, false otherwise. Second value contains
		* "valid" or an error message when value is invalid
		*/
		static isValidIPv4Number(ipv4Number) {
			ipv4Number = typeof ipv4Number === "bigint" ? ipv4Number : BigInt(ipv4Number);
			let isValid = this.isWithinRange(ipv4Number, 0n, this.THIRTY_TWO_BIT_SIZE);
			return isValid ? [isValid, []] : [isValid, [Validator.invalidIPv4NumberMessage]];
		}
		/**
		* Checks if the number given is within the value considered valid for an IPv6 number
		*
		* @param ipv6Number the asn number to validate
		* @returns {[boolean , string]} first value is true if valid IPv6 number, false otherwise. Second value contains
		* "valid" or an error message when value is invalid
		*/
		static isValidIPv6Number(ipv6Number) {
			let isValid = this.isWithinRange(ipv6Number, 0n, this.ONE_HUNDRED_AND_TWENTY_EIGHT_BIT_SIZE);
			return isValid ? [isValid, []] : [isValid, [Validator.invalidIPv6NumberMessage]];
		}
		/**
		* Checks if the number given is valid for an IPv4 octet
		*
		* @param octetNumber the octet value
		* @returns {boolean} true if valid octet, false otherwise
		*/
		static isValidIPv4Octet(octetNumber) {
			let withinRange = this.isWithinRange(octetNumber, 0n, this.EIGHT_BIT_SIZE);
			return [withinRange, withinRange ? [] : [Validator.invalidOctetRangeMessage]];
		}
		/**
		* Checks if the number given is valid for an IPv6 hexadecatet
		*
		* @param {bigint} hexadecatetNum the hexadecatet value
		* @returns {[boolean , string]} first value is true if valid hexadecatet, false otherwise. Second value contains
		* "valid" or an error message when value is invalid
		*/
		static isValidIPv6Hexadecatet(hexadecatetNum) {
			let isValid = this.isWithinRange(hexadecatetNum, 0n, this.SIXTEEN_BIT_SIZE);
			return isValid ? [isValid, []] : [isValid, [Validator.invalidHexadecatetMessage]];
		}
		/**
		* Checks if given string is a valid IPv4 value.
		*
		* @param {string} ipv4String the IPv4 string to validate
		* @returns {[boolean , string]} result of validation, first value represents if is valid IPv4, second value
		* contains error message if invalid IPv4
		*/
		static isValidIPv4String(ipv4String) {
			let rawOctets = ipv4String.split(".");
			if (rawOctets.length != 4 || rawOctets.includes("")) return [false, [Validator.invalidOctetCountMessage]];
			let isValid = rawOctets.every((octet) => {
				if (octet.length > 1 && octet.startsWith("0")) return false;
				return Validator.isNumeric(octet) ? Validator.isValidIPv4Octet(BigInt(octet))[0] : false;
			});
			if (!isValid) return [false, [Validator.invalidOctetRangeMessage]];
			isValid = Validator.IPV4_PATTERN.test(ipv4String);
			return [isValid, isValid ? [] : [Validator.invalidIPv4PatternMessage]];
		}
		/**
		* Checks if given string is a valid IPv6 value.
		*
		* @param {string} ipv6String the IPv6 string to validate
		* @returns {[boolean , string]} result of validation, first value represents if is valid IPv6, second value
		* contains error message if invalid IPv6
		*/
		static isValidIPv6String(ipv6String) {
			let [ipv6, zoneId, ...rest] = ipv6String.split("%");
			if (rest.length > 0) return [false, [Validator.invalidIPv6PatternMessage]];
			if (zoneId && !Validator.ZONE_INDEX_PATTERN.test(zoneId)) return [false, [Validator.invalidIPv6PatternMessage]];
			if (ipv6String.includes("%") && !zoneId) return [false, [Validator.invalidIPv6PatternMessage]];
			try {
				let hexadecimals = (0, IPv6Utils_1.expandIPv6Number)(ipv6).split(":");
				if (hexadecimals.length != 8) return [false, [Validator.invalidHexadecatetCountMessage]];
				let isValid = hexadecimals.every((hexadecimal) => {
					return Validator.isHexadecatet(hexadecimal) ? Validator.isValidIPv6Hexadecatet(BigInt(`0x${hexadecimal}`))[0] : false;
				});
				if (!isValid) return [false, [Validator.invalidHexadecatetMessage]];
				isValid = Validator.IPV6_PATTERN.test(ipv6);
				if (!isValid) return [false, [Validator.invalidIPv6PatternMessage]];
				return [isValid, []];
			} catch (error) {
				return [false, [String(error)]];
			}
		}
		/**
		* Checks if given value is a valid prefix value
		*
		* @param prefixValue value to check
		* @param ipNumType The type of IP number
		* @returns {(boolean|string)[]} a tuple representing if valid or not and corresponding message
		*/
		static isValidPrefixValue(prefixValue, ipNumType) {
			if ("IPv4" === ipNumType) {
				let withinRange = Validator.isWithinRange(BigInt(prefixValue), 0n, 32n);
				return [withinRange, withinRange ? [] : [Validator.invalidPrefixValueMessage]];
			}
			if ("IPv6" === ipNumType) {
				let withinRange = Validator.isWithinRange(BigInt(prefixValue), 0n, 128n);
				return [withinRange, withinRange ? [] : [Validator.invalidPrefixValueMessage]];
			}
			return [false, [Validator.invalidInetNumType]];
		}
		/**
		* Checks if given string is a valid IPv4 mask
		*
		* @param {string} ipv4MaskString the given IPv4 mask string
		* @returns {[boolean , string]} first value is true if valid IPv4 mask string, false otherwise. Second value
		* contains "valid" or an error message when value is invalid
		*/
		static isValidIPv4Mask(ipv4MaskString) {
			let [isValidIPv4, invalidIPv4Messages] = Validator.isValidIPv4String(ipv4MaskString);
			if (!isValidIPv4) return [false, invalidIPv4Messages];
			let ipv4InBinary = (0, BinaryUtils_1.dottedDecimalNotationToBinaryString)(ipv4MaskString);
			let isValid = Validator.IPV4_CONTIGUOUS_MASK_BIT_PATTERN.test(ipv4InBinary);
			return isValid ? [isValid, []] : [isValid, [Validator.invalidMaskMessage]];
		}
		/**
		* Checks if given string is a valid IPv6 mask
		*
		* @param {string} ipv6MaskString the given IPv6 mask string
		* @returns {[boolean , string]} first value is true if valid IPv6 mask string, false otherwise. Second value
		* contains "valid" or an error message when value is invalid
		*/
		static isValidIPv6Mask(ipv6MaskString) {
			try {
				let ipv6InBinary = (0, HexadecimalUtils_2.hexadectetNotationToBinaryString)(ipv6MaskString);
				let isValid = Validator.IPV6_CONTIGUOUS_MASK_BIT_PATTERN.test(ipv6InBinary);
				return isValid ? [isValid, []] : [isValid, [Validator.invalidMaskMessage]];
			} catch (error) {
				return [false, [String(error)]];
			}
		}
		/**
		* Checks if the given string is a valid IPv4 range in Cidr notation
		*
		* @param {string} ipv4RangeAsCidrString the IPv4 range in Cidr notation
		*
		* @returns {[boolean , string[]]} first value is true if valid IPv4 range in Cidr notation, false otherwise. Second
		* value contains "valid" or an error message when value is invalid
		*/
		static isValidIPv4CidrNotation(ipv4RangeAsCidrString) {
			let cidrComponents = ipv4RangeAsCidrString.split("/");
			if (cidrComponents.length !== 2 || cidrComponents[0].length === 0 || cidrComponents[1].length === 0) return [false, [Validator.invalidIPv4CidrNotationMessage]];
			let ip = cidrComponents[0];
			let range = cidrComponents[1];
			if (!/^\d+$/.test(range)) return [false, [Validator.invalidIPv4CidrNotationMessage]];
			if (isNaN(Number(range))) return [false, [Validator.invalidIPv4CidrNotationMessage]];
			let [validIpv4, invalidIpv4Message] = Validator.isValidIPv4String(ip);
			let [validPrefix, invalidPrefixMessage] = Validator.isValidPrefixValue(BigInt(range), "IPv4");
			let isValid = validIpv4 && validPrefix;
			let invalidMessage = invalidIpv4Message.concat(invalidPrefixMessage);
			return isValid ? [isValid, []] : [isValid, invalidMessage];
		}
		/**
		*  Checks if the given string is a valid IPv4 range in Cidr notation, with the ip number in the cidr notation
		*  being the start of the range
		*
		* @param {string}  ipv4CidrNotation the IPv4 range in Cidr notation
		*
		* * @returns {[boolean , string[]]} first value is true if valid Cidr notation, false otherwise. Second
		* value contains [] or an array of error message when invalid
		*/
		static isValidIPv4CidrRange(ipv4CidrNotation) {
			return Validator.isValidCidrRange(ipv4CidrNotation, Validator.isValidIPv4CidrNotation, BinaryUtils_1.dottedDecimalNotationToBinaryString, (value) => (0, BinaryUtils_2.cidrPrefixToMaskBinaryString)(value, "IPv4"));
		}
		/**
		*  Checks if the given string is a valid IPv6 range in Cidr notation, with the ip number in the cidr notation
		*  being the start of the range
		*
		* @param {string}  ipv6CidrNotation the IPv6 range in Cidr notation
		*
		* * @returns {[boolean , string[]]} first value is true if valid Cidr notation, false otherwise. Second
		* value contains [] or an array of error message when invalid
		*/
		static isValidIPv6CidrRange(ipv6CidrNotation) {
			return Validator.isValidCidrRange(ipv6CidrNotation, Validator.isValidIPv6CidrNotation, HexadecimalUtils_1.colonHexadecimalNotationToBinaryString, (value) => (0, BinaryUtils_2.cidrPrefixToMaskBinaryString)(value, "IPv6"));
		}
		static isValidCidrRange(rangeString, cidrNotationValidator, toBinaryStringConverter, prefixFactory) {
			let validationResult = cidrNotationValidator(rangeString);
			if (!validationResult[0]) return validationResult;
			let cidrComponents = rangeString.split("/");
			let ip = cidrComponents[0];
			let range = cidrComponents[1];
			let ipNumber = BigInt(`0b${toBinaryStringConverter(ip)}`);
			let isValid = (ipNumber & BigInt(`0b${prefixFactory(parseInt(range))}`)) === ipNumber;
			return isValid ? [isValid, []] : [isValid, [Validator.InvalidIPCidrRangeMessage]];
		}
		static isValidIPv4RangeString(ipv4RangeString) {
			let firstLastValidator = (firstIP, lastIP) => BigInt(`0b${(0, BinaryUtils_1.dottedDecimalNotationToBinaryString)(firstIP)}`) >= BigInt(`0b${(0, BinaryUtils_1.dottedDecimalNotationToBinaryString)(lastIP)}`);
			return this.isValidRange(ipv4RangeString, Validator.isValidIPv4String, firstLastValidator);
		}
		static isValidIPv6RangeString(ipv6RangeString) {
			let firstLastValidator = (firstIP, lastIP) => BigInt(`0b${(0, HexadecimalUtils_2.hexadectetNotationToBinaryString)(firstIP)}`) >= BigInt(`0b${(0, HexadecimalUtils_2.hexadectetNotationToBinaryString)(lastIP)}`);
			return this.isValidRange(ipv6RangeString, Validator.isValidIPv6String, firstLastValidator);
		}
		static isValidRange(rangeString, validator, firstLastValidator) {
			let rangeComponents = rangeString.split("-").map((component) => component.trim());
			if (rangeComponents.length !== 2 || rangeComponents[0].length === 0 || rangeComponents[1].length === 0) return [false, [Validator.invalidRangeNotationMessage]];
			let firstIP = rangeComponents[0];
			let lastIP = rangeComponents[1];
			let [validFirstIP, invalidFirstIPMessage] = validator(firstIP);
			let [validLastIP, invalidLastIPMessage] = validator(lastIP);
			let isValid = validFirstIP && validLastIP;
			if (isValid && firstLastValidator(firstIP, lastIP)) return [false, [Validator.invalidRangeFirstNotGreaterThanLastMessage]];
			let invalidMessage = invalidFirstIPMessage.concat(invalidLastIPMessage);
			return isValid ? [isValid, []] : [isValid, invalidMessage];
		}
		/**
		* Checks if the given string is a valid IPv6 range in Cidr notation
		*
		* @param {string} ipv6RangeAsCidrString the IPv6 range in Cidr notation
		*
		* @returns {[boolean , string]} first value is true if valid IPv6 range in Cidr notation, false otherwise.
		* Second value contains "valid" or an error message when value is invalid
		*/
		static isValidIPv6CidrNotation(ipv6RangeAsCidrString) {
			let cidrComponents = ipv6RangeAsCidrString.split("/");
			if (cidrComponents.length !== 2 || cidrComponents[0].length === 0 || cidrComponents[1].length === 0) return [false, [Validator.invalidIPv6CidrNotationString]];
			let isValid = Validator.IPV6_RANGE_PATTERN.test(ipv6RangeAsCidrString);
			return isValid ? [isValid, []] : [isValid, [Validator.invalidIPv6CidrNotationString]];
		}
		/**
		* Checks if the given string is a binary string. That is contains only contiguous 1s and 0s
		*
		* @param {string} binaryString the binary string
		* @returns {(boolean|string)[]} a tuple representing if valid or not and corresponding message
		*/
		static isValidBinaryString(binaryString) {
			if (/^([10])+$/.test(binaryString)) return [true, []];
			else return [false, [Validator.invalidBinaryStringErrorMessage]];
		}
		static isNumeric(value) {
			return /^(\d+)$/.test(value);
		}
		static isHexadecatet(value) {
			return /^[0-9A-Fa-f]{4}$/.test(value);
		}
	};
	exports.Validator = Validator;
	Validator.IPV4_PATTERN = /* @__PURE__ */ new RegExp(/^(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])$/);
	Validator.IPV6_PATTERN = /* @__PURE__ */ new RegExp(/^(((?:[0-9A-Fa-f]{1,4}:){7}(?:[0-9A-Fa-f]{1,4}|:))|((?:[0-9A-Fa-f]{1,4}:){6}(?::[0-9A-Fa-f]{1,4}|(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3})|:))|((?:[0-9A-Fa-f]{1,4}:){5}(?:(?:(?::[0-9A-Fa-f]{1,4}){1,2})|:(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3})|:))|((?:[0-9A-Fa-f]{1,4}:){4}(?:(?:(?::[0-9A-Fa-f]{1,4}){1,3})|(?:(?::[0-9A-Fa-f]{1,4})?:(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|((?:[0-9A-Fa-f]{1,4}:){3}(?:(?:(?::[0-9A-Fa-f]{1,4}){1,4})|(?:(?::[0-9A-Fa-f]{1,4}){0,2}:(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|((?:[0-9A-Fa-f]{1,4}:){2}(?:(?:(?::[0-9A-Fa-f]{1,4}){1,5})|(?:(?::[0-9A-Fa-f]{1,4}){0,3}:(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|((?:[0-9A-Fa-f]{1,4}:){1}(?:(?:(?::[0-9A-Fa-f]{1,4}){1,6})|(?:(?::[0-9A-Fa-f]{1,4}){0,4}:(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:))|(?::(?:(?:(?::[0-9A-Fa-f]{1,4}){1,7})|(?:(?::[0-9A-Fa-f]{1,4}){0,5}:(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}))|:)))(?:%.+)?$/);
	Validator.ZONE_INDEX_PATTERN = /* @__PURE__ */ new RegExp(/^[a-zA-Z0-9]*$/);
	Validator.IPV4_RANGE_PATTERN = /* @__PURE__ */ new RegExp(/^(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\/)([1-9]|[1-2][0-9]|3[0-2])$/);
	Validator.IPV6_RANGE_PATTERN = /* @__PURE__ */ new RegExp(/^((([0-9A-Fa-f]{1,4}:){7}([0-9A-Fa-f]{1,4}|:))|(([0-9A-Fa-f]{1,4}:){6}(:[0-9A-Fa-f]{1,4}|((25[0-5]|2[0-4]d|1dd|[1-9]?d)(.(25[0-5]|2[0-4]d|1dd|[1-9]?d)){3})|:))|(([0-9A-Fa-f]{1,4}:){5}(((:[0-9A-Fa-f]{1,4}){1,2})|:((25[0-5]|2[0-4]d|1dd|[1-9]?d)(.(25[0-5]|2[0-4]d|1dd|[1-9]?d)){3})|:))|(([0-9A-Fa-f]{1,4}:){4}(((:[0-9A-Fa-f]{1,4}){1,3})|((:[0-9A-Fa-f]{1,4})?:((25[0-5]|2[0-4]d|1dd|[1-9]?d)(.(25[0-5]|2[0-4]d|1dd|[1-9]?d)){3}))|:))|(([0-9A-Fa-f]{1,4}:){3}(((:[0-9A-Fa-f]{1,4}){1,4})|((:[0-9A-Fa-f]{1,4}){0,2}:((25[0-5]|2[0-4]d|1dd|[1-9]?d)(.(25[0-5]|2[0-4]d|1dd|[1-9]?d)){3}))|:))|(([0-9A-Fa-f]{1,4}:){2}(((:[0-9A-Fa-f]{1,4}){1,5})|((:[0-9A-Fa-f]{1,4}){0,3}:((25[0-5]|2[0-4]d|1dd|[1-9]?d)(.(25[0-5]|2[0-4]d|1dd|[1-9]?d)){3}))|:))|(([0-9A-Fa-f]{1,4}:){1}(((:[0-9A-Fa-f]{1,4}){1,6})|((:[0-9A-Fa-f]{1,4}){0,4}:((25[0-5]|2[0-4]d|1dd|[1-9]?d)(.(25[0-5]|2[0-4]d|1dd|[1-9]?d)){3}))|:))|(:(((:[0-9A-Fa-f]{1,4}){1,7})|((:[0-9A-Fa-f]{1,4}){0,5}:((25[0-5]|2[0-4]d|1dd|[1-9]?d)(.(25[0-5]|2[0-4]d|1dd|[1-9]?d)){3}))|:)))(%.+)?(\/([0-9]|[1-9][0-9]|1[0-1][0-9]|12[0-8]))?$/);
	Validator.IPV4_CONTIGUOUS_MASK_BIT_PATTERN = /* @__PURE__ */ new RegExp(/^(1){0,32}(0){0,32}$/);
	Validator.IPV6_CONTIGUOUS_MASK_BIT_PATTERN = /* @__PURE__ */ new RegExp(/^(1){0,128}(0){0,128}$/);
	Validator.EIGHT_BIT_SIZE = BigInt(`0b${"1".repeat(8)}`);
	Validator.SIXTEEN_BIT_SIZE = BigInt(`0b${"1".repeat(16)}`);
	Validator.THIRTY_TWO_BIT_SIZE = BigInt(`0b${"1".repeat(32)}`);
	Validator.ONE_HUNDRED_AND_TWENTY_EIGHT_BIT_SIZE = BigInt(`0b${"1".repeat(128)}`);
	Validator.IPV4_SIZE = BigInt("4294967296");
	Validator.IPV6_SIZE = BigInt("340282366920938463463374607431768211456");
	Validator.invalidAsnRangeMessage = "ASN number given less than zero or is greater than 32bit";
	Validator.invalid16BitAsnRangeMessage = "ASN number given less than zero or is greater than 16bit";
	Validator.invalidIPv4NumberMessage = "IPv4 number given less than zero or is greater than 32bit";
	Validator.invalidIPv6NumberMessage = "IPv6 number given less than zero or is greater than 128bit";
	Validator.invalidOctetRangeMessage = "Value given contains an invalid Octet; Value is less than zero or is greater than 8bit";
	Validator.invalidHexadecatetMessage = "The value given is less than zero or is greater than 16bit";
	Validator.invalidOctetCountMessage = "An IP4 number cannot have less or greater than 4 octets";
	Validator.invalidHexadecatetCountMessage = "An IP6 number must have exactly 8 hexadecatet";
	Validator.invalidMaskMessage = "The Mask is invalid";
	Validator.invalidPrefixValueMessage = "A Prefix value cannot be less than 0 or greater than 32";
	Validator.invalidIPv4CidrNotationMessage = "Cidr notation should be in the form [ip number]/[range]";
	Validator.InvalidIPCidrRangeMessage = "Given IP number portion must is not the start of the range";
	Validator.invalidRangeNotationMessage = "Range notation should be in the form [first ip]-[last ip]";
	Validator.invalidRangeFirstNotGreaterThanLastMessage = "First IP in [first ip]-[last ip] must be less than Last IP";
	Validator.invalidIPv6CidrNotationString = "A Cidr notation string should contain an IPv6 number and prefix";
	Validator.takeOutOfRangeSizeMessage = "$count is greater than $size, the size of the range";
	Validator.cannotSplitSingleRangeErrorMessage = "Cannot split an IP range with a single IP number";
	Validator.invalidInetNumType = "Given ipNumType must be either InetNumType.IPv4 or InetNumType.IPv6";
	Validator.invalidBinaryStringErrorMessage = "Binary string should contain only contiguous 1s and 0s";
	Validator.invalidIPRangeSizeMessage = "Given size is zero or greater than maximum size of $iptype";
	Validator.invalidIPRangeSizeForCidrMessage = "Given size can't be created via cidr prefix";
	Validator.invalidIPv4PatternMessage = "Given IPv4 is not confirm to a valid IPv6 address";
	Validator.invalidIPv6PatternMessage = "Given IPv6 is not confirm to a valid IPv6 address";
}));

// node_modules/ip-num/dist/src/Hexadecatet.js
var require_Hexadecatet = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.Hexadecatet = void 0;
	const Validator_1 = require_Validator();
	/**
	* A representation of a 4-digit hexadecimal number.
	*
	* It consists of four (base 16) number. ie FFFF
	*
	* It is used to represents the components of an IPv6 address
	*/
	var Hexadecatet = class Hexadecatet {
		/**
		* A convenience method for constructing an instance of {@link Hexadecatet} from a four (base 16) number
		* representation of a 16bit value.
		*
		* @param {string} rawValue the four (base 16) number
		* @returns {Hexadecatet} an instance of {@link Hexadecatet}
		*/
		static fromString(rawValue) {
			return new Hexadecatet(rawValue);
		}
		/**
		* A convenience method for constructing an instance of {@link Hexadecatet} from a decimal number representation
		* of a 16 bit value
		*
		* @param {number} rawValue decimal number representation of a 16 bit value
		* @returns {Hexadecatet} an instance of {@link Hexadecatet}
		*/
		static fromNumber(rawValue) {
			return new Hexadecatet(rawValue);
		}
		/**
		* Constructor for creating an instance of {@link Hexadecatet}
		*
		* @param {string | number} givenValue a string or numeric value. If given value is a string then it should be a
		* four (base 16) number representation of a 16bit value. If it is a number, then it should be a decimal number
		* representation of a 16 bit value
		*/
		constructor(givenValue) {
			let hexadecatetValue;
			if (typeof givenValue === "string") hexadecatetValue = parseInt(givenValue, 16);
			else hexadecatetValue = parseInt(String(givenValue), 16);
			let [isValid, message] = Validator_1.Validator.isValidIPv6Hexadecatet(BigInt(hexadecatetValue));
			if (!isValid) throw Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			this.value = hexadecatetValue;
		}
		/**
		* Returns the numeric value in base 10 (ie decimal)
		*
		* @returns {number} the numeric value in base 10 (ie decimal)
		*/
		getValue() {
			return this.value;
		}
		/**
		* Returns the string representation of the base 16 representation of the value
		* @returns {string} the string representation of the base 16 representation of the value
		*/
		toString() {
			return this.value.toString(16);
		}
	};
	exports.Hexadecatet = Hexadecatet;
}));

// node_modules/ip-num/dist/src/Octet.js
var require_Octet = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.Octet = void 0;
	const Validator_1 = require_Validator();
	/**
	* A binary representation of a 8 bit value.
	*
	* {@see https://en.wikipedia.org/wiki/Octet_(computing)} for more information on Octets
	*
	* An octet is used in the textual representation of an {@link IPv4} number, where the IP number value is divided
	* into 4 octets
	*/
	var Octet = class Octet {
		/**
		* Convenience method for creating an Octet out of a string value representing the value of the octet
		*
		* @param {string} rawValue the octet value in string
		* @returns {Octet} the Octet instance
		*/
		static fromString(rawValue) {
			return new Octet(rawValue);
		}
		/**
		* Convenience method for creating an Octet out of a numeric value representing the value of the octet
		*
		* @param {number} rawValue the octet value in number
		* @returns {Octet} the Octet instance
		*/
		static fromNumber(rawValue) {
			return new Octet(rawValue);
		}
		/**
		* Constructor for creating an instance of an Octet.
		*
		* The constructor parameter given could either be a string or number.
		*
		* If a string, it is the string representation of the numeric value of the octet
		* If a number, it is the numeric representation of the value of the octet
		*
		* @param {string | number} givenValue value of the octet to be created.
		*/
		constructor(givenValue) {
			let octetValue;
			if (typeof givenValue === "string") octetValue = parseInt(givenValue);
			else octetValue = givenValue;
			let [isValid, message] = Validator_1.Validator.isValidIPv4Octet(BigInt(octetValue));
			if (!isValid) throw Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			this.value = octetValue;
		}
		/**
		* Method to get the numeric value of the octet
		*
		* @returns {number} the numeric value of the octet
		*/
		getValue() {
			return this.value;
		}
		/**
		* Returns a decimal representation of the value of the octet in string
		*
		* @returns {string} a decimal representation of the value of the octet in string
		*/
		toString() {
			return this.value.toString(10);
		}
	};
	exports.Octet = Octet;
}));

// node_modules/ip-num/dist/src/Prefix.js
var require_Prefix = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.IPv6Prefix = exports.IPv4Prefix = void 0;
	exports.isIPv4Prefix = isIPv4Prefix;
	const Validator_1 = require_Validator();
	const IPNumber_1 = require_IPNumber();
	const BinaryUtils_1 = require_BinaryUtils();
	const HexadecimalUtils_1 = require_HexadecimalUtils();
	const Hexadecatet_1 = require_Hexadecatet();
	/**
	* Represents the prefix portion in the CIDR notation for representing IP ranges
	*
	* The IPv4 prefix portion represents the mask. It is the number of continuous bits turned on (with value 1)
	* counting from the left side of an 8 bit value.
	*
	* {@see https://en.wikipedia.org/wiki/Classless_Inter-Domain_Routing} for more information on CIDR
	*/
	var IPv4Prefix = class IPv4Prefix {
		/**
		* Convenience method for constructing an instance of IPv4 prefix from a decimal number
		*
		* @param {number} rawValue the decimal value to construct the IPv4 prefix from.
		* @returns {IPv4Prefix} the instance of an IPv4 prefix
		*/
		static fromNumber(rawValue) {
			return new IPv4Prefix(rawValue);
		}
		static fromRangeSize(rangeSize) {
			let prefixNumber = rangeSize === 1n ? 32 : 32 - rangeSizeToPrefix(rangeSize, Validator_1.Validator.IPV4_SIZE);
			return IPv4Prefix.fromNumber(BigInt(prefixNumber));
		}
		/**
		* Constructor for an instance of IPv4 prefix from a decimal number
		*
		* @param {number} rawValue the decimal value to construct the IPv4 prefix from.
		* @returns {IPv4Prefix} the instance of an IPv4 prefix
		*/
		constructor(rawValue) {
			this.type = "IPv4";
			this.bitValue = 32n;
			let isValid;
			let message;
			[isValid, message] = Validator_1.Validator.isValidPrefixValue(rawValue, "IPv4");
			if (!isValid) throw new Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			this.value = rawValue;
		}
		/**
		* Gets the decimal value of the IPv4 prefix
		*
		* @returns {number} the decimal value of the IPv4 prefix
		*/
		getValue() {
			return this.value;
		}
		/**
		* Gets the decimal value of the IPv4 prefix as string
		* @returns {string} The decimal value of the IPv4 prefix as string
		*/
		toString() {
			return this.value.toString();
		}
		/**
		* Converts the IPv4 prefix to a {@link IPv4Mask}
		*
		* The IPv4 mask is the representation of the prefix in the dot-decimal notation
		*
		* @returns {IPv4Mask} the mask representation of the prefix
		*/
		toMask() {
			let onBits = "1".repeat(Number(this.value));
			let offBits = "0".repeat(Number(32n - this.value));
			return IPNumber_1.IPv4Mask.fromDecimalDottedString(this.toDecimalNotation(`${onBits}${offBits}`));
		}
		/**
		* Returns the size (number of IP numbers) of range of this prefix
		*
		* @return {bigint} the size (number of IP numbers) of range of this prefix
		*/
		toRangeSize() {
			/**
			* Using bitwise shift operation this will be
			* 1 << (this.bitValue - this.getValue())
			* Since left shift a number by x is equivalent to multiplying the number by the power x raised to 2
			* 2 << 4 = 2 * (2 raised to 4)
			*/
			return 1n << this.bitValue - this.getValue();
		}
		/**
		* Returns a prefix for when this prefix is merged
		* with another prefix of the same size
		*/
		merge() {
			return new IPv4Prefix(this.value - 1n);
		}
		/**
		* Returns a prefix for when this prefix is split
		* into two equal halves
		*/
		split() {
			return new IPv4Prefix(this.value + 1n);
		}
		toDecimalNotation(bits) {
			return `${(0, BinaryUtils_1.parseBinaryStringToBigInt)(bits.substr(0, 8))}.${(0, BinaryUtils_1.parseBinaryStringToBigInt)(bits.substr(8, 8))}.${(0, BinaryUtils_1.parseBinaryStringToBigInt)(bits.substr(16, 8))}.${(0, BinaryUtils_1.parseBinaryStringToBigInt)(bits.substr(24, 8))}`;
		}
	};
	exports.IPv4Prefix = IPv4Prefix;
	/**
	* Represents the prefix portion in the CIDR notation for representing IP ranges
	*
	* The IPv6 prefix portion represents the mask. It is the number of continuous bits turned on (with value 1)
	* counting from the left side of an 128 bit value.
	*
	* {@see https://en.wikipedia.org/wiki/Classless_Inter-Domain_Routing} for more information on CIDR
	*/
	var IPv6Prefix = class IPv6Prefix {
		/**
		* Convenience method for constructing an instance of IPv46 prefix from a decimal number
		*
		* @param {number} rawValue the decimal value to construct the IPv6 prefix from.
		* @returns {IPv4Prefix} the instance of an IPv6 prefix
		*/
		static fromNumber(rawValue) {
			return new IPv6Prefix(rawValue);
		}
		static fromRangeSize(rangeSize) {
			let prefixNumber = rangeSize === 1n ? 128 : 128 - rangeSizeToPrefix(rangeSize, Validator_1.Validator.IPV6_SIZE);
			return IPv6Prefix.fromNumber(BigInt(prefixNumber));
		}
		/**
		* Constructor for an instance of IPv6 prefix from a decimal number
		*
		* @param {number} rawValue the decimal value to construct the IPv6 prefix from.
		* @returns {IPv4Prefix} the instance of an IPv6 prefix
		*/
		constructor(rawValue) {
			this.type = "IPv6";
			this.bitValue = 128n;
			let isValid;
			let message;
			[isValid, message] = Validator_1.Validator.isValidPrefixValue(rawValue, "IPv6");
			if (!isValid) throw new Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			this.value = rawValue;
		}
		/**
		* Gets the decimal value of the IPv6 prefix
		*
		* @returns {number} the decimal value of the IPv6 prefix
		*/
		getValue() {
			return this.value;
		}
		/**
		* Gets the decimal value of the IPv4 prefix as string
		* @returns {string} he decimal value of the IPv4 prefix as string
		*/
		toString() {
			return this.value.toString();
		}
		/**
		* Converts the IPv6 prefix to a {@link IPv6Mask}
		*
		* The IPv6 mask is the representation of the prefix in 8 groups of 16 bit values represented in hexadecimal
		*
		* @returns {IPv6Mask} the mask representation of the prefix
		*/
		toMask() {
			let onBits = "1".repeat(Number(this.value));
			let offBits = "0".repeat(128 - Number(this.value));
			return IPNumber_1.IPv6Mask.fromHexadecatet(this.toHexadecatetNotation(`${onBits}${offBits}`));
		}
		/**
		* Returns the size (number of IP numbers) of range of this prefix
		*
		* @return {bigint} the size (number of IP numbers) of range of this prefix
		*/
		toRangeSize() {
			/**
			* Using bitwise shift operation this will be
			* 1 << (this.bitValue - this.getValue())
			* Since left shift a number by x is equivalent to multiplying the number by the power x raised to 2
			* 2 << 4 = 2 * (2 raised to 4)
			*/
			return 1n << this.bitValue - this.getValue();
		}
		/**
		* Returns a prefix for when this prefix is merged
		* with another prefix of the same size
		*/
		merge() {
			return new IPv6Prefix(this.value - 1n);
		}
		/**
		* Returns a prefix for when this prefix is split
		* into two equal halves
		*/
		split() {
			return new IPv6Prefix(this.value + 1n);
		}
		toHexadecatetNotation(bits) {
			return bits.match(/.{1,16}/g).map((binaryString) => {
				return Hexadecatet_1.Hexadecatet.fromString((0, HexadecimalUtils_1.binaryStringToHexadecimalString)(binaryString));
			}).map((value) => {
				return value.toString();
			}).join(":");
		}
	};
	exports.IPv6Prefix = IPv6Prefix;
	function rangeSizeToPrefix(rangeSize, rangeMaxSize) {
		let ipType = rangeMaxSize > Validator_1.Validator.IPV4_SIZE ? "IPv6" : "IPv4";
		if (rangeSize > rangeMaxSize || rangeSize === 0n) throw new Error(Validator_1.Validator.invalidIPRangeSizeMessage.replace("$iptype", ipType));
		try {
			return (0, BinaryUtils_1.intLog2)(rangeSize);
		} catch (e) {
			throw new Error(Validator_1.Validator.invalidIPRangeSizeForCidrMessage);
		}
	}
	/**
	* Check is the given Prefix is an {@link IPv4Prefix} or not
	* @param prefix the IP prefix to check if it is IPv4Prefix.
	*/
	function isIPv4Prefix(prefix) {
		return prefix.type === "IPv4";
	}
}));

// node_modules/ip-num/dist/src/IPRange.js
var require_IPRange = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.IPv6CidrRange = exports.IPv4CidrRange = exports.AbstractIPRange = exports.RangedSet = void 0;
	exports.isIPv4CidrRange = isIPv4CidrRange;
	const IPNumber_1 = require_IPNumber();
	const Prefix_1 = require_Prefix();
	const BinaryUtils_1 = require_BinaryUtils();
	const Validator_1 = require_Validator();
	/**
	* Represents a continuous segment of either IPv4 or IPv6 numbers
	* without adhering to classless inter-domain routing scheme
	* for allocating IP addresses.
	*/
	var RangedSet = class RangedSet {
		/**
		* Convenience method for constructing an instance of {@link RangedSet} from a
		* single IP number.
		*
		* @param ip The IP number, either IPv4 or IPv6 to construct the range from.
		*/
		static fromSingleIP(ip) {
			return new RangedSet(ip, ip);
		}
		/**
		* Convenience method for constructing an instance of {@link RangedSet} from an
		* instance of either {@link IPv4CidrRange} or {@link IPv6CidrRange}
		*
		* @param cidrRange an instance of {@link RangedSet}
		*/
		static fromCidrRange(cidrRange) {
			return new RangedSet(cidrRange.getFirst(), cidrRange.getLast());
		}
		/**
		* Convenience method for constructing an instance of {@link RangedSet} from
		* a range string in the form of firstIp-lastIp
		*
		* @param rangeString  string in the form of firstIp-lastIp
		*/
		static fromRangeString(rangeString) {
			let ips = rangeString.split("-").map((ip) => ip.trim());
			if (ips.length !== 2) throw new Error("Argument should be in the format firstip-lastip");
			let [firstIPString, lastIPString] = ips;
			let [isValidFirstIPv4] = Validator_1.Validator.isValidIPv4String(firstIPString);
			let [isValidSecondIPv4] = Validator_1.Validator.isValidIPv4String(lastIPString);
			let [isValidFirstIPv6] = Validator_1.Validator.isValidIPv6String(firstIPString);
			let [isValidLastIPv6] = Validator_1.Validator.isValidIPv6String(lastIPString);
			if (isValidFirstIPv4 && isValidSecondIPv4) return new RangedSet(IPNumber_1.IPv4.fromDecimalDottedString(firstIPString), IPNumber_1.IPv4.fromDecimalDottedString(lastIPString));
			else if (isValidFirstIPv6 && isValidLastIPv6) return new RangedSet(IPNumber_1.IPv6.fromHexadecatet(firstIPString), IPNumber_1.IPv6.fromHexadecatet(lastIPString));
			else throw new Error("First IP and Last IP should be valid and same type");
		}
		/**
		* Constructor for an instance of {@link RangedSet} from an
		* instance of either {@link IPv4CidrRange} or {@link IPv6CidrRange}
		*
		* Throws an exception if first IP number is not less than given last IP number
		*
		* @param first the first IP number of the range
		* @param last the last IP number of the range
		*/
		constructor(first, last) {
			this.first = first;
			this.last = last;
			if (first.isGreaterThan(last)) throw new Error(`${first.toString()} should be lower than ${last.toString()}`);
			this.currentValue = first;
			this.bitValue = BigInt(first.bitSize);
		}
		/**
		* Returns the first IP number in the range
		*/
		getFirst() {
			return this.first;
		}
		/**
		* Returns the last IP number in the range
		*/
		getLast() {
			return this.last;
		}
		/**
		* Returns the size, which is the number of IP numbers in the range.
		*/
		getSize() {
			return this.last.getValue() - this.first.getValue() + 1n;
		}
		/**
		* Converts to a string representation of the range in the form of:
		* <first-ip>-<last-ip>
		*/
		toRangeString() {
			return `${this.getFirst()}-${this.getLast()}`;
		}
		/**
		* Checks if this range is inside another range.
		*
		* @param otherRange the other range to check if this range is inside of.
		*/
		inside(otherRange) {
			return otherRange.contains(this);
		}
		/**
		* Checks if this range contains the given other range.
		*
		* @param otherRange the other range to check if this range contains
		*/
		contains(otherRange) {
			let thisFirst = this.getFirst();
			let thisLast = this.getLast();
			let otherFirst = otherRange.getFirst();
			let otherLast = otherRange.getLast();
			return thisFirst.isLessThanOrEquals(otherFirst) && thisLast.isGreaterThanOrEquals(otherLast);
		}
		/**
		* Check if this range is equal to the given other range.
		*
		* @param otherRange the other range to check if equal to this range.
		*/
		isEquals(otherRange) {
			return this.getFirst().isEquals(otherRange.getFirst()) && this.getLast().isEquals(otherRange.getLast());
		}
		/**
		* Check if this range is less than the given range.
		*
		* @param otherRange the other range to check if less than.
		*/
		isLessThan(otherRange) {
			if (this.isEquals(otherRange)) return false;
			else {
				if (this.getFirst().isEquals(otherRange.getFirst())) return this.getSize() < otherRange.getSize();
				return this.getFirst().isLessThan(otherRange.getFirst());
			}
		}
		/**
		* Check if this range is greater than the given range.
		*
		* @param otherRange the other range to check if greater than.
		*/
		isGreaterThan(otherRange) {
			if (this.isEquals(otherRange)) return false;
			else {
				if (this.getFirst().isEquals(otherRange.getFirst())) return this.getSize() > otherRange.getSize();
				return this.getFirst().isGreaterThan(otherRange.getFirst());
			}
		}
		/**
		* Checks of this range overlaps with a given other range.
		*
		* This means it checks if part of a range is part of another range without
		* being totally contained in the other range. Hence Equal or ranges contained inside one
		* another are not considered as overlapping.
		*
		* @param otherRange the other range to check if it overlaps with this range.
		*/
		isOverlapping(otherRange) {
			let thisFirst = this.getFirst();
			let thisLast = this.getLast();
			let otherFirst = otherRange.getFirst();
			let otherLast = otherRange.getLast();
			return thisLast.isGreaterThan(otherFirst) && thisLast.isLessThanOrEquals(otherLast) && thisFirst.isLessThan(otherFirst) || otherLast.isGreaterThan(thisFirst) && otherLast.isLessThanOrEquals(thisLast) && otherFirst.isLessThan(thisFirst) || this.contains(otherRange) || otherRange.contains(this);
		}
		/**
		* Check if this range can be converted to a CIDR range.
		*/
		isCidrAble() {
			if (this.getSize() === 1n) return true;
			try {
				let prefix = Number(this.bitValue) - (0, BinaryUtils_1.intLog2)(this.getSize());
				let netmask = (0, BinaryUtils_1.parseBinaryStringToBigInt)((0, BinaryUtils_1.cidrPrefixToMaskBinaryString)(prefix, (0, IPNumber_1.isIPv4)(this.currentValue) ? "IPv4" : "IPv6"));
				return this.first.getValue() === (netmask & this.first.getValue());
			} catch (e) {
				return false;
			}
		}
		/**
		* Converts an instance of range to an instance of CIDR range
		*/
		toCidrRange() {
			if ((0, IPNumber_1.isIPv4)(this.currentValue)) return this.toIPv4CidrRange();
			else return this.toIPv6CidrRange();
		}
		/**
		* Checks if this range is consecutive with another range.
		*
		* This means if the two ranges can be placed side by side, without any gap. Hence Equal
		* or ranges contained inside one another, or overlapping ranges are not considered as consecutive.
		*
		* @param otherRange the other range to check if this range is consecutive to.
		*/
		isConsecutive(otherRange) {
			let thisFirst = this.getFirst();
			let thisLast = this.getLast();
			let otherFirst = otherRange.getFirst();
			let otherLast = otherRange.getLast();
			return thisLast.hasNext() && thisLast.nextIPNumber().isEquals(otherFirst) || otherLast.hasNext() && otherLast.nextIPNumber().isEquals(thisFirst);
		}
		/**
		* Creates a range that is a union of this range and the given other range.
		*
		* @param otherRange the other range to combine with this range
		*/
		union(otherRange) {
			if (this.isEquals(otherRange)) return new RangedSet(otherRange.getFirst(), otherRange.getLast());
			if (this.contains(otherRange)) return new RangedSet(this.getFirst(), this.getLast());
			else if (otherRange.contains(this)) return new RangedSet(otherRange.getFirst(), otherRange.getLast());
			if (this.isOverlapping(otherRange)) {
				if (this.getFirst().isLessThan(otherRange.getFirst())) return new RangedSet(this.getFirst(), otherRange.getLast());
				else return new RangedSet(otherRange.getFirst(), this.getLast());
			}
			throw new Error("Ranges do not overlap nor are equal");
		}
		/**
		* Prepends given range with this range.
		* The last IP in the given range should be adjacent to the first IP in this range
		*
		* @param otherRange the other range to prepend
		*/
		prepend(otherRange) {
			if (otherRange.getLast().nextIPNumber().isEquals(this.getFirst())) return new RangedSet(otherRange.getFirst(), this.getLast());
			else throw new Error("Range to prepend must be adjacent");
		}
		/**
		* Appends given range with this range.
		* The last IP in this range should be adjacent to the first IP in range to append
		*
		* @param otherRange the other range to append
		*/
		append(otherRange) {
			if (this.getLast().nextIPNumber().isEquals(otherRange.getFirst())) return new RangedSet(this.getFirst(), otherRange.getLast());
			else throw new Error("Range to append must be adjacent");
		}
		subtract(otherRange) {
			if (!this.isOverlapping(otherRange)) throw new Error("Cannot subtract ranges that are not overlapping");
			if (!this.isLessThan(otherRange)) throw new Error("Cannot subtract a larger range from this range");
			return new RangedSet(this.getFirst(), otherRange.getLast());
		}
		/**
		* Returns a sub range of a given size from this range.
		*
		* @param offset offset from this range where the subrange should begin
		* @param size the size of the range
		*/
		takeSubRange(offset, size) {
			if (offset + size > this.getSize()) throw new RangeError("Requested range is greater than what can be taken");
			if (size === 0n) throw new Error("Sub range cannot be zero");
			let valueOfFirstIp = this.getFirst().value + offset;
			let firstIp = (0, IPNumber_1.isIPv4)(this.getFirst()) ? IPNumber_1.IPv4.fromNumber(valueOfFirstIp) : IPNumber_1.IPv6.fromBigInt(valueOfFirstIp);
			let valueOfLastIp = firstIp.value + (size - 1n);
			let lastIp = (0, IPNumber_1.isIPv4)(firstIp) ? IPNumber_1.IPv4.fromNumber(valueOfLastIp) : IPNumber_1.IPv6.fromBigInt(valueOfLastIp);
			return new RangedSet(firstIp, lastIp);
		}
		/**
		* Performs a subtraction operation, where the passed range is removed from the original range.
		*
		* The return range from the subtraction operation could be a single or multiple ranges
		*
		* @param range
		*/
		difference(range) {
			if (range.getSize() > this.getSize()) throw new Error("Range is greater than range to be subtracted from");
			if (!this.contains(range)) throw new Error("Range to subtract is not contained in this range");
			let reminders = [];
			try {
				reminders.push(new RangedSet(this.getFirst(), range.getFirst().previousIPNumber()));
			} catch (e) {}
			try {
				reminders.push(new RangedSet(range.getLast().nextIPNumber(), this.getLast()));
			} catch (e) {}
			return reminders;
		}
		*take(count) {
			let computed = this.getFirst();
			let returnCount = count === void 0 ? this.getSize().valueOf() : count;
			while (returnCount > 0) {
				returnCount--;
				yield computed;
				computed = computed.nextIPNumber();
			}
		}
		*[Symbol.iterator]() {
			yield* this.take();
		}
		toIPv4CidrRange() {
			let candidateRange = new IPv4CidrRange(IPNumber_1.IPv4.fromNumber(this.getFirst().getValue()), Prefix_1.IPv4Prefix.fromRangeSize(this.getSize()));
			if (candidateRange.getFirst().isEquals(this.getFirst())) return candidateRange;
			else throw new Error("Range cannot be converted to CIDR");
		}
		toIPv6CidrRange() {
			let candidateRange = new IPv6CidrRange(IPNumber_1.IPv6.fromBigInt(this.getFirst().getValue()), Prefix_1.IPv6Prefix.fromRangeSize(this.getSize()));
			if (candidateRange.getFirst().isEquals(this.getFirst())) return candidateRange;
			else throw new Error("Range cannot be converted to CIDR");
		}
	};
	exports.RangedSet = RangedSet;
	/**
	* Provides the implementation of functionality that are common to {@link IPv4CidrRange} and {@link IPv6CidrRange}
	*/
	var AbstractIPRange = class {
		hasNextRange() {
			let sizeOfCurrentRange = this.getSize();
			return 2n ** this.bitValue - sizeOfCurrentRange >= this.getFirst().getValue() + sizeOfCurrentRange;
		}
		hasPreviousRange() {
			return this.getSize() <= this.getFirst().getValue();
		}
		toRangeSet() {
			return new RangedSet(this.getFirst(), this.getLast());
		}
		inside(otherRange) {
			return this.toRangeSet().inside(otherRange.toRangeSet());
		}
		contains(otherRange) {
			if (otherRange instanceof IPNumber_1.AbstractIPNum) {
				const firstValue = this.getFirst().getValue();
				const lastValue = this.getLast().getValue();
				const otherValue = otherRange.getValue();
				return otherValue >= firstValue && otherValue <= lastValue;
			}
			return this.toRangeSet().contains(otherRange.toRangeSet());
		}
		toRangeString() {
			return this.toRangeSet().toRangeString();
		}
		isOverlapping(otherRange) {
			return this.toRangeSet().isOverlapping(otherRange.toRangeSet());
		}
		isConsecutive(otherRange) {
			return this.toRangeSet().isConsecutive(otherRange.toRangeSet());
		}
		isCidrMergeable(otherRange) {
			const count = BigInt((0, BinaryUtils_1.matchingBitCount)(this.getFirst().toBinaryString(), otherRange.getFirst().toBinaryString()));
			if (this.getPrefix().value - count !== 1n) return false;
			return this.isConsecutive(otherRange) && this.getSize() === otherRange.getSize();
		}
		isMergeable(otherRange) {
			return this.isCidrMergeable(otherRange) || this.contains(otherRange) || this.inside(otherRange);
		}
		isEquals(otherRange) {
			return this.toRangeSet().isEquals(otherRange.toRangeSet());
		}
		merge(otherRange) {
			if (!this.isCidrMergeable(otherRange)) throw new Error(`Cannot merge. Ranges (${this.toRangeString()},${otherRange.toRangeString()}) are not consecutive and/or of same size`);
			return this.newInstance(this.getFirst(), this.getPrefix().merge());
		}
		/**
		* Returns a lazily evaluated representation of the IP range that produces IP numbers by either:
		*
		* - iterating over using the for of syntax
		* - converting to array using spread syntax
		* - or assigning values to variables using deconstruction
		*
		* @param count the number of IP numbers to lazily evaluate.
		* If none is given, the whole IP range is lazily returned.
		*/
		*takeStream(count) {
			return this.toRangeSet().take(count);
		}
		*[Symbol.iterator]() {
			yield* this.toRangeSet();
		}
	};
	exports.AbstractIPRange = AbstractIPRange;
	/**
	* Represents a continuous segment of IPv4 numbers following the
	* classless inter-domain routing scheme for allocating IP addresses.
	*
	* @see https://en.wikipedia.org/wiki/Classless_Inter-Domain_Routing
	*/
	var IPv4CidrRange = class IPv4CidrRange extends AbstractIPRange {
		/**
		* Convenience method for constructing an instance of an IPv4CidrRange from an IP range represented in CIDR notation
		*
		* @param {string} rangeIncidrNotation the range of the IPv4 number in CIDR notation
		* @returns {IPv4CidrRange} the IPv4CidrRange
		*/
		static fromCidr(rangeIncidrNotation) {
			let [isValid, errorMessages] = Validator_1.Validator.isValidIPv4CidrNotation(rangeIncidrNotation);
			if (!isValid) {
				let messages = errorMessages.filter((message) => {
					return message !== "";
				});
				throw new Error(messages.join(" and "));
			}
			let cidrComponents = rangeIncidrNotation.split("/");
			let ipString = cidrComponents[0];
			let prefix = BigInt(parseInt(cidrComponents[1]));
			return new IPv4CidrRange(IPNumber_1.IPv4.fromDecimalDottedString(ipString), Prefix_1.IPv4Prefix.fromNumber(prefix));
		}
		/**
		* Constructor for creating an instance of an IPv4 range.
		*
		* The arguments taken by the constructor is inspired by the CIDR notation which basically consists of the IP
		* number and the prefix.
		*
		* @param {IPv4} ipv4 the IP number used to construct the range. By convention this is the first IP number in
		* the range, but it could also be any IP number within the range
		* @param {IPv4Prefix} cidrPrefix the prefix which is a representation of the number of bits used to mask the
		* given IP number in other to create the range
		*/
		constructor(ipv4, cidrPrefix) {
			super();
			this.ipv4 = ipv4;
			this.cidrPrefix = cidrPrefix;
			this.bitValue = 32n;
		}
		/**
		* Gets the size of IPv4 numbers contained within the IPv4 range
		*
		* @returns {bigint} the amount of IPv4 numbers in the range
		*/
		getSize() {
			return this.cidrPrefix.toRangeSize();
		}
		/**
		* Method that returns the IPv4 range in CIDR (Classless Inter-Domain Routing) notation.
		*
		* See {@link https://en.wikipedia.org/wiki/Classless_Inter-Domain_Routing#CIDR_notation} for more information
		* on the Classless Inter-Domain Routing notation
		*
		* @returns {string} the IPv4 range in CIDR (Classless Inter-Domain Routing) notation
		*/
		toCidrString() {
			return `${this.ipv4.toString().toString()}/${this.cidrPrefix.toString()}`;
		}
		/**
		* Method that returns the IPv4 range in string notation where the first IPv4 number and last IPv4 number are
		* separated by an hyphen. eg. 192.198.0.0-192.198.0.255
		*
		* @returns {string} the range in [first IPv4 number] - [last IPv4 number] format
		*/
		toRangeString() {
			return super.toRangeString();
		}
		/**
		* Method that returns the first IPv4 number in the IPv4 range
		*
		* @returns {IPv4} the first IPv4 number in the IPv4 range
		*/
		getFirst() {
			return IPNumber_1.IPv4.fromNumber(this.ipv4.getValue() & this.cidrPrefix.toMask().getValue());
		}
		/**
		* Method that returns the last IPv4 number in the IPv4 range
		*
		* @returns {IPv4} the last IPv4 number in the IPv4 range
		*/
		getLast() {
			return last(this, this.ipv4);
		}
		newInstance(num, prefix) {
			return new IPv4CidrRange(num, prefix);
		}
		getPrefix() {
			return this.cidrPrefix;
		}
		/**
		* Indicates whether the given IPv4 range is an adjacent range.
		*
		* An adjacent range being one where the end of the given range, when incremented by one marks the start of the
		* other range. Or where the start of the given range, when decreased by one, marks the end of the other range
		*
		* @param {IPv4CidrRange} otherRange the other IPv4 range to compare with
		* @returns {boolean} true if the two IPv4 ranges are consecutive, false otherwise
		*/
		isConsecutive(otherRange) {
			return super.isConsecutive(otherRange);
		}
		/**
		* Indicates if the given IPv4 range is a subset.
		*
		* By a subset range, it means all the values of the given range are contained by this IPv4 range
		*
		* @param {IPv4CidrRange} otherRange the other IPv4 range
		* @returns {boolean} true if the other Ipv4 range is a subset. False otherwise.
		*/
		contains(otherRange) {
			return super.contains(otherRange);
		}
		/**
		* Indicate if the given range is a container range.
		*
		* By container range, it means all the IP number in this current range can be found within the given range.
		*
		* @param {IPv4CidrRange} otherRange he other IPv4 range
		* @returns {boolean} true if the other Ipv4 range is a container range. False otherwise.
		*/
		inside(otherRange) {
			return super.inside(otherRange);
		}
		/**
		* Checks if two IPv4 ranges overlap
		* @param {IPv4CidrRange} otherRange the other IPv4 range
		* @returns {boolean} true if the ranges overlap, false otherwise
		*/
		isOverlapping(otherRange) {
			return super.isOverlapping(otherRange);
		}
		/**
		* Method that takes IPv4 number from within an IPv4 range, starting from the first IPv4 number
		*
		* @param {bigint} count the amount of IPv4 number to take from the IPv4 range
		* @returns {Array<IPv4>} an array of IPv4 number, taken from the IPv4 range
		*/
		take(count) {
			let ipv4s = [this.getFirst()];
			let iteratingIPv4 = this.getFirst();
			if (count > this.getSize()) {
				let errMessage = Validator_1.Validator.takeOutOfRangeSizeMessage.replace("$count", count.toString()).replace("$size", this.getSize().toString());
				throw new Error(errMessage);
			}
			for (let counter = 0; counter < count - 1n; counter++) {
				ipv4s.push(iteratingIPv4.nextIPNumber());
				iteratingIPv4 = iteratingIPv4.nextIPNumber();
			}
			return ipv4s;
		}
		/**
		* Method that splits an IPv4 range into two halves
		*
		* @returns {Array<IPv4CidrRange>} An array of two {@link IPv4CidrRange}
		*/
		split() {
			let prefixToSplit = this.cidrPrefix.getValue();
			if (prefixToSplit === 32n) throw new Error("Cannot split an IP range with a single IP number");
			let splitCidr = Prefix_1.IPv4Prefix.fromNumber(prefixToSplit + 1n);
			let firstIPOfFirstRange = this.getFirst();
			let firstRange = new IPv4CidrRange(firstIPOfFirstRange, splitCidr);
			let firstIPOfSecondRange = firstRange.getLast().nextIPNumber();
			return [firstRange, new IPv4CidrRange(firstIPOfSecondRange, splitCidr)];
		}
		/**
		* Method that split prefix into ranges of the given prefix,
		* throws an exception if the size of the given prefix is larger than target prefix
		*
		* @param prefix the prefix to use to split
		* @returns {Array<IPv4CidrRange>} An array of two {@link IPv4CidrRange}
		*/
		splitInto(prefix) {
			let splitCount = prefix.getValue() - this.cidrPrefix.getValue();
			if (splitCount < 0) throw new Error("Prefix to split into is larger than source prefix");
			else if (splitCount === 0n) return [new IPv4CidrRange(this.getFirst(), prefix)];
			else if (splitCount === 1n) return this.split();
			else {
				let results = this.split();
				while (splitCount > 1) {
					results = results.flatMap((result) => result.split());
					splitCount = splitCount - 1n;
				}
				return results;
			}
		}
		/**
		* Returns true if there is an adjacent IPv4 cidr range of exactly the same size next to this range
		*/
		hasNextRange() {
			return super.hasNextRange();
		}
		/**
		* Returns true if there is an adjacent IPv4 cidr range of exactly the same size previous to this range
		*/
		hasPreviousRange() {
			return super.hasPreviousRange();
		}
		/**
		* Return the next IPv6 cidr range, or undefined if no next range
		*/
		nextRange() {
			if (this.hasNextRange()) {
				let sizeOfCurrentRange = this.getSize();
				let startOfNextRange = this.getFirst().getValue() + sizeOfCurrentRange;
				return new IPv4CidrRange(new IPNumber_1.IPv4(startOfNextRange), this.cidrPrefix);
			}
		}
		/**
		* Return the previous IPv6 cidr range, or undefined if no next range
		*/
		previousRange() {
			if (this.hasPreviousRange()) {
				let sizeOfCurrentRange = this.getSize();
				let startOfPreviousRange = this.getFirst().getValue() - sizeOfCurrentRange;
				return new IPv4CidrRange(new IPNumber_1.IPv4(startOfPreviousRange), this.cidrPrefix);
			}
		}
	};
	exports.IPv4CidrRange = IPv4CidrRange;
	/**
	* Represents a continuous segment of IPv6 number following the
	* classless inter-domain routing scheme for allocating IP addresses.
	*
	* @see https://en.wikipedia.org/wiki/Classless_Inter-Domain_Routing
	*/
	var IPv6CidrRange = class IPv6CidrRange extends AbstractIPRange {
		/**
		* Convenience method for constructing an instance of an IPV6Range from an IP range represented in CIDR notation
		*
		* @param {string} rangeInCidrNotation the range of the IPv6 number in CIDR notation
		* @returns {IPv6CidrRange} the IPV6Range
		*/
		static fromCidr(rangeInCidrNotation) {
			let [isValid, message] = Validator_1.Validator.isValidIPv6CidrNotation(rangeInCidrNotation);
			if (!isValid) throw new Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			let cidrComponents = rangeInCidrNotation.split("/");
			let ipString = cidrComponents[0];
			let prefix = BigInt(parseInt(cidrComponents[1]));
			return new IPv6CidrRange(IPNumber_1.IPv6.fromHexadecatet(ipString), Prefix_1.IPv6Prefix.fromNumber(prefix));
		}
		/**
		* Constructor for creating an instance of an IPv6 range.
		*
		* The arguments taken by the constructor is inspired by the CIDR notation which basically consists of the IP
		* number and the prefix.
		*
		* @param {IPv6} ipv6 the IP number used to construct the range. By convention this is the first IP number in
		* the range, but it could also be any IP number within the range
		* @param {IPv6Prefix} cidrPrefix the prefix which is a representation of the number of bits used to mask the
		* given IPv6 number in other to create the range
		*/
		constructor(ipv6, cidrPrefix) {
			super();
			this.ipv6 = ipv6;
			this.cidrPrefix = cidrPrefix;
			this.bitValue = 128n;
		}
		/**
		* Gets the size of IPv6 numbers contained within the IPv6 range
		*
		* @returns {bigint} the amount of IPv6 numbers in the range
		*/
		getSize() {
			return this.cidrPrefix.toRangeSize();
		}
		/**
		* Method that returns the IPv6 range in CIDR (Classless Inter-Domain Routing) notation.
		*
		* See {@link https://en.wikipedia.org/wiki/Classless_Inter-Domain_Routing#CIDR_notation} for more information
		* on the Classless Inter-Domain Routing notation
		*
		* @returns {string} the IPv6 range in CIDR (Classless Inter-Domain Routing) notation
		*/
		toCidrString() {
			return `${this.ipv6.toString().toString()}/${this.cidrPrefix.toString()}`;
		}
		/**
		* Method that returns the IPv6 range in string notation where the first IPv6 number and last IPv6 number are
		* separated by an hyphen. eg. "2001:db8:0:0:0:0:0:0-2001:db8:0:ffff:ffff:ffff:ffff:ffff"
		*
		* @returns {string} the range in [first IPv6 number] - [last IPv6 number] format
		*/
		toRangeString() {
			return super.toRangeString();
		}
		/**
		* Method that returns the first IPv6 number in the IPv6 range
		*
		* @returns {IPv6} the first IPv6 number in the IPv6 range
		*/
		getFirst() {
			return IPNumber_1.IPv6.fromBigInt(this.ipv6.getValue() & this.cidrPrefix.toMask().getValue());
		}
		/**
		* Method that returns the last IPv6 number in the IPv6 range
		*
		* @returns {IPv6} the last IPv6 number in the IPv6 range
		*/
		getLast() {
			return last(this, this.ipv6);
		}
		newInstance(num, prefix) {
			return new IPv6CidrRange(num, prefix);
		}
		getPrefix() {
			return this.cidrPrefix;
		}
		/**
		* Indicates whether the given IPv6 range is an adjacent range.
		*
		* An adjacent range being one where the end of the given range, when incremented by one marks the start of the
		* other range. Or where the start of the given range, when decreased by one, marks the end of the other range
		*
		* @param {IPv6CidrRange} otherRange the other IPv6 range to compare with
		* @returns {boolean} true if the two IPv6 ranges are consecutive, false otherwise
		*/
		isConsecutive(otherRange) {
			return super.isConsecutive(otherRange);
		}
		/**
		* Indicates if the given IPv6 range is a subset.
		*
		* By a subset range, it means all the values of the given range are contained by this IPv6 range
		*
		* @param {IPv6CidrRange} otherRange the other IPv6 range
		* @returns {boolean} true if the other Ipv6 range is a subset. False otherwise.
		*/
		contains(otherRange) {
			return super.contains(otherRange);
		}
		/**
		* Indicate if the given range is a container range.
		*
		* By container range, it means all the IP number in this current range can be found within the given range.
		*
		* @param {IPv6CidrRange} otherRange he other IPv6 range
		* @returns {boolean} true if the other Ipv6 range is a container range. False otherwise.
		*/
		inside(otherRange) {
			return super.inside(otherRange);
		}
		/**
		* Checks if two IPv6 ranges overlap
		* @param {IPv6CidrRange} otherRange the other IPv6 range
		* @returns {boolean} true if the ranges overlap, false otherwise
		*/
		isOverlapping(otherRange) {
			return super.isOverlapping(otherRange);
		}
		/**
		* Method that takes IPv6 number from within an IPv6 range, starting from the first IPv6 number
		*
		* @param {bigint} count the amount of IPv6 number to take from the IPv6 range
		* @returns {Array<IPv6>} an array of IPv6 number, taken from the IPv6 range
		*/
		take(count) {
			let iPv6s = [this.getFirst()];
			let iteratingIPv6 = this.getFirst();
			if (count > this.getSize()) throw new Error(`${count.toString()} is greater than ${this.getSize().toString()}, the size of the range`);
			for (var counter = 0; counter < count - 1n; counter++) {
				iPv6s.push(iteratingIPv6.nextIPNumber());
				iteratingIPv6 = iteratingIPv6.nextIPNumber();
			}
			return iPv6s;
		}
		/**
		* Method that splits an IPv6 cidr range into two halves
		*
		* @returns {Array<IPv6CidrRange>} An array of two {@link IPv6CidrRange}
		*/
		split() {
			let prefixToSplit = this.cidrPrefix.getValue();
			if (prefixToSplit === 128n) throw new Error("Cannot split an IP range with a single IP number");
			let splitCidr = Prefix_1.IPv6Prefix.fromNumber(prefixToSplit + 1n);
			let firstIPOfFirstRange = this.getFirst();
			let firstRange = new IPv6CidrRange(firstIPOfFirstRange, splitCidr);
			let firstIPOfSecondRange = firstRange.getLast().nextIPNumber();
			return [firstRange, new IPv6CidrRange(firstIPOfSecondRange, splitCidr)];
		}
		/**
		* Method that split prefix into ranges of the given prefix,
		* throws an exception if the size of the given prefix is larger than target prefix
		*
		* @param prefix the prefix to use to split
		* @returns {Array<IPv6CidrRange>} An array of two {@link IPv6CidrRange}
		*/
		splitInto(prefix) {
			let splitCount = prefix.getValue() - this.cidrPrefix.getValue();
			if (splitCount < 0) throw new Error("Prefix to split into is larger than source prefix");
			else if (splitCount === 0n) return [new IPv6CidrRange(this.getFirst(), prefix)];
			else if (splitCount === 1n) return this.split();
			else {
				let results = this.split();
				while (splitCount > 1) {
					results = results.flatMap((result) => result.split());
					splitCount = splitCount - 1n;
				}
				return results;
			}
		}
		/**
		* Returns true if there is an adjacent IPv6 cidr range of exactly the same size next to this range
		*/
		hasNextRange() {
			return super.hasNextRange();
		}
		/**
		* Returns true if there is an adjacent IPv6 cidr range of exactly the same size previous to this range
		*/
		hasPreviousRange() {
			return super.hasPreviousRange();
		}
		/**
		* Return the next IPv6 cidr range, or undefined if no next range
		*/
		nextRange() {
			if (this.hasNextRange()) {
				let sizeOfCurrentRange = this.getSize();
				let startOfNextRange = this.getFirst().getValue() + sizeOfCurrentRange;
				return new IPv6CidrRange(new IPNumber_1.IPv6(startOfNextRange, this.ipv6.zoneId), this.cidrPrefix);
			}
		}
		/**
		* Return the previous IPv6 cidr range, or undefined if no next range
		*/
		previousRange() {
			if (this.hasPreviousRange()) {
				let sizeOfCurrentRange = this.getSize();
				let startOfPreviousRange = this.getFirst().getValue() - sizeOfCurrentRange;
				return new IPv6CidrRange(new IPNumber_1.IPv6(startOfPreviousRange, this.ipv6.zoneId), this.cidrPrefix);
			}
		}
	};
	exports.IPv6CidrRange = IPv6CidrRange;
	let last = (range, ip) => {
		let bitValue = Number(range.bitValue.valueOf());
		let maskSize = BigInt(`0b${"1".repeat(bitValue)}`);
		let maskAsBigInteger = range.cidrPrefix.toMask().getValue();
		let invertedMask = (0, BinaryUtils_1.leftPadWithZeroBit)((maskAsBigInteger ^ maskSize).toString(2), bitValue);
		if (isIPv4CidrRange(range)) return IPNumber_1.IPv4.fromNumber(ip.getValue() | (0, BinaryUtils_1.parseBinaryStringToBigInt)(invertedMask));
		else return IPNumber_1.IPv6.fromBigInt(ip.getValue() | (0, BinaryUtils_1.parseBinaryStringToBigInt)(invertedMask));
	};
	function isIPv4CidrRange(ip) {
		return ip.bitValue.valueOf() === 32n;
	}
}));

// node_modules/ip-num/dist/src/IPNumber.js
var require_IPNumber = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.IPv6Mask = exports.IPv4Mask = exports.IPv6 = exports.Asn = exports.IPv4 = exports.AbstractIPNum = void 0;
	exports.isIPv4 = isIPv4;
	const Octet_1 = require_Octet();
	const Validator_1 = require_Validator();
	const BinaryUtils_1 = require_BinaryUtils();
	const BinaryUtils_2 = require_BinaryUtils();
	const BinaryUtils_3 = require_BinaryUtils();
	const BinaryUtils_4 = require_BinaryUtils();
	const Hexadecatet_1 = require_Hexadecatet();
	const HexadecimalUtils_1 = require_HexadecimalUtils();
	const IPv6Utils_1 = require_IPv6Utils();
	const HexadecimalUtils_2 = require_HexadecimalUtils();
	const IPRange_1 = require_IPRange();
	const IPRange_2 = require_IPRange();
	/**
	* Provides the implementation of functionality that are common
	* to {@link IPv4}, {@link IPv6}, {@link IPv4Mask} and {@link IPv6Mask}
	*/
	var AbstractIPNum = class {
		/**
		* Gets the numeric value of an IP number as {@link BigInt}
		*
		* @returns bigInt the numeric value of an IP number.
		*/
		getValue() {
			return this.value;
		}
		/**
		* Gets the binary string representation of an IP number.
		*
		* @returns {string} the string binary representation.
		*/
		toBinaryString() {
			return (0, BinaryUtils_3.leftPadWithZeroBit)(this.value.toString(2), this.bitSize);
		}
		/**
		* Checks if an IP number has a value greater than the present value
		* @returns {boolean} true, if there is a value greater than the present value. Returns false otherwise.
		*/
		hasNext() {
			return this.value < this.maximumBitSize;
		}
		/**
		* Checks if an IP number has a value lesser than the present value
		* @returns {boolean} true, if there is a value lesser than the present value. Returns false otherwise.
		*/
		hasPrevious() {
			return this.value > 0n;
		}
		/**
		* Checks if the given IP number, is equals to the current IP number
		*
		* @param {AbstractIPNum} anotherIPNum the other IP number to compare with
		* @returns {boolean} true if the given IP number is equals
		*/
		isEquals(anotherIPNum) {
			return this.value === anotherIPNum.value;
		}
		/**
		* Checks if the given IP number is lesser than this current IP number
		*
		* @param {AbstractIPNum} anotherIPNum the other IP number to compare with
		* @returns {boolean} true if the given IP number is less than this current one. False otherwise.
		*/
		isLessThan(anotherIPNum) {
			return this.value < anotherIPNum.value;
		}
		/**
		* Checks if the given IP number is greater than this current IP number
		*
		* @param {AbstractIPNum} anotherIPNum the other IP number to compare with
		* @returns {boolean} true if the given IP number is greater than this current one. False otherwise.
		*/
		isGreaterThan(anotherIPNum) {
			return this.value > anotherIPNum.value;
		}
		/**
		* Checks if the given IP number is less than or equals to this current IP number
		*
		* @param {AbstractIPNum} anotherIPNum the other IP number to compare with
		* @returns {boolean} true if the given IP number is less than or equals to this current one. False otherwise.
		*/
		isLessThanOrEquals(anotherIPNum) {
			return this.value <= anotherIPNum.value;
		}
		/**
		* Checks if the given IP number is greater than or equals to this current IP number
		*
		* @param {AbstractIPNum} anotherIPNum the other IP number to compare with
		* @returns {boolean} {boolean} true if the given IP number is greater than or equals to this current one. False
		* otherwise.
		*/
		isGreaterThanOrEquals(anotherIPNum) {
			return this.value >= anotherIPNum.value;
		}
	};
	exports.AbstractIPNum = AbstractIPNum;
	/**
	* Represents an IPv4 number. A 32 bit number that is used to uniquely identify a device that is part of a computer
	* network that uses the internet protocol for communication.
	*
	* @see https://en.wikipedia.org/wiki/IPv4
	* @see https://www.rfc-editor.org/info/rfc791
	*/
	var IPv4 = class IPv4 extends AbstractIPNum {
		/**
		* A convenience method for creating an {@link IPv4} by providing the decimal value of the IP number in BigInt
		*
		* @param {bigint} bigIntValue the decimal value of the IP number in BigInt
		* @returns {IPv4} the IPv4 instance
		*/
		static fromNumber(bigIntValue) {
			return new IPv4(bigIntValue);
		}
		/**
		* A convenience method for creating an {@link IPv4} by providing the IP number in dot-decimal notation. E.g
		* "10.1.1.10"
		*
		* {@see https://en.wikipedia.org/wiki/Dot-decimal_notation} for more information on dot-decimal notation.
		*
		* @param {string} ipString the IP number in dot-decimal notation
		* @returns {IPv4} the IPv4 instance
		*/
		static fromDecimalDottedString(ipString) {
			return new IPv4(ipString);
		}
		/**
		* Alias for IPv4.fromDecimalDottedString.
		*
		* @param {string} ipString the IP number in dot-decimal notation
		* @returns {IPv4} the IPv4 instance
		*/
		static fromString(ipString) {
			return IPv4.fromDecimalDottedString(ipString);
		}
		/**
		* A convenience method for creating an {@link IPv4} from binary string
		*
		* @param {string} ipBinaryString the binary string representing the IPv4 number to be created
		* @returns {IPv4} the IPv4 instance
		*/
		static fromBinaryString(ipBinaryString) {
			let validationResult = Validator_1.Validator.isValidBinaryString(ipBinaryString);
			if (validationResult[0]) return new IPv4((0, BinaryUtils_2.parseBinaryStringToBigInt)(ipBinaryString));
			else throw Error(validationResult[1].join(","));
		}
		/**
		* Constructor for an IPv4 number.
		*
		* @param {string | bigint} ipValue value to construct an IPv4 from. The given value can either be
		* numeric or string. If a string is given then it needs to be in dot-decimal notation
		*/
		constructor(ipValue) {
			super();
			/**
			* The number of bits needed to represents the value of the IPv4 number
			*/
			this.bitSize = 32;
			/**
			* The maximum bit size (i.e. binary value) of the IPv4 number in BigInt
			*/
			this.maximumBitSize = Validator_1.Validator.THIRTY_TWO_BIT_SIZE;
			/**
			* The type of IP number. Value is one of the values of the {@link IPNumType} enum
			* @type {IPNumType} the type of IP number
			*/
			this.type = "IPv4";
			/**
			* An array of {@link Octet}'s
			*
			* @type {Array} the octets that makes up the IPv4 number
			*/
			this.octets = [];
			/**
			* The string character used to separate the individual octets when the IPv4 is rendered as strings
			*
			* @type {string} The string character used to separate the individual octets when rendered as strings
			*/
			this.separator = ".";
			if (typeof ipValue === "string") {
				let [value, octets] = this.constructFromDecimalDottedString(ipValue);
				this.value = value;
				this.octets = octets;
			} else {
				let [value, octets] = this.constructFromBigIntValue(ipValue);
				this.value = value;
				this.octets = octets;
			}
		}
		/**
		* A string representation of the IPv4 number. The string representation is in dot-decimal notation
		*
		* @returns {string} The string representation in dot-decimal notation
		*/
		toString() {
			return this.octets.map((value) => {
				return value.toString();
			}).join(this.separator);
		}
		/**
		* Gets the individual {@link Octet} that makes up the IPv4 number
		*
		* @returns {Array<Octet>} The individual {@link Octet} that makes up the IPv4 number
		*/
		getOctets() {
			return this.octets;
		}
		/**
		* Returns the next IPv4 number
		*
		* @returns {IPv4} the next IPv4 number
		*/
		nextIPNumber() {
			return IPv4.fromNumber(this.getValue() + 1n);
		}
		/**
		* Returns the previous IPv4 number
		*
		* @returns {IPv4} the previous IPv4 number
		*/
		previousIPNumber() {
			return IPv4.fromNumber(this.getValue() - 1n);
		}
		/**
		* Checks if this IPv4 address is a private address according to RFC 1918.
		*
		* Private IPv4 address ranges:
		* - 10.0.0.0/8 (10.0.0.0 to 10.255.255.255)
		* - 172.16.0.0/12 (172.16.0.0 to 172.31.255.255)
		* - 192.168.0.0/16 (192.168.0.0 to 192.168.255.255)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc1918
		* @returns {boolean} true if this IPv4 address is private, false otherwise
		*/
		isPrivate() {
			return IPv4.PRIVATE_RANGES.some((range) => range.contains(this));
		}
		/**
		* Checks if this IPv4 address is a documentation address according to RFC 5737.
		*
		* Documentation IPv4 address ranges:
		* - 192.0.2.0/24 (TEST-NET-1)
		* - 198.51.100.0/24 (TEST-NET-2)
		* - 203.0.113.0/24 (TEST-NET-3)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc5737
		* @returns {boolean} true if this IPv4 address is reserved for documentation, false otherwise
		*/
		isDocumentation() {
			return IPv4.DOCUMENTATION_RANGES.some((range) => range.contains(this));
		}
		/**
		* Checks if this IPv4 address is a multicast address according to RFC 1112.
		*
		* Multicast IPv4 address range:
		* - 224.0.0.0/4 (224.0.0.0 to 239.255.255.255)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc1112
		* @returns {boolean} true if this IPv4 address is multicast, false otherwise
		*/
		isMulticast() {
			return IPv4.MULTICAST_RANGE.contains(this);
		}
		/**
		* Checks if this IPv4 address is a broadcast address.
		*
		* When called without arguments, checks for the limited broadcast address (255.255.255.255).
		* When a subnet is provided, checks if this address is the directed broadcast for that subnet.
		*
		* @param subnet Optional CIDR range to check for directed broadcast
		* @returns {boolean} true if this is a broadcast address, false otherwise
		*/
		isBroadcast(subnet) {
			if (subnet) return this.isEquals(subnet.getLast());
			return this.isEquals(IPv4.LIMITED_BROADCAST);
		}
		/**
		* Checks if this IPv4 address is a loopback address according to RFC 5735.
		*
		* Loopback IPv4 address range:
		* - 127.0.0.0/8 (127.0.0.0 to 127.255.255.255)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc5735
		* @returns {boolean} true if this IPv4 address is loopback, false otherwise
		*/
		isLoopback() {
			return IPv4.LOOPBACK_RANGE.contains(this);
		}
		/**
		* Checks if this IPv4 address is an unspecified address according to RFC 6890.
		*
		* Unspecified IPv4 address:
		* - 0.0.0.0/32 (all zeros)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc6890
		* @returns {boolean} true if this IPv4 address is unspecified, false otherwise
		*/
		isUnspecified() {
			return this.value === 0n;
		}
		/**
		* Checks if this IPv4 address is a link-local address according to RFC 6890.
		*
		* Link-local IPv4 address range:
		* - 169.254.0.0/16 (169.254.0.0 to 169.254.255.255)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc6890
		* @returns {boolean} true if this IPv4 address is link-local, false otherwise
		*/
		isLinkLocal() {
			return IPv4.LINK_LOCAL_RANGE.contains(this);
		}
		/**
		* Checks if this IPv4 address is a global unicast address.
		*
		* Global unicast is defined here as "everything else" - any address that does not
		* match the other specific address types (Unspecified, Loopback, Private, Link-Local,
		* Documentation, Multicast, Reserved, or Broadcast).
		*
		* Note that this is not a strict "publicly routable" check: it does not consult the
		* full IANA special-purpose address registry (RFC 6890), so special-purpose ranges
		* not covered by the checks above - such as shared address space 100.64.0.0/10
		* (RFC 6598) and benchmarking space 198.18.0.0/15 (RFC 2544) - still return true.
		*
		* @see https://datatracker.ietf.org/doc/html/rfc6890
		* @returns {boolean} true if this IPv4 address is global unicast, false otherwise
		*/
		isGlobalUnicast() {
			return !this.isUnspecified() && !this.isLoopback() && !this.isPrivate() && !this.isLinkLocal() && !this.isDocumentation() && !this.isMulticast() && !this.isReserved() && !this.isBroadcast();
		}
		/**
		* Checks if this IPv4 address is in a reserved range according to RFC 6890.
		*
		* Reserved IPv4 address range:
		* - 240.0.0.0/4 (240.0.0.0 to 255.255.255.254)
		*
		* Note: 255.255.255.255 is the limited broadcast address, not reserved.
		*
		* @see https://datatracker.ietf.org/doc/html/rfc6890
		* @returns {boolean} true if this IPv4 address is reserved, false otherwise
		*/
		isReserved() {
			const reservedStart = IPv4.fromDecimalDottedString("240.0.0.0").value;
			const reservedEnd = IPv4.fromDecimalDottedString("255.255.255.254").value;
			return this.value >= reservedStart && this.value <= reservedEnd;
		}
		/**
		* Returns this IPv4 number as a IPv4-Mapped IPv6 Address
		*
		* The IPv4-Mapped IPv6 Address allows an IPv4 number to be embedded within an IPv6 number
		*
		* {@see https://tools.ietf.org/html/rfc4291#section-2.5.5} for more information on the IPv4-Mapped IPv6 Address
		*
		* @returns {IPv6} an IPv6 number with the IPv4 embedded within it
		*/
		toIPv4MappedIPv6() {
			let binary = "1".repeat(16) + this.toBinaryString();
			return IPv6.fromBinaryString(binary);
		}
		constructFromDecimalDottedString(ipString) {
			let octets;
			let value;
			let [isValid, message] = Validator_1.Validator.isValidIPv4String(ipString);
			if (!isValid) throw new Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			octets = ipString.split(".").map((rawOctet) => {
				return Octet_1.Octet.fromString(rawOctet);
			});
			value = BigInt(`0b${(0, BinaryUtils_1.dottedDecimalNotationToBinaryString)(ipString)}`);
			return [value, octets];
		}
		constructFromBigIntValue(ipv4Number) {
			let [isValid, message] = Validator_1.Validator.isValidIPv4Number(ipv4Number);
			if (!isValid) throw new Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			let binaryString = (0, BinaryUtils_4.numberToBinaryString)(ipv4Number);
			ipv4Number = typeof ipv4Number === "bigint" ? ipv4Number : BigInt(ipv4Number);
			return [ipv4Number, this.binaryStringToDecimalOctets(binaryString)];
		}
		binaryStringToDecimalOctets(ipv4BinaryString) {
			if (ipv4BinaryString.length < 32) ipv4BinaryString = (0, BinaryUtils_3.leftPadWithZeroBit)(ipv4BinaryString, 32);
			return ipv4BinaryString.match(/.{1,8}/g).map((octet) => {
				return Octet_1.Octet.fromString((0, BinaryUtils_2.parseBinaryStringToBigInt)(octet).toString());
			});
		}
	};
	exports.IPv4 = IPv4;
	/**
	* RFC 1918 private address ranges. These ranges are constant and reused for performance.
	*
	* @see https://datatracker.ietf.org/doc/html/rfc1918
	*/
	IPv4.PRIVATE_RANGES = [
		IPRange_1.IPv4CidrRange.fromCidr("10.0.0.0/8"),
		IPRange_1.IPv4CidrRange.fromCidr("172.16.0.0/12"),
		IPRange_1.IPv4CidrRange.fromCidr("192.168.0.0/16")
	];
	/**
	* RFC 5737 documentation address ranges. These ranges are constant and reused for performance.
	*
	* @see https://datatracker.ietf.org/doc/html/rfc5737
	*/
	IPv4.DOCUMENTATION_RANGES = [
		IPRange_1.IPv4CidrRange.fromCidr("192.0.2.0/24"),
		IPRange_1.IPv4CidrRange.fromCidr("198.51.100.0/24"),
		IPRange_1.IPv4CidrRange.fromCidr("203.0.113.0/24")
	];
	/**
	* RFC 1112 multicast address range. This range is constant and reused for performance.
	*
	* Multicast IPv4 address range:
	* - 224.0.0.0/4 (224.0.0.0 to 239.255.255.255)
	*
	* @see https://datatracker.ietf.org/doc/html/rfc1112
	*/
	IPv4.MULTICAST_RANGE = IPRange_1.IPv4CidrRange.fromCidr("224.0.0.0/4");
	/**
	* RFC 5735 loopback address range. This range is constant and reused for performance.
	*
	* Loopback IPv4 address range:
	* - 127.0.0.0/8 (127.0.0.0 to 127.255.255.255)
	*
	* @see https://datatracker.ietf.org/doc/html/rfc5735
	*/
	IPv4.LOOPBACK_RANGE = IPRange_1.IPv4CidrRange.fromCidr("127.0.0.0/8");
	/**
	* RFC 6890 link-local address range. This range is constant and reused for performance.
	*
	* Link-local IPv4 address range:
	* - 169.254.0.0/16 (169.254.0.0 to 169.254.255.255)
	*
	* @see https://datatracker.ietf.org/doc/html/rfc6890
	*/
	IPv4.LINK_LOCAL_RANGE = IPRange_1.IPv4CidrRange.fromCidr("169.254.0.0/16");
	/**
	* The limited broadcast address (255.255.255.255). This is constant and reused for performance.
	*/
	IPv4.LIMITED_BROADCAST = IPv4.fromDecimalDottedString("255.255.255.255");
	/**
	* Represents an Autonomous System Number. Which is a number that is used to identify
	* a group of IP addresses with a common, clearly defined routing policy.
	*
	* @see https://en.wikipedia.org/wiki/Autonomous_system_(Internet)
	* @see https://tools.ietf.org/html/rfc5396
	*/
	var Asn = class Asn extends AbstractIPNum {
		/**
		* A convenience method for creating an instance of {@link Asn} from a string
		*
		* The given string can be in asplain, asdot or asdot+ representation format.
		* {@see https://tools.ietf.org/html/rfc5396} for more information on
		* the different ASN string representation
		*
		* @param {string} rawValue the asn string. In either asplain, asdot or asdot+ format
		* @returns {Asn} the constructed ASN instance
		*/
		static fromString(rawValue) {
			return new Asn(rawValue);
		}
		/**
		* A convenience method for creating an instance of {@link Asn} from a numeric value
		*
		* @param {number} rawValue the asn numeric value
		* @returns {Asn} the constructed ASN instance
		*/
		static fromNumber(rawValue) {
			return new Asn(rawValue);
		}
		/**
		* A convenience method for creating an instance of {@link Asn} from a binary string
		*
		* @param {string} binaryString to create an ASN instance from
		* @returns {Asn} the constructed ASN instance
		*/
		static fromBinaryString(binaryString) {
			let validationResult = Validator_1.Validator.isValidBinaryString(binaryString);
			if (validationResult[0]) return new Asn(parseInt(binaryString, 2));
			else throw Error(validationResult[1].join(","));
		}
		/**
		* Constructor for an instance of {@link ASN}
		*
		* @param {string | number} rawValue value to construct an ASN from. The given value can either be numeric or
		* string. If in string then it can be in asplain, asdot or asdot+ string representation format
		*/
		constructor(rawValue) {
			super();
			/**
			* The number of bits needed to represents the value of the ASN number
			*/
			this.bitSize = 32;
			/**
			* The maximum bit size (i.e. binary value) of the ASN number in BigInt
			*/
			this.maximumBitSize = Validator_1.Validator.THIRTY_TWO_BIT_SIZE;
			this.type = "ASN";
			if (typeof rawValue === "string") {
				if (Asn.startWithASPrefix(rawValue)) this.value = BigInt(parseInt(rawValue.substring(2)));
				else if (rawValue.indexOf(".") != -1) this.value = BigInt(this.parseFromDotNotation(rawValue));
				else this.value = BigInt(parseInt(rawValue));
			} else {
				let valueAsBigInt = BigInt(rawValue);
				let [isValid, message] = Validator_1.Validator.isValidAsnNumber(valueAsBigInt);
				if (!isValid) throw Error(message.filter((msg) => {
					return msg !== "";
				}).toString());
				this.value = valueAsBigInt;
			}
		}
		/**
		* A string representation where the asn value is prefixed by "ASN". For example "AS65526"
		*
		* @returns {string} A string representation where the asn value is prefixed by "ASN"
		*/
		toString() {
			let stringValue = this.value.toString();
			return `${Asn.AS_PREFIX}${stringValue}`;
		}
		/**
		* A string representation where the ASN numeric value of is represented as a string. For example "65526"
		*
		* @returns {string} A string representation where the ASN numeric value of is represented as a string
		*/
		toASPlain() {
			return this.value.toString();
		}
		/**
		* A string representation where the ASN value is represented using the asplain notation if the ASN value is
		* less than 65536 and uses asdot+ notation when the value is greater than 65536.
		*
		* For example 65526 will be represented as "65526" while 65546 will be represented as "1.10"
		*
		*
		* @returns {string} A string representation of the ASN in either asplain or asdot+ notation depending on
		* whether the numeric value of the ASN number is greater than 65526 or not.
		*/
		toASDot() {
			if (this.value.valueOf() >= 65536n) return this.toASDotPlus();
			return this.toASPlain();
		}
		/**
		* A string representation where the ASN value is represented using the asdot+ notation
		*
		* @returns {string} A string representation where the ASN value is represented using the asdot+ notation
		*
		*/
		toASDotPlus() {
			return `${this.value.valueOf() / 65536n}.${this.value.valueOf() % 65536n}`;
		}
		/**
		* Converts the ASN value to binary numbers represented with strings
		*
		* @returns {string} a binary string representation of the value of the ASN number
		*/
		toBinaryString() {
			return (0, BinaryUtils_4.numberToBinaryString)(this.value);
		}
		/**
		* Checks if the ASN value is 16bit
		*
		* @returns {boolean} true if the ASN is a 16bit value. False otherwise.
		*/
		is16Bit() {
			let [valid16BitAsnNumber] = Validator_1.Validator.isValid16BitAsnNumber(this.value);
			return valid16BitAsnNumber;
		}
		/**
		* Checks if the ASN value is 32bit
		*
		* @returns {boolean} true if the ASN is a 32bit value. False otherwise.
		*/
		is32Bit() {
			return !this.is16Bit();
		}
		/**
		* Returns the next ASN number
		*
		* @returns {AbstractIPNum} the next ASN number
		*/
		nextIPNumber() {
			return new Asn(this.value.valueOf() + 1n);
		}
		/**
		* Returns the previous ASN number
		*
		* @returns {AbstractIPNum} the previous ASN number
		*/
		previousIPNumber() {
			return new Asn(this.value.valueOf() - 1n);
		}
		/**
		* Checks if this ASN is a multicast address.
		*
		* ASNs are not IP addresses, so this always returns false.
		*
		* @returns {boolean} always returns false for ASN
		*/
		isMulticast() {
			return false;
		}
		/**
		* Checks if this ASN is a private address.
		*
		* ASNs are not IP addresses, so this always returns false.
		*
		* @returns {boolean} always returns false for ASN
		*/
		isPrivate() {
			return false;
		}
		static startWithASPrefix(word) {
			return word.indexOf(Asn.AS_PREFIX) === 0;
		}
		parseFromDotNotation(rawValue) {
			let values = rawValue.split(".");
			let high = parseInt(values[0]);
			let low = parseInt(values[1]);
			return high * 65535 + (low + high);
		}
	};
	exports.Asn = Asn;
	Asn.AS_PREFIX = "AS";
	/**
	* Represents an IPv6 number. A 128 bit number that is used to uniquely identify a device that is part of a computer
	* network that uses the internet protocol for communication.
	*
	* @see https://en.wikipedia.org/wiki/IPv6
	* @see https://www.rfc-editor.org/info/rfc8200
	*/
	var IPv6 = class IPv6 extends AbstractIPNum {
		/**
		* A convenience method for creating an {@link IPv6} by providing the decimal value of the IP number in BigInt
		*
		* @param {bigint} bigIntValue the decimal value of the IP number in BigInt
		* @returns {IPv6} the IPv6 instance
		*/
		static fromBigInt(bigIntValue) {
			return new IPv6(bigIntValue);
		}
		/**
		* A convenience method for creating an {@link IPv6} by providing the IP number in hexadecatet notation. E.g
		* "2001:800:0:0:0:0:0:2002"
		*
		* {@see https://en.wikipedia.org/wiki/IPv6_address#Representation} for more information on hexadecatet notation.
		*
		* @param {string} ipString the IP number in hexadecatet
		* @returns {IPv6} the IPv6 instance
		*/
		static fromHexadecatet(ipString) {
			return new IPv6(ipString);
		}
		/**
		* Alias for IPv6.fromHexadecimalString
		*
		* @param {string} ipString the IP number in hexadecatet
		* @returns {IPv6} the IPv6 instance
		*/
		static fromString(ipString) {
			return IPv6.fromHexadecatet(ipString);
		}
		/**
		* A convenience method for creating an {@link IPv6} from binary string
		*
		* @param {string} ipBinaryString the binary string representing the IPv6 number to be created
		* @returns {IPv6} the IPv6 instance
		*/
		static fromBinaryString(ipBinaryString) {
			let validationResult = Validator_1.Validator.isValidBinaryString(ipBinaryString);
			if (validationResult[0]) {
				let paddedBinaryString = (0, BinaryUtils_3.leftPadWithZeroBit)(ipBinaryString, 128);
				return new IPv6((0, BinaryUtils_2.parseBinaryStringToBigInt)(paddedBinaryString));
			} else throw Error(validationResult[1].join(","));
		}
		/**
		* A convenience method for creating an IPv4-Compatible {@link IPv6} Address from an instance of {@link IPv4}
		*
		* @param {IPv4} ipv4 to create an IPv4-Compatible {@link IPv6} Address
		* @returns {IPv6} the IPv4-Compatible {@link IPv6} Address
		*/
		static fromIPv4(ipv4) {
			return ipv4.toIPv4MappedIPv6();
		}
		/**
		* A convenience method for creating an IPv4-Compatible {@link IPv6} Address from a IPv4 represented in
		* dot-decimal notation i.e. 127.0.0.1
		*
		* @param {IPv4} ip4DotDecimalString string represented in a dot decimal string
		* @returns {IPv6} the IPv4-Compatible {@link IPv6} Address
		*/
		static fromIPv4DotDecimalString(ip4DotDecimalString) {
			return new IPv4(ip4DotDecimalString).toIPv4MappedIPv6();
		}
		/**
		* Constructor for an IPv6 number.
		*
		* @param {string | bigint} ipValue value to construct an IPv6 from. The given value can either be
		* numeric or string. If a string is given then it needs to be in hexadecatet string notation
		*/
		constructor(ipValue, zoneId) {
			super();
			/**
			* The number of bits needed to represents the value of the IPv6 number
			*/
			this.bitSize = 128;
			/**
			* The maximum bit size (i.e. binary value) of the IPv6 number in BigInt
			*/
			this.maximumBitSize = Validator_1.Validator.ONE_HUNDRED_AND_TWENTY_EIGHT_BIT_SIZE;
			/**
			* The type of IP number. Value is one of the values of the {@link IPNumType} enum
			* @type {IPNumType} the type of IP number
			*/
			this.type = "IPv6";
			/**
			* An array of {@link Hexadecatet}'s
			*
			* @type {Array} the hexadecatet that makes up the IPv6 number
			*/
			this.hexadecatet = [];
			/**
			* The string character used to separate the individual hexadecatet when the IPv6 is rendered as strings
			*
			* @type {string} The string character used to separate the individual hexadecatet when rendered as strings
			*/
			this.separator = ":";
			if (typeof ipValue === "string") {
				let [isValid, message] = Validator_1.Validator.isValidIPv6String(ipValue);
				if (!isValid) throw new Error(message.filter((msg) => {
					return msg !== "";
				}).toString());
				let [ipv6, zId] = ipValue.split("%");
				this.zoneId = zId ? zId : zoneId;
				let expandedIPv6 = (0, IPv6Utils_1.expandIPv6Number)(ipv6);
				let [value, hexadecatet] = this.constructFromHexadecimalDottedString(expandedIPv6);
				this.value = value;
				this.hexadecatet = hexadecatet;
			} else {
				let [value, hexadecatet] = this.constructFromBigIntValue(ipValue);
				this.value = value;
				this.hexadecatet = hexadecatet;
				this.zoneId = zoneId;
			}
		}
		/**
		* A string representation of the IPv6 number.
		*
		* @returns {string} The string representation of IPv6
		*/
		toString() {
			let ipv6String = this.hexadecatet.map((v) => v.toString()).join(":");
			if (this.hexadecatet.length < 8) ipv6String = `::${ipv6String}`;
			if (this.zoneId) ipv6String = `${(0, IPv6Utils_1.collapseIPv6Number)(ipv6String)}%${this.zoneId}`;
			return ipv6String;
		}
		/**
		* Gets the individual {@link Hexadecatet} that makes up the IPv6 number
		*
		* @returns {Array<Hexadecatet>} The individual {@link Hexadecatet} that makes up the IPv6 number
		*/
		getHexadecatet() {
			return this.hexadecatet;
		}
		/**
		* Returns the next IPv6 number
		*
		* @returns {IPv6} the next IPv6 number
		*/
		nextIPNumber() {
			return IPv6.fromBigInt(this.getValue() + 1n);
		}
		/**
		* Returns the previous IPv6 number
		*
		* @returns {IPv6} the previous IPv6 number
		*/
		previousIPNumber() {
			return IPv6.fromBigInt(this.getValue() - 1n);
		}
		/**
		* Checks if this IPv6 address is a private address according to RFC 4193.
		*
		* Private IPv6 address range:
		* - fc00::/7 (Unique Local Addresses)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc4193
		* @returns {boolean} true if this IPv6 address is private, false otherwise
		*/
		isPrivate() {
			return IPv6.PRIVATE_RANGE.contains(this);
		}
		/**
		* Checks if this IPv6 address is a documentation address according to RFC 3849 and RFC 9637.
		*
		* Documentation IPv6 address ranges:
		* - 2001:db8::/32 (RFC 3849)
		* - 3fff::/20 (RFC 9637)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc3849
		* @see https://datatracker.ietf.org/doc/html/rfc9637
		* @returns {boolean} true if this IPv6 address is reserved for documentation, false otherwise
		*/
		isDocumentation() {
			return IPv6.DOCUMENTATION_RANGES.some((range) => range.contains(this));
		}
		/**
		* Checks if this IPv6 address is a multicast address.
		*
		* Multicast IPv6 address range:
		* - ff00::/8 (ff00:: to ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc4291
		* @returns {boolean} true if this IPv6 address is multicast, false otherwise
		*/
		isMulticast() {
			return IPv6.MULTICAST_RANGE.contains(this);
		}
		/**
		* Checks if this IPv6 multicast address has an embedded Rendezvous Point (RP).
		*
		* For an embedded RP to be present, the R, P, and T flags must all be set to 1.
		* The R flag (bit 9) indicates RP embedded, P flag (bit 10) indicates prefix-based,
		* and T flag (bit 11) indicates transient address.
		*
		* @see https://datatracker.ietf.org/doc/html/rfc3956
		* @returns {boolean} true if embedded RP is present (R, P, T flags all set), false otherwise
		* @throws {Error} if this is not a multicast address
		*/
		hasEmbeddedRP() {
			if (!this.isMulticast()) throw new Error("Embedded RP can only be checked for multicast addresses");
			return (Number(this.value >> 112n & 255n) & 112) === 112;
		}
		/**
		* Checks if this IPv6 address is an unspecified address according to RFC 4291.
		*
		* Unspecified IPv6 address:
		* - ::/128 (all zeros)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc4291
		* @returns {boolean} true if this IPv6 address is unspecified, false otherwise
		*/
		isUnspecified() {
			return this.value === 0n;
		}
		/**
		* Checks if this IPv6 address is a loopback address according to RFC 4291.
		*
		* Loopback IPv6 address:
		* - ::1/128
		*
		* @see https://datatracker.ietf.org/doc/html/rfc4291
		* @returns {boolean} true if this IPv6 address is loopback, false otherwise
		*/
		isLoopback() {
			return this.value === 1n;
		}
		/**
		* Checks if this IPv6 address is a link-local address according to RFC 4291.
		*
		* Link-local IPv6 address range:
		* - fe80::/10 (fe80:: to febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc4291
		* @returns {boolean} true if this IPv6 address is link-local, false otherwise
		*/
		isLinkLocal() {
			return IPv6.LINK_LOCAL_RANGE.contains(this);
		}
		/**
		* Checks if this IPv6 address is a global unicast address according to RFC 4291.
		*
		* According to RFC 4291, global unicast addresses are defined as "everything else" -
		* any address that does not match the other specific address types (Unspecified,
		* Loopback, Multicast, Link-Local, IPv4-Mapped, Discard-Only, Documentation, or Private).
		*
		* Note that this is not a strict "publicly routable" check: it does not consult the
		* full IANA special-purpose address registry, so special-purpose ranges not covered
		* by the checks above still return true.
		*
		* @see https://datatracker.ietf.org/doc/html/rfc4291
		* @returns {boolean} true if this IPv6 address is global unicast, false otherwise
		*/
		isGlobalUnicast() {
			return !this.isUnspecified() && !this.isLoopback() && !this.isMulticast() && !this.isLinkLocal() && !this.isIPv4Mapped() && !this.isDiscardOnly() && !this.isDocumentation() && !this.isPrivate();
		}
		/**
		* Checks if this IPv6 address is an IPv4-mapped IPv6 address according to RFC 4291.
		*
		* IPv4-mapped IPv6 addresses have a specific format:
		* - First 80 bits: all zeros
		* - Next 16 bits: 0xffff
		* - Last 32 bits: IPv4 address
		*
		* This corresponds to the format ::ffff:x.x.x.x where x.x.x.x is an IPv4 address.
		*
		* @see https://datatracker.ietf.org/doc/html/rfc4291
		* @returns {boolean} true if this IPv6 address is IPv4-mapped, false otherwise
		*/
		isIPv4Mapped() {
			return this.value >> 32n === 65535n;
		}
		/**
		* Checks if this IPv6 address is a discard-only address according to RFC 6666.
		*
		* Discard-only IPv6 address range:
		* - 100::/64 (100:: to 100::ffff:ffff:ffff:ffff)
		*
		* @see https://datatracker.ietf.org/doc/html/rfc6666
		* @returns {boolean} true if this IPv6 address is discard-only, false otherwise
		*/
		isDiscardOnly() {
			return IPv6.DISCARD_ONLY_RANGE.contains(this);
		}
		/**
		* Gets the kind/category of this IPv6 address.
		*
		* Returns the most specific kind that matches this address. The check order ensures
		* correct classification when address ranges overlap:
		* 1. Unspecified (::)
		* 2. Loopback (::1)
		* 3. Multicast (ff00::/8)
		* 4. Documentation (2001:db8::/32 and 3fff::/20)
		* 5. IPv4-Mapped (::ffff:0:0/96)
		* 6. Discard-Only (100::/64)
		* 7. Link-Local (fe80::/10)
		* 8. Unique Local Address/Private (fc00::/7)
		* 9. Global Unicast (everything else, per RFC 4291)
		* 10. Unknown (fallback for reserved/unassigned ranges)
		*
		* According to RFC 4291, Global Unicast addresses are defined as "everything else" -
		* any address that does not match the other specific address types.
		*
		* @see https://datatracker.ietf.org/doc/html/rfc4291
		* @returns {IPv6AddressKind} the kind of this IPv6 address
		*/
		getKind() {
			if (this.isUnspecified()) return "Unspecified";
			if (this.isLoopback()) return "Loopback";
			if (this.isMulticast()) return "Multicast";
			if (this.isDocumentation()) return "Documentation";
			if (this.isIPv4Mapped()) return "IPv4-Mapped IPv6";
			if (this.isDiscardOnly()) return "Discard-Only";
			if (this.isLinkLocal()) return "Link-Local";
			if (this.isPrivate()) return "Unique Local Address";
			if (this.isGlobalUnicast()) return "Global Unicast";
			return "Unknown";
		}
		constructFromBigIntValue(ipv6Number) {
			let [isValid, message] = Validator_1.Validator.isValidIPv6Number(ipv6Number);
			if (!isValid) throw new Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			let binaryString = (0, BinaryUtils_4.numberToBinaryString)(ipv6Number);
			return [ipv6Number, this.binaryStringToHexadecatets(binaryString)];
		}
		constructFromHexadecimalDottedString(expandedIPv6) {
			let [isValid, message] = Validator_1.Validator.isValidIPv6String(expandedIPv6);
			if (!isValid) throw new Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			let hexadecatet = expandedIPv6.split(":").map((stringHexadecatet) => {
				return Hexadecatet_1.Hexadecatet.fromString(stringHexadecatet);
			});
			return [BigInt(`0b${(0, HexadecimalUtils_2.hexadectetNotationToBinaryString)(expandedIPv6)}`), hexadecatet];
		}
		binaryStringToHexadecatets(binaryString) {
			let hexadecimalString = (0, HexadecimalUtils_1.binaryStringToHexadecimalString)(binaryString);
			while (hexadecimalString.length % 4 != 0) hexadecimalString = "0" + hexadecimalString;
			return hexadecimalString.match(/.{1,4}/g).map((stringHexadecatet) => {
				return Hexadecatet_1.Hexadecatet.fromString(stringHexadecatet);
			});
		}
	};
	exports.IPv6 = IPv6;
	/**
	* RFC 4193 private address range (fc00::/7 - Unique Local Addresses). This range is constant and reused for performance.
	*
	* @see https://datatracker.ietf.org/doc/html/rfc4193
	*/
	IPv6.PRIVATE_RANGE = IPRange_2.IPv6CidrRange.fromCidr("fc00::/7");
	/**
	* RFC 3849 and RFC 9637 documentation address ranges. These ranges are constant and reused for performance.
	*
	* @see https://datatracker.ietf.org/doc/html/rfc3849
	* @see https://datatracker.ietf.org/doc/html/rfc9637
	*/
	IPv6.DOCUMENTATION_RANGES = [IPRange_2.IPv6CidrRange.fromCidr("2001:db8::/32"), IPRange_2.IPv6CidrRange.fromCidr("3fff::/20")];
	/**
	* RFC 4291 multicast address range (ff00::/8). This range is constant and reused for performance.
	*
	* Multicast IPv6 address range:
	* - ff00::/8 (ff00:: to ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff)
	*
	* @see https://datatracker.ietf.org/doc/html/rfc4291
	*/
	IPv6.MULTICAST_RANGE = IPRange_2.IPv6CidrRange.fromCidr("ff00::/8");
	/**
	* RFC 4291 unspecified address range (::/128). This range is constant and reused for performance.
	*
	* @see https://datatracker.ietf.org/doc/html/rfc4291
	*/
	IPv6.UNSPECIFIED_RANGE = IPRange_2.IPv6CidrRange.fromCidr("::/128");
	/**
	* RFC 4291 loopback address range (::1/128). This range is constant and reused for performance.
	*
	* @see https://datatracker.ietf.org/doc/html/rfc4291
	*/
	IPv6.LOOPBACK_RANGE = IPRange_2.IPv6CidrRange.fromCidr("::1/128");
	/**
	* RFC 4291 link-local address range (fe80::/10). This range is constant and reused for performance.
	*
	* @see https://datatracker.ietf.org/doc/html/rfc4291
	*/
	IPv6.LINK_LOCAL_RANGE = IPRange_2.IPv6CidrRange.fromCidr("fe80::/10");
	/**
	* RFC 6666 discard-only address range (100::/64). This range is constant and reused for performance.
	*
	* @see https://datatracker.ietf.org/doc/html/rfc6666
	*/
	IPv6.DISCARD_ONLY_RANGE = IPRange_2.IPv6CidrRange.fromCidr("100::/64");
	/**
	* The IPv4Mask can be seen as a specialized IPv4 number where, in a 32 bit number, starting from the left, you
	* have continuous bits turned on (with 1 value) followed by bits turned off (with 0 value). In networking, it is used
	* to demarcate which bits are used to identify a network, and the ones that are used to identify hosts on the network
	*/
	var IPv4Mask = class IPv4Mask extends IPv4 {
		/**
		* A convenience method for creating an instance of IPv4Mask. The passed strings need to be a valid IPv4
		* number in dot-decimal notation.
		*
		* @param {string} rawValue The passed string in dot-decimal notation
		* @returns {IPv4Mask} the instance of IPv4Mask
		*/
		static fromDecimalDottedString(rawValue) {
			return new IPv4Mask(rawValue);
		}
		/**
		* Constructor for creating an instance of IPv4Mask.
		* The passed strings need to be a valid IPv4 mask number in dot-decimal notation.
		*
		* @param {string} ipString The passed string in dot-decimal notation
		*/
		constructor(ipString) {
			super(ipString);
			/**
			* An array of {@link Octet}'s
			*
			* @type {Array} the octets that makes up the IPv4Mask
			*/
			this.octets = [];
			let isValid;
			let message;
			[isValid, message] = Validator_1.Validator.isValidIPv4Mask(ipString);
			if (!isValid) throw new Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			let stringOctets = ipString.split(".");
			this.octets = stringOctets.map((rawOctet) => {
				return Octet_1.Octet.fromString(rawOctet);
			});
			let binaryString = (0, BinaryUtils_1.dottedDecimalNotationToBinaryString)(ipString);
			this.prefix = (binaryString.match(/1/g) || []).length;
			this.value = BigInt(`0b${binaryString}`);
		}
	};
	exports.IPv4Mask = IPv4Mask;
	/**
	* The IPv6Mask can be seen as a specialized IPv4 number where, in a 128 bit number, starting from the left,
	* you have continuous bits turned on (with 1 value) followed by bits turned off (with 0 value). In networking, it
	* is used to demarcate which bits are used to identify a network, and the ones that are used to identify hosts
	* on the network
	*/
	var IPv6Mask = class IPv6Mask extends IPv6 {
		/**
		* A convenience method for creating an instance of IPv6Mask.
		* The passed strings need to be a valid IPv4 mask number in dot-decimal notation.
		*
		* @param {string} rawValue The passed string in textual notation
		* @returns {IPv6Mask} the instance of IPv6Mask
		*/
		static fromHexadecatet(rawValue) {
			return new IPv6Mask(rawValue);
		}
		/**
		* Constructor for creating an instance of IPv6Mask.
		* The passed strings need to be a valid IPv6 mask number in dot-decimal notation
		*
		* @param {string} ipString The passed IPv6 string
		*/
		constructor(ipString) {
			super(ipString);
			/**
			* An array of {@link Hexadecatet}'s
			*
			* @type {Array} the hexadecatet that makes up the IPv6 number
			*/
			this.hexadecatet = [];
			let isValid;
			let message;
			let expandedIPv6 = (0, IPv6Utils_1.expandIPv6Number)(ipString);
			[isValid, message] = Validator_1.Validator.isValidIPv6Mask(expandedIPv6);
			if (!isValid) throw new Error(message.filter((msg) => {
				return msg !== "";
			}).toString());
			let stringHexadecimals = expandedIPv6.split(":");
			this.hexadecatet = stringHexadecimals.map((stringHexadecatet) => {
				return Hexadecatet_1.Hexadecatet.fromString(stringHexadecatet);
			});
			let binaryString = (0, HexadecimalUtils_2.hexadectetNotationToBinaryString)(expandedIPv6);
			this.prefix = (binaryString.match(/1/g) || []).length;
			this.value = BigInt(`0b${binaryString}`);
			this.value = BigInt(`0b${(0, HexadecimalUtils_2.hexadectetNotationToBinaryString)(expandedIPv6)}`);
		}
	};
	exports.IPv6Mask = IPv6Mask;
	/**
	* Check is the given IP number is an {@link IPv4} or not
	* @param ip the IP number to check if it is IPv4.
	*/
	function isIPv4(ip) {
		return ip.bitSize === 32;
	}
}));

// node_modules/ip-num/dist/src/IPNumType.js
var require_IPNumType = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
}));

// node_modules/ip-num/dist/src/IPPool.js
var require_IPPool = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
	exports.Pool = void 0;
	const IPRange_1 = require_IPRange();
	const Prefix_1 = require_Prefix();
	/**
	* Represents a collection of IP {@link RangedSet}'s
	*/
	var Pool = class Pool {
		/**
		* Convenient method for creating an instance from arrays of {@link IPv4} or {@link IPv6}
		* @param ipNumbers the arrays of {@link IPv4} or {@link IPv6} that will make up the pool.
		*/
		static fromIP(ipNumbers) {
			let ranges = ipNumbers.map((ip) => {
				return IPRange_1.RangedSet.fromSingleIP(ip);
			});
			return new Pool(ranges);
		}
		/**
		* Convenient method for creating an instance from arrays of {@link RangedSet}.
		*
		* @param ipRanges the arrays of {@link RangedSet}'s that will make up the pool.
		*/
		static fromRangeSet(ipRanges) {
			return new Pool(ipRanges);
		}
		/**
		* Convenient method for creating an instance from arrays of {@link IPv4CidrRange} or {@link IPv6CidrRange}.
		*
		* @param cidrRanges the arrays of {@link IPv4CidrRange} or {@link IPv6CidrRange} that will make up the pool.
		*/
		static fromCidrRanges(cidrRanges) {
			let rangeSet = cidrRanges.map((range) => {
				return range.toRangeSet();
			});
			return new Pool(rangeSet);
		}
		/**
		* Constructor for an IP pool.
		*
		* Creates a Pool of IP ranges from supplied {@link RangedSet}'s
		*
		* @param ranges the array of IP ranges that would make up the pool.
		*/
		constructor(ranges) {
			this.backingSet = new SortedSet();
			ranges.forEach((range) => {
				this.backingSet.add(range);
			});
		}
		/**
		* Returns an array of {@link RangedSet}'s that is contained within the pool
		*/
		getRanges() {
			return this.backingSet.asArray();
		}
		/**
		* Returns an new {@link Pool} with all the IP ranges aggregated
		*/
		aggregate() {
			let mergedRanges = this.backingSet.asArray().reduce((accumulator, currentRange, currentIndex, array) => {
				if (accumulator.length == 0) {
					accumulator.push(currentRange);
					return accumulator;
				} else {
					let previous = accumulator.pop();
					let previousCidrRange = previous.toCidrRange();
					let currentCidrRange = currentRange.toCidrRange();
					if (previousCidrRange.isCidrMergeable(currentCidrRange)) {
						let merged = previousCidrRange.merge(currentCidrRange);
						accumulator.push(merged.toRangeSet());
						return accumulator;
					} else {
						if (!previous.contains(currentRange)) {
							accumulator.push(previous);
							accumulator.push(currentRange);
						} else accumulator.push(previous);
						return accumulator;
					}
				}
			}, []);
			let aggregatedPool = Pool.fromRangeSet(mergedRanges);
			if (aggregatedPool.getRanges().length !== this.getRanges().length) return aggregatedPool.aggregate();
			else return aggregatedPool;
		}
		/**
		* Gets a single range of size of the given prefix from pool.
		* Only returns a range if there is a single range in the pool of same size or greater than given prefix.
		*
		* throws exception if the requested range cannot be got from the pool.
		*
		* @param prefix prefix range to retrieve
		* TODO TSE
		*/
		getCidrRange(prefix) {
			if (prefix.toRangeSize() > this.getSize()) throw new Error(`Not enough IP number in the pool for requested prefix: ${prefix}`);
			let selectedCidrRange;
			let error;
			loop: for (let range of this.getRanges()) for (let offset = 0n; offset + prefix.toRangeSize() <= range.getSize(); offset = offset + 1n) try {
				let selectedRange = range.takeSubRange(offset, prefix.toRangeSize());
				selectedCidrRange = selectedRange.toCidrRange();
				let remaining = range.difference(selectedRange);
				this.removeExact(range);
				this.add(remaining);
				break loop;
			} catch (e) {
				if (e instanceof RangeError) continue loop;
				error = e instanceof Error ? e : new Error(String(e));
			}
			if (selectedCidrRange) return selectedCidrRange;
			else throw error === void 0 ? /* @__PURE__ */ new Error(`No range big enough in the pool for requested prefix: ${prefix}`) : error;
		}
		/**
		* Gets a single or multiple ranges that fulfils the given prefix from the pool.
		*
		* throws exception if the requested range cannot be got from the pool.
		*
		* @param reqprefix prefix range to retrieve
		*/
		getCidrRanges(reqprefix) {
			if (reqprefix.toRangeSize() > this.getSize()) throw new Error("Prefix greater than pool");
			let go = (reqprefix, prefix, accummulated) => {
				try {
					let singleCidrRange = this.getCidrRange(prefix);
					accummulated.push(singleCidrRange);
					let currentSize = accummulated.reduce((previous, current) => {
						return previous + current.getSize();
					}, 0n);
					if (reqprefix.toRangeSize() === currentSize) return accummulated;
					else return go(reqprefix, prefix, accummulated);
				} catch (e) {
					let lowerPrefix = (0, Prefix_1.isIPv4Prefix)(prefix) ? Prefix_1.IPv4Prefix.fromNumber(prefix.getValue() + 1n) : Prefix_1.IPv6Prefix.fromNumber(prefix.getValue() + 1n);
					return go(reqprefix, lowerPrefix, accummulated);
				}
			};
			return go(reqprefix, reqprefix, []);
		}
		/**
		* Returns the size of IP numbers in the pool
		*/
		getSize() {
			return this.aggregate().getRanges().reduce((previous, current) => {
				return previous + current.getSize();
			}, 0n);
		}
		/**
		* Empties the pool and fill it with given ranges
		*
		* @param ipRanges the range to fill the pool with after emptying
		*/
		resetWith(ipRanges) {
			this.backingSet.clear();
			this.backingSet = this.backingSet.add(ipRanges);
		}
		/**
		* Removes the given range from the pool. It only removes if the exact range exist in the pool.
		* It is a Noop and returns false, if the given range does not exist in the pool. Returns true otherwise
		*
		* @param rangeToRemove range to remove from ppol
		*/
		removeExact(rangeToRemove) {
			let updatedSet = this.backingSet.removeExact(rangeToRemove);
			let isUpdated = !this.backingSet.isEquals(updatedSet);
			this.backingSet = updatedSet;
			return isUpdated;
		}
		/**
		* Removes the given range from the pool. If the given range overlaps, then it removes the overlapping portion.
		* It is a Noop and returns false, if the given range does not exist in the pool. Returns true otherwise
		*
		* @param rangeToRemove range to remove from ppol
		*/
		removeOverlapping(rangeToRemove) {
			let updatedSet = this.backingSet.removeOverlapping(rangeToRemove);
			let isUpdated = !this.backingSet.isEquals(updatedSet);
			this.backingSet = updatedSet;
			return isUpdated;
		}
		/**
		* Adds the given range to the pool.
		*
		* @param range to add to pool.
		*/
		add(range) {
			this.backingSet = this.backingSet.add(range);
		}
		/**
		* Removes all ranges from pool
		*/
		clear() {
			this.backingSet.clear();
		}
	};
	exports.Pool = Pool;
	var SortedSet = class SortedSet {
		sortArray(array) {
			array.sort((a, b) => {
				if (a.isLessThan(b)) return -1;
				if (a.isGreaterThan(b)) return 1;
				return 0;
			});
			return array;
		}
		constructor(array) {
			if (array) this.backingArray = this.sortArray(array);
			else this.backingArray = new Array();
		}
		asArray() {
			return this.backingArray;
		}
		isEquals(other) {
			if (this.backingArray.length !== other.asArray().length) return false;
			return this.backingArray.every((value, index) => {
				return value.getSize() === other.asArray()[index].getSize();
			});
		}
		add(item) {
			let array = this.backingArray;
			if ("push" in item) array = array.concat(item);
			else array.push(item);
			return new SortedSet(this.sortArray(array));
		}
		removeExact(items) {
			let filtered = this.backingArray.filter((currentItem) => {
				if ("push" in items) return items.find((item) => item.isEquals(currentItem)) !== void 0;
				else return !items.isEquals(currentItem);
			});
			return new SortedSet(this.sortArray(filtered));
		}
		removeOverlapping(items) {
			let filtered = this.backingArray.flatMap((backingItem) => {
				if ("push" in items) return items.flatMap((item) => {
					if (backingItem.contains(item)) return backingItem.difference(item);
					else if (backingItem.inside(item)) return new Array();
					else if (backingItem.isOverlapping(item)) return [backingItem.subtract(item)];
					else return [item];
				});
				else try {
					return backingItem.difference(items);
				} catch (e) {
					return backingItem;
				}
			});
			return new SortedSet(this.sortArray(filtered));
		}
		clear() {
			this.backingArray = [];
		}
	};
}));

// node_modules/ip-num/dist/src/IPv6AddressKind.js
var require_IPv6AddressKind = /* @__PURE__ */ __commonJSMin(((exports) => {
	Object.defineProperty(exports, "__esModule", { value: true });
}));

// node_modules/ip-num/dist/src/index.js
var require_src = /* @__PURE__ */ __commonJSMin(((exports, module, this$1) => {
	var __createBinding = this$1 && this$1.__createBinding || (Object.create ? (function(o, m, k, k2) {
		if (k2 === void 0) k2 = k;
		var desc = Object.getOwnPropertyDescriptor(m, k);
		if (!desc || ("get" in desc ? !m.__esModule : desc.writable || desc.configurable)) desc = {
			enumerable: true,
			get: function() {
				return m[k];
			}
		};
		Object.defineProperty(o, k2, desc);
	}) : (function(o, m, k, k2) {
		if (k2 === void 0) k2 = k;
		o[k2] = m[k];
	}));
	var __exportStar = this$1 && this$1.__exportStar || function(m, exports) {
		for (var p in m) if (p !== "default" && !Object.prototype.hasOwnProperty.call(exports, p)) __createBinding(exports, m, p);
	};
	Object.defineProperty(exports, "__esModule", { value: true });
	/**
	* Exposes all the library's modules making them available from the "ip-num" module.
	* Making it possible to get access to all any of the modules by doing require("ip-num")
	*
	* @example
	* let ipNum = require("ip-num")
	* ipNum.IPv4CidrRange // gets access to IPv4CidrRange
	* ipNum.Asn // gets access to Asn
	*/
	__exportStar(require_BinaryUtils(), exports);
	__exportStar(require_Hexadecatet(), exports);
	__exportStar(require_HexadecimalUtils(), exports);
	__exportStar(require_IPNumber(), exports);
	__exportStar(require_IPNumType(), exports);
	__exportStar(require_IPPool(), exports);
	__exportStar(require_IPRange(), exports);
	__exportStar(require_IPv6AddressKind(), exports);
	__exportStar(require_IPv6Utils(), exports);
	__exportStar(require_Octet(), exports);
	__exportStar(require_Prefix(), exports);
	__exportStar(require_Validator(), exports);
}));

// src/trace/address.ts
var import_src = require_src();
/** Four bytes, or undefined if the text is not an IPv4 address. */
function ipv4Bytes(text) {
	try {
		const n = Number(new import_src.IPv4(text).value);
		return Uint8Array.of(n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255);
	} catch {
		return;
	}
}
/** Sixteen bytes, or undefined if the text is not an IPv6 address. */
function ipv6Bytes(text) {
	try {
		let n = new import_src.IPv6(text).value;
		const out = /* @__PURE__ */ new Uint8Array(16);
		for (let i = 15; i >= 0; i--, n >>= 8n) out[i] = Number(n & 255n);
		return out;
	} catch {
		return;
	}
}
/** Six bytes of `02:00:00:00:00:01`, or undefined. */
function macBytes(text) {
	if (!/^[0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5}$/.test(text)) return void 0;
	return Uint8Array.from(text.split(":"), (part) => Number.parseInt(part, 16));
}

// src/trace/frame.ts
/**
* Packets by their fields -> bytes.
*
* Owns the encoding of structured packets of traces: an Ethernet frame, or an IP packet for what the
* machine itself sends. Lengths and checksums are right unless a field gives another value. Throws
* FieldError for a value that does not fit; read.ts turns it into a Problem.
*/
const PROTOCOLS = {
	icmp: 1,
	igmp: 2,
	ipencap: 4,
	tcp: 6,
	udp: 17,
	dccp: 33,
	ipv6: 41,
	gre: 47,
	esp: 50,
	ah: 51,
	icmpv6: 58,
	"ipv6-icmp": 58,
	sctp: 132,
	udplite: 136
};
const ICMP_TYPES = {
	"echo-reply": 0,
	"destination-unreachable": 3,
	"source-quench": 4,
	redirect: 5,
	"echo-request": 8,
	"router-advertisement": 9,
	"router-solicitation": 10,
	"time-exceeded": 11,
	"parameter-problem": 12,
	"timestamp-request": 13,
	"timestamp-reply": 14,
	"info-request": 15,
	"info-reply": 16,
	"address-mask-request": 17,
	"address-mask-reply": 18
};
const ICMPV6_TYPES = {
	"destination-unreachable": 1,
	"packet-too-big": 2,
	"time-exceeded": 3,
	"parameter-problem": 4,
	"echo-request": 128,
	"echo-reply": 129,
	"mld-listener-query": 130,
	"mld-listener-report": 131,
	"mld-listener-done": 132,
	"nd-router-solicit": 133,
	"nd-router-advert": 134,
	"nd-neighbor-solicit": 135,
	"nd-neighbor-advert": 136,
	"nd-redirect": 137,
	"mld2-listener-report": 143
};
const TCP_FLAGS = {
	fin: 1,
	syn: 2,
	rst: 4,
	psh: 8,
	ack: 16,
	urg: 32,
	ecn: 64,
	cwr: 128
};
const concat = (...parts) => Buffer.concat(parts);
const u16 = (n) => Uint8Array.of(n >>> 8 & 255, n & 255);
const u32 = (n) => Uint8Array.of(n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255);
const hexBytes = (hex) => Buffer.from(hex ?? "", "hex");
function need(value, field, what, text) {
	if (value === void 0) throw new FieldError(field, `not ${what}: ${JSON.stringify(text)}`);
	return value;
}
const ip4 = (text, field) => need(ipv4Bytes(text), field, "an IPv4 address", text);
const ip6 = (text, field) => need(ipv6Bytes(text), field, "an IPv6 address", text);
const mac = (text, field) => need(macBytes(text), field, "a link-layer address", text);
/** A number, or a name out of a table. */
function named(table, value, field) {
	return typeof value === "number" ? value : need(table[value], field, "a known name", value);
}
function put16(bytes, at, value) {
	bytes[at] = value >>> 8;
	bytes[at + 1] = value & 255;
}
const sum = (...parts) => {
	const all = concat(...parts);
	return checksum(all, 0, all.length);
};
function payload(p) {
	const value = p.payload;
	if (value === void 0) return /* @__PURE__ */ new Uint8Array(0);
	if (typeof value === "string") return hexBytes(value);
	return new Uint8Array(value.length).fill(value.fill ?? 0);
}
function tcpFlags(flags) {
	if (typeof flags === "number") return flags;
	return (typeof flags === "string" ? flags.split(/[,| ]+/).filter(Boolean) : flags ?? []).reduce((bits, word) => bits | named(TCP_FLAGS, word, "tcp.flags"), 0);
}
function tcp(t, data, pseudo) {
	const given = hexBytes(t.options);
	const options = concat(given, new Uint8Array((4 - given.length % 4) % 4));
	const head = concat(u16(t.sport), u16(t.dport), u32(t.sequence ?? 0), u32(t.ackseq ?? 0), Uint8Array.of(5 + options.length / 4 << 4 & 255, tcpFlags(t.flags)), u16(t.window ?? 64240), u16(0), u16(t.urgptr ?? 0), options);
	put16(head, 16, t.checksum ?? sum(pseudo(6, head.length + data.length), head, data));
	return {
		protocol: 6,
		bytes: concat(head, data)
	};
}
function datagram(protocol, t, data, pseudo) {
	const length = 8 + data.length;
	const head = concat(u16(t.sport), u16(t.dport), u16(t.length ?? length), u16(0));
	put16(head, 6, t.checksum ?? (sum(pseudo(protocol, length), head, data) || 65535));
	return {
		protocol,
		bytes: concat(head, data)
	};
}
function icmp(t, data) {
	const type = named(ICMP_TYPES, t.type, "icmp.type");
	const rest = type === 0 || type === 8 ? concat(u16(t.id ?? 0), u16(t.sequence ?? 0)) : type === 5 ? ip4(t.gateway ?? "0.0.0.0", "icmp.gateway") : concat(u16(0), u16(t.mtu ?? 0));
	const head = concat(Uint8Array.of(type, t.code ?? 0), u16(0), rest);
	put16(head, 2, t.checksum ?? sum(head, data));
	return {
		protocol: 1,
		bytes: concat(head, data)
	};
}
function icmpv6(t, data, pseudo) {
	const type = named(ICMPV6_TYPES, t.type, "icmpv6.type");
	const rest = type === 128 || type === 129 ? concat(u16(t.id ?? 0), u16(t.sequence ?? 0)) : u32(t.mtu ?? t["parameter-problem"] ?? 0);
	const head = concat(Uint8Array.of(type, t.code ?? 0), u16(0), rest);
	put16(head, 2, t.checksum ?? sum(pseudo(58, head.length + data.length), head, data));
	return {
		protocol: 58,
		bytes: concat(head, data)
	};
}
function transport(p, pseudo) {
	const data = payload(p);
	if (p.tcp) return tcp(p.tcp, data, pseudo);
	if (p.udp) return datagram(17, p.udp, data, pseudo);
	if (p.udplite) return datagram(136, p.udplite, data, pseudo);
	if (p.icmp) return icmp(p.icmp, data);
	if (p.icmpv6) return icmpv6(p.icmpv6, data, pseudo);
	if (p.sctp) {
		const t = p.sctp;
		const head = concat(u16(t.sport), u16(t.dport), u32(t.vtag ?? 0), u32(t.checksum ?? 0));
		return {
			protocol: 132,
			bytes: concat(head, data)
		};
	}
	if (p.esp) return {
		protocol: 50,
		bytes: concat(u32(p.esp.spi), u32(p.esp.sequence ?? 0), data)
	};
	if (p.ah) {
		const head = concat(Uint8Array.of(p.ah.nexthdr ?? 59, 4), u16(0), u32(p.ah.spi));
		return {
			protocol: 51,
			bytes: concat(head, u32(p.ah.sequence ?? 0), /* @__PURE__ */ new Uint8Array(12), data)
		};
	}
	return { bytes: data };
}
function ipv4(p, ip) {
	const saddr = ip4(ip.saddr, "ip.saddr");
	const daddr = ip4(ip.daddr, "ip.daddr");
	const segment = transport(p, (protocol, length) => concat(saddr, daddr, Uint8Array.of(0, protocol), u16(length)));
	const given = hexBytes(ip.options);
	const options = concat(given, new Uint8Array((4 - given.length % 4) % 4));
	if (options.length > 40) throw new FieldError("ip.options", "longer than 40 bytes");
	const cut = ip.fragment;
	const from = cut?.from ?? 0;
	const body = cut ? segment.bytes.subarray(from, cut.to ?? segment.bytes.length) : segment.bytes;
	const words = 5 + options.length / 4;
	const protocol = ip.protocol === void 0 ? segment.protocol ?? 59 : named(PROTOCOLS, ip.protocol, "ip.protocol");
	const fragment = cut ? from >> 3 | (cut.more ? 8192 : 0) : 0;
	const head = concat(Uint8Array.of(64 | words, (ip.dscp ?? 0) << 2 | (ip.ecn ?? 0)), u16(ip.length ?? words * 4 + body.length), u16(ip.id ?? 0), u16(fragment | (ip.df ? 16384 : 0)), Uint8Array.of(ip.ttl ?? 64, protocol), u16(0), saddr, daddr, options);
	put16(head, 10, ip.checksum ?? checksum(head, 0, head.length));
	return concat(head, body);
}
/** Puts one extension header before what follows; gives its protocol number with the bytes. */
function extend(e, next, body) {
	if (e.type === "frag") {
		const from = e.from ?? 0;
		const head = concat(Uint8Array.of(next, 0), u16(from | (e.more ? 1 : 0)), u32(e.id ?? 0));
		return [44, concat(head, body.subarray(from, e.to ?? body.length))];
	}
	if (e.type === "rt") {
		const head = Uint8Array.of(next, 0, e.rtype ?? 0, e.segleft ?? 0, 0, 0, 0, 0);
		return [43, concat(head, body)];
	}
	return [e.type === "hbh" ? 0 : 60, concat(Uint8Array.of(next, 0, 1, 4, 0, 0, 0, 0), body)];
}
function ipv6(p, ip) {
	const saddr = ip6(ip.saddr, "ip6.saddr");
	const daddr = ip6(ip.daddr, "ip6.daddr");
	const segment = transport(p, (protocol, length) => concat(saddr, daddr, u32(length), Uint8Array.of(0, 0, 0, protocol)));
	let body = segment.bytes;
	let next = ip.nexthdr === void 0 ? segment.protocol ?? 59 : named(PROTOCOLS, ip.nexthdr, "ip6.nexthdr");
	for (const e of [...ip.extensions ?? []].reverse()) [next, body] = extend(e, next, body);
	const word = 6 << 28 | (ip.dscp ?? 0) << 22 | (ip.ecn ?? 0) << 20 | (ip.flowlabel ?? 0);
	return concat(u32(word >>> 0), u16(ip.length ?? body.length), Uint8Array.of(next, ip.hoplimit ?? 64), saddr, daddr, body);
}
function arp(a) {
	return concat(u16(1), u16(2048), Uint8Array.of(6, 4), u16(a.operation === "reply" ? 2 : 1), mac(a["saddr ether"], "arp.saddr ether"), ip4(a["saddr ip"], "arp.saddr ip"), mac(a["daddr ether"] ?? "00:00:00:00:00:00", "arp.daddr ether"), ip4(a["daddr ip"], "arp.daddr ip"));
}
/** The packet without its Ethernet header. */
function networkPacket(p) {
	if (p.ip) return ipv4(p, p.ip);
	if (p.ip6) return ipv6(p, p.ip6);
	if (p.arp) return arp(p.arp);
	return payload(p);
}
/** The Ethernet frame; by default from the wire's station to the device. */
function ethernetFrame(p, wire) {
	if (p.frame !== void 0) return hexBytes(p.frame);
	const type = p.ether?.type ?? (p.ip ? 2048 : p.ip6 ? 34525 : p.arp ? 2054 : 34997);
	const tags = Array.isArray(p.vlan) ? p.vlan : p.vlan ? [p.vlan] : [];
	return concat(mac(p.ether?.daddr ?? wire.address, "ether.daddr"), mac(p.ether?.saddr ?? wire.station, "ether.saddr"), ...tags.map((t) => concat(u16(t.type ?? 33024), u16((t.pcp ?? 0) << 13 | (t.dei ?? 0) << 12 | t.id))), u16(type), networkPacket(p));
}

// src/trace/read.ts
/**
* Trace files -> Trace: JSON and JSON Lines.
*
* Owns the reading and checking of a case with the files it names (ruleset, env). Every problem is
* found and reported with its event and field before anything runs.
*/
const MAX_PROBLEMS = 20;
function parseLines(file, text, problems) {
	const values = [];
	const numbers = [];
	text.split("\n").forEach((line, i) => {
		if (!line.trim() || problems.length >= MAX_PROBLEMS) return;
		try {
			values.push(JSON.parse(line));
			numbers.push(i + 1);
		} catch {
			problems.push({
				file,
				message: jsonProblem(line, i + 1)
			});
		}
	});
	if (problems.length) return void 0;
	return {
		head: values[0],
		events: values.slice(1),
		lineOf: (event) => numbers[event + 1]
	};
}
/** JSON Lines if the first line is a document of its own and more follow. */
function parseDocument(file, text, problems) {
	const firstLine = text.slice(0, Math.max(0, text.indexOf("\n")));
	if (firstLine.trim() && text.slice(firstLine.length).trim()) try {
		JSON.parse(firstLine);
		return parseLines(file, text, problems);
	} catch {}
	try {
		const head = JSON.parse(text);
		const events = head?.events;
		return {
			head,
			events: Array.isArray(events) ? events : []
		};
	} catch {
		problems.push({
			file,
			message: jsonProblem(text)
		});
		return;
	}
}
function readText(file, field, at, problems) {
	try {
		return readFileSync(file, "utf8");
	} catch (e) {
		problems.push({
			...at,
			field,
			message: `${file}: ${failure(e)}`
		});
		return;
	}
}
function readRuleset(file, head, problems) {
	const given = head.ruleset;
	if (given === void 0) return void 0;
	const directory = path.dirname(file);
	if (given.includes("\n") || given.includes("{")) return {
		name: file,
		text: given,
		directory
	};
	const name = path.join(directory, given);
	const text = readText(name, "ruleset", { file }, problems);
	return text === void 0 ? void 0 : {
		name,
		text,
		directory: path.dirname(name)
	};
}
const MIN_FRAME = 14;
function packetEvent(e, index, time, wires) {
	if (e.iif !== void 0) {
		const wire = wires.get(e.iif);
		if (!wire) throw new FieldError("iif", `no device with a wire has the name '${e.iif}'`);
		const bytes = ethernetFrame(e, wire);
		if (bytes.length < MIN_FRAME) throw new FieldError("frame", `${bytes.length} bytes are too short for an Ethernet header`);
		return {
			kind: "frame",
			index,
			time,
			iif: e.iif,
			bytes
		};
	}
	if (e.frame !== void 0) throw new FieldError("iif", "a frame needs the device it comes in by");
	const fields = e;
	if (!fields.ip && !fields.ip6) throw new FieldError("", "neither a packet, a command nor a snapshot");
	const bytes = networkPacket(fields);
	return {
		kind: "send",
		index,
		time,
		family: fields.ip6 ? "ip6" : "ip",
		bytes
	};
}
function makeEvent(e, index, time, wires) {
	if (e.nft !== void 0) return {
		kind: "nft",
		index,
		time,
		command: e.nft
	};
	if (e.conntrack !== void 0) return {
		kind: "conntrack",
		index,
		time,
		command: e.conntrack
	};
	if (typeof e.ip === "string") return {
		kind: "ip",
		index,
		time,
		command: e.ip
	};
	if (e.sysctl) return {
		kind: "sysctl",
		index,
		time,
		values: e.sysctl
	};
	if (e.link) return {
		kind: "link",
		index,
		time,
		...e.link
	};
	if (e.snapshot !== void 0) return {
		kind: "snapshot",
		index,
		time,
		name: e.snapshot
	};
	return packetEvent(e, index, time, wires);
}
/** Adds what the event expects: a packet's fate, or what a snapshot shows. */
function withExpect(event, raw, at, problems) {
	if (raw === void 0) return event;
	if (event.kind !== "frame" && event.kind !== "send" && event.kind !== "snapshot") throw new FieldError("expect", "only packets and snapshots can expect something");
	const parsed = (event.kind === "snapshot" ? endExpectSchema : packetExpectSchema).safeParse(raw);
	if (parsed.success) return {
		...event,
		expect: parsed.data
	};
	report(parsed.error, at, "expect", problems);
	return event;
}
function readEvents(file, doc, env, problems) {
	const wires = wiresOf(env);
	const events = [];
	let last = 0;
	for (let index = 0; index < doc.events.length && problems.length < MAX_PROBLEMS; index++) {
		const at = {
			file,
			event: index,
			...doc.lineOf && { line: doc.lineOf(index) }
		};
		const parsed = eventSchema.safeParse(doc.events[index]);
		if (!parsed.success) {
			report(parsed.error, at, "", problems);
			continue;
		}
		const time = Math.round((parsed.data.time ?? 0) * 1e6);
		if (time < last) {
			problems.push({
				...at,
				field: "time",
				message: `${time / 1e6} s is before the event that precedes it (${last / 1e6} s)`
			});
			continue;
		}
		last = time;
		try {
			const event = makeEvent(parsed.data, index, time, wires);
			events.push(withExpect(event, parsed.data.expect, at, problems));
		} catch (e) {
			if (!(e instanceof FieldError)) throw e;
			problems.push({
				...at,
				field: e.field,
				message: e.message
			});
		}
	}
	return events;
}
/** The name of a case: `DIR/x.case.json` -> `x`. */
function caseName(file) {
	return path.basename(file).replace(/(\.case)?\.jsonl?$|\.ndjson$/, "");
}
/** Reads and checks a trace file; a trace comes back only if nothing is wrong with it. */
function readTrace(file) {
	const problems = [];
	let text;
	try {
		text = readFileSync(file, "utf8");
	} catch (e) {
		return { problems: [{
			file,
			message: failure(e)
		}] };
	}
	const doc = parseDocument(file, text, problems);
	if (!doc) return { problems };
	const parsed = caseSchema.safeParse(doc.head);
	if (!parsed.success) {
		report(parsed.error, { file }, "", problems);
		return { problems };
	}
	const head = parsed.data;
	const env = envOf(file, head, problems, (name) => readFileSync(name, "utf8"));
	const ruleset = readRuleset(file, head, problems);
	if (!env) return { problems };
	const events = readEvents(file, doc, env, problems);
	if (problems.length) return { problems };
	return {
		trace: {
			file,
			name: caseName(file),
			monitor: head.monitor ?? false,
			env,
			events,
			...head.about !== void 0 && { about: head.about },
			...ruleset && { ruleset },
			...head.expect && { expect: head.expect }
		},
		problems
	};
}

// node_modules/chalk/source/vendor/ansi-styles/index.js
const ANSI_BACKGROUND_OFFSET = 10;
const wrapAnsi16 = (offset = 0) => (code) => `\u001B[${code + offset}m`;
const wrapAnsi256 = (offset = 0) => (code) => `\u001B[${38 + offset};5;${code}m`;
const wrapAnsi16m = (offset = 0) => (red, green, blue) => `\u001B[${38 + offset};2;${red};${green};${blue}m`;
const styles$1 = {
	modifier: {
		reset: [0, 0],
		bold: [1, 22],
		dim: [2, 22],
		italic: [3, 23],
		underline: [4, 24],
		overline: [53, 55],
		inverse: [7, 27],
		hidden: [8, 28],
		strikethrough: [9, 29]
	},
	color: {
		black: [30, 39],
		red: [31, 39],
		green: [32, 39],
		yellow: [33, 39],
		blue: [34, 39],
		magenta: [35, 39],
		cyan: [36, 39],
		white: [37, 39],
		blackBright: [90, 39],
		gray: [90, 39],
		grey: [90, 39],
		redBright: [91, 39],
		greenBright: [92, 39],
		yellowBright: [93, 39],
		blueBright: [94, 39],
		magentaBright: [95, 39],
		cyanBright: [96, 39],
		whiteBright: [97, 39]
	},
	bgColor: {
		bgBlack: [40, 49],
		bgRed: [41, 49],
		bgGreen: [42, 49],
		bgYellow: [43, 49],
		bgBlue: [44, 49],
		bgMagenta: [45, 49],
		bgCyan: [46, 49],
		bgWhite: [47, 49],
		bgBlackBright: [100, 49],
		bgGray: [100, 49],
		bgGrey: [100, 49],
		bgRedBright: [101, 49],
		bgGreenBright: [102, 49],
		bgYellowBright: [103, 49],
		bgBlueBright: [104, 49],
		bgMagentaBright: [105, 49],
		bgCyanBright: [106, 49],
		bgWhiteBright: [107, 49]
	}
};
const modifierNames = Object.keys(styles$1.modifier);
const foregroundColorNames = Object.keys(styles$1.color);
const backgroundColorNames = Object.keys(styles$1.bgColor);
const colorNames = [...foregroundColorNames, ...backgroundColorNames];
function assembleStyles() {
	const codes = /* @__PURE__ */ new Map();
	for (const [groupName, group] of Object.entries(styles$1)) {
		for (const [styleName, style] of Object.entries(group)) {
			styles$1[styleName] = {
				open: `\u001B[${style[0]}m`,
				close: `\u001B[${style[1]}m`
			};
			group[styleName] = styles$1[styleName];
			codes.set(style[0], style[1]);
		}
		Object.defineProperty(styles$1, groupName, {
			value: group,
			enumerable: false
		});
	}
	Object.defineProperty(styles$1, "codes", {
		value: codes,
		enumerable: false
	});
	styles$1.color.close = "\x1B[39m";
	styles$1.bgColor.close = "\x1B[49m";
	styles$1.color.ansi = wrapAnsi16();
	styles$1.color.ansi256 = wrapAnsi256();
	styles$1.color.ansi16m = wrapAnsi16m();
	styles$1.bgColor.ansi = wrapAnsi16(ANSI_BACKGROUND_OFFSET);
	styles$1.bgColor.ansi256 = wrapAnsi256(ANSI_BACKGROUND_OFFSET);
	styles$1.bgColor.ansi16m = wrapAnsi16m(ANSI_BACKGROUND_OFFSET);
	Object.defineProperties(styles$1, {
		rgbToAnsi256: {
			value(red, green, blue) {
				if (red === green && green === blue) {
					if (red < 8) return 16;
					if (red > 248) return 231;
					return Math.round((red - 8) / 247 * 24) + 232;
				}
				return 16 + 36 * Math.round(red / 255 * 5) + 6 * Math.round(green / 255 * 5) + Math.round(blue / 255 * 5);
			},
			enumerable: false
		},
		hexToRgb: {
			value(hex) {
				const matches = /[a-f\d]{6}|[a-f\d]{3}/i.exec(hex.toString(16));
				if (!matches) return [
					0,
					0,
					0
				];
				let [colorString] = matches;
				if (colorString.length === 3) colorString = [...colorString].map((character) => character + character).join("");
				const integer = Number.parseInt(colorString, 16);
				return [
					integer >> 16 & 255,
					integer >> 8 & 255,
					integer & 255
				];
			},
			enumerable: false
		},
		hexToAnsi256: {
			value: (hex) => styles$1.rgbToAnsi256(...styles$1.hexToRgb(hex)),
			enumerable: false
		},
		ansi256ToAnsi: {
			value(code) {
				if (code < 8) return 30 + code;
				if (code < 16) return 90 + (code - 8);
				let red;
				let green;
				let blue;
				if (code >= 232) {
					red = ((code - 232) * 10 + 8) / 255;
					green = red;
					blue = red;
				} else {
					code -= 16;
					const remainder = code % 36;
					red = Math.floor(code / 36) / 5;
					green = Math.floor(remainder / 6) / 5;
					blue = remainder % 6 / 5;
				}
				const value = Math.max(red, green, blue) * 2;
				if (value === 0) return 30;
				let result = 30 + (Math.round(blue) << 2 | Math.round(green) << 1 | Math.round(red));
				if (value === 2) result += 60;
				return result;
			},
			enumerable: false
		},
		rgbToAnsi: {
			value: (red, green, blue) => styles$1.ansi256ToAnsi(styles$1.rgbToAnsi256(red, green, blue)),
			enumerable: false
		},
		hexToAnsi: {
			value: (hex) => styles$1.ansi256ToAnsi(styles$1.hexToAnsi256(hex)),
			enumerable: false
		}
	});
	return styles$1;
}
const ansiStyles = assembleStyles();

// node_modules/chalk/source/vendor/supports-color/index.js
function hasFlag(flag, argv = globalThis.Deno ? globalThis.Deno.args : process.argv) {
	const prefix = flag.startsWith("-") ? "" : flag.length === 1 ? "-" : "--";
	const position = argv.indexOf(prefix + flag);
	const terminatorPosition = argv.indexOf("--");
	return position !== -1 && (terminatorPosition === -1 || position < terminatorPosition);
}
const { env } = process;
let flagForceColor;
if (hasFlag("no-color") || hasFlag("no-colors") || hasFlag("color=false") || hasFlag("color=never")) flagForceColor = 0;
else if (hasFlag("color") || hasFlag("colors") || hasFlag("color=true") || hasFlag("color=always")) flagForceColor = 1;
function envForceColor() {
	if ("FORCE_COLOR" in env) {
		if (env.FORCE_COLOR === "true") return 1;
		if (env.FORCE_COLOR === "false") return 0;
		return env.FORCE_COLOR.length === 0 ? 1 : Math.min(Number.parseInt(env.FORCE_COLOR, 10), 3);
	}
}
function translateLevel(level) {
	if (level === 0) return false;
	return {
		level,
		hasBasic: true,
		has256: level >= 2,
		has16m: level >= 3
	};
}
function _supportsColor(haveStream, { streamIsTTY, sniffFlags = true } = {}) {
	const noFlagForceColor = envForceColor();
	if (noFlagForceColor !== void 0) flagForceColor = noFlagForceColor;
	const forceColor = sniffFlags ? flagForceColor : noFlagForceColor;
	if (forceColor === 0) return 0;
	if (sniffFlags) {
		if (hasFlag("color=16m") || hasFlag("color=full") || hasFlag("color=truecolor")) return 3;
		if (hasFlag("color=256")) return 2;
	}
	if ("TF_BUILD" in env && "AGENT_NAME" in env) return 1;
	if (haveStream && !streamIsTTY && forceColor === void 0) return 0;
	const min = forceColor || 0;
	if (env.TERM === "dumb") return min;
	if (process.platform === "win32") {
		const osRelease = os.release().split(".");
		if (Number(osRelease[0]) >= 10 && Number(osRelease[2]) >= 10586) return Number(osRelease[2]) >= 14931 ? 3 : 2;
		return 1;
	}
	if ("CI" in env) {
		if ([
			"GITHUB_ACTIONS",
			"GITEA_ACTIONS",
			"CIRCLECI"
		].some((key) => key in env)) return 3;
		if ([
			"TRAVIS",
			"APPVEYOR",
			"GITLAB_CI",
			"BUILDKITE",
			"DRONE"
		].some((sign) => sign in env) || env.CI_NAME === "codeship") return 1;
		return min;
	}
	if ("TEAMCITY_VERSION" in env) return /^(9\.(0*[1-9]\d*)\.|\d{2,}\.)/.test(env.TEAMCITY_VERSION) ? 1 : 0;
	if (env.COLORTERM === "truecolor") return 3;
	if (env.TERM === "xterm-kitty") return 3;
	if (env.TERM === "xterm-ghostty") return 3;
	if (env.TERM === "wezterm") return 3;
	if ("TERM_PROGRAM" in env) {
		const version = Number.parseInt((env.TERM_PROGRAM_VERSION || "").split(".")[0], 10);
		switch (env.TERM_PROGRAM) {
			case "iTerm.app": return version >= 3 ? 3 : 2;
			case "Apple_Terminal": return 2;
		}
	}
	if (/-256(color)?$/i.test(env.TERM)) return 2;
	if (/^screen|^xterm|^vt100|^vt220|^rxvt|color|ansi|cygwin|linux/i.test(env.TERM)) return 1;
	if ("COLORTERM" in env) return 1;
	return min;
}
function createSupportsColor(stream, options = {}) {
	return translateLevel(_supportsColor(stream, {
		streamIsTTY: stream && stream.isTTY,
		...options
	}));
}
const supportsColor = {
	stdout: createSupportsColor({ isTTY: tty.isatty(1) }),
	stderr: createSupportsColor({ isTTY: tty.isatty(2) })
};

// node_modules/chalk/source/utilities.js
function stringReplaceAll(string, substring, replacer) {
	let index = string.indexOf(substring);
	if (index === -1) return string;
	const substringLength = substring.length;
	let endIndex = 0;
	let returnValue = "";
	do {
		returnValue += string.slice(endIndex, index) + substring + replacer;
		endIndex = index + substringLength;
		index = string.indexOf(substring, endIndex);
	} while (index !== -1);
	returnValue += string.slice(endIndex);
	return returnValue;
}
function stringEncaseCRLFWithFirstIndex(string, prefix, postfix, index) {
	let endIndex = 0;
	let returnValue = "";
	do {
		const gotCR = string[index - 1] === "\r";
		returnValue += string.slice(endIndex, gotCR ? index - 1 : index) + prefix + (gotCR ? "\r\n" : "\n") + postfix;
		endIndex = index + 1;
		index = string.indexOf("\n", endIndex);
	} while (index !== -1);
	returnValue += string.slice(endIndex);
	return returnValue;
}

// node_modules/chalk/source/index.js
const { stdout: stdoutColor, stderr: stderrColor } = supportsColor;
const GENERATOR = Symbol("GENERATOR");
const STYLER = Symbol("STYLER");
const IS_EMPTY = Symbol("IS_EMPTY");
const levelMapping = [
	"ansi",
	"ansi",
	"ansi256",
	"ansi16m"
];
const styles = Object.create(null);
const applyOptions = (object, options = {}) => {
	if (options.level && !(Number.isInteger(options.level) && options.level >= 0 && options.level <= 3)) throw new Error("The `level` option should be an integer from 0 to 3");
	const colorLevel = stdoutColor ? stdoutColor.level : 0;
	object.level = options.level === void 0 ? colorLevel : options.level;
};
var Chalk = class {
	constructor(options) {
		return chalkFactory(options);
	}
};
const chalkFactory = (options) => {
	const chalk = (...strings) => strings.join(" ");
	applyOptions(chalk, options);
	Object.setPrototypeOf(chalk, createChalk.prototype);
	return chalk;
};
function createChalk(options) {
	return chalkFactory(options);
}
Object.setPrototypeOf(createChalk.prototype, Function.prototype);
for (const [styleName, style] of Object.entries(ansiStyles)) styles[styleName] = { get() {
	const builder = createBuilder(this, createStyler(style.open, style.close, this[STYLER]), this[IS_EMPTY]);
	Object.defineProperty(this, styleName, { value: builder });
	return builder;
} };
styles.visible = { get() {
	const builder = createBuilder(this, this[STYLER], true);
	Object.defineProperty(this, "visible", { value: builder });
	return builder;
} };
const getModelAnsi = (model, level, type, ...arguments_) => {
	if (model === "rgb") {
		if (level === "ansi16m") return ansiStyles[type].ansi16m(...arguments_);
		if (level === "ansi256") return ansiStyles[type].ansi256(ansiStyles.rgbToAnsi256(...arguments_));
		return ansiStyles[type].ansi(ansiStyles.rgbToAnsi(...arguments_));
	}
	if (model === "hex") return getModelAnsi("rgb", level, type, ...ansiStyles.hexToRgb(...arguments_));
	return ansiStyles[type][model](...arguments_);
};
for (const model of [
	"rgb",
	"hex",
	"ansi256"
]) {
	styles[model] = { get() {
		const { level } = this;
		return function(...arguments_) {
			const styler = createStyler(getModelAnsi(model, levelMapping[level], "color", ...arguments_), ansiStyles.color.close, this[STYLER]);
			return createBuilder(this, styler, this[IS_EMPTY]);
		};
	} };
	const bgModel = "bg" + model[0].toUpperCase() + model.slice(1);
	styles[bgModel] = { get() {
		const { level } = this;
		return function(...arguments_) {
			const styler = createStyler(getModelAnsi(model, levelMapping[level], "bgColor", ...arguments_), ansiStyles.bgColor.close, this[STYLER]);
			return createBuilder(this, styler, this[IS_EMPTY]);
		};
	} };
}
const proto = Object.defineProperties(() => {}, {
	...styles,
	level: {
		enumerable: true,
		get() {
			return this[GENERATOR].level;
		},
		set(level) {
			this[GENERATOR].level = level;
		}
	}
});
const createStyler = (open, close, parent) => {
	let openAll;
	let closeAll;
	if (parent === void 0) {
		openAll = open;
		closeAll = close;
	} else {
		openAll = parent.openAll + open;
		closeAll = close + parent.closeAll;
	}
	return {
		open,
		close,
		openAll,
		closeAll,
		parent
	};
};
const createBuilder = (self, _styler, _isEmpty) => {
	const builder = (...arguments_) => applyStyle(builder, arguments_.length === 1 ? "" + arguments_[0] : arguments_.join(" "));
	Object.setPrototypeOf(builder, proto);
	builder[GENERATOR] = self;
	builder[STYLER] = _styler;
	builder[IS_EMPTY] = _isEmpty;
	return builder;
};
const applyStyle = (self, string) => {
	if (self.level <= 0 || !string) return self[IS_EMPTY] ? "" : string;
	let styler = self[STYLER];
	if (styler === void 0) return string;
	const { openAll, closeAll } = styler;
	if (string.includes("\x1B")) while (styler !== void 0) {
		string = stringReplaceAll(string, styler.close, styler.open);
		styler = styler.parent;
	}
	const lfIndex = string.indexOf("\n");
	if (lfIndex !== -1) string = stringEncaseCRLFWithFirstIndex(string, closeAll, openAll, lfIndex);
	return openAll + string + closeAll;
};
Object.defineProperties(createChalk.prototype, styles);
const chalk = createChalk();
const chalkStderr = createChalk({ level: stderrColor ? stderrColor.level : 0 });

// src/cli/style.ts
/** Colour for people: chalk at the level that the options and the terminal ask for. */
/** chalk reads NO_COLOR and FORCE_COLOR itself where `auto` is asked for. */
function style(when, detected) {
	const level = when === "never" ? 0 : when === "always" ? 1 : detected ? detected.level : 0;
	return new Chalk({ level });
}
const errStyle = (when) => style(when, stderrColor);

// src/cli/replay.ts
/** `nftsim replay TRACE...`: packets through the machine, counters and connections out. */
/** The ruleset that the command line or the trace names, as it would be loaded. */
function rulesetEntry(trace, options) {
	if (options.ruleset !== void 0) return { name: options.ruleset };
	return trace.ruleset;
}
/** The machine that the trace runs on, before its ruleset: a new one, or the saved one. */
function journalFor(trace, saved, fresh, options, io) {
	const base = {
		...newJournal(options, io),
		seed: Number(options.seed),
		env: trace.env
	};
	if (fresh || !saved) return base;
	const { env = trace.env } = saved;
	return {
		...saved,
		env: trace.env.link.length ? trace.env : env
	};
}
function playOn(trace, saved, options, io) {
	const ruleset = rulesetEntry(trace, options);
	const journal = journalFor(trace, saved, ruleset !== void 0, options, io);
	const router = routerOf(journal, options.engine);
	let loadError;
	if (ruleset) {
		const asked = remembering(io);
		const { includePaths = [], defines = {} } = parseOptions(options, io);
		if (ruleset.text !== void 0) asked.read.files[ruleset.name] = { text: ruleset.text };
		const result = router.load({
			kind: "file",
			path: ruleset.name
		}, {
			reader: asked.io.files,
			includePaths,
			defines
		});
		if (!result.ok) loadError = result.errors;
		const { read } = asked;
		keep(journal, {
			did: "load",
			path: ruleset.name,
			read,
			includePaths,
			defines
		}, io);
	}
	const { explain = false } = options;
	const answer = replay$1(router, trace, {
		...loadError !== void 0 && { loadError },
		explain
	});
	keep(journal, {
		did: "trace",
		events: trace.events
	}, io);
	return {
		answer,
		router,
		journal
	};
}
const asJson = (answer) => `${printJson(answer)}\n`;
/** The ruleset with the counts of every rule, conntrack, the totals. */
function print({ answer, router }, options, io) {
	if (options.json) {
		io.out(asJson(answer));
		return;
	}
	if (answer.loaded) {
		const style = errStyle(options.color);
		io.out(router.listText({ counts: true }));
		io.out(router.conntrackLines(false).map((line) => `${line}\n`).join(""));
		for (const line of flowLines(answer)) io.out(`${line}\n`);
		if (!options.quiet) io.err(`${style.bold(summaryLines(answer).join("\n"))}\n`);
	} else io.err(answer.load_error ?? "");
	for (const line of refusedLines(answer)) io.err(`${line}\n`);
}
function tell(trace, answer, options, io) {
	const style = errStyle(options.color);
	for (const failure of answer.loaded ? answer.failures : []) {
		const [head, ...rest] = failureLines(failure);
		io.err(`${style.red("FAILED")} ${trace.file}: ${head}\n${rest.join("\n")}\n`);
	}
	return answer.loaded && answer.failures.length === 0 ? 0 : 1;
}
/** One trace that fails in an unforeseen way leaves the others their answers. */
function guarded(trace, io, run) {
	try {
		return run();
	} catch (e) {
		io.err(`${trace.file}: internal error: ${e.message}\n`);
		return 3;
	}
}
function replay(files, options, io) {
	const read = files.map((file) => readTrace(file));
	const problems = read.flatMap((r) => r.problems);
	for (const p of problems) io.err(`${problemText(p)}\n`);
	if (problems.length && options.out === void 0) return 3;
	const traces = read.flatMap((r) => r.trace ?? []);
	const alone = traces.length === 1 && options.out === void 0;
	const statuses = traces.map((trace) => {
		const run = (saved) => {
			const played = playOn(trace, saved, options, io);
			const { problems: machine, ended } = played.router.setup;
			if (machine.length) {
				for (const problem of machine) io.err(`${trace.file}: env: ${problem}\n`);
				return { status: 3 };
			}
			if (ended !== null) io.err(`${trace.file}: warning: env: ${ended}\nthe set-up of the machine ends there, as a script would: later settings, neighbours, routes and rules are not there\n`);
			if (options.out !== void 0) {
				mkdirSync(options.out, { recursive: true });
				const file = path.join(options.out, `${trace.name}.answer.json`);
				writeFileSync(file, asJson(played.answer));
			} else print(played, options, io);
			return {
				status: tell(trace, played.answer, options, io),
				...played.answer.loaded && { journal: played.journal }
			};
		};
		return alone ? onState(options, io, run) : guarded(trace, io, () => run(void 0).status);
	});
	return Math.max(problems.length ? 3 : 0, ...statuses);
}

export { replay };