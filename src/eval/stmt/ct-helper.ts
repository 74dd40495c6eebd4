/** `ct helper set`: gives a named object of kind `ct helper`. Mirrors nft_objref.c. */
import { assignedObject } from './assigned-object.ts';

export const ctHelper = assignedObject('ct helper set', 'ct helper');
