/**
 * The command: reads the command line, runs what it asks for, and turns the outcome into an exit code.
 */
import { exitCode, UserError } from '../base/errors.js'
import { type CommandRequest, readCommandLine } from '../settings/parse.js'
import type { ReadAgain } from './another-configuration.js'
import { ownVersion } from './own-version.js'
import type { CommandPlace } from './site-plan.js'
import { startedByHand, startServer } from './start-server.js'

async function main(argv: readonly string[]): Promise<number> {
  const place: CommandPlace = { cwd: process.cwd(), env: process.env, uid: process.getuid?.() ?? 0 }
  const [command, serverRoot, ...words] = argv
  // Of control scripts only: nobody types it.
  if (command === 'control-server' && serverRoot !== undefined)
    return (await import('./control-server.js')).controlServer(serverRoot, words, place)
  const request = readCommandLine(argv, place)
  switch (request.kind) {
    case 'help':
      ;(request.asked ? process.stdout : process.stderr).write(request.text)
      return request.asked ? exitCode.ok : exitCode.usage
    case 'version':
      process.stdout.write(`modwsgi-dev ${ownVersion()}\n`)
      return exitCode.ok
    case 'control':
      return (await import('./ctl.js')).askForControl(request, place)
    case 'command':
      return run(request, place, async () => {
        // As another user we may not get to the folder where the command was started.
        const context = { ...place, mayBeClosed: !request.hasProjectFile }
        return readCommandLine(argv, context) as CommandRequest
      })
  }
}

async function run(
  request: CommandRequest,
  place: CommandPlace,
  readAgain: ReadAgain,
): Promise<number> {
  tellWithoutEffect(request)
  const { settings, entryPoint } = request
  switch (request.command) {
    case 'start-server':
      return startServer(settings, entryPoint, place, { ...startedByHand, readAgain })
    case 'setup-server':
      return startServer({ ...settings, setupOnly: true }, entryPoint, place, {
        ...startedByHand,
        readAgain,
      })
    case 'runmodwsgi':
      return (await import('./runmodwsgi.js')).runModWsgi(settings, entryPoint, place, readAgain)
    default:
      throw new UserError(`not yet: ${request.command}`)
  }
}

function tellWithoutEffect({ notYet, inert }: CommandRequest): void {
  if (notYet.length > 0) process.stderr.write(`not yet: ${notYet.join(', ')}\n`)
  if (inert.length > 0) process.stderr.write(`without effect: ${inert.join(', ')}\n`)
}

// No await at the top: modules that are loaded later import from this one, and would wait for its end.
main(process.argv.slice(2)).then(
  code => {
    process.exitCode = code
  },
  (error: unknown) => {
    if (!(error instanceof UserError)) throw error
    process.stderr.write(`modwsgi-dev: ${error.message}\n`)
    process.exitCode = error.code
  },
)
