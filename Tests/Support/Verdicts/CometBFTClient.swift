// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Judges the lines of verdicts/cometbft/client.jsonl and client-optional.jsonl: whole lives of
/// ICS-07 clients, with every change of their stores.
public struct CometBFTClient {
    /// One for a whole file, as on a chain.
    private var signatures = SignatureVerifier()

    public init() {}

    /// What one step did.
    private struct Outcome {
        var members: [String: JSON] = [:]

        init() {}

        init(_ update: HostedUpdate) {
            switch update {
            case .frozen: members["result"] = .string("frozen")
            case .updated(let heights):
                members["result"] = .string("updated")
                members["heights"] = .array(heights.map { .string($0.description) })
            }
        }
    }

    public mutating func judge(_ json: JSON) throws -> Judgement {
        let line = try VerdictLine(json)
        guard let steps = json["in"]?["steps"]?.array,
            let expected = json["out"]?["steps"]?.array, steps.count == expected.count
        else { throw VerdictLine.Failure.missing("steps") }
        var stores: [String: MemoryClientStore] = [:]
        for (index, (step, reference)) in zip(steps, expected).enumerated() {
            guard let name = step["client"]?.string else {
                throw VerdictLine.Failure.missing("client")
            }
            let before = stores[name]
            var outcome: Outcome?
            var refusal = ""
            var decision = ""
            do {
                outcome = try execute(step, name, &stores)
            } catch let failure as VerdictLine.Failure {
                throw failure
            } catch {
                refusal = "\(error)"
                decision = CometBFTDecisions.reason(error)
                guard stores[name] == before else {
                    return .disagreed("step \(index): refused, but the store changed")
                }
            }
            let accepts = reference["verdict"]?.string == "accept"
            guard accepts == (outcome != nil) else {
                let what = outcome == nil ? "refused: \(refusal)" : "accepted"
                let reason = reference["class"]?.string ?? ""
                if accepts && line.isOptional { return .stricter(decision) }
                return .disagreed("step \(index): \(what); reference: \(reason)")
            }
            if let difference = try compare(
                outcome, step, reference, before ?? MemoryClientStore(), stores[name])
            {
                return .disagreed("step \(index): \(difference)")
            }
        }
        return .agreed
    }

    private func compare(
        _ outcome: Outcome?, _ step: JSON, _ reference: JSON, _ before: MemoryClientStore,
        _ after: MemoryClientStore?
    ) throws -> String? {
        for member in ["result", "heights", "timestamp_ns"] {
            let ours = outcome?.members[member]
            let theirs = reference[member].flatMap { $0.isNull ? nil : $0 }
            if ours != theirs, !(theirs == nil && ours == .array([])) {
                return "\(member) is \(String(describing: ours)), not \(String(describing: theirs))"
            }
        }
        let status = try status(after, VerdictLine.time(step["now"], "now"))
        if let expected = reference["status"]?.string, expected != status {
            return "status is \(status), not \(expected)"
        }
        let changes = before.changes(to: after ?? MemoryClientStore())
        var set: [[UInt8]: [UInt8]] = [:]
        for (key, value) in reference["set"]?.object ?? [:] {
            set[Hex.decode(key) ?? []] = try VerdictLine.bytes(value, "set")
        }
        let removed = Set((reference["del"]?.array ?? []).map { Hex.decode($0.string ?? "") ?? [] })
        for (key, value) in set where changes.set[key] != value {
            let ours = changes.set[key].map { Hex.encode($0) } ?? "unchanged"
            return "\(String(decoding: key, as: UTF8.self)) is \(ours), not \(Hex.encode(value))"
        }
        if changes.set.count != set.count { return "more keys set than the reference does" }
        return changes.removed == removed ? nil : "other keys removed"
    }

    private func status(_ store: MemoryClientStore?, _ now: Timestamp) throws -> String {
        guard var store, let status = try ICS07.Host.status(in: &store, now: now) else {
            return "Unknown"
        }
        return switch status {
        case .active: "Active"
        case .expired: "Expired"
        case .frozen: "Frozen"
        }
    }

