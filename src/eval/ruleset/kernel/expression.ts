/** What the kernel makes of each op by itself, wherever it stands. Mirrors nf_tables_newexpr. */
import type { KernelProfile } from '../../../datapath/profile.ts';
import type { Family } from '../../../parser/ast.ts';
import type { Op } from '../../ir.ts';
import { type Errno, type Refusal, refuse } from '../errno.ts';

/** What the first op that cannot be made is refused with. */
export function firstUnable(
  ops: readonly Op[],
  family: Family,
  kernel: KernelProfile,
): Refusal | undefined {
  for (let index = 0; index < ops.length; index++) {
    const errno = unable(ops[index]!, family, kernel);
    if (errno) return refuse(errno, 'target', index);
  }
  return undefined;
}

function unable(op: Op, family: Family, kernel: KernelProfile): Errno | undefined {
  switch (op.op) {
    case 'load':
    case 'store':
      return op.row.init?.(op, family);
    case 'effect':
      return op.row.init?.(op.args, family, kernel);
    case 'byteorder':
      return kernel.byteorderOfWords && op.len !== op.size ? 'EOPNOTSUPP' : undefined;
    case 'dynset':
      return firstUnable(op.exprs, family, kernel)?.errno;
    case 'cmp':
      return tooLong(op.data);
    case 'range':
      return tooLong(op.low);
    case 'bitwise':
      return unableBits(op);
    default:
      return undefined;
  }
}

/** nft_bitwise_init: shifts are done word by word; operations of two registers came with Linux 6.13. */
function unableBits(op: Extract<Op, { op: 'bitwise' }>): Errno | undefined {
  if (op.kind === 'mask') return tooLong(op.mask);
  if (!('bits' in op)) return 'EOPNOTSUPP';
  return op.bits === 0 || op.bits >= WORD_BITS ? 'EINVAL' : undefined;
}

/** Of a register. */
const WORD_BITS = 32;

/** sizeof(struct nft_data), all that one constant in an expression holds. */
const DATA_BYTES = 16;

const tooLong = (data: Uint8Array): Errno | undefined =>
  data.length > DATA_BYTES ? 'EOVERFLOW' : undefined;
