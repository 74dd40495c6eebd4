import { d as StateError, f as readState, h as journalOf, i as redo, m as stateFile, n as newJournal, o as routerOf, p as stateDirectory } from "./session-9RVEXofi.js";
import { isDeepStrictEqual } from "node:util";

// src/cli/follow.ts
/**
* Commands that tell what others do to the machine of the state directory, until interrupted:
* `nft monitor`, `conntrack -E`.
*
* Owns a router of its own that does again what the journal says was done since.
*/
async function follow(listen, options, io) {
	if (options.state === false) {
		io.err("error: without a state directory there is nothing to follow\n");
		return 2;
	}
	const directory = stateDirectory(options.state, io.env);
	let follower;
	try {
		for await (const _ of io.versions(stateFile(directory))) {
			const body = readState(directory);
			const journal = body === void 0 ? newJournal(options, io) : journalOf(body);
			if (follower) follower.follow(journal);
			else follower = new Follower(journal, listen);
		}
	} catch (e) {
		if (!(e instanceof StateError)) throw e;
		io.err(`error: ${e.message}\n`);
		return 3;
	}
	return 130;
}
var Follower = class {
	listen;
	journal;
	router;
	/** The number of the process whose deeds are done again. */
	process = 0;
	constructor(journal, listen) {
		this.listen = listen;
		this.journal = journal;
		this.router = this.listenTo(routerOf(journal));
	}
	listenTo(router) {
		this.listen(router, () => this.process);
		return router;
	}
	/** Does what has been done since; where it is another machine, the old one's ruleset goes first. */
	follow(journal) {
		const known = this.journal.entries.length;
		const before = {
			...journal,
			entries: journal.entries.slice(0, known)
		};
		const goesOn = isDeepStrictEqual(before, this.journal);
		const news = goesOn ? journal.entries.slice(known) : journal.entries;
		for (const [i, entry] of news.entries()) {
			this.process = entry.pid ?? 0;
			if (i === 0 && !goesOn) this.startAnew(journal);
			redo(this.router, entry);
		}
		this.journal = journal;
	}
	startAnew(journal) {
		this.router.nft("flush ruleset");
		this.router = this.listenTo(routerOf({
			...journal,
			entries: []
		}));
	}
};

export { follow };