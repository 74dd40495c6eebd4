/** `npm run bench`: packets and lookups inside the process, then whole loads against real nft. */
import './packet.ts';
import './load.ts';
