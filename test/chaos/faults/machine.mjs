/** A machine that runs out of something, or stands still. */
import { readdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Connections that somebody holds open until nothing more can be opened. */
const hogs = 400

/** @type {import('../run.mjs').Fault[]} */
export const faults = [
  {
    name: 'the disk of the logs is full',
    stage: {
      options: [
        ...['--log-directory', '/dev', '--error-log-name', 'full'],
        ...['--access-log', '--access-log-name', 'full'],
      ],
      readsLog: false,
    },
    check({ tool }) {
      // Once for each of the two logs.
      const told = tool.stderr.match(/the log .* cannot be written/g)?.length ?? 0
      return told === 2 ? [] : [`standard error says ${told} times that a log is lost`]
    },
  },
  {
    name: 'no more files can be opened (ulimit -n 160)',
    stage: { descriptors: 160 },
    refusals: true,
    shortest: 3,
    async during(stage, { milliseconds }) {
      await pause(milliseconds / 4)
      const held = Array.from({ length: hogs }, () => hold(stage.port))
      await pause(milliseconds / 8)
      for (let kills = 0; kills < 3; kills++) {
        const victim = stage.log.serving[0]
        if (victim !== undefined) stage.kill(victim)
        await pause(milliseconds / 8)
      }
      const closed = held.filter(socket => socket.destroyed).length
      for (const socket of held) socket.destroy()
      await pause(200)
      const freeAgain = Date.now()
      return {
        note: `of ${hogs} more connections ${closed} were closed at once`,
        freeAgain,
        closed,
      }
    },
    check(_stage, row) {
      const late = row.requests.filter(
        ({ at, outcome }) => outcome.fault === 'refused' && at > row.freeAgain,
      )
      const wrong = late.length > 0 ? [`${late.length} refused although there was room again`] : []
      return row.closed > 0 ? wrong : [...wrong, 'the limit was not reached']
    },
  },
  {
    name: 'the temporary folder is cleared',
    // The former socket: workers may be on their way to it.
    stays: 1,
    async during(stage, { milliseconds }) {
      await pause(milliseconds / 3)
      const run = join(stage.folder, 'run')
      for (const name of readdirSync(run)) rmSync(join(run, name), { recursive: true })
      await pause(milliseconds / 6)
      stage.kill(stage.log.serving[0])
    },
  },
  suspended('the supervisor is stopped and goes on (SIGSTOP, SIGCONT)', stage => [
    stage.supervisor,
  ]),
  suspended('the workers are stopped and go on', stage => stage.log.serving, []),
  suspended('the machine is suspended: all of it is stopped and goes on', stage => [
    stage.supervisor,
    ...stage.log.serving,
  ]),
]

/** @returns {import('../run.mjs').Fault} */
function suspended(name, processesOf, limits = ['--request-timeout', '2']) {
  return {
    name,
    stage: { options: [...['--keep-alive-timeout', '1'], ...limits] },
    idle: 500,
    shortest: 2.2,
    async during(stage, { milliseconds, load, long }) {
      const length = long ? 20_000 : 1_500
      await pause((milliseconds - length) / 2)
      const processes = processesOf(stage)
      const { rate } = load
      // Those who ask are not asleep, but they do not queue up without end either.
      load.rate = 20
      // By the clock they are past --request-timeout when everything goes on: their worker is replaced, without loss.
      for (let count = 0; count < 3; count++) void load.send('of seconds')
      await pause(100)
      for (const pid of processes) process.kill(pid, 'SIGSTOP')
      await pause(length)
      for (const pid of processes) process.kill(pid, 'SIGCONT')
      const start = performance.now()
      load.rate = rate
      const waiting = load.open
      await load.send('short')
      return {
        note: `${waiting} requests waited; the next was answered after ${Math.round(performance.now() - start)} ms`,
      }
    },
    check: ({ log }) => (log.of('workerDied').length > 0 ? ['a worker died of it'] : []),
  }
}

function hold(port) {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  // Reads, or it would not hear that it was closed.
  socket.resume()
  return socket
}
