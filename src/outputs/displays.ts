import type { IOutput, IDisplayData } from '@jupyterlab/nbformat';
import type { KernelMessage } from '@jupyterlab/services';
import { JSONExt } from '@lumino/coreutils';

import type { Outputs } from './view';

type Content = KernelMessage.IDisplayDataMsg['content'];

/** An output with a name by which the kernel changes it, and where it was last. */
interface Display {
  readonly name: string;
  value: IDisplayData;
  at: number;
}

/**
 * The outputs of one run that the kernel changes later on, such as progress bars.
 *
 * JupyterLab keeps their indices, which others change: who moves the cell makes a copy of it, and
 * what comes in before an output has those behind it drawn again. So they are found by what they show.
 */
export class Displays {
  /** Show an output; what is said of its name from now on is said of it. */
  add(outputs: Outputs, name: string, content: Content): void {
    const value = outputOf(content);
    outputs.add(value);
    this._all.push({ name, value, at: outputs.length - 1 });
  }

  /** Change all outputs of a name that are there still. */
  update(outputs: Outputs, name: string, content: Content): void {
    const value = outputOf(content);
    for (const display of this._find(outputs)) {
      if (display.name === name) {
        outputs.set(display.at, value);
        display.value = value;
      }
    }
  }

  /** There are no outputs any more. */
  clear(): void {
    this._all = [];
  }

  /** Those that are there. They keep their order, which tells those apart that show the same. */
  private _find(outputs: Outputs): readonly Display[] {
    if (this._all.every(({ value, at }) => shows(outputs, at, value))) {
      return this._all;
    }
    let next = 0;
    return this._all.filter(display => {
      for (let at = next; at < outputs.length; at += 1) {
        if (shows(outputs, at, display.value)) {
          display.at = at;
          next = at + 1;
          return true;
        }
      }
      return false;
    });
  }

  private _all: Display[] = [];
}

function outputOf(content: Content): IDisplayData {
  return { ...content, output_type: 'display_data' };
}

/** Whether an output is one that was `value`. A page that draws it may have added a picture. */
function shows(outputs: Outputs, at: number, { data }: IDisplayData): boolean {
  const item = at < outputs.length ? outputs.get(at) : null;
  if (item?.type !== 'display_data') {
    return false;
  }
  const shown = (item.toJSON() as IOutput & IDisplayData).data;
  return Object.entries(data).every(([type, value]) =>
    JSONExt.deepEqual(shown[type] ?? null, value)
  );
}
