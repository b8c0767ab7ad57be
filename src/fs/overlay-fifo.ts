/** A FIFO's node while somebody has it open: its stat, mode and times. The bytes that go through it are the kernel's. */
import { SysError } from '../abi/errno.ts';
import type { SpecialNode } from './node.ts';
import { OverlayOpen } from './overlay-open.ts';

export class OverlayFifo extends OverlayOpen<SpecialNode> {
	readonly type = 'fifo';

	read(): number {
		throw new SysError('ESPIPE');
	}

	write(): number {
		throw new SysError('ESPIPE');
	}

	truncate(): void {
		throw new SysError('EINVAL');
	}

	protected closed(): void {
		if (this.node.opens === 0 && this.node.links === 0) this.overlay.tree.nodes.delete(this.node.id);
	}
}
