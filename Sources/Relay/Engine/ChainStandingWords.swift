// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// Whose words tell how a chain stands.
package enum ChainWitness: Hashable, Sendable {
    /// Our own chain, asked at its nodes.
    case ownNodes
    /// Another chain, told by its relay: hearsay. `city` is for people.
    case relay(chainID: String, city: String)

    /// As answers mark it.
    package var name: String {
        switch self {
        case .ownNodes: "our chain's nodes"
        case .relay(_, let city): "\(city)'s relay"
        }
    }
}

/// What a chain's standing means, in words. No decision is made by it.
extension ChainStanding {
    /// Nil while the chain makes blocks.
    package func explanation(by witness: ChainWitness, now: Timestamp) -> Explanation? {
        var answer: Explanation
        if !trouble.isEmpty {
            answer = unreachable(by: witness)
        } else if isWaiting {
            answer = waiting(by: witness, now)
        } else {
            return nil
        }
        answer.saidBy = witness.name
        answer.evidence = lines
        return answer
    }

    private func unreachable(by witness: ChainWitness) -> Explanation {
        switch witness {
        case .ownNodes:
            Explanation(
                trouble, "No node of our chain gives a usable answer.",
                "Look at our chain's nodes.", .ourChain)
        case .relay(_, let city):
            Explanation(
                "peer/chain-unreachable",
                "\(city)'s relay says that no node of its chain gives a usable answer "
                    + "(\(troubleCode)).",
                "Nothing to do here: call \(city).", .peerChain)
        }
    }

    /// What can be a code of another relay's words: nothing that a terminal would obey.
    private var troubleCode: String {
        let letters = trouble.unicodeScalars.prefix(64).filter { scalar in
            ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
                || scalar == "." || scalar == "/" || scalar == "-"
        }
        return String(String.UnicodeScalarView(letters))
    }

    private func waiting(by witness: ChainWitness, _ now: Timestamp) -> Explanation {
        let facts = facts(now)
        switch witness {
        case .ownNodes:
            let whom = absent.isEmpty ? "its validators" : ChainStanding.list(absent.map(\.place))
            return Explanation(
                "chain/no-quorum", "Our chain's header \(facts).",
                "Nothing to do in the relay: call the people who run \(whom).", .ourChain)
        case .relay(_, let city):
            return Explanation(
                "peer/chain-no-quorum", "\(city)'s header \(facts), says \(city)'s relay.",
                "Nothing to do here: call \(city).", .peerChain)
        }
    }

    /// "1201 carries 2 of 3 needed signatures since 03:12 UTC; validator 3 has been absent for 40
    /// blocks".
    private func facts(_ now: Timestamp) -> String {
        var text = "\(height) carries \(signatures) since \(clockTime(now))"
        let longest = absent.filter { $0.blocks > 0 }.sorted { $0.blocks > $1.blocks }
        for (index, validator) in longest.prefix(Participation.named).enumerated() {
            text += index == 0 ? "; " : ", "
            text += "validator \(validator.place)"
            text += index == 0 ? " has been absent for " : " for "
            text += validator.blocks == 1 ? "1 block" : "\(validator.blocks) blocks"
        }
        let fresh = absent.filter { $0.blocks == 0 }.map(\.place)
        if !fresh.isEmpty {
            let have = fresh.count == 1 ? "has" : "have"
            text += "; \(ChainStanding.list(fresh)) \(have) not signed it"
        }
        return text
    }

    private var signatures: String {
        if neededVotes > 0 { return "\(votes) of \(neededVotes) needed signatures" }
        // More than two thirds: the least whole number above.
        let needed = totalPower / 3 * 2 + (totalPower % 3 * 2) / 3 + 1
        return "\(votes) of \(validators) signatures with \(power) of \(needed) needed power"
    }

    /// The minute of the day, and the day where it is long ago: people compare it with their watch.
    private func clockTime(_ now: Timestamp) -> String {
        let since = Timestamp(unixNanoseconds: sinceUnixNanoseconds)
        let text = since.utcText
        let isToday = text.prefix(10) == now.utcText.prefix(10)
        return "\(isToday ? "" : "\(text.prefix(10)) ")\(text.dropFirst(11).prefix(5)) UTC"
    }

    /// "validator 3", "validators 2, 3 and 4".
    private static func list(_ places: [UInt32]) -> String {
        guard places.count > 1, let last = places.last else {
            return places.first.map { "validator \($0)" } ?? ""
        }
        return "validators \(places.dropLast().map { "\($0)" }.joined(separator: ", ")) and \(last)"
    }

    /// Facts, one a line.
    package var lines: [String] {
        guard trouble.isEmpty else { return ["its nodes: \(troubleCode)"] }
        let made = Timestamp(unixNanoseconds: sinceUnixNanoseconds).utcText
        var lines = [
            isWaiting
                ? "header \(height) waits since \(made)" : "newest header \(height), made \(made)"
        ]
        if validators > 0 {
            lines.append(
                "it carries \(votes) of \(validators) signatures"
                    + (totalPower > 0
                        ? ", \(power) of \(totalPower) power; more than two thirds are needed" : "")
            )
        }
        for validator in absent {
            lines.append(
                "validator \(validator.place) of \(validators) is absent"
                    + (validator.blocks > 0 ? ", and from \(validator.blocks) blocks before" : ""))
        }
        let unnamed = Int64(validators) - Int64(votes) - Int64(absent.count)
        if unnamed > 0 { lines.append("\(unnamed) more validators are absent") }
        return lines
    }
}
