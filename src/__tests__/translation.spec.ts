import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { nullTranslator } from '@jupyterlab/translation';

import { translationOf } from '../translation';

const SCHEMAS = join(__dirname, '../../schema');

it.each(readdirSync(SCHEMAS))('the settings of %s have their words where ours are', name => {
  const load = jest.spyOn(nullTranslator, 'load');
  translationOf(null);
  const schema = JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8')) as {
    readonly [member: string]: unknown;
  };
  const domain = load.mock.lastCall?.[0];
  expect(schema['jupyter.lab.internationalization']).toEqual({ domain });
  load.mockRestore();
});
