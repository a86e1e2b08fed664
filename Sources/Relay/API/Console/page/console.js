// SPDX-License-Identifier: Apache-2.0
// The console: asks the relay how it stands, shows it, and carries out what a person decides.
// It knows nothing that the API does not say, and may nothing that the caller's role may not.
import { badge, call, duration, element, show } from './dom.js'
import { map } from './map.js'
import { loadPacket, showPacket } from './packet.js'
import { kindOf, standing } from './words.js'

const views = ['federation-view', 'queues-view', 'clients-view', 'certificates-view']
const maxPackets = 100
let chosen = null
let filterFrom = {}

// Views and theme

function turnTo() {
  const wanted = location.hash.slice(1)
  const view = views.includes(wanted) ? wanted : views[0]
  for (const name of views) document.getElementById(name).hidden = name !== view
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${view}`) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
}

function nextTheme() {
  const order = ['', 'light', 'dark']
  const root = document.documentElement
  const next = order[(order.indexOf(root.dataset.theme ?? '') + 1) % order.length]
  if (next) root.dataset.theme = next
  else delete root.dataset.theme
  localStorage.setItem('theme', next)
}

function say(text, kind = 'bad') {
  const message = document.getElementById('message')
  message.className = kind
  message.textContent = text
}

function complain(error) {
  say(error.next ? `${error.message} (${error.code}) ${error.next}` : error.message)
}

// What is shown

function showStatus(status) {
  show('member', status.member)
  show('federation', status.ownChain.chain)
  show('map', map(status.ownChain.chain, status.routes.map((route) => ({
    ...standing(route), name: route.name, outgoing: route.outgoing, incoming: route.incoming,
  }))))
  showOwn(status)
  show('routes', status.routes.map(routeRow))
  show('certificates', status.certificates.map((certificate) => element('tr', {},
    element('td', {}, certificate.use),
    element('td', {}, certificate.name),
    element('td', { class: `number ${daysKind(certificate.daysLeft)}` }, `${certificate.daysLeft}`),
    element('td', {}, new Date(Date.now() + certificate.daysLeft * 86400e3).toLocaleDateString()))))
  const choice = document.querySelector('#filter [name=chain]')
  if (choice.options.length !== status.routes.length + 1) {
    choice.replaceChildren(new Option('all', ''),
      ...status.routes.map((route) => new Option(route.name, route.chain)))
  }
}

function daysKind(days) {
  if (days <= 7) return 'bad'
  return days <= 30 ? 'warn' : 'good'
}

function showOwn(status) {
  const lines = [
    ['level', badge(status.level, kindOf(status.level))],
    ['chain', `${status.ownChain.chain}, block ${status.ownChain.height ?? '–'}`],
    ['last block', `${duration(status.ownChain.blockAgeSeconds)} ago`],
    ['running for', duration(status.runningSeconds)],
  ]
  if (status.disk) {
    const percent = Math.round((status.disk.freeBytes * 100) / status.disk.totalBytes)
    lines.push(['disk free', `${percent} %`])
  }
  show('own',
    element('table', {}, element('tbody', {}, lines.map(([name, value]) =>
      element('tr', {}, element('th', {}, name), element('td', {}, value))))),
    status.troubles.map((trouble) => element('div', { class: 'why' },
      element('strong', {}, trouble.sentence),
      element('p', {}, `Next: ${trouble.next}`),
      element('p', { class: 'quiet code' }, `${trouble.code} · ${trouble.subject}`))))
}

function routeRow(route) {
  const { word, kind } = standing(route)
  return element('tr', {},
    element('td', {}, route.name),
    element('td', {}, badge(word, kind)),
    element('td', { class: 'number' }, `${route.outgoing}`),
    element('td', { class: 'number' }, `${route.incoming}`),
    element('td', { class: 'number' }, `${route.parked}`),
    element('td', {}, duration(route.oldestSeconds)),
    element('td', { class: 'wide' }, duration(route.lastProgressSeconds)),
    element('td', { class: 'number wide' },
      route.clockSkewSeconds === undefined ? '–' : `${route.clockSkewSeconds} s`),
    element('td', {}, route.sentence))
}

function showClients(routes) {
  show('clients', routes.map((route) => {
    const share = route.trustLeftPerMille === undefined ? null : route.trustLeftPerMille / 10
    return element('tr', {},
      element('td', {}, route.chain),
      element('td', {}, badge(route.client, kindOf(route.client))),
      element('td', { class: share !== null && share < 34 ? 'warn' : 'good' },
        share === null ? '–' : element('svg', {
          class: 'bar', viewBox: '0 0 100 6', preserveAspectRatio: 'none', role: 'img',
          'aria-label': `${share} %`,
        }, element('path', { d: `M0 3H${share}`, stroke: 'currentColor', 'stroke-width': 6 }))),
      element('td', {}, duration(route.trustLeftSeconds)),
      element('td', {}, element('button', {
        type: 'button', onclick: () => act('refresh-client', { chain: route.chain }),
      }, 'Refresh')))
  }))
}

async function refreshPackets() {
  const query = new URLSearchParams({ limit: maxPackets })
  for (const [name, value] of Object.entries(filterFrom)) if (value) query.set(name, value)
  if (!query.has('state')) query.set('open', 'true')
  const { packets, total } = await call(`/v1/operations/queue?${query}`)
  show('packets', packets.map((packet) => element('tr', {
    tabindex: 0, 'data-packet': packet.packet,
    'aria-selected': packet.packet === chosen ? 'true' : 'false',
    onclick: () => choose(packet.packet),
    onkeydown: (event) => { if (event.key === 'Enter') choose(packet.packet) },
  },
    element('td', { class: 'code' }, packet.packet),
    element('td', { class: 'wide' }, packet.chain),
    element('td', {}, badge(packet.state, kindOf(packet.state))),
    element('td', { class: 'number' }, duration(packet.ageSeconds)),
    element('td', { class: 'code' }, packet.reasonCode ?? ''))))
  document.getElementById('packets-note').textContent =
    packets.length === 0 ? 'Nothing waits here.'
      : total > packets.length ? `the oldest ${packets.length} of ${total}` : ''
}

async function choose(name) {
  chosen = name
  for (const row of document.querySelectorAll('#packets tr')) {
    row.setAttribute('aria-selected', row.dataset.packet === name ? 'true' : 'false')
  }
  try {
    showPacket(await loadPacket(name), act)
  } catch (error) {
    complain(error)
  }
}

// What a person does

const orders = {
  park: {
    title: 'Park this packet',
    text: 'It stays where it is until somebody releases it. Nothing is lost.',
  },
  release: {
    title: 'Release this packet', text: 'It goes on from the step at which it was parked.',
  },
  retry: {
    title: 'Retry now', text: 'The present step is tried at once instead of after its pause.',
  },
  'refresh-client': {
    title: 'Refresh this client', text: 'A newer header is fetched and verified.',
  },
}

function askReason(order) {
  const dialog = document.getElementById('reason-dialog')
  show('reason-title', order.title)
  show('reason-text', order.text)
  document.getElementById('reason').value = ''
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'go' ? document.getElementById('reason').value : null)
    }, { once: true })
  })
}

/** Carries an order out; `subject` is { packet } or { chain }. */
async function act(name, subject) {
  const order = orders[name]
  const reason = await askReason(order)
  if (reason === null) return
  try {
    await call('/v1/operations/actions', { action: name, reason, ...subject })
    say(`${order.title}: done.`, 'good')
    await refreshPackets()
    if (chosen) await choose(chosen)
  } catch (error) {
    complain(error)
  }
}

// Keeping up

function take(status) {
  showStatus(status)
  showClients(status.routes)
}

async function refresh() {
  take(await call('/v1/operations/status'))
  await refreshPackets()
}

/** The relay tells its status when it changes; the list and the open packet follow it. */
function follow() {
  const live = document.getElementById('live')
  const source = new EventSource('/v1/operations/events')
  source.addEventListener('open', () => {
    live.className = 'good'
    live.textContent = 'live'
  })
  source.addEventListener('status', async (event) => {
    try {
      take(JSON.parse(event.data))
      await refreshPackets()
      if (chosen) showPacket(await loadPacket(chosen), act)
    } catch (error) {
      complain(error)
    }
  })
  source.addEventListener('error', () => {
    live.className = 'bad'
    live.textContent = 'connecting again'
  })
}

async function begin() {
  try {
    const { caller } = await call('/v1/whoami')
    show('caller', caller)
    await refresh()
    follow()
  } catch (error) {
    complain(error)
  }
}

document.documentElement.dataset.theme = localStorage.getItem('theme') ?? ''
document.getElementById('theme').addEventListener('click', nextTheme)
document.getElementById('filter').addEventListener('input', (event) => {
  filterFrom = Object.fromEntries(new FormData(event.currentTarget))
  refreshPackets().catch(complain)
})
document.getElementById('filter').addEventListener('submit', (event) => event.preventDefault())
window.addEventListener('hashchange', turnTo)
turnTo()
begin()
