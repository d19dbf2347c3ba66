import { YCodeCell } from '@jupyter/ydoc';
import type { YNotebook } from '@jupyter/ydoc';
import { KernelMessage } from '@jupyterlab/services';
import type { Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { compareIDs } from 'yjs';
import type { ID, Transaction } from 'yjs';

const STATE = 'execution_state';

/** A cell that is said to run, while there may be nobody who would say that this has ended. */
interface Doubt {
  readonly cell: YCodeCell;
  readonly claim: ID;
  /** The run, if it is one of this page. */
  readonly future: IDisposable | null;
}

/**
 * Says of cells that they do not run, where nobody else would.
 *
 * The page that runs a cell says so when the run has ended. It cannot where it was closed before, or had
 * no connection to the kernel then, where somebody else has restarted the kernel, as only their page is
 * told, or where undoing brings a cell back that ran when it was deleted. A kernel does one thing after
 * the other: when it has answered a question, what it was to run before that has ended.
 */
export class UnendedRuns {
  /** `kernel` gives the one to ask, if this page may write; `futureOf` the run of a cell in this page. */
  constructor(
    private readonly _notebook: YNotebook,
    private readonly _kernel: () => Kernel.IKernelConnection | null,
    private readonly _futureOf: (cell: string) => IDisposable | null
  ) {
    const { awareness, ydoc } = _notebook;
    const cells = ydoc.getArray('cells');
    awareness.on('change', ({ removed }: { readonly removed: readonly number[] }) => {
      if (removed.length > 0) {
        this.look();
      }
    });
    ydoc.on('afterTransaction', ({ changed }: Transaction) => {
      if (changed.has(cells)) {
        this.look();
      }
    });
  }

  /** Take a message from the kernel: one that was restarted gives another name to its session. */
  hear(message: KernelMessage.IMessage): void {
    const { session } = message.header;
    if (KernelMessage.isStatusMsg(message) && session !== this._session) {
      this._session = session;
      this.look(true);
    }
  }

  /**
   * Ask the kernel, if any cell may not run any more. Where what it has told may be lost, as it was
   * restarted or could not be reached, that may be any cell of this page, too.
   */
  look(isLost = false): void {
    const kernel = this._kernel();
    const doubts = kernel === null ? [] : this._doubts(isLost);
    if (kernel === null || doubts.length === 0) {
      return;
    }
    // What was asked before that may not be answered any more.
    if (this._question !== null && !isLost) {
      this._looksAgain = true;
      return;
    }
    // JupyterLab sends this behind all that waits for a kernel that starts, and kernel_info before that.
    const question = kernel.requestCommInfo({ target_name: 'jupyter_collab' }).then(
      () => doubts,
      () => []
    );
    this._question = question;
    void question.then(asked => {
      const still = this._doubts(isLost);
      this._notebook.transact(() => {
        still.filter(doubt => asked.some(before => isSame(doubt, before))).forEach(end);
      }, false);
      if (this._question === question) {
        this._question = null;
        if (this._looksAgain) {
          this._looksAgain = false;
          this.look();
        }
      }
    });
  }

  private _doubts(isLost: boolean): Doubt[] {
    const { awareness, cells, ydoc } = this._notebook;
    return cells
      .filter(cell => cell instanceof YCodeCell)
      .flatMap(cell => {
        const claim = claimOf(cell);
        const isOurs = claim?.client === ydoc.clientID;
        const future = isOurs ? this._futureOf(cell.id) : null;
        const isThere = isOurs ? future !== null : awareness.states.has(claim?.client ?? 0);
        return claim === null || (isThere && !(isOurs && isLost)) ? [] : [{ cell, claim, future }];
      });
  }

  private _session: string | null = null;
  private _question: Promise<unknown> | null = null;
  private _looksAgain = false;
}

function isSame(one: Doubt, other: Doubt): boolean {
  return (
    one.cell === other.cell && one.future === other.future && compareIDs(one.claim, other.claim)
  );
}

function end({ cell, future }: Doubt): void {
  if (future !== null) {
    future.dispose(); // whereupon JupyterLab says that the cell does not run
  } else {
    cell.transact(() => cell.ymodel.set(STATE, 'idle'), false);
  }
}

/** Who has said, and when, that a cell runs; `null` where it does not. */
function claimOf({ ymodel }: YCodeCell): ID | null {
  const isRunning = ymodel._item?.deleted === false && ymodel.get(STATE) === 'running';
  return isRunning ? (ymodel._map.get(STATE)?.id ?? null) : null;
}
