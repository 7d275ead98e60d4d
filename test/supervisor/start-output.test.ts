import { expect, test } from 'vitest'
import type { EntryEvent } from '../../src/logging/events.js'
import { StartOutputs } from '../../src/supervisor/start-output.js'
import { HandClock } from '../rig/hand-clock.js'

function stage() {
  const shown: string[] = []
  const clock = new HandClock()
  const outputs = new StartOutputs(event => void shown.push(brief(event)), clock)
  let last = 0
  const begin = () => {
    const pid = ++last
    const output = outputs.begin()
    return {
      output,
      print: (text: string) =>
        outputs.add(output, { type: 'rawLine', slot: 1, generation: 0, pid, text }),
      die(signal: string) {
        const death = { slot: 1, pid, code: null, signal, askedBy: null }
        outputs.add(output, { type: 'workerDied', ...death })
        outputs.ended(output)
      },
    }
  }
  /** Starts one that prints these lines and dies. */
  const crash = (...lines: string[]) => {
    const worker = begin()
    for (const line of lines) worker.print(line)
    worker.die('SIGSEGV')
  }
  return { shown, outputs, clock, begin, crash }
}

function brief(event: EntryEvent): string {
  if (event.type === 'rawLine') return `${event.pid}: ${event.text}`
  if (event.type === 'workerDiedAlike') return `${event.pid}: ${event.signal}, ${event.times} times`
  return event.type === 'workerDied' ? `${event.pid}: ${event.signal}` : event.type
}

test('deaths with the same output are shown once, and counted at 2, 4, 8', () => {
  const { shown, crash } = stage()
  for (let count = 0; count < 9; count++) crash('Fatal', `at 0x${count}ab, line 3 of ${count}`)
  expect(shown).toEqual([
    '1: Fatal',
    '1: at 0x0ab, line 3 of 0',
    '1: SIGSEGV',
    '2: SIGSEGV, 2 times',
    '4: SIGSEGV, 4 times',
    '8: SIGSEGV, 8 times',
  ])
})

test('another output is shown from its first line on, and is what the next are compared with', () => {
  const { shown, crash } = stage()
  crash('a', 'b')
  crash('a', 'c')
  crash('a', 'c')
  crash('a')
  expect(shown).toEqual([
    ...['1: a', '1: b', '1: SIGSEGV'],
    ...['2: a', '2: c', '2: SIGSEGV'],
    '3: SIGSEGV, 2 times',
    ...['4: a', '4: SIGSEGV'],
  ])
})

test('the code changes: the next death is shown in full', () => {
  const { shown, outputs, crash } = stage()
  crash('a')
  outputs.forget()
  crash('a')
  expect(shown).toEqual(['1: a', '1: SIGSEGV', '2: a', '2: SIGSEGV'])
})

test('workers that start side by side and die alike are shown once', () => {
  const { shown, begin } = stage()
  const [first, second, third] = [begin(), begin(), begin()]
  second.print('a')
  first.print('a')
  second.print('b')
  third.print('a')
  second.die('SIGSEGV')
  first.print('b')
  third.print('b')
  first.die('SIGSEGV')
  third.die('SIGSEGV')
  expect(shown).toEqual(['2: a', '2: b', '2: SIGSEGV', '1: SIGSEGV, 2 times'])
})

test('one that dies first waits for the one that may be dying too', () => {
  const { shown, begin } = stage()
  const [first, second] = [begin(), begin()]
  first.print('a')
  for (const line of ['a', 'b']) second.print(line)
  second.die('SIGSEGV')
  first.print('b')
  first.die('SIGSEGV')
  expect(shown).toEqual(['1: a', '1: b', '1: SIGSEGV', '2: SIGSEGV, 2 times'])
})

test('one that died is what the others are compared with when the one before lives on', () => {
  const { shown, clock, begin } = stage()
  const [first, second] = [begin(), begin()]
  first.print('a')
  for (const line of ['a', 'b']) second.print(line)
  second.die('SIGSEGV')
  clock.strike()
  expect(shown).toEqual(['1: a'])
  clock.strike()
  first.print('b')
  first.die('SIGSEGV')
  expect(shown).toEqual(['1: a', '2: a', '2: b', '2: SIGSEGV', '1: SIGSEGV, 2 times'])
})

test('what others print is shown as soon as it is their own', () => {
  const { shown, begin } = stage()
  const [first, second] = [begin(), begin()]
  first.print('starts')
  second.print('starts')
  expect(shown).toEqual(['1: starts'])
  second.print('in a way of its own')
  first.print('as always')
  second.print('more')
  const own = ['2: starts', '2: in a way of its own', '2: more']
  expect(shown.slice(1)).toEqual(['1: as always', ...own])
})

test('what is ahead of a silent worker is shown after a while', () => {
  const { shown, clock, begin } = stage()
  const [first, second] = [begin(), begin()]
  first.print('waits')
  second.print('waits')
  second.print('migrates')
  expect(shown).toEqual(['1: waits'])
  clock.strike()
  second.print('still')
  expect(shown.slice(1)).toEqual(['2: waits', '2: migrates', '2: still'])
})

test.each(['first', 'second'] as const)(
  'what others print is shown when the %s worker takes requests',
  which => {
    const { shown, outputs, begin } = stage()
    const workers = { first: begin(), second: begin() }
    workers.first.print('starts')
    workers.second.print('starts')
    outputs.started(workers[which].output)
    expect(shown).toEqual(['1: starts', '2: starts'])
  },
)

test('a worker that is told to end is no model: nobody waits for it', () => {
  const { shown, outputs, begin, crash } = stage()
  const told = begin()
  told.print('a')
  outputs.ended(told.output)
  crash('a')
  expect(shown).toEqual(['1: a', '2: a', '2: SIGSEGV'])
})

test('where the other threads are does not matter', () => {
  const { shown, crash } = stage()
  const crashOf = (...others: string[]) =>
    crash(
      'Fatal',
      'Thread 0x7f01 (most recent call first):',
      ...others,
      'Current thread 0x7f',
      'in x',
    )
  crashOf('  File "intake.py", line 1')
  crashOf('  <no Python frame>', '', 'Thread 0x7f02 (most recent call first):', '  File "b"')
  expect(shown.slice(-2)).toEqual(['1: SIGSEGV', '2: SIGSEGV, 2 times'])
})

test('the last lines that a worker has printed are kept, and no more', () => {
  const { begin, outputs } = stage()
  const worker = begin()
  for (let number = 1; number <= 300; number++) worker.print(`line ${number}`)
  worker.print('x'.repeat(10_000))
  worker.die('SIGSEGV')
  const { printed } = worker.output
  expect([printed.length, printed[0], printed.at(-1)]).toEqual([200, 'line 102', 'x'.repeat(4000)])
  const next = begin()
  next.print('a')
  outputs.started(next.output)
  expect(next.output.printed).toEqual([])
})
