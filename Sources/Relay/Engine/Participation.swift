// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient

/// Who signed the headers that our client holds: evidence when a chain grows thin.
package struct Participation: Hashable, Sendable {
    /// One header's votes, in the order of its validator set.
    package struct Votes: Hashable, Sendable {
        package let height: Height
        package let signed: [Bool]
        package let power: [Int64]

        package init(height: Height, signed: [Bool], power: [Int64]) {
            self.height = height
            self.signed = signed
            self.power = power
        }
    }

    /// Headers looked at: enough to tell an absence from a missed vote.
    package static let headers = 40
    /// Absent validators that are named; the others are counted.
    package static let named = 3

    /// Ascending by height.
    package let votes: [Votes]

    package init(votes: [Votes]) { self.votes = votes }

    /// Facts for people, one a line. A validator counts as absent in a row only while the set is
    /// of the same size: another size is another set.
    package var lines: [String] {
        guard let last = votes.last, last.signed.count == last.power.count,
            !last.signed.isEmpty
        else { return [] }
        let count = last.signed.count { $0 }
        var total: Double = 0
        var given: Double = 0
        for (signed, power) in zip(last.signed, last.power) {
            total += Double(power)
            if signed { given += Double(power) }
        }
        let share = total > 0 ? Int(given / total * 100) : 0
        var lines = [
            "header \(last.height) carries \(count) of \(last.signed.count) signatures, "
                + "\(share) % of the power; more than 66 % are needed"
        ]
        let absent = last.signed.indices.filter { !last.signed[$0] }
        for index in absent.prefix(Participation.named) {
            var row = 0
            for header in votes.reversed() {
                guard header.signed.count == last.signed.count, !header.signed[index] else { break }
                row += 1
            }
            lines.append(
                "validator \(index + 1) of \(last.signed.count) signed none of the last \(row) "
                    + "headers that we hold")
        }
        if absent.count > Participation.named {
            lines.append("\(absent.count - Participation.named) more validators were absent")
        }
        return lines
    }
}

extension RelayEngine {
    /// Reads the newest headers of a CometBFT chain again; other families tell nothing here.
    func participation(_ route: Int) -> Participation {
        guard routes[route].configuration.family == FamilyID.cometBFT.rawValue else {
            return Participation(votes: [])
        }
        let headers = routes[route].headers.suffix(Participation.headers)
        return Participation(
            votes: headers.compactMap { record in
                guard !record.message.isEmpty,
                    let header = try? ICS07.Header(reading: record.message),
                    let commit = header.signedHeader?.commit, let set = header.validatorSet,
                    commit.signatures.count == set.validators.count
                else { return nil }
                return Participation.Votes(
                    height: record.height,
                    signed: commit.signatures.map { $0.flag == .commit },
                    power: set.validators.map(\.votingPower))
            })
    }
}
