import type { CommandRegistry } from '@lumino/commands';

import { judge, runsCells } from './commands';
import type { Standing, Verdict } from './commands';

type Asked = Parameters<CommandRegistry['isEnabled']>;

/** What runs a command. */
export type Run = () => Promise<unknown>;

/** Run what cannot simply be run now. */
interface Ways {
  readonly later: (run: Run) => Promise<unknown>;
  readonly through: (run: Run) => Promise<unknown>;
  /** Called when somebody presses the keys that run cells, and may not run them. */
  readonly missed: () => void;
}

/**
 * Has menus, the palette, toolbars and keys offer only what `standing` allows. Some commands are run
 * in one of the `ways`.
 *
 * It stands before the commands of all plugins, as each of them knows its own ones only.
 */
export function guardCommands(
  commands: CommandRegistry,
  standing: () => Standing,
  ways: Ways
): void {
  const isEnabled = commands.isEnabled.bind(commands);
  const isVisible = commands.isVisible.bind(commands);
  const execute = commands.execute.bind(commands);
  commands.isEnabled = (...asked: Asked) => {
    const verdict = judge(asked[0], standing());
    // Keys ask this before they run a command, and give up without a word.
    if (verdict === 'never' && runsCells(asked[0]) && isByKeys(asked[1])) {
      ways.missed();
    }
    return isOffered(verdict) && isEnabled(...asked);
  };
  commands.isVisible = (...asked: Asked) => {
    const now = standing();
    const verdict = judge(asked[0], now);
    // What one may not do oneself is greyed, what nobody may do who came by a link is left out.
    return (isOffered(verdict) || (verdict === 'never' && !now.guest)) && isVisible(...asked);
  };
  commands.execute = (...asked: Asked) => {
    const verdict = judge(asked[0], standing());
    switch (verdict) {
      case 'never':
        return Promise.resolve();
      case 'later':
      case 'through':
        return ways[verdict](() => execute(...asked));
      default:
        return execute(...asked);
    }
  };
}

/** Lumino says so to commands that are run by keys. */
function isByKeys(args: Asked[1]): boolean {
  const event = args?._luminoEvent;
  return (
    typeof event === 'object' && event !== null && 'type' in event && event.type === 'keybinding'
  );
}

function isOffered(verdict: Verdict): boolean {
  return verdict !== 'never' && verdict !== 'hidden';
}
