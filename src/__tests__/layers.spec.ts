import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const SOURCES = path.dirname(__dirname);

/** Each folder may import those before it, and the single files of `src/`. */
const FOLDERS = [
  'protocol',
  'session',
  'rebase',
  'presence',
  'staying',
  'outputs',
  'offline',
  'documents',
  'reopen',
  'ui',
  'cursors',
  'sharing',
  'people',
  'guest',
  'plugins'
];

/** Those in `session/` that own a socket, a timer, or hear of the page. The others are pure. */
const DRIVERS = ['clock.ts', 'driver.ts', 'index.ts', 'line.ts', 'page.ts'];

/** Pure, too, and said to be so where they are. */
const OTHERS = ['guest/commands.ts', 'offline/decide.ts'];

const EFFECTS =
  /\b(Date\.|performance\.|Math\.random|set(Timeout|Interval)|fetch\(|new WebSocket|window\.)/u;

function sourcesIn(folder: string): string[] {
  return readdirSync(path.join(SOURCES, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/u.test(name) && !name.includes('__tests__'))
    .map(name => path.join(folder, name));
}

function read(file: string): string {
  return readFileSync(path.join(SOURCES, file), 'utf8');
}

/** What a file imports: a path below `src/`, or the name of a package. */
function importsOf(file: string): string[] {
  const names = [...read(file).matchAll(/(?:from|import) '([^']+)'/gu)].map(
    ([, name = '']) => name
  );
  return names.map(name =>
    name.startsWith('.') ? path.join(path.dirname(file), name) : `package ${name}`
  );
}

describe('folders', () => {
  it('are all in the list', () => {
    const folders = readdirSync(SOURCES, { withFileTypes: true }).filter(
      entry => entry.isDirectory() && entry.name !== '__tests__'
    );
    expect(folders.map(entry => entry.name).sort()).toEqual([...FOLDERS].sort());
  });

  it.each(FOLDERS.map((folder, place) => ({ folder, place })))(
    '$folder imports those before it only',
    ({ folder, place }) => {
      const later = FOLDERS.slice(place + 1);
      for (const file of sourcesIn(folder)) {
        const tops = importsOf(file).map(name => name.split(path.sep)[0] ?? '');
        expect({ file, found: tops.filter(top => later.includes(top)) }).toEqual({
          file,
          found: []
        });
      }
    }
  );
});

describe('what is pure', () => {
  const pure = [
    ...sourcesIn('protocol'),
    ...sourcesIn('session').filter(file => !DRIVERS.includes(path.basename(file))),
    ...OTHERS
  ];

  it.each(pure)('%s looks at no clock, no chance and no page', file => {
    expect(importsOf(file).filter(name => name.startsWith('package '))).toEqual([]);
    expect(EFFECTS.exec(read(file))?.[0]).toBeUndefined();
  });
});
