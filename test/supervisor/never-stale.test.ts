/**
 * Whatever happens in whatever order (saves, signs of them, workers that load, are ready, crash, requests), no response
 * carries code that was old when its request came, and none gets lost that a worker could have answered.
 */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogEvent } from '../../src/logging/events.js'
import { Fleet } from '../../src/supervisor/fleet.js'
import { createRestartBudget } from '../../src/supervisor/restart-budget.js'
import type { FolderListener, FolderOpener } from '../../src/watch/folder-opener.js'
import { ReloadRules } from '../../src/watch/reload-rules.js'
import { SourceWatcher } from '../../src/watch/watcher.js'
import { type Channel, openChannel } from '../../src/workers/channel.js'
import { Dispatcher, type Job, type Pool } from '../../src/workers/dispatcher.js'
import type { Exchange } from '../../src/workers/exchange.js'
import { encodeRequest, type ResponseFrame } from '../../src/workers/protocol.js'
import { noLimits } from '../rig/no-limits.js'
import { TurnedClock } from '../rig/turned-clock.js'
import { WorkerHere } from '../rig/worker-here.js'

/** Sequences that are tried. */
const sequences = 1000

type Action =
  /** `same`: what is there is written once more; `before`: what was there before; `half`: nothing yet. */
  | {
      readonly do: 'save'
      readonly what: 'new' | 'same' | 'before' | 'half'
      readonly told: boolean
    }
  /** The system tells of what was written. */
  | { readonly do: 'tell' }
  | { readonly do: 'time'; readonly milliseconds: number }
  /** A worker that starts reads the code. */
  | { readonly do: 'read'; readonly which: number }
  /** One that has read it takes requests. */
  | { readonly do: 'ready'; readonly which: number; readonly loaded: boolean }
  | { readonly do: 'crash'; readonly which: number }
  | { readonly do: 'request' }
  | { readonly do: 'begin'; readonly which: number }
  | { readonly do: 'answer'; readonly which: number }
  | { readonly do: 'renew' }

const which = fc.nat(5)

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('save' as const),
      what: fc.constantFrom(
        'new' as const,
        'new' as const,
        'same' as const,
        'before' as const,
        'half' as const,
      ),
      told: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'tell' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('time' as const),
      milliseconds: fc.constantFrom(5, 10, 25, 60, 200, 1100),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read' as const), which }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ready' as const),
      which,
      loaded: fc.constantFrom(true, true, true, false),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), which }) },
  { weight: 6, arbitrary: fc.constant({ do: 'request' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('begin' as const), which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), which }) },
  { weight: 1, arbitrary: fc.constant({ do: 'renew' as const }) },
)

/** Says nothing by itself. */
class SilentOpener implements FolderOpener {
  listener: FolderListener | null = null
  readonly folders = new Set<string>()
  open(folder: string, listener: FolderListener): void {
    this.listener = listener
    this.folders.add(folder)
  }
  close(): void {}
  closeAll(): Promise<void> {
    return Promise.resolve()
  }
}

class Request implements Job, Exchange {
  outcome: 'waits' | 'answered' | 'lost' | 'refused' = 'waits'
  answer = ''
  constructor(
    readonly dispatcher: Dispatcher,
    /** The number of saves of which the server had been told when it came. */
    readonly told: number,
  ) {}
  wanted() {
    return true
  }
  start(pool: Pool) {
    pool.send(encodeRequest('REQUEST_METHOD\0GET', 0), this)
  }
  describe() {
    const client = '127.0.0.1:4000'
    return { method: 'GET', target: '/x', client, scriptFilename: '/site/x', seconds: 0 }
  }
  taken() {}
  accepted() {}
  data() {}
  drained() {}
  responded(frame: ResponseFrame) {
    this.answer = frame.head[0]!
  }
  ended() {
    this.outcome = 'answered'
  }
  retry() {
    this.dispatcher.submit(this)
  }
  lost() {
    this.outcome = 'lost'
  }
  refuse() {
    this.outcome = 'refused'
  }
}

/** A worker, and the number of the save that it has read; null: none yet. */
interface Reader {
  readonly worker: WorkerHere
  save: number | null
}

