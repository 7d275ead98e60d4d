/** The script of pages, in a window that does what a test says. */
import { createContext, runInContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { pageScript } from '../../../src/front/live-reload/page-script.js'

interface Event {
  readonly state: string
  readonly paths: readonly string[]
}

class FakeStream {
  static readonly CLOSED = 2
  static readonly all: FakeStream[] = []
  readyState = 1
  closed = false
  onmessage: (event: { data: string }) => void = () => {}
  onerror: () => void = () => {}
  constructor(readonly url: string) {
    FakeStream.all.push(this)
  }
  close() {
    this.closed = true
  }
  tell(state: string, paths: readonly string[] = []) {
    this.onmessage({ data: JSON.stringify({ state, paths }) })
  }
}

interface Setting {
  readonly state?: string
  readonly resources?: readonly string[]
  /** What the tab remembers; null: it may not. */
  readonly memory?: Map<string, string> | null
  readonly worker?: boolean
  readonly hidden?: boolean
}

function openPage(setting: Setting = {}) {
  const { state = 'a.1.0.0', resources = [], memory = new Map(), worker = false } = setting
  const listeners = new Map<string, (event: object) => void>()
  const timers: { readonly milliseconds: number; readonly action: () => void }[] = []
  const port = { sent: [] as string[], postMessage: (text: string) => port.sent.push(text) }
  const links: { href: string; rel: string; leaves: boolean; load?: () => void }[] = []
  const page = { reloads: 0, visibility: setting.hidden ? 'hidden' : 'visible' }
  const link = (href: string): object => {
    const entry = { href, rel: 'stylesheet', leaves: false }
    links.push(entry)
    const element = {
      dataset: {} as Record<string, string>,
      get href() {
        return entry.href
      },
      set href(value: string) {
        entry.href = value
      },
      cloneNode: () => link(entry.href),
      after: (fresh: { onload: () => void }) =>
        Object.assign(entry, { load: () => fresh.onload() }),
      remove: () => links.splice(links.indexOf(entry), 1),
    }
    return element
  }
  const sheets = ['http://x/static/a.css?v=1', 'http://other/b.css'].map(link)
  const document = {
    currentScript: { src: 'http://x/live-reload.js', dataset: { state } },
    get visibilityState() {
      return page.visibility
    },
    addEventListener: (name: string, listener: () => void) => listeners.set(name, listener),
    querySelectorAll: () => sheets,
    location: { pathname: '/' },
    defaultView: { performance: { getEntriesByType: () => resources.map(name => ({ name })) } },
  }
  const sessionStorage = {
    getItem: (key: string) => remembered().get(key) ?? null,
    setItem: (key: string, value: string) => remembered().set(key, value),
    removeItem: (key: string) => remembered().delete(key),
  }
  const remembered = () => {
    if (memory === null) throw new Error('not allowed')
    return memory
  }
  const window: Record<string, unknown> = {
    document,
    frames: [],
    sessionStorage,
    EventSource: FakeStream,
    URL,
    location: { href: 'http://x/', origin: 'http://x', reload: () => page.reloads++ },
    addEventListener: (name: string, listener: () => void) => listeners.set(name, listener),
    setTimeout: (action: () => void, milliseconds: number) => timers.push({ action, milliseconds }),
    clearTimeout: () => {},
    ...(worker
      ? {
          SharedWorker: class {
            readonly port = port
          },
        }
      : {}),
  }
  window['window'] = window
  window['parent'] = window
  FakeStream.all.length = 0
  runInContext(pageScript, createContext(window))
  return {
    page,
    port: port as typeof port & { onmessage: (event: { data: Event }) => void },
    links,
    timers,
    streams: FakeStream.all,
    stream: () => FakeStream.all.at(-1)!,
    show(visibility: 'visible' | 'hidden') {
      page.visibility = visibility
      listeners.get('visibilitychange')!({})
    },
  }
}

describe('the script of a page', () => {
  test.each([
    ['the same state', 'a.1.0.0', 0],
    ['a newer generation', 'a.2.0.0', 1],
    ['an older generation, since its worker was ready before the others', 'a.0.0.0', 0],
    ['another run of the server', 'b.0.0.0', 1],
    ['changed files that it does not know', 'a.1.1.0', 1],
  ])('loads the page anew for what is new: %s', (_what, state, reloads) => {
    const { page, stream } = openPage()
    expect(stream().url).toBe('http://x/live-reload')
    stream().tell(state)
    expect(page.reloads).toBe(reloads)
  })

  test('loads it anew for files that it uses only', () => {
    const { page, stream } = openPage({ resources: ['http://x/static/a.js?v=2'] })
    stream().tell('a.1.0.0')
    stream().tell('a.1.1.0', ['/static/b.js'])
    expect(page.reloads).toBe(0)
    stream().tell('a.1.2.0', ['/static/a.js'])
    expect(page.reloads).toBe(1)
  })

  test('loads it anew once for one state, if the browser comes back with the same copy', () => {
    const memory = new Map<string, string>()
    openPage({ memory }).stream().tell('a.2.0.0')
    const again = openPage({ memory })
    again.stream().tell('a.2.0.0')
    expect(again.page.reloads).toBe(0)
    again.stream().tell('a.3.0.0')
    expect(again.page.reloads).toBe(1)
  })

  test('without a memory loads it anew only for what happens while it listens', () => {
    const { page, stream } = openPage({ memory: null })
    stream().tell('a.2.0.0')
    expect(page.reloads).toBe(0)
    const other = openPage({ memory: null })
    other.stream().tell('a.1.0.0')
    other.stream().tell('a.2.0.0')
    expect(other.page.reloads).toBe(1)
  })

  test('puts style sheets of the site in place anew, and takes the old ones away when they are there', () => {
    const { page, stream, links } = openPage()
    stream().tell('a.1.0.1')
    expect(links.map(({ href }) => href)).toEqual([
      'http://x/static/a.css?v=1',
      'http://other/b.css',
      'http://x/static/a.css?v=1&live-reload=a.1.0.1',
    ])
    links[0]!.load!()
    expect(links.map(({ href }) => href)).toEqual([
      'http://other/b.css',
      'http://x/static/a.css?v=1&live-reload=a.1.0.1',
    ])
    expect(page.reloads).toBe(0)
  })

  test('tries again when the server has gone, and later when it answers something else', () => {
    const { stream, streams, timers } = openPage()
    stream().onerror()
    const { milliseconds, action } = timers.pop()!
    expect(milliseconds).toBe(1000)
    action()
    expect(streams.length).toBe(2)
    stream().readyState = FakeStream.CLOSED
    stream().onerror()
    expect(timers.pop()!.milliseconds).toBe(10000)
    expect(streams.every(({ closed }) => closed)).toBe(true)
  })

  test('does nothing in the background, and catches up when it is shown', () => {
    const { page, show, streams, stream } = openPage({ hidden: true })
    expect(streams).toEqual([])
    show('visible')
    stream().tell('a.1.0.0')
    show('hidden')
    expect(stream().closed).toBe(true)
    show('visible')
    stream().tell('a.2.0.0')
    expect(page.reloads).toBe(1)
  })

  test('shares the stream of a worker, which speaks to it in the background too', () => {
    const { page, port, show, streams } = openPage({ worker: true })
    expect([streams, port.sent]).toEqual([[], ['comes']])
    show('hidden')
    port.onmessage({ data: { state: 'a.1.1.0', paths: ['/elsewhere'] } })
    expect(page.reloads).toBe(0)
    show('visible')
    expect(page.reloads).toBe(0)
    show('hidden')
    port.onmessage({ data: { state: 'a.2.1.0', paths: [] } })
    show('visible')
    expect(page.reloads).toBe(1)
  })
})

describe('the script as a worker', () => {
  test('passes on what it hears, and tells who comes later what counts', () => {
    const scope: Record<string, unknown> = {
      location: { href: 'http://x/live-reload.js' },
      EventSource: FakeStream,
      setTimeout: () => {},
      clearTimeout: () => {},
    }
    scope['self'] = scope
    FakeStream.all.length = 0
    runInContext(pageScript, createContext(scope))
    const connect = scope['onconnect'] as (event: object) => void
    const newPage = () => {
      const heard: Event[] = []
      const port = {
        postMessage: (event: Event) => heard.push(event),
        onmessage: (_event: { data: string }) => {},
      }
      connect({ ports: [port] })
      port.onmessage({ data: 'comes' })
      return { port, heard }
    }
    const first = newPage()
    const stream = FakeStream.all[0]!
    expect(stream.url).toBe('http://x/live-reload')
    stream.tell('a.1.1.0', ['/a.js'])
    const second = newPage()
    expect(first.heard).toEqual([{ state: 'a.1.1.0', paths: ['/a.js'] }])
    expect(second.heard).toEqual([{ state: 'a.1.1.0', paths: [] }])
    first.port.onmessage({ data: 'leaves' })
    stream.tell('a.1.2.0')
    expect([first.heard.length, second.heard.length]).toEqual([1, 2])
    // What it knows of a server that has gone is no news of the next one.
    stream.onerror()
    expect(newPage().heard).toEqual([])
    expect(FakeStream.all.length).toBe(1)
  })
})
