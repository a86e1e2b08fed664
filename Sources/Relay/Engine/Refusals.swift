// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What follows when our chain refuses a transaction, in CheckTx, simulation or block.
extension RelayEngine {
    mutating func refused(_ plan: SubmissionPlan, _ result: TransactionResult) {
        let action = RetryPolicy.action(for: result)
        let code = RetryPolicy.stableCode(result)
        let detail = String(result.log.prefix(RelayEngine.keptLogLength))
        note(.warning, code, route: plan.route, detail)
        switch action {
        case .readAccount: sequenceTrouble(plan)
        case .readHostedClient: routes[plan.route].hosted.mustRead = true
        default: break
        }
        guard plan.purpose == .packets else {
            choreFailed(plan.route, code: code, detail: detail)
            return
        }
        let riders = riders(plan)
        if let index = RetryPolicy.messageIndex(in: result.log), let heights = plan.updateHeights {
            if index < heights.count {
                headerRefused(heights[index], plan.route)
                for slot in riders { fail(slot, .submit, code: code, detail: detail) }
                return
            }
            if index - heights.count < plan.items.count {
                let culprit = plan.items[index - heights.count]
                for slot in riders {
                    if packets[slot].record.id == culprit {
                        follow(action, slot, plan, code, detail)
                    } else {
                        enqueue(slot, .submit, first: true)
                    }
                }
                return
            }
        }
        if riders.count > 1 && RetryPolicy.isAboutOneMessage(action) {
            split(riders, plan)
        } else if action == .moreGas {
            again(riders, plan, gasRaises: plan.gasRaises + 1)
        } else {
            for slot in riders { follow(action, slot, plan, code, detail) }
        }
    }

    private mutating func follow(
        _ action: RetryAction, _ slot: Int, _ plan: SubmissionPlan, _ code: String, _ detail: String
    ) {
        switch action {
        case .park:
            rememberDeafPort(slot, code)
            stop(slot, code: code, detail: detail)
        case .lookUp: fail(slot, .lookUp, code: code, detail: detail)
        case .reprove: fail(slot, .ask, code: code, detail: detail)
        case .awaitExpiry:
            packets.edit(slot) { record in
                record.reasonCode = code
                record.transaction = []
            }
            packets.setPhase(slot, .waiting)
        case .moreGas: again([slot], plan, gasRaises: plan.gasRaises + 1)
        case .againThenPark, .split, .readHostedClient:
            if packets[slot].record.attempts + 1 >= configuration.limits.attemptsBeforeParking {
                stop(slot, code: code, detail: detail)
            } else {
                fail(slot, .submit, code: code, detail: detail)
            }
        case .again, .pausePeer, .readAccount:
            fail(slot, .submit, code: code, detail: detail)
        }
    }

    private mutating func rememberDeafPort(_ slot: Int, _ code: String) {
        guard code == RetryPolicy.unknownPort, packets[slot].record.state == .verified,
            let packet = try? PacketSummary(encoded: packets[slot].record.packet)
        else { return }
        if deafPorts.count >= configuration.limits.deafPorts { deafPorts.removeAll() }
        deafPorts[packet.destinationPort] = clock &+ configuration.timing.deafPortMemory
    }

    /// Whether our chain has lately said that nobody listens where this packet goes.
    func isDeaf(_ record: PacketRecord) -> Bool {
        guard !deafPorts.isEmpty, let packet = try? PacketSummary(encoded: record.packet),
            let until = deafPorts[packet.destinationPort]
        else { return false }
        return until > clock
    }

    /// Halves of a refused transaction are tried by themselves, until the culprit is alone.
    mutating func split(_ slots: [Int], _ plan: SubmissionPlan) {
        let middle = slots.count / 2
        again(Array(slots[..<middle]), plan, gasRaises: plan.gasRaises)
        again(Array(slots[middle...]), plan, gasRaises: plan.gasRaises)
    }

    /// The same packets once more, together.
    private mutating func again(_ slots: [Int], _ plan: SubmissionPlan, gasRaises: Int) {
        guard !slots.isEmpty else { return }
        if gasRaises > RelayEngine.gasRaisesLimit {
            for slot in slots {
                stop(slot, code: "chain/gas", detail: "refused for gas \(gasRaises) times")
            }
            return
        }
        let refs = slots.map { packets.setPhase($0, .queued(.submit)) }
        routes[plan.route].suspects.append(SuspectGroup(refs: refs, gasRaises: gasRaises))
    }

    /// Raises of gas for the same packets: at the connector's factor per raise, ten times the
    /// estimate.
    static let gasRaisesLimit = 6

    /// The hosted client did not take a header of ours: it is fetched again, on a state that it
    /// has.
    private mutating func headerRefused(_ height: Height, _ route: Int) {
        routes[route].hosted.mustRead = true
        let place = routes[route].headerPlace(height)
        guard place < routes[route].headers.count, routes[route].headers[place].height == height
        else { return }
        let header = routes[route].headers[place]
        routes[route].headers[place] = HeaderRecord(
            chainID: header.chainID, height: header.height, timestamp: header.timestamp,
            headerHash: header.headerHash, consensusState: header.consensusState, message: [],
            verifiedAt: header.verifiedAt)
    }

    private mutating func sequenceTrouble(_ plan: SubmissionPlan) {
        submitter.account = .unknown(notBefore: clock &+ EngineTiming.second)
        submitter.isSettling = true
        submitter.sequenceTroubles += 1
        if submitter.sequenceTroubles >= 2 {
            note(
                .alarm, "account/shared", route: plan.route,
                "sequence \(plan.sequence) was refused again: another process uses this key")
        }
    }
}
