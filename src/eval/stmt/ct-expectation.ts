/** `ct expectation set`: gives a named object of kind `ct expectation`. Mirrors nft_objref.c. */
import { assignedObject } from './assigned-object.ts';

export const ctExpectation = assignedObject('ct expectation set', 'ct expectation');
