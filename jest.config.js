const jestConfig = require('@jupyterlab/testing/lib/jest-config');

// Published as ES modules, which jest cannot read untransformed.
const esModules = [
  '@codemirror',
  '@jupyter/',
  '@jupyterlab/',
  '@microsoft',
  '@rjsf',
  'exenv-es6',
  'idb',
  'lib0',
  'nanoid',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs'
].join('|');

module.exports = {
  ...jestConfig(__dirname),
  collectCoverage: false,
  // Jest leaves one core to others, which on two cores is half of them.
  maxWorkers: '100%',
  // The built labextension repeats our package name, which the module map refuses.
  modulePathIgnorePatterns: [
    '<rootDir>/.make',
    '<rootDir>/jupyter_collab/labextension',
    '<rootDir>/ui-tests'
  ],
  reporters: ['default'],
  testRegex: 'src/.*\\.spec\\.tsx?$',
  transformIgnorePatterns: [`/node_modules/(?!${esModules}).+`]
};
