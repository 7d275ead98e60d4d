import { defineConfig } from 'rolldown'

/** What stays a package of its own: everything that is not a file of ours. */
const external = id => !/^[./]/.test(id) && !id.startsWith('src/')

/**
 * The command in a few files instead of one for each source: Node takes longer to find a file than to run
 * it. What is imported while the server runs (`import()`) keeps a file of its own. They all lie as deep below
 * the project's folder as their sources do, so that paths from `import.meta.url` hold for both.
 */
const command = {
  input: { main: 'src/cli/main.ts' },
  platform: 'node',
  external,
  output: {
    dir: 'dist/cli',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  },
}

/** A program of its own, see src/workers/account-host.ts: it shares no file with the command, which would load it. */
const accountHost = {
  ...command,
  input: { 'account-host': 'src/workers/account-host-program.ts' },
}

/** What scripts and the puppet worker of the tests import from JavaScript. */
const parts = {
  input: {
    'settings/options-page': 'src/settings/options-page.ts',
    'workers/protocol': 'src/workers/protocol.ts',
  },
  platform: 'node',
  external,
  output: { dir: 'dist', format: 'esm', chunkFileNames: 'parts/[name].js' },
}

export default defineConfig([command, accountHost, parts])
