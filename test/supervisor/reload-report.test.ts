import { describe, expect, test } from 'vitest'
import type { LogEvent } from '../../src/logging/events.js'
import type { FleetRules } from '../../src/supervisor/fleet-options.js'
import { ReloadReport, type ReportedWorker } from '../../src/supervisor/reload-report.js'
import { Target } from '../../src/supervisor/target.js'
import { HandClock } from '../rig/hand-clock.js'

/** A report whose clock stands still until the test moves it. */
function open(processes = 1) {
  let now = 0
  const clock = Object.assign(new HandClock(), { now: () => now })
  const events: LogEvent[] = []
  const log = { emit: (event: LogEvent) => void events.push(event), close: () => {} }
  const report = new ReloadReport({ log, clock })
  const target = new Target({ processes, command: { workingDirectory: '/site' } } as FleetRules)
  const order = (cause: Parameters<ReloadReport['begin']>[0], renewing = false) => {
    target.next(renewing)
    report.begin(cause, target)
  }
  const pass = (milliseconds: number) => {
    now += milliseconds
  }
  const worker = (changes: Partial<ReportedWorker> = {}): ReportedWorker => ({
    slot: 1,
    generation: target.generation,
    state: 'ready',
    isWarm: false,
    load: { loaded: true, error: null, missing: false, seconds: 0.2 },
    ...changes,
  })
  return { report, clock, events, target, order, pass, worker }
}

describe('ReloadReport', () => {
  test('tells one event when the last of the workers is ready, from the first sign on', () => {
    const { report, events, target, order, pass, worker } = open(2)
    report.touched()
    pass(20)
    report.touched()
    order({ files: ['/site/a.py'] })
    pass(300)
    const fast = worker({ isWarm: true })
    report.look(target, [fast])
    report.look(target, [fast, worker({ state: 'starting' })])
    report.look(target, [fast, worker({ generation: 0 })])
    expect(events).toEqual([])
    pass(80)
    const slow = worker({ load: { loaded: true, error: null, missing: false, seconds: 0.3 } })
    report.look(target, [fast, slow])
    report.look(target, [fast, slow])
    expect(events).toEqual([
      {
        type: 'reloaded',
        files: ['/site/a.py'],
        folder: '/site',
        by: null,
        seconds: 0.4,
        importSeconds: 0.3,
        workers: 2,
        warm: 1,
        error: null,
        generation: 1,
      },
    ])
  })

  test('a sign without a change counts for nothing', () => {
    const { report, events, target, order, pass, worker } = open()
    report.touched()
    report.untouched()
    pass(5000)
    order({ files: ['/site/a.py'] })
    pass(10)
    report.look(target, [worker()])
    expect(events).toMatchObject([{ seconds: 0.01 }])
  })

  test('a slow reload names the files after a second, a fast one does not', () => {
    const { report, clock, events, target, order, worker } = open()
    order({ files: ['/site/a.py'] })
    report.look(target, [worker()])
    expect(clock.orders).toEqual([])
    order({ files: ['/site/b.py'] })
    expect(clock.orders).toMatchObject([{ milliseconds: 1000 }])
    clock.strike()
    expect(events).toMatchObject([
      { type: 'reloaded' },
      { type: 'changed', files: ['/site/b.py'], generation: 2 },
    ])
    report.tell()
    expect(events).toHaveLength(2)
  })

  test('what was ordered and is not there yet is told with the next', () => {
    const { report, clock, events, target, order, pass, worker } = open()
    order({ files: ['/site/a.py'] })
    pass(700)
    order({ files: ['/site/b.py', '/site/a.py'] })
    expect(clock.orders).toHaveLength(1)
    order({ by: 'SIGHUP' })
    pass(100)
    report.look(target, [worker()])
    expect(events).toMatchObject([
      { files: ['/site/a.py', '/site/b.py'], by: 'SIGHUP', seconds: 0.8 },
    ])
    expect(clock.orders).toEqual([])
  })

  test('what comes to nothing is named, what nobody waits for is not', () => {
    const { report, events, target, order, worker } = open()
    order({ files: ['/site/a.py'] })
    report.giveUp()
    order({ files: ['/site/b.py'] })
    report.drop()
    order({ by: 'SIGHUP' }, true)
    report.look(target, [worker()])
    report.giveUp()
    report.look(target, [worker()])
    expect(events).toMatchObject([{ type: 'changed', files: ['/site/a.py'] }])
    expect(events).toHaveLength(1)
  })

  test('an application that cannot be loaded is told with its error', () => {
    const { report, events, target, order, worker } = open(2)
    order({ files: ['/site/a.py'] })
    const load = { loaded: false, error: 'NameError: x', missing: false, seconds: 0.1 }
    report.look(target, [worker(), worker({ load })])
    expect(events).toMatchObject([{ type: 'reloaded', error: 'NameError: x' }])
  })

  test('slow imports are told once for workers that load the same', () => {
    const { report, events, worker } = open(2)
    const imports = [['big', 1, 2, true]] as const
    const load = { loaded: true, error: null, missing: false, seconds: 2.5, imports }
    report.loadTried(worker())
    report.loadTried(worker({ load, slot: 2 }))
    report.loadTried(worker({ load }))
    report.loadTried(worker({ load, generation: 1 }))
    expect(events).toEqual([
      { type: 'slowImports', slot: 2, seconds: 2.5, imports },
      { type: 'slowImports', slot: 1, seconds: 2.5, imports },
    ])
  })
})
