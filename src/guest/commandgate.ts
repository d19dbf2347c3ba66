import type { CommandRegistry } from '@lumino/commands';

import { judge } from './commands';
import type { Standing } from './commands';

type Asked = Parameters<CommandRegistry['isEnabled']>;

/**
 * Has menus, the palette, toolbars and keys offer only what `standing` allows.
 *
 * It stands before the commands of all plugins, as each of them knows its own ones only.
 */
export function guardCommands(commands: CommandRegistry, standing: () => Standing): void {
  const isEnabled = commands.isEnabled.bind(commands);
  const isVisible = commands.isVisible.bind(commands);
  const execute = commands.execute.bind(commands);
  commands.isEnabled = (...asked: Asked) =>
    judge(asked[0], standing()) === 'allowed' && isEnabled(...asked);
  commands.isVisible = (...asked: Asked) => {
    const now = standing();
    const verdict = judge(asked[0], now);
    // What one may not do oneself is greyed, what nobody may do who came by a link is left out.
    return (verdict === 'allowed' || (verdict === 'never' && !now.guest)) && isVisible(...asked);
  };
  commands.execute = (...asked: Asked) =>
    judge(asked[0], standing()) === 'never' ? Promise.resolve() : execute(...asked);
}
