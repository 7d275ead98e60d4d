import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { programSink } from '../../src/logging/program-sink.js'
import { HandClock } from '../rig/hand-clock.js'

/** Each run of the program is a connection, which brings its arguments in one line and then what it was given. */
async function listenForRuns(): Promise<{ port: number; nextRun(): Promise<Socket> }> {
  const waiting: ((socket: Socket) => void)[] = []
  const runs: Socket[] = []
  const server: Server = createServer(socket => {
    const taker = waiting.shift()
    if (taker) taker(socket)
    else runs.push(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  return {
    port,
    nextRun() {
      const run = runs.shift()
      return run ? Promise.resolve(run) : new Promise(resolve => waiting.push(resolve))
    },
  }
}

/** Tells `port` its arguments and its input; ends after a line `die`. */
function program(port: number): string[] {
  const source = `
    const socket = require('node:net').connect(${port}, '127.0.0.1')
    socket.write(JSON.stringify(process.argv.slice(1)) + '\\n')
    process.stdin.on('data', data => {
      socket.write(data)
      if (/die/.test(data)) socket.end(() => process.exit(3))
    })
    process.stdin.on('end', () => socket.end())
  `
  return [process.execPath, '-e', source]
}

async function textOf(run: Socket): Promise<string> {
  let text = ''
  for await (const chunk of run) text += chunk
  return text
}

test('programSink() gives the program its arguments and all lines, also the last before the end', async () => {
  const { port, nextRun } = await listenForRuns()
  const sink = programSink([...program(port), 'log.%Y', '5M'], tmpdir())
  sink.write('one\ntwo\n')
  const run = await nextRun()
  sink.write('three\n')
  sink.close()
  expect(await textOf(run)).toBe('["log.%Y","5M"]\none\ntwo\nthree\n')
})

test('programSink() starts the program again after a second when it has ended', async () => {
  const { port, nextRun } = await listenForRuns()
  const clock = new HandClock()
  const sink = programSink(program(port), tmpdir(), clock)
  sink.write('die\n')
  expect(await textOf(await nextRun())).toBe('[]\ndie\n')
  const { milliseconds, action } = await clock.next()
  expect(milliseconds).toBe(1000)
  action()
  sink.write('again\n')
  sink.close()
  expect(await textOf(await nextRun())).toBe('[]\nagain\n')
})
