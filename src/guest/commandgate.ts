import type { CommandRegistry } from '@lumino/commands';

import { judge } from './commands';
import type { Standing, Verdict } from './commands';

type Asked = Parameters<CommandRegistry['isEnabled']>;

/**
 * Has menus, the palette, toolbars and keys offer only what `standing` allows. What is for later is
 * given to `later`.
 *
 * It stands before the commands of all plugins, as each of them knows its own ones only.
 */
export function guardCommands(
  commands: CommandRegistry,
  standing: () => Standing,
  later: (run: () => Promise<unknown>) => Promise<unknown>
): void {
  const isEnabled = commands.isEnabled.bind(commands);
  const isVisible = commands.isVisible.bind(commands);
  const execute = commands.execute.bind(commands);
  commands.isEnabled = (...asked: Asked) =>
    isOffered(judge(asked[0], standing())) && isEnabled(...asked);
  commands.isVisible = (...asked: Asked) => {
    const now = standing();
    const verdict = judge(asked[0], now);
    // What one may not do oneself is greyed, what nobody may do who came by a link is left out.
    return (isOffered(verdict) || (verdict === 'never' && !now.guest)) && isVisible(...asked);
  };
  commands.execute = (...asked: Asked) => {
    switch (judge(asked[0], standing())) {
      case 'never':
        return Promise.resolve();
      case 'later':
        return later(() => execute(...asked));
      default:
        return execute(...asked);
    }
  };
}

function isOffered(verdict: Verdict): boolean {
  return verdict === 'allowed' || verdict === 'later';
}
