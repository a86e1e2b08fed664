// SPDX-License-Identifier: Apache-2.0
// The console: asks the relay how it stands, shows it, and carries out what a person decides.
// It knows nothing that the API does not say, and may nothing that the caller's role may not.
import { age, badge, call, day, duration, element, moment, show, showRows, tick } from './dom.js'
import { map } from './map.js'
import { askReason, orders } from './orders.js'
import { loadPacket, showPacket } from './packet.js'
import { kindOf, mayAct, setCaller, standing } from './words.js'

const views = ['federation-view', 'queues-view', 'clients-view', 'certificates-view',
  'actions-view']
const states = ['parked', 'observed', 'proven', 'forwarded', 'acknowledgement-verified',
  'absence-verified', 'verified', 'received', 'acknowledgement-written', 'acknowledgement-proven',
  'acknowledged', 'refused', 'timed-out', 'acknowledgement-delivered', 'expired']
const maxPackets = 100
let chosen = null
/** The newest status. */
let last = null
let filterFrom = {}

// Views and theme

function turnTo() {
  const wanted = location.hash.slice(1)
  if (wanted === 'main') return
  const view = views.includes(wanted) ? wanted : views[0]
  for (const name of views) document.getElementById(name).hidden = name !== view
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${view}`) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
}

function setTheme(theme) {
  const root = document.documentElement
  if (theme) root.dataset.theme = theme
  else delete root.dataset.theme
  localStorage.setItem('theme', theme)
  show('theme', `Colours: ${theme || 'system'}`)
}

function nextTheme() {
  const order = ['', 'light', 'dark']
  const now = document.documentElement.dataset.theme ?? ''
  setTheme(order[(order.indexOf(now) + 1) % order.length])
}

/** Good news goes by itself, and everything with the view that it belongs to. */
function say(text, kind = 'bad') {
  const message = document.getElementById('message')
  message.className = kind
  message.textContent = text
  if (kind === 'good') {
    setTimeout(() => { if (message.textContent === text) message.textContent = '' }, 8000)
  }
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
    perMinute: route.perMinute,
  }))))
  showOwn(status)
  showRows('routes', status.routes.map(routeRow))
  showRows('certificates', [...status.certificates, ...status.peerCertificates ?? []].map(
    (certificate) => element('tr', {},
    element('td', {}, certificate.use),
    element('td', {}, certificate.name),
    element('td', { class: `number ${daysKind(certificate.daysLeft)}` }, `${certificate.daysLeft}`),
    element('td', { class: 'name' },
      day(new Date(Date.now() + certificate.daysLeft * 86400e3))))))
  const choice = document.querySelector('#filter [name=chain]')
  if (choice.options.length !== status.routes.length + 1) {
    choice.replaceChildren(new Option('all', ''),
      ...status.routes.map((route) => new Option(route.name, route.chain)))
  }
}

function daysKind(days) {
  if (days < 7) return 'bad'
  return days < 60 ? 'warn' : 'good'
}

function showOwn(status) {
  const facts = [
    ['state', badge(status.level, kindOf(status.level))],
    ['chain', `${status.ownChain.chain}, block ${status.ownChain.height ?? '–'}`],
    ['last block', [age(status.ownChain.blockAgeSeconds), ' ago']],
    ['running for', age(status.runningSeconds)],
  ]
  if (status.disk) {
    const percent = Math.floor((status.disk.freeBytes * 100) / status.disk.totalBytes)
    facts.push(['disk free', `${percent} %`])
  }
  show('own',
    element('dl', { class: 'facts' }, facts.map(([name, value]) => [
      element('dt', {}, name), element('dd', {}, ...[value].flat()),
    ]).flat()),
    status.troubles.map((trouble) => element('div', { class: `why ${kindOf(trouble.level)}` },
      element('strong', {}, trouble.sentence),
      element('p', {}, `Next: ${trouble.next}`),
      element('p', { class: 'quiet code' }, `${trouble.code} · ${trouble.subject}`))))
}

function orderButton(title, key, work) {
  if (!mayAct()) return null
  return element('button', { type: 'button', 'data-key': key, onclick: work }, title)
}

function routeRow(route) {
  const { word, kind } = standing(route)
  const pause = (what, title) => {
    const isPaused = route.paused.includes(what)
    return orderButton(`${isPaused ? 'Resume' : 'Pause'} ${title}`, `pause-${what}-${route.chain}`,
      () => act(`${isPaused ? 'resume' : 'pause'}-${what}`, { chain: route.chain }))
  }
  return element('tr', {},
    element('td', { class: 'name' }, route.name),
    element('td', {}, badge(word, kind)),
    element('td', { class: 'number' }, `${route.outgoing}`),
    element('td', { class: 'number' }, `${route.incoming}`),
    element('td', { class: `number ${route.parked > 0 ? 'warn' : ''}` }, `${route.parked}`),
    element('td', { class: 'number wide' }, age(route.oldestSeconds)),
    element('td', { class: 'number wide' }, age(route.lastProgressSeconds)),
    element('td', { class: 'number wide' },
      route.clockSkewSeconds === undefined ? '–' : `${route.clockSkewSeconds} s`),
    element('td', { class: 'words' }, route.sentence),
    element('td', { class: 'acting' },
      pause('queue', 'ours'), pause('peer', 'both ways')))
}

function trust(perMille, seconds) {
  if (perMille === undefined) return '–'
  const share = Math.floor(perMille / 10)
  const kind = perMille < 334 ? 'warn' : 'good'
  return element('span', { class: `trust ${kind}` },
    element('svg', {
      class: 'bar', viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true',
    }, element('path', { d: `M0 4H${share}`, stroke: 'currentColor', 'stroke-width': 8 })),
    `${share} %, ${duration(seconds)}`)
}

function showClients(routes) {
  showRows('clients', routes.map((route) => element('tr', {},
    element('td', { class: 'name' }, route.name),
    element('td', { class: 'labelled' }, badge(route.client, kindOf(route.client))),
    element('td', {}, trust(route.trustLeftPerMille, route.trustLeftSeconds)),
    element('td', { class: 'labelled' }, route.hostedClient
      ? badge(route.hostedClient, kindOf(route.hostedClient)) : '–'),
    element('td', {}, trust(route.hostedTrustLeftPerMille, route.hostedTrustLeftSeconds)),
    element('td', { class: 'acting' }, orderButton('Refresh', `refresh-${route.chain}`,
      () => act('refresh-client', { chain: route.chain }))))))
}

async function refreshPackets() {
  const query = new URLSearchParams({ limit: maxPackets })
  for (const [name, value] of Object.entries(filterFrom)) if (value) query.set(name, value)
  if (!query.has('state')) query.set('open', 'true')
  if (query.get('state') === 'dead') {
    query.delete('state')
    query.set('dead', 'true')
  }
  const { packets, total } = await call(`/v1/operations/queue?${query}`)
  showRows('packets', packets.map((packet) => element('tr', {
    'data-packet': packet.packet, 'aria-current': packet.packet === chosen ? 'true' : 'false',
    onclick: () => choose(packet.packet),
  },
    element('td', { class: 'name' }, element('button', {
      type: 'button', class: 'plain-link code', 'data-key': packet.packet,
    }, packet.packet)),
    element('td', { class: 'wide name' },
      last?.routes.find((route) => route.chain === packet.chain)?.name ?? packet.chain),
    element('td', {}, badge(packet.state, kindOf(packet.state))),
    element('td', { class: 'number' }, age(packet.ageSeconds)),
    element('td', { class: 'code wide' }, packet.reasonCode ?? ''))))
  document.getElementById('packets-note').textContent =
    packets.length === 0 ? 'Nothing waits here.'
      : total > packets.length ? `the oldest ${packets.length} of ${total}` : ''
}

async function refreshActions() {
  const { actions } = await call('/v1/operations/actions?limit=50')
  showRows('actions', actions.map((action) => element('tr', {},
    element('td', { class: 'number' }, `${action.number}`),
    element('td', { class: 'name' }, moment(action.at)),
    element('td', { class: 'name' }, action.who.replace(/^person\//, '')),
    element('td', { class: 'name' }, action.action),
    element('td', { class: 'code name' }, action.subject),
    element('td', { class: 'words' }, action.reason),
    element('td', { class: 'acting' },
      action.undoneBy ? element('span', { class: 'quiet name' }, `undone by ${action.undoneBy}`)
        : action.canBeUndone ? orderButton('Undo', `undo-${action.number}`,
          () => act('undo', { number: action.number })) : null))))
  document.getElementById('actions-note').textContent =
    actions.length === 0 ? 'Nobody did anything by hand.' : ''
}

async function choose(name) {
  chosen = name
  for (const row of document.querySelectorAll('#packets tr')) {
    row.setAttribute('aria-current', row.dataset.packet === name ? 'true' : 'false')
  }
  try {
    showPacket(await loadPacket(name), act)
  } catch (error) {
    complain(error)
  }
}

// What a person does

/** Carries an order out; `subject` is { packet }, { chain }, or { number } of what is undone. */
async function act(name, subject) {
  const order = orders[name]
  const reason = await askReason(order)
  if (reason === null) return
  try {
    if (name === 'undo') {
      await call(`/v1/operations/actions/${subject.number}/undo`, { reason })
    } else {
      await call('/v1/operations/actions', { action: name, reason, ...subject })
    }
    say(`${order.title}: done.`, 'good')
    await lookAgain()
  } catch (error) {
    complain(error)
  }
}

// Keeping up

function take(status) {
  last = status
  showStatus(status)
  showClients(status.routes)
}

async function lookAgain() {
  await Promise.all([refreshPackets(), refreshActions()])
  if (chosen) showPacket(await loadPacket(chosen), act)
}

/** The relay tells its status when it changes, with a number that rises, and once in a while with
 * the same number: only a new number calls for looking at lists and packets again. */
function follow() {
  const live = document.getElementById('live')
  const source = new EventSource('/v1/operations/events')
  let seen = ''
  source.addEventListener('open', () => {
    live.className = 'good'
    live.textContent = 'live'
  })
  source.addEventListener('status', async (event) => {
    try {
      take(JSON.parse(event.data))
      if (event.lastEventId === seen) return
      seen = event.lastEventId
      await lookAgain()
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
    setCaller(caller)
    show('caller', caller.replace(/^person\//, ''))
    take(await call('/v1/operations/status'))
    await lookAgain()
    follow()
  } catch (error) {
    complain(error)
  }
}

setTheme(localStorage.getItem('theme') ?? '')
document.getElementById('theme').addEventListener('click', nextTheme)
document.querySelector('#filter [name=state]').append(
  ...states.map((state) => new Option(state, state)))
document.getElementById('filter').addEventListener('input', (event) => {
  filterFrom = Object.fromEntries(new FormData(event.currentTarget))
  refreshPackets().catch(complain)
})
document.getElementById('filter').addEventListener('submit', (event) => event.preventDefault())
window.addEventListener('hashchange', () => {
  say('')
  turnTo()
})
window.addEventListener('resize', () => { if (last) showStatus(last) })
setInterval(tick, 1000)
turnTo()
begin()
