/** `ct timeout set`: gives a named object of kind `ct timeout`. Mirrors nft_objref.c. */
import { assignedObject } from './assigned-object.ts';

export const ctTimeout = assignedObject('ct timeout set', 'ct timeout');
