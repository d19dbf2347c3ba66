// Exits with 0 where this Node.js can build the front end, with 1 where it is too old.
const [major, minor] = process.versions.node.split('.').map(Number);
const suffices = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
process.exitCode = suffices ? 0 : 1;