    private mutating func execute(
        _ step: JSON, _ name: String, _ stores: inout [String: MemoryClientStore]
    ) throws -> Outcome {
        let context = HostContext(
            now: try VerdictLine.time(step["now"], "now"),
            height: Height(revision: 1, height: step["self_height"]?.uint64 ?? 0))
        if step["op"]?.string == "create" {
            var store = MemoryClientStore()
            try ICS07.Host.create(
                ICS07.ClientState(reading: try bytes(step, "client_state")),
                ICS07.ConsensusState(reading: try bytes(step, "consensus_state")), in: &store,
                at: context)
            stores[name] = store
            return Outcome()
        }
        guard var store = stores[name] else { throw ClientError.unknownClient }
        let outcome: Outcome
        if step["op"]?.string == "recover" {
            guard var substitute = stores[step["substitute"]?.string ?? ""] else {
                throw ClientError.unknownClient
            }
            try ICS07.Host.recover(&store, from: &substitute, now: context.now)
            outcome = Outcome()
        } else {
            outcome = try execute(step, &store, context)
        }
        stores[name] = store
        return outcome
    }

    private mutating func execute(
        _ step: JSON, _ store: inout MemoryClientStore, _ context: HostContext
    ) throws -> Outcome {
        switch step["op"]?.string {
        case "update":
            let header = try ICS07.Header(reading: try bytes(step, "header"))
            return Outcome(
                try ICS07.Host.update(
                    header, in: &store, at: context, signatures: &signatures))
        case "misbehaviour":
            let message = try ICS07.Misbehaviour(reading: try bytes(step, "misbehaviour"))
            return Outcome(
                try ICS07.Host.submit(
                    message, in: &store, at: context, signatures: &signatures))
        case "membership":
            try ICS07.Host.verifyMembership(
                proof: try bytes(step, "proof"), path: try path(step),
                value: try bytes(step, "value"), at: try height(step), delay: delay(step),
                in: &store, context: context)
        case "non_membership":
            try ICS07.Host.verifyNonMembership(
                proof: try bytes(step, "proof"), path: try path(step), at: try height(step),
                delay: delay(step), in: &store, context: context)
        case "timestamp":
            let time = try ICS07.Host.timestamp(at: try height(step), in: &store)
            var outcome = Outcome()
            outcome.members["timestamp_ns"] = .string(String(time.unixNanoseconds))
            return outcome
        case "upgrade":
            try ICS07.Host.upgrade(
                to: ICS07.ClientState(reading: try bytes(step, "new_client")),
                ICS07.ConsensusState(reading: try bytes(step, "new_consensus")),
                clientProof: try bytes(step, "proof_client"),
                consensusProof: try bytes(step, "proof_consensus"), in: &store,
                context: context)
        default: throw VerdictLine.Failure.missing("op")
        }
        return Outcome()
    }

    private func bytes(_ step: JSON, _ name: String) throws -> [UInt8] {
        try VerdictLine.bytes(step[name], name)
    }

    private func path(_ step: JSON) throws -> [[UInt8]] {
        try (step["path"]?.array ?? []).map {
            guard let key = Hex.decode($0.string ?? "-") else {
                throw VerdictLine.Failure.missing("path")
            }
            return key
        }
    }

    private func height(_ step: JSON) throws -> Height {
        let parts = step["height"]?.string?.split(separator: "-").compactMap { UInt64($0) } ?? []
        guard parts.count == 2 else { throw VerdictLine.Failure.missing("height") }
        return Height(revision: parts[0], height: parts[1])
    }

    private func delay(_ step: JSON) -> ICS07.Delay {
        ICS07.Delay(
            nanoseconds: step["delay_time_ns"]?.uint64 ?? 0,
            blocks: step["delay_blocks"]?.uint64 ?? 0)
    }
}
