/**
 * A host: a process that takes an account and then starts processes as the server orders, so that the server needs no
 * root for it. It is started by root, and root is gone before it hears the first order. It ends with the server, and
 * whatever it has started with it.
 */
import { type Account, takeAccount } from '../base/account.js'
import type { HostFact, HostOrder } from './account-host-messages.js'
import { type StartedProcess, startHere } from './started-process.js'

const running = new Map<number, StartedProcess>()

const account = JSON.parse(process.argv[2]!) as Account
takeAccount(account)
process.title = `modwsgi-dev (processes of ${account.user})`
// Its end is that of the server.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.on('message', order => obey(order as HostOrder))
process.on('disconnect', () => {
  for (const started of running.values()) started.kill()
})

function obey(order: HostOrder): void {
  switch (order.type) {
    case 'start':
      return start(order)
    case 'signal':
      return void running.get(order.number)?.signal(order.signal)
    case 'kill':
      return running.get(order.number)?.kill()
  }
}

function start({ number, command }: HostOrder & { type: 'start' }): void {
  const started = startHere({ ...command, onTerminal: false })
  running.set(number, started)
  if (started.pid !== undefined) tell({ type: 'started', number, pid: started.pid })
  started.once('error', error => tell({ type: 'failed', number, message: error.message }))
  for (const stream of ['stdout', 'stderr'] as const) {
    started[stream]?.on('data', bytes => tell({ type: 'output', number, stream, bytes }))
  }
  started.once('exit', (code, signal) => {
    started.killGroup()
    tell({ type: 'exit', number, code, signal })
  })
  started.once('close', (code, signal) => {
    running.delete(number)
    tell({ type: 'close', number, code, signal })
  })
}

/** The server may be gone, or going: then nobody hears it. */
function tell(fact: HostFact): void {
  if (process.connected) process.send?.(fact, undefined, undefined, () => {})
}
