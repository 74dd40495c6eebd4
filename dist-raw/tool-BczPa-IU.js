import { a as remembering, c as runConntrack, n as newJournal, o as routerOf, r as onState, s as runNft, t as keep } from "./session-9RVEXofi.js";

// src/cli/tool.ts
async function tool(which, argv, options, io) {
	let monitoring;
	let events;
	const status = onState(options, io, (saved) => {
		const journal = saved ?? newJournal(options, io);
		const router = routerOf(journal);
		const asked = remembering(io);
		const before = router.mark();
		const status = which === "nft" ? runNft(argv, asked.io, router.target, (wanted) => {
			monitoring = wanted;
		}) : runConntrack(argv, asked.io, router.datapath, (wanted) => {
			events = wanted;
		});
		if (events || saved && which === "nft" && router.mark() === before) return { status };
		keep(journal, {
			did: which,
			argv,
			stdin: asked.stdin(),
			read: asked.read
		}, io);
		return {
			status,
			journal
		};
	});
	if (!monitoring && !events) return status;
	const { follow } = await import("./follow-D5Xjxz-m.js");
	if (!events) {
		const { monitored } = await import("./monitor-DTWQgK7u.js");
		return follow(monitored(monitoring, io), options, io);
	}
	const ended = await follow(events.listen, options, io);
	if (ended !== 130) return ended;
	events.end();
	return 0;
}

export { tool };