// SPDX-License-Identifier: Apache-2.0
// The federation as a picture: this relay in the middle, its peers around it.
import { element } from './dom.js'

/** Peers that are drawn; of more the worst ones. A person reads no more at a glance. */
const most = 12
/** From the middle of a pill to the edge of the picture, above and below. */
const margin = 36
const rank = { bad: 0, warn: 1, good: 2, plain: 3 }

/** Sizes for a wide sheet and for a telephone; the letters stay the same. */
function measures(count, isNarrow) {
  if (isNarrow) {
    const down = count === 1 ? 110 : count === 2 ? 95 : 160
    return { width: 330, height: count === 1 ? 170 : count === 2 ? 250 : 400, across: 88, down,
      first: Math.PI / 2, pill: 142 }
  }
  return { width: 560, height: count < 3 ? 130 : 330, across: count === 1 ? 300 : 195, down: 130,
    first: count < 3 ? 0 : -Math.PI / 2, pill: 158 }
}

function pill(at, width, name, word, attributes) {
  return element('g', attributes,
    element('rect', { x: at.x - width / 2, y: at.y - 23, width, height: 46, rx: 10 }),
    element('text', { x: at.x, y: at.y - 3 }, name),
    element('text', { x: at.x, y: at.y + 14, class: 'word' }, word))
}

/** routes: [{ name, kind, word, outgoing, incoming, perMinute }] */
export function map(own, routes) {
  const drawn = [...routes].sort((a, b) => rank[a.kind] - rank[b.kind]).slice(0, most)
  const size = measures(drawn.length, matchMedia('(max-width: 820px)').matches)
  const centre = { x: size.width / 2, y: size.height / 2 }
  // With one peer both stand beside, or above, each other, in the middle of the sheet.
  if (drawn.length === 1) {
    centre.x -= Math.cos(size.first) * size.across / 2
    centre.y -= Math.sin(size.first) * size.down / 2
  }
  const lines = []
  const nodes = []
  const heights = [centre.y]
  drawn.forEach((route, index) => {
    const angle = (index / drawn.length) * 2 * Math.PI + size.first
    const at = { x: centre.x + size.across * Math.cos(angle),
      y: centre.y + size.down * Math.sin(angle) }
    heights.push(at.y)
    const open = route.outgoing + route.incoming
    const moves = route.kind === 'good' && (route.perMinute ?? 0) > 0
    lines.push(element('g', { class: route.kind },
      element('line', {
        x1: centre.x, y1: centre.y, x2: at.x, y2: at.y,
        class: moves ? 'moving' : route.kind === 'good' ? '' : 'waiting',
      })))
    if (open > 0) {
      nodes.push(element('text', {
        x: (centre.x + at.x) / 2, y: (centre.y + at.y) / 2 + 4, class: 'count',
      }, `${open}`))
    }
    nodes.push(pill(at, size.pill, route.name, route.word, { class: route.kind }))
  })
  nodes.push(pill(centre, size.pill, own, 'this relay', { class: 'own' }))
  const words = drawn.map((route) =>
    `${route.name}: ${route.word}, ${route.outgoing + route.incoming} open`)
  // No more of the sheet than is drawn on.
  const top = Math.min(...heights) - margin
  const picture = element('svg', {
    class: 'map', role: 'img',
    viewBox: `0 ${top} ${size.width} ${Math.max(...heights) + margin - top}`,
    'aria-label': `${own} and ${routes.length} other cities. ${words.join('. ')}`,
  }, ...lines, ...nodes)
  const rest = routes.length - drawn.length
  return [picture, rest > 0 ? element('p', { class: 'quiet' }, `and ${rest} more, all well`) : null]
}
