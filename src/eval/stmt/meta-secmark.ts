/** `meta secmark set`: gives a named object of kind `secmark`. Mirrors nft_objref.c. */
import { assignedObject } from './assigned-object.ts';

export const metaSecmark = assignedObject('meta secmark set', 'secmark');
