/** Runs of a whole command line, of which counts how they end and what they say. */

/** Where a run of its own listens and writes; `Site.run` fills in the rest. */
export const where = ['--host', '127.0.0.1', '--port', '{port}', '--server-root', '{root}']

/** Lines of what is printed at the start that only one of the tools has. */
const ofOneTool = /^(Server Conf|Server Capacity|Python|Reload|Stop|Reachable From) *: /

/**
 * What is printed before it listens, without what only one tool prints.
 *
 * @param {readonly string[]} args the whole command line
 * @returns {import('./run.mjs').Probe}
 */
export const banner = args => async site => {
  const { ended, stdout } = await site.run(args)
  return { ended, lines: stdout.split('\n').filter(line => !ofOneTool.test(line)) }
}