class Trial {
  readonly clock = new TurnedClock()
  readonly dispatcher = new Dispatcher()
  readonly events: LogEvent[] = []
  readonly fleet: Fleet
  readonly watcher: SourceWatcher
  readonly #opener = new SilentOpener()
  readonly #readers: Reader[] = []
  readonly #requests: Request[] = []
  /** What was saved, in order. */
  readonly #saves = ['content 0']
  #told = 0
  /** Changes that were seen. */
  #touches = 0
  readonly #file: string

  constructor(
    readonly folder: string,
    channel: Channel,
    processes: number,
    warm: boolean,
  ) {
    this.#file = join(folder, 'code.py')
    this.#write()
    let isWarm = warm
    this.fleet = new Fleet({
      channel,
      command: {
        python: '',
        env: {},
        workingDirectory: '/',
        onTerminal: false,
        freeThreading: false,
        gdb: null,
        threads: 1,
        metered: false,
        start: command => {
          const worker = new WorkerHere(command)
          this.#readers.push({ worker, save: null })
          return worker
        },
        // biome-ignore lint/suspicious/noExplicitAny: the workers here do not look at it
        configuration: Promise.resolve({} as any),
      },
      script: this.#file,
      vhost: 'localhost:8000',
      dispatcher: this.dispatcher,
      log: { emit: event => this.events.push(event), close: () => {} },
      clock: this.clock,
      budget: createRestartBudget(3),
      processes,
      limits: noLimits,
      memoryLimit: 0,
      namesWorkers: false,
      served: () => {},
      startFailed: () => {},
      countsAsActivity: () => true,
      maximumRequests: 0,
      waitsFor: 'a change',
      running: () => [],
      pythonTold: () => {},
      loadTried: () => {},
      renewal: () => {},
      warmth: {
        get isWarm() {
          return isWarm
        },
        coolDown: () => {
          isWarm = false
        },
        changed: () => {
          isWarm = warm
        },
        modules: () => {},
        patience: 3000,
        most: Number.POSITIVE_INFINITY,
        fits: () => true,
        loadedColdly: () => {},
      },
      filesLoaded: files => this.watcher.add(files),
      died: () => true,
    })
    const { fleet } = this
    this.watcher = new SourceWatcher(
      {
        touched: () => {
          this.#touches++
          fleet.hold()
        },
        settled: files => fleet.reload(files),
        unchanged: () => fleet.release(),
        restless: () => {},
        polls: () => {},
      },
      {
        clock: this.clock,
        rules: new ReloadRules({ folder, include: [], exclude: [] }),
        polling: { polls: 'never', said: '', pause: null },
        mounts: [],
        openers: { project: this.#opener, plain: this.#opener },
      },
    )
    fleet.start()
  }

  async act(action: Action): Promise<void> {
    switch (action.do) {
      case 'save':
        return this.#save(action.what, action.told)
      case 'tell':
        return this.#tell()
      case 'time':
        return this.clock.turn(action.milliseconds, settle)
      case 'read':
        return this.#read(
          this.#pick(action.which, ({ worker, save }) => isStarting(worker) && save === null),
        )
      case 'ready':
        return this.#pick(
          action.which,
          ({ worker, save }) => isStarting(worker) && save !== null,
        )?.worker.becomeReady(action.loaded)
      case 'crash':
        return this.#pick(action.which, ({ worker }) => worker.state !== 'gone')?.worker.end(
          3,
          null,
        )
      case 'request':
        return this.#request()
      case 'begin':
        return this.#pick(action.which, isBusy)?.worker.begin()
      case 'answer':
        return this.#answer(this.#pick(action.which, isBusy))
      case 'renew':
        return this.fleet.renew('SIGHUP')
    }
  }

  /** From here on all goes well; every request has to be answered, and in the end by the last code. */
  async finish(): Promise<void> {
    const before = this.#touches
    this.#save('new', true)
    // Nobody knows the code yet where all have died before they read it: a user presses r.
    if (!this.#opener.folders.has(this.folder)) this.fleet.renew('key r')
    else await this.#untilSeen(before)
    this.#told = this.#saves.length - 1
    const last = this.#requests.push(new Request(this.dispatcher, this.#told)) - 1
    this.dispatcher.submit(this.#requests[last]!)
    for (let round = 0; this.#requests.some(({ outcome }) => outcome === 'waits'); round++) {
      if (round > 200) throw new Error(`waits for ever: ${JSON.stringify(this.fleet.snapshot())}`)
      for (const reader of this.#readers) {
        if (isStarting(reader.worker) && reader.save === null) this.#read(reader)
        if (isStarting(reader.worker)) reader.worker.becomeReady(true)
        if (isBusy(reader)) this.#answer(reader)
      }
      await settle()
      await this.clock.turn(100, settle)
    }
    expect(this.#requests[last]!.outcome).toBe('answered')
    this.#judge()
  }

  /** The last save is seen, if only by polling. */
  async #untilSeen(before: number): Promise<void> {
    for (let round = 0; this.#touches === before && !this.fleet.held; round++) {
      if (round > 1000) throw new Error('the last save is never seen')
      await this.clock.turn(100, settle)
      await settle()
    }
  }

  async end(): Promise<void> {
    await this.watcher.close()
    this.fleet.kill()
    await this.fleet.stop(0)
  }

  #judge(): void {
    for (const { outcome, answer, told } of this.#requests) {
      if (outcome !== 'answered') continue
      const fresh = this.#saves.slice(told)
      expect(fresh).toContain(this.#saves[Number(answer.split(' ')[1])])
    }
    const lost = this.#requests.filter(({ outcome }) => outcome === 'lost').length
    const begunByDead = this.#readers.filter(
      ({ worker }) => worker.state === 'gone' && worker.begun,
    )
    expect(lost).toBeLessThanOrEqual(begunByDead.length)
  }

  #save(what: 'new' | 'same' | 'before' | 'half', told: boolean): void {
    const last = this.#saves.at(-1)!
    const text = {
      new: `content ${this.#saves.length}`,
      same: last,
      before: this.#saves.at(-2) ?? last,
      half: '',
    }[what]
    this.#saves.push(text)
    this.#write()
    if (told) this.#tell()
  }

  #write(): void {
    writeFileSync(this.#file, this.#saves.at(-1)!)
    // Saves that follow each other faster than the kernel's clock ticks would have the same time.
    const seconds = 1_700_000_000 + this.#saves.length
    utimesSync(this.#file, seconds, seconds)
  }

  /** Nobody is told before the file is watched, nor when it is polled, which begins when a change was not told. */
  #tell(): void {
    this.#opener.listener?.happened(this.folder, 'code.py')
    if (this.fleet.held) this.#told = this.#saves.length - 1
  }

  #read(reader: Reader | null): void {
    if (reader === null) return
    reader.save = this.#saves.length - 1
    const modified = (1_700_000_000 + this.#saves.length) * 1e9
    reader.worker.tell({ type: 'files', files: [[this.#file, modified]] })
  }

  #request(): void {
    const request = new Request(this.dispatcher, this.#told)
    this.#requests.push(request)
    this.dispatcher.submit(request)
  }

  #answer(reader: Reader | null): void {
    reader?.worker.answer(`200 ${reader.save}`)
  }

  #pick(which: number, fits: (reader: Reader) => boolean): Reader | null {
    const found = this.#readers.filter(fits)
    return found[which % found.length] ?? null
  }
}

const isStarting = (worker: WorkerHere) => worker.state === 'starting'

const isBusy = ({ worker }: Reader) => worker.state === 'ready' && worker.requests.length > 0

/** What was sent arrives: each turn of the event loop reads all sockets. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise(resolve => setImmediate(resolve))
}

test(`no response is older than its request, in ${sequences} sequences`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      fc.array(action, { minLength: 10, maxLength: 60, size: 'max' }),
      async (processes, warm, actions) => {
        const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
        const channel = await openChannel(() => {})
        const trial = new Trial(folder, channel, processes, warm)
        try {
          for (const one of actions) {
            await trial.act(one)
            await settle()
          }
          await trial.finish()
        } finally {
          await trial.end()
          channel.close()
          rmSync(folder, { recursive: true })
        }
      },
    ),
    { numRuns: sequences },
  )
}, 240_000)
