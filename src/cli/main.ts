/**
 * The command: reads the command line, runs what it asks for, and turns the outcome into an exit code.
 */
import { exitCode, UserError } from '../base/errors.js'
import { type CommandRequest, readCommandLine } from '../settings/parse.js'
import type { CommandPlace } from './site-plan.js'
import { startServer } from './start-server.js'
import { ownVersion } from './version.js'

async function main(argv: readonly string[]): Promise<number> {
  const place: CommandPlace = { cwd: process.cwd(), env: process.env, uid: process.getuid?.() ?? 0 }
  const request = readCommandLine(argv, place)
  switch (request.kind) {
    case 'help':
      process.stdout.write(request.text)
      return exitCode.ok
    case 'version':
      process.stdout.write(`modwsgi-dev ${ownVersion()}\n`)
      return exitCode.ok
    case 'control':
      return (await import('./ctl.js')).controlServer(request, place)
    case 'command':
      return run(request, place)
  }
}

async function run(request: CommandRequest, place: CommandPlace): Promise<number> {
  tellWithoutEffect(request)
  switch (request.command) {
    case 'start-server':
      return startServer(request.settings, request.entryPoint, place)
    case 'runmodwsgi':
      return (await import('./runmodwsgi.js')).runModWsgi(
        request.settings,
        request.entryPoint,
        place,
      )
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
