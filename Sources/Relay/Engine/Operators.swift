// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What a person may do by hand. Everything leaves a trace.
extension RelayEngine {
    mutating func park(_ id: PacketID, _ reason: String) {
        guard let slot = packets.slot(of: id), !packets[slot].record.state.isTerminal else {
            return
        }
        stop(slot, code: "operator/parked", detail: reason)
    }

    mutating func release(_ id: PacketID) {
        guard let slot = packets.slot(of: id), packets[slot].record.state == .parked,
            let before = packets[slot].record.parkedFrom
        else { return }
        entries.append(
            .attempt(Attempt(packet: id, at: now, step: "release", code: "ok", detail: "")))
        advance(slot, to: before)
        // The cause may have been mended: ports are tried again.
        deafPorts.removeAll()
        // What happened meanwhile, our chain tells first.
        enqueue(slot, .lookUp)
    }

    mutating func pause(_ chainID: String, _ reason: String) {
        guard let route = routeOfChain[chainID] else { return }
        routes[route].pauseReason = reason.isEmpty ? "paused by an operator" : reason
        note(.warning, "route/paused", route: route, reason)
    }

    mutating func resume(_ chainID: String) {
        guard let route = routeOfChain[chainID] else { return }
        routes[route].pauseReason = ""
        routes[route].careDue = clock
        note(.info, "route/resumed", route: route)
    }
}
