/** `npm run bench`: packets and lookups inside the process, then whole loads against real nft. */
await import('./packet.ts');
await import('./load.ts');
