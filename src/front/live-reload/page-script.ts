/**
 * The script that pages get. Browsers allow six connections to a host, so that the pages of all tabs share one stream: a
 * SharedWorker, which is this same script, listens and passes on. Where there can be none, a page listens itself as long
 * as it is visible. Pages in the background do nothing until they are shown; what any of them missed it knows from its
 * tag, which says what it was made from (page-state.ts).
 */
export const pageScript = `(() => {
  /** Calls hear with each event, and with null when the stream breaks. Gives what ends it. */
  function listen(address, hear) {
    let stream = null
    let timer = 0
    const open = () => {
      stream = new EventSource(address)
      stream.onmessage = ({ data }) => hear(JSON.parse(data))
      stream.onerror = () => {
        // Closed: the server answers, but not with this. Else it is gone, and may be back in a moment.
        const wait = stream.readyState === EventSource.CLOSED ? 10000 : 1000
        stream.close()
        hear(null)
        timer = setTimeout(open, wait)
      }
    }
    open()
    return () => {
      clearTimeout(timer)
      stream.close()
    }
  }

  const addressOf = url => url.replace(/\\.js$/, '')

  if (typeof document === 'undefined') {
    const pages = new Set()
    let last = null
    self.onconnect = ({ ports: [page] }) => {
      page.onmessage = ({ data }) => {
        if (data === 'leaves') return void pages.delete(page)
        pages.add(page)
        if (last !== null) page.postMessage({ ...last, paths: [] })
      }
    }
    listen(addressOf(location.href), event => {
      last = event
      if (event !== null) for (const page of pages) page.postMessage(event)
    })
    return
  }

  const script = document.currentScript
  if (!script || window.modwsgiDevLiveReload) return
  window.modwsgiDevLiveReload = true
  // The page around a frame of the same site has it loaded anew, or sees to its style sheets.
  try {
    if (parent !== window && parent.document) return
  } catch {}

  const mark = 'modwsgi-dev live reload'
  const parse = word => {
    const [server, generation, changes, styles] = word.split('.')
    return { word, server, generation: +generation, changes: +changes, styles: +styles }
  }
  let own = parse(script.dataset.state)
  let worker = null
  let stop = null
  /** What came while the page was hidden. */
  let waiting = null

  function share() {
    if ('alone' in script.dataset) return listenAlone()
    try {
      worker = new SharedWorker(script.src, 'modwsgi-dev live reload')
    } catch {
      return listenAlone()
    }
    worker.port.onmessage = ({ data }) => hear(data)
    // A policy that the server has not seen may forbid it.
    worker.onerror = () => {
      worker = null
      listenAlone()
    }
    worker.port.postMessage('comes')
  }

  function listenAlone() {
    if (document.visibilityState !== 'hidden') stop ??= listen(addressOf(script.src), hear)
  }

  function leave() {
    worker?.port.postMessage('leaves')
    stop?.()
    stop = null
  }

  function hear(event) {
    if (event === null) return
    // Of several that were missed it does not matter what each was about.
    if (document.visibilityState === 'hidden') waiting = waiting ? { ...event, paths: [] } : event
    else react(event)
  }

  function shown() {
    if (document.visibilityState === 'hidden') return worker ? undefined : leave()
    if (worker === null) listenAlone()
    if (waiting) react(waiting)
    waiting = null
  }

  function react({ state, paths }) {
    const now = parse(state)
    const isOther = now.server !== own.server
    const isNewCode = isOther || now.generation > own.generation
    const isNewFile = now.changes > own.changes && uses(paths)
    if (isNewCode || isNewFile) return load(now)
    if (now.styles > own.styles && uses(paths)) for (const each of documents(window)) restyle(each, now)
    // Pages of a worker that was ready before the others know of more than is told.
    own = { ...now, generation: Math.max(now.generation, own.generation) }
    forget()
  }

  /** Without paths it is not known what has changed. */
  function uses(paths) {
    if (paths.length === 0) return true
    const entries = documents(window).flatMap(each => each.defaultView.performance.getEntriesByType('resource'))
    // The browser notes no more than 250.
    if (entries.length >= 250) return true
    const used = new Set(entries.map(({ name }) => new URL(name).pathname))
    for (const each of documents(window)) used.add(each.location.pathname)
    return paths.some(path => used.has(path))
  }

  /** Loads the page anew, but once for one state: the browser may have been told that its copy is still good. */
  function load({ word }) {
    const wanted = word + ' ' + location.href
    try {
      if (sessionStorage.getItem(mark) === wanted) return
      sessionStorage.setItem(mark, wanted)
    } catch {
      // Without a memory only what is new since the page listens.
      if (!heard) return
    }
    leave()
    location.reload()
  }

  let heard = false
  function forget() {
    heard = true
    try {
      sessionStorage.removeItem(mark)
    } catch {}
  }

  function documents(frame) {
    try {
      return [frame.document, ...Array.from(frame.frames).flatMap(documents)]
    } catch {
      return []
    }
  }

  /** Puts each style sheet of this site in its place anew; the old one goes when the new one is there. */
  function restyle(document, { word }) {
    for (const link of document.querySelectorAll('link[rel~="stylesheet"][href]')) {
      const url = new URL(link.href)
      if (url.origin !== location.origin || link.dataset.leaves) continue
      const kept = url.search.slice(1).split('&').filter(part => part && !part.startsWith('live-reload='))
      url.search = [...kept, 'live-reload=' + word].join('&')
      const fresh = link.cloneNode()
      fresh.href = url.href
      fresh.onload = fresh.onerror = () => link.remove()
      link.dataset.leaves = 'soon'
      link.after(fresh)
    }
  }

  document.addEventListener('visibilitychange', shown)
  addEventListener('pagehide', leave)
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && worker) worker.port.postMessage('comes')
    shown()
  })
  share()
})()
`
